#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# ptyhead-run: a program on a terminal, detached, with a head that is started for it.

# shellcheck disable=SC2016,SC2317 # for other shells; called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/systemd
load ../helpers/tmux

setup() {
	common_setup
	export XDG_RUNTIME_DIR=$T/run HOME=$T
	mkdir "$T/run"
}
# The heads that it started are nobody's children.
teardown() {
	local s
	for s in "$T"/run/ptyhead/*.sock "$T"/.ptyhead/*.sock; do
		[ ! -S "$s" ] || XDG_RUNTIME_DIR=${s%/ptyhead/*} ptyhead-run --end "$(basename "$s" .sock)" || :
	done
	common_teardown
}

pid_of() { ptyhead-list --json "$1" | sed -n 's/.*"pid": \([0-9]*\).*/\1/p'; }

@test "it runs detached, with this environment and folder; its end is known; the next one takes its place" {
	cd "$T/run"
	export MINE='a  b'
	run -0 ptyhead-run -n job sh -c 'echo "$MINE in $PWD"; read -r line; exit 7'
	[ "$output" = 'sh runs. To attach: ptyhead-attach job (Ctrl-\ leaves)' ]
	[ "$(ptyhead-wait -t 5 -s -e 'a  b in .*' job)" = "a  b in $T/run" ]
	[ "$(stat -c %a "$T/run/ptyhead")" = 700 ]
	[ "$(parent_of "$(pid_of job)")" -ne $$ ]
	# One at a time.
	run -111 ptyhead-run -n job true
	[[ $output = *'the program on terminal main is alive'*'(-n NAME takes another)' ]]
	ptyhead-send job go
	run -7 ptyhead-wait -t 5 --exit job
	[[ $(ptyhead-show job) = *"in $T/run"* ]]
	ptyhead-run -n job cat
	[ "$(ptyhead-send -t 5 -W again job again)" = again ]
	local pid
	pid=$(pid_of job)
	ptyhead-run --end job
	wait_for 5 not alive "$pid"
	[ -z "$(ls "$T/run/ptyhead")" ]
	run -1 ptyhead-run --end job
}

@test "-a attaches; what it runs outlives the terminal that it was started from" {
	tm_start 90x25 ptyhead-run -a bash --norc -c 'stty size; exec cat'
	tm_wait 5 '^25 90'
	tm_keys hello Enter
	tm_wait 5 hello
	local pid
	pid=$(pid_of bash)
	tm_stop
	alive "$pid"
	[ "$(ptyhead-send -t 5 -W 'still there' bash 'still there')" = 'still there' ]
}

@test "what is wrong is said, and what to do" {
	run -100 ptyhead-run
	run -100 ptyhead-run --end
	run -100 ptyhead-run -a --end x
	run -100 ptyhead-run -n a/b true
	run -100 ptyhead-run -n a:b true
	run -100 ptyhead-run '/bin/a b'
	[[ $output = *'(-n NAME)'* ]]
	run -111 ptyhead-run -n x /no/such
	[[ $output = *'unable to exec /no/such: No such file or directory'* ]]
	run -0 ptyhead-run --help
	run -0 ptyhead-run --version
	# No runtime folder, and nowhere to put one.
	local weak=(setpriv --reuid nobody --regid nogroup --clear-groups env -u XDG_RUNTIME_DIR HOME=/proc)
	cp "$PTYHEAD_BUILD/ptyhead-run" /dev/shm/ptyhead-run.$$
	run "${weak[@]}" /dev/shm/ptyhead-run.$$ true
	rm /dev/shm/ptyhead-run.$$
	[ "$status" = 111 ]
	[[ $output = *'set XDG_RUNTIME_DIR to one that is yours alone' ]]
}

@test "a program that cannot be run leaves no head behind; --end needs nobody who reaps" {
	run -111 ptyhead-run -n none /nonexistent
	[[ $output = *'unable to exec /nonexistent: No such file'* ]]
	run -1 ptyhead-run --end none
	# As in a container whose first process reaps nobody.
	python3 -c 'if True:
		import ctypes, subprocess, sys
		ctypes.CDLL(None).prctl(36, 1)
		subprocess.run(["ptyhead-run", "-n", "orphan", "cat"], check=True)
		sys.exit(subprocess.run(["ptyhead-run", "--end", "orphan"], timeout=20).returncode)'
	run -1 ptyhead-run --end orphan
}

@test "in a user's manager: the head is a unit that may be killed; both stay after the session" {
	sd_units "$T/user" "$REPO"/systemd/user/*
	sd_login_units "$T/login"
	chmod -R go+rX "$T"
	sd_boot "$T/login"
	sd_user gamer "$T/user"
	sd_as_user ptyhead-run -n ad-hoc sh -c 'echo "$0 $MY"; exec cat' hello
	ask() { [ "$(sd_as_user ptyhead-send -t 5 -W "$1" ad-hoc "$1")" = "$1" ]; }
	wait_for 5 ask one
	local head
	head=$(sd_as_user systemctl --user show -P MainPID ptyhead-run-ad-hoc.service)
	[[ $(sd_exe "$head") = */ptyhead ]]
	sd_as_user systemctl --user list-units --no-legend --plain 'ptyhead-run-ad-hoc-*.scope' | grep -q running
	sd kill -KILL "$head"
	wait_for 10 ask two
	[[ $(sd_as_user ptyhead-show ad-hoc) = hello* ]]
	sd_as_user ptyhead-run --end ad-hoc
	gone() { [ -z "$(sd_as_user systemctl --user list-units --no-legend --plain 'ptyhead-run-*')" ]; }
	wait_for 10 gone
}
