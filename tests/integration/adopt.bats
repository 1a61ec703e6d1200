#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# ptyhead-adopt: a running process moved by a real reptyr; ptyhead-exec: a second program
# beside the first.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # for other shells; each test has its own; set by run
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/head
load ../helpers/tmux

setup() { head_setup; }
teardown() { common_teardown; }

types_again() {
	tm send-keys C-c Enter
	tm send-keys "$*" Enter
}
in_shell_again() {
	types_again "$@"
	wait_for 10 job_is "${1%% *}"
}
# in_shell COMMAND... : as a job of an interactive shell in tmux; its pid in $JOB.
in_shell() {
	tm_start 80x24 bash --norc -i
	tm_wait 10 '[$#]'
	tm send-keys "$*" Enter
}
job_is() { JOB=$(pgrep -n -x "$1" -t "$(tm display-message -p '#{pane_tty}' | sed 's|/dev/||')"); }
tty_of() { sed -n 's/.*) //p' "/proc/$1/stat" | cut -d' ' -f5; }

@test "a running top is moved, and its shell can go" {
	head_start
	in_shell top -d 1
	wait_for 10 job_is top
	local old
	old=$(tty_of "$JOB")
	run -0 ptyhead-adopt -n moved "$JOB" "$S"
	[[ $output = *"ptyhead-attach $S:moved"* ]]
	[ "$(tty_of "$JOB")" != "$old" ]
	tm kill-server
	wait_for 10 eval "ptyhead-show '$S:moved' | grep -q 'load average'"
	alive "$JOB"
	ptyhead-send -n "$S:moved" q
	wait_for 10 not alive "$JOB"
	wait_for 10 eval "ptyhead-list --json '$S:moved' | grep -q '\"state\": \"ended\"'"
}

# refused PID WORDS : and the process is where it was.
refused() {
	local before
	before=$(tty_of "$1")
	run -1 ptyhead-adopt "$1" "$S"
	[[ $output = *$2* ]] || { echo "$output"; return 1; }
	[ "$(tty_of "$1")" = "$before" ]
	[ "$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status")" != T ]
	[ "$(sed -n 's/^TracerPid:[[:space:]]*//p' "/proc/$1/status")" = 0 ]
	[ "$(ptyhead-list --json "$S" | grep -c adopted)" = 0 ]
}

@test "one without an argument vector is moved, to HEAD:NAME" {
	head_start
	in_shell "(exec -a '' cat)"
	wait_for 10 job_is cat
	run -100 ptyhead-adopt -n other "$JOB" "$S:taken"
	[[ $output = *'name two terminals'* ]]
	run -100 ptyhead-adopt "$JOB" "$S:"
	run -0 ptyhead-adopt "$JOB" "$S:taken"
	[[ $output = *"is on $S:taken: ptyhead-attach $S:taken" ]]
	ptyhead-send "$S:taken" words
	wait_for 10 eval '[ "$(ptyhead-show "$S:taken" | grep -c "^words$")" = 2 ]'
}

@test "what cannot be moved is said, and not touched" {
	head_start
	in_shell 'sleep 1000 | cat'
	wait_for 10 job_is cat
	refused "$JOB" 'in the same job'
	refused "$(tm display-message -p '#{pane_pid}')" 'has a child on its terminal'
	tm send-keys C-c
	wait_for 10 not alive "$JOB"
	refused "$(tm display-message -p '#{pane_pid}')" 'leads the session'
	tm send-keys 'sleep 1001' Enter
	wait_for 10 job_is sleep
	# One that is traced.
	start strace -o /dev/null -p "$JOB"
	wait_for 10 eval "! grep -q '^TracerPid:[[:space:]]*0$' /proc/$JOB/status"
	run -1 ptyhead-adopt "$JOB" "$S"
	[[ $output = *'is traced by process'* ]]
	kill "$STARTED"
	wait_for 10 not alive "$STARTED"
	# Another user's, seen by one who is not root.
	chmod go+rx "$T" "$BATS_RUN_TMPDIR" 2>/dev/null || :
	run -1 setpriv --reuid nobody --regid nogroup --clear-groups sh "$REPO/ptyhead-service/scripts/ptyhead-adopt" "$JOB" "$S"
	[[ $output = *"another user's"* ]]
	start sleep 1002 </dev/null
	run -1 ptyhead-adopt 2147483646 "$S"
	[[ $output = *'there is no process'* ]]
	run -1 setsid ptyhead-adopt 2 "$S"
	local bad
	for bad in '' x 012 -1 1.5; do run -100 ptyhead-adopt "$bad" "$S"; done
	run -100 ptyhead-adopt
	run ptyhead-adopt "$JOB" "$T/none.sock"
	[ "$status" -ge 100 ]
	alive "$JOB"
	PATH=/usr/sbin:/sbin run -127 /bin/sh "$REPO/ptyhead-service/scripts/ptyhead-adopt" "$JOB" "$S"
}

