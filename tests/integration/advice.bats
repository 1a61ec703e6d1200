#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What the tools say where no head is reached: it fits the machine and the reason.

# shellcheck disable=SC2016,SC2030,SC2031,SC2054,SC2317 # for other shells; each test has its own; capabilities; called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/head
load ../helpers/s6
load ../helpers/runit
load ../helpers/systemd

setup() {
	common_setup
	S=$T/run/ptyhead/app.sock
	mkdir -p "$T/run/ptyhead"
	chmod 755 "$T"
}
teardown() { common_teardown; }

TOOLS=('ptyhead-attach' 'ptyhead-show' 'ptyhead-list' 'ptyhead-wait -e x' 'ptyhead-send' 'ptyhead-record' 'ptyhead-log')

# each_says TEXT ADDRESS COMMAND... : each tool, run by the command, says it.
each_says() {
	local want=$1 address=$2 tool
	shift 2
	for tool in "${TOOLS[@]}"; do
		# shellcheck disable=SC2086 # options
		run "$@" $tool "$address" </dev/null
		[[ $output == *"$want"* ]] || {
			echo "$tool: $output, not: $want" >&2
			return 1
		}
	done
	run "$@" s6-ptyexec "$address" true
	[[ $output == *"$want"* ]]
}

# asks DIR : a service in it, that asks all tools once and writes what they say.
asks() {
	mkdir -p "$1/asking" "$1/ptyhead-app"
	{
		echo '#!/bin/sh'
		echo "exec >'$T/said.part' 2>&1 </dev/null"
		printf "%s '$S'\n" "${TOOLS[@]}"
		echo "s6-ptyexec '$S' true"
		echo "mv '$T/said.part' '$T/said'"
		echo 'exec sleep 1000'
	} >"$1/asking/run"
	printf '#!/bin/sh\nexec sleep 1000\n' >"$1/ptyhead-app/run"
	chmod +x "$1"/*/run
}

# The names of these tests are below XDG_RUNTIME_DIR, where the address leads by its path.
@test "below s6: the service of the head is named, and systemctl is not" {
	export XDG_RUNTIME_DIR=$T/run
	asks "$T/scan"
	s6_start "$T/scan"
	wait_for 20 test -e "$T/said"
	count_is "$T/said" "start the service of its ptyhead: s6-svc -u $T/scan/ptyhead-app" 8 || { cat "$T/said"; return 1; }
	not has "$T/said" systemctl
}

@test "below runit: the service of the head is named, and systemctl is not" {
	export XDG_RUNTIME_DIR=$T/run
	asks "$T/services"
	runit_start "$T/services"
	wait_for 20 test -e "$T/said"
	count_is "$T/said" "start the service of its ptyhead: sv up $T/services/ptyhead-app" 8
	not has "$T/said" systemctl
}

@test "a name that was mistyped: which there are" {
	export XDG_RUNTIME_DIR=$T/run
	head_start
	S=$T/run/ptyhead/web.sock head_start
	each_says 'No such file or directory' app1 env
	each_says 'there is app, web; ' app1 env
	s6-ptyexec -n chat "$T/run/ptyhead/web.sock" true
	run -1 ptyhead-show web:chta
	[[ $output == *'refused terminal chta: no such terminal on this head (it has chat; has its program been started?)' ]]
	run -1 ptyhead-list web:chta
	[[ $output == *'has no terminal chta (it has chat; has its program been started?)' ]]
}

@test "a socket that is not for this user is told as access, with whose it is" {
	head_start
	chmod 0 "$S"
	local weak=(setpriv --bounding-set=-dac_override,-dac_read_search)
	each_says 'the socket belongs to root, group root, mode 0000, and this is user root' "$S" "${weak[@]}"
	[[ $output != *'start'* && $output == *'not allowed to reach the head at'* ]]
	chmod 0 "$T/run/ptyhead"
	each_says "$T/run/ptyhead belongs to root, group root, mode 0000, and this is user root" "$S" "${weak[@]}"
	chmod 755 "$T/run/ptyhead"
}

@test "out of descriptors is told as such, whichever is the last" {
	head_start
	local n tool seen=0
	for n in {7..16}; do
		local few=(bash -c 'exec 3</dev/null 4<&3 5<&3; ulimit -n "$0"; exec "$@"' "$n")
		for tool in "${TOOLS[@]}"; do
			[[ $tool = *attach || $tool = *wait* || $tool = *record || $tool = *log ]] && continue # these would go on
			# shellcheck disable=SC2086 # options
			run "${few[@]}" $tool "$S" </dev/null
			[[ $output != *start* && $output != *'no such terminal'* ]] || { echo "$n: $output"; return 1; }
			[[ $output != *'Too many open files'* ]] || seen=$((seen + 1))
		done
		run "${few[@]}" s6-ptyexec "$S" true
		[[ $output != *start* && $output != *'no head'* && $output != *'no such terminal'* ]] || { echo "$n: $output"; return 1; }
		[[ $output != *'unable to reach the head at'*'Too many open files'* ]] || seen=$((seen + 100))
	done
	[ "$seen" -gt 100 ]
}

@test "under systemd: which unit to restart, and which setting hides the sockets" {
	cat >"$T/ask" <<-EOS
		#!/bin/sh
		$(printf '%s app </dev/null\n' "${TOOLS[@]}")
		s6-ptyexec app true
	EOS
	chmod +x "$T/ask"
	sd_boot
	sd mkdir -p /run/ptyhead
	# says TEXT SETTING... : in a unit with these.
	says() {
		local want=$1
		shift
		rm -f "$T/said"
		printf '%s\n' '[Service]' Type=oneshot "StandardOutput=file:$T/said" StandardError=inherit "ExecStart=-$T/ask" "$@" |
			sd tee /etc/systemd/system/ask.service >"$T/written"
		sd systemctl daemon-reload
		sd systemctl start ask
		count_is "$T/said" "$want" 8 || {
			cat "$T/said" >&2
			return 1
		}
	}
	says 'try: systemctl restart ptyhead@app.service'
	says '/run/ptyhead is hidden from this process: leave it out of InaccessiblePaths=' InaccessiblePaths=/run/ptyhead
	says "/run is not the machine's here: give the unit BindPaths=/run/ptyhead" TemporaryFileSystem=/run
	# A person, in a shell.
	run sd sh -c "$T/ask; :"
	[[ $output == *'try: systemctl restart ptyhead@app.service'* ]]
}

@test "a path that is mistyped: what is beside it" {
	mkdir "$T/heads"
	start ptyhead "$T/heads/app.sock" 2>"$T/head.log"
	wait_for 5 test -S "$T/heads/app.sock"
	run -111 ptyhead-attach "$T/heads/ap.sock"
	[[ $output = *"there is $T/heads/app.sock; start the ptyhead that listens there" ]]
	run -111 ptyhead-attach "$T/none/ap.sock"
	[[ $output != *'there is'* ]]
}
