#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A FIFO whose lines are typed: as an option, and as a unit under a systemd of its own.

# shellcheck disable=SC2016,SC2317 # called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/head
load ../helpers/systemd

setup() {
	head_setup
	F=$T/app.stdin
}
teardown() { common_teardown; }

reader() {
	program bash -c 'while IFS= read -r l; do printf "%s\n" "$l" >>"$1"; done' bash "$T/got"
	wait_for 5 ptyhead-wait -t 0 --start "$S"
}
got() { [ "$(cat "$T/got" 2>/dev/null)" = "$1" ]; }

@test "each line is typed, whoever writes it in whatever pieces; its mode is the owner's" {
	head_start -F "$F"
	[ "$(stat -c '%F %a' "$F")" = 'fifo 600' ]
	reader
	echo stop >"$F"
	wait_for 5 got stop
	printf 'a b' >"$F"
	printf '  ä\nsecond\n' >"$F"
	wait_for 5 got $'stop\na b  ä\nsecond'
	# The next head takes the same one.
	kill "$PROGRAM"
	wait_for 5 not alive "$PROGRAM"
	kill "$HEAD"
	wait_for 5 not alive "$HEAD"
	chmod 620 "$F"
	head_start -F "$F"
	[ "$(stat -c %a "$F")" = 620 ]
	rm "$T/got"
	reader
	echo again >"$F"
	wait_for 5 got again
}

@test "lines that cannot be typed are dropped whole and said; the next ones are typed" {
	head_start -F "$F"
	echo nobody >"$F"
	wait_for 5 has "$T/head.log" 'a line of the FIFO was not typed: no program is on the terminal'
	reader
	{
		printf '%05000d\n' 0
		printf '%020000d\n' 0
		echo well
	} >"$F"
	wait_for 5 got well
	has "$T/head.log" 'a line of the FIFO was not typed: it is longer than'
}

@test "a program that does not read holds the writer up, and nothing else; no line is lost" {
	head_start -F "$F"
	program bash -c 'stty -echo; echo ready; until [ -e "$1/go" ]; do sleep 0.02; done; exec cat >"$1/got"' bash "$T"
	ptyhead-wait -t 5 --since run -e '^ready$' "$S"
	seq 1 40000 >"$T/lines"
	start sh -c 'cat "$1" >"$2"' sh "$T/lines" "$F"
	ptyhead-list "$S" | grep -q ' up '
	alive "$STARTED"
	touch "$T/go"
	wait_for 30 not alive "$STARTED"
	same() { cmp -s "$T/lines" "$T/got"; }
	wait_for 30 same
}

@test "keys are encoded as the program has them, as ptyhead-send does it" {
	head_start -F "$F"
	local mode
	for mode in '\033[>1u' '\033[>8u' '\033[20h'; do
		rm -f "$T/got"
		program sh -c 'stty raw -echo; printf "$2"; echo ready; exec cat >"$1"' sh "$T/got" "$mode"
		timeout 20 ptyhead-wait -t 10 --since start -F ready "$S"
		ptyhead-send "$S" 'ab ä'
		wait_for 5 test -s "$T/got"
		cat "$T/got" "$T/got" >"$T/twice"
		echo 'ab ä' >"$F"
		wait_for 5 cmp -s "$T/got" "$T/twice"
		kill "$PROGRAM"
		wait_for 5 not alive "$PROGRAM"
	done
}

@test "what is no FIFO is refused" {
	touch "$T/file"
	run -100 ptyhead -F "$T/file" "$S"
	[[ $output == *"$T/file is not a FIFO" ]]
	mkfifo "$T/other"
	ln -s "$T/other" "$F"
	run -100 ptyhead -F "$F" "$S"
	run -111 ptyhead -F "$T/no/where" "$S"
	[[ $output == *"unable to read the FIFO $T/no/where: No such file or directory" ]]
	head_given all:type "$S" "$T/socket" || :
	wait_for 5 has "$T/head.log" 'descriptor 4 .type. is not a FIFO'
}

@test "the unit: echo stop >/run/ptyhead/app.stdin, for those whom its mode lets" {
	sd_units "$T/units" "$REPO"/systemd/*.service "$REPO"/systemd/*.socket
	cat >"$T/units/app.service" <<-'EOS'
		[Unit]
		Wants=ptyhead@app.socket
		After=ptyhead@app.socket ptyhead@app.service
		[Service]
		ExecStart=s6-ptyexec app sh -c 'echo ready; exec cat'
	EOS
	mkdir -p "$T/units/ptyhead@app.service.d" "$T/units/ptyhead-type@app.socket.d"
	printf '[Service]\nSockets=ptyhead-type@%%i.socket\n' >"$T/units/ptyhead@app.service.d/type.conf"
	printf '[Socket]\nSocketGroup=users\nSocketMode=0620\n' >"$T/units/ptyhead-type@app.socket.d/access.conf"
	sd_boot "$T/units"
	sd systemctl start app
	sd ptyhead-wait -t 10 --since start -e '^ready$' app
	[ "$(sd stat -c '%F %U:%G %a' /run/ptyhead/app.stdin)" = 'fifo root:users 620' ]
	local as=(sd setpriv --reuid nobody --regid nogroup)
	run ! "${as[@]}" --clear-groups sh -c 'echo no >/run/ptyhead/app.stdin'
	"${as[@]}" --groups users sh -c 'echo stop >/run/ptyhead/app.stdin'
	sd ptyhead-wait -t 10 --since run -e '^stop$' app
	# Across a restart of the head, which the program does not notice.
	local pid
	pid=$(sd_prop app.service MainPID)
	sd systemctl restart ptyhead@app.service
	sd sh -c 'echo after >/run/ptyhead/app.stdin'
	sd ptyhead-wait -t 10 --since run -e '^after$' app
	[ "$(sd_prop app.service MainPID)" = "$pid" ]
	run ! sd ptyhead-show app:no
	[[ $(sd ptyhead-show app) != *no* ]]
}