@test "a second program beside the first: its namespaces, its user, its exit code" {
	head_start
	program unshare -m -u sh -c 'hostname inside; mount -t tmpfs x /mnt; touch /mnt/mark; echo there; exec cat'
	wait_for 5 eval "ptyhead-show '$S' | grep -q there"
	place=$(ptyhead-exec -d "$S" sh -c 'hostname; ls /mnt; id -un; sleep 1000')
	[ "$place" = "$S:exec-1" ]
	wait_for 5 gives 'inside mark root' eval "ptyhead-show '$place' | xargs"
	run -6 ptyhead-exec --user nobody "$S" sh -c 'id -un; exit 6' </dev/null
	[[ $output = *nobody* ]]
	run -127 ptyhead-exec "$S" nonesuch </dev/null
	# The first one noticed nothing.
	[ "$(ptyhead-show "$S" | xargs)" = there ]
	alive "$PROGRAM"
	[ "$(hostname)" != inside ]
	run -1 ptyhead-exec "$S:none" true
	run -100 ptyhead-exec "$S"
	run -100 ptyhead-exec --user 'a b' "$S" true
	kill "$PROGRAM"
	wait_for 5 not alive "$PROGRAM"
	run -1 ptyhead-exec "$S" true
	[[ $output = *'no program runs'* ]]
}

@test "programs that are run beside the first at once get a terminal each" {
	head_start
	program cat
	local i runs=()
	for i in 1 2 3 4; do
		timeout 30 ptyhead-exec -d "$S" sh -c "echo mine-$i; exec sleep 1000" >"$T/place.$i" 2>"$T/trouble.$i" </dev/null 3>&- &
		runs+=($!)
	done
	for i in 1 2 3 4; do wait "${runs[i - 1]}" || { cat "$T/trouble.$i"; return 1; }; done
	[ "$(cat "$T"/place.* | sort -u | wc -l)" = 4 ]
	for i in 1 2 3 4; do wait_for 5 eval "ptyhead-show '$(cat "$T/place.$i")' | grep -qx mine-$i"; done
}

# with_reptyr TEXT : a helper of that name comes first, which does that.
with_reptyr() {
	mkdir -p "$T/bin"
	printf '#!/bin/sh\n%s\n' "$1" >"$T/bin/reptyr"
	chmod +x "$T/bin/reptyr"
	PATH=$T/bin:$PATH
}

@test "a process that ends while it is moved; a name that an earlier try has used" {
	head_start
	in_shell sleep 1003
	wait_for 10 job_is sleep
	# An earlier try has left its terminal.
	s6-ptyexec "$S:moved" true </dev/null
	wait_for 5 eval "ptyhead-list --json '$S:moved' | grep -q '\"state\": \"ended\"'"
	local real
	real=$(command -v reptyr)
	PATH_BEFORE=$PATH
	with_reptyr "sleep 0.5; exec $real \"\$@\""
	run -0 ptyhead-adopt -n moved "$JOB" "$S"
	PATH=$PATH_BEFORE
	kill "$JOB"
	in_shell_again 'sleep 1004'
	with_reptyr 'kill -9 "$1"; sleep 1000'
	run -1 ptyhead-adopt -n gone "$JOB" "$S"
	[[ $output = *"process $JOB has ended"* ]]
}

# steals [OPTION...] : the terminal of $JOB, whose shell then obeys there.
steals() {
	run --separate-stderr -0 timeout 30 ptyhead-adopt --steal -n "$1" "$JOB" "$S"
	[ "$output" = "process $JOB is on $S:$1: ptyhead-attach $S:$1" ]
	alive "$JOB"
	ptyhead-send "$S:$1" 'q'
	wait_for 10 not alive "$JOB"
	ptyhead-send "$S:$1" 'echo it goes $((1 + 1)) "on"; stty size'
	wait_for 10 eval "ptyhead-show '$S:$1' | grep -qx 'it goes 2 on'"
}

@test "a whole terminal is taken from tmux: the shell, its job, its size" {
	head_start
	in_shell 'stty size; top -d 1'
	wait_for 10 job_is top
	local shell
	shell=$(tm display-message -p '#{pane_pid}')
	tm set-option -g remain-on-exit off
	steals taken
	[ "$stderr" = '' ] || { echo "$stderr"; return 1; }
	# Its window was the last one.
	wait_for 10 not tm list-sessions
	alive "$shell"
	S=$S:taken onlooker one 31x77
	wait_for 10 eval "ptyhead-send '$S:taken' 'stty size'; ptyhead-show '$S:taken' | grep -qx '31 77'"
	leaves one
	ptyhead-send "$S:taken" exit
	wait_for 10 eval "ptyhead-list --json '$S:taken' | grep -q '\"state\": \"ended\"'"
}

# reptyr waits for ever in about every second try, if nothing helps it.
@test "a whole terminal is taken from script, again and again; what holds nothing any more is named" {
	head_start
	local round holder
	for round in 1 2 3 4 5; do
		mkfifo "$T/keys.$round"
		exec 7<>"$T/keys.$round"
		foreground script -qc 'TERM=xterm exec bash --norc -i' "$T/typescript.$round" <"$T/keys.$round" >/dev/null 3>&- &
		holder=$!
		echo "$holder" >>"$T/.started"
		echo "top -d $((1000 + round))" >&7
		wait_for 10 eval "JOB=\$(pgrep -n -x -f 'top -d $((1000 + round))')" || { cat "$T/typescript.$round"; return 1; }
		steals "taken$round"
		[[ $stderr = *"process $holder (script "*"has none any more; kill -KILL $holder ends it" ]]
		kill -KILL "$holder"
		wait_for 10 not alive "$holder"
		ptyhead-send -w 'still' "$S:taken$round" 'echo st"il"l'
		ptyhead-send "$S:taken$round" exit
		exec 7>&-
	done
}

# keeps WORDS OPTION... : refused, and nothing is traced, stopped or moved.
keeps() {
	run -1 timeout 30 ptyhead-adopt --steal -n no "${@:2}" "$JOB" "$S"
	[[ $output = *$1* ]] || { echo "$output"; return 1; }
	alive "$JOB"
	[ "$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$JOB/status")" = S ]
	[ "$(ptyhead-list --json "$S" | grep -c ':no"')" = 0 ]
}

@test "a whole terminal that cannot be taken: why, and all goes on" {
	head_start
	program sh -c 'echo there; exec sleep 1005'
	JOB=$PROGRAM
	wait_for 5 eval "ptyhead-show '$S' | grep -q there"
	keeps 'does not hold its terminal'
	in_shell sleep 1006
	wait_for 10 job_is sleep
	local holder
	holder=$(tm display-message -p '#{pid}')
	start strace -o /dev/null -p "$holder"
	wait_for 10 eval "! grep -q '^TracerPid:[[:space:]]*0$' /proc/$holder/status"
	keeps 'is traced by process'
	kill "$STARTED"
	wait_for 10 not alive "$STARTED"
	with_reptyr 'echo "no, said $1"; exit 1'
	run -1 ptyhead-adopt --steal -n failed "$JOB" "$S"
	[[ $output = *"could not move the terminal of process $JOB, which goes on where it was: no, said -T"* ]]
	alive "$JOB"
	types_again "PATH=$PATH ptyhead-adopt -a --steal \$\$ $S 2>$T/own; echo \"code \$?\" >>$T/own"
	wait_for 10 has "$T/own" 'code 1'
	has "$T/own" 'it would show itself'
}
