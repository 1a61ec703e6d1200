#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# ptyhead-wait: text, the screen, idleness, ends and starts; and what expect(1)
# does with a viewer, done with ptyhead-send alone.

# shellcheck disable=SC2016,SC2154,SC2317  # for the program's shell; set by run; called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/head

setup() {
	head_setup
	export HISTFILE=/dev/null INPUTRC=/dev/null
	head_start
}
teardown() { common_teardown; }

# A program that writes what the lines that it reads say, as printf does, one by one.
speaker() {
	program bash -c 'stty -echo; while IFS= read -r l; do printf "%b" "$l"; done'
	wait_for 5 has_program
}
has_program() { ptyhead-list "$S" | grep -q 'bash.* -c'; }
wait_on() { timeout 20 ptyhead-wait "$@" "$S"; }
# waiter ARGUMENT... : in the background, its output in $T/found; it looks already.
waiter() {
	start timeout 20 ptyhead-wait "$@" "$S" >"$T/found" 2>"$T/wait.err"
	WAITER=$STARTED
	wait_for 5 watched
}
watched() { ptyhead-list --json "$S" | grep -q '"watchers": 1'; }
say() { ptyhead-send "$S" "$1"; }
# found TEXT : the waiter ends well, having printed just that.
found() {
	wait "$WAITER"
	[ "$(cat "$T/found")" = "$1" ] || { cat "$T/found"; return 1; }
}

@test "characters are matched, not bytes, whatever the locale is" {
	local l
	speaker
	for l in C POSIX C.UTF-8 no_SUCH; do
		LC_ALL=$l waiter -e '^<.日[äö]>$'
		say '<ü日ö>\r\n'
		found '<ü日ö>'
		LC_ALL=$l run timeout 20 ptyhead-send -w '^.ß!$' -t 5 "$S" 'äß!\r\n'
		[ "$status" -eq 0 ]
	done
}

@test "a line, however it is written: split, coloured, wrapped, written over" {
	speaker
	waiter -e 'wanted [a-z]{4}$'
	say 'not this\r\n'
	say 'wan'
	say '\033[31mted\033[0m lin'
	say 'e\r\nmore'
	found 'wanted line'
	waiter -e 'x{190}'
	say "$(printf '%0190d' 0 | tr 0 x)\\r\\n"
	found "$(printf '%0190d' 0 | tr 0 x)"
	waiter -F 'gone in a moment'
	say 'gone in a moment\r\033[2K\033[2J\033[H'
	found 'gone in a moment'
	waiter -F 'by cursor'
	say '\033[10;20Hby \033[10;23Hcursor'
	found 'by cursor'
	waiter -e '^\$ $'
	say '\r\n$ '
	found '$ '
	waiter -e 'ä.世'
	say 'ä\xe2\x82\xac\xe4\xb8\x96\r\n'
	found 'ä€世'
}

@test "what was there before does not count, unless it is asked for" {
	speaker
	say 'first\r\n'
	wait_on -t 5 -s -e '^first$'
	run -99 wait_on -t 0.3 -e first
	[ "$(wait_on -t 5 --since run -e 'f[a-z]+')" = first ]
	[ "$(wait_on -t 5 --since 0 -F irs)" = irs ]
	say '\033[2Jsecond'
	wait_on -t 5 -s -e second
	run -99 wait_on -t 0.3 -s -e first
	wait_on -t 5 --since run -e first
}

@test "--since a time: what was written before it does not count" {
	head_start
	start s6-ptyexec "$S" sh -c 'echo early; sleep 3; echo late; exec sleep 1000' >>"$T/program.log" 2>&1
	wait_for 10 has_late
	wait_on -t 5 --since '1 min ago' -e early
	run -99 wait_on -t 0.5 --since '1s ago' -e early
	wait_on -t 5 --since "$(date -d '2 seconds ago' '+%F %T')" -e late
}
has_late() { ptyhead-show "$S" | grep -q late; }

@test "the screen: of a full-screen program, in its alternate screen" {
	program less /etc/services
	wait_on -t 10 -s -e '^# Network services'
	ptyhead-send -k G "$S"
	[ "$(wait_on -t 10 -s -F '(END)')" = '(END)' ]
	ptyhead-send -k q "$S"
	wait_for 5 not alive "$PROGRAM"
}

@test "idle: not before the program is silent for so long" {
	program bash -c 'for i in {1..20}; do echo $i; sleep 0.05; done; echo last; sleep 100'
	wait_on -t 10 --idle 700
	[ "$(wait_on -t 1 -s -F last)" = last ]
	run -99 wait_on -t 0.2 --idle 5000
}

@test "exit: the run's status, now and when it ends; start: the pid" {
	run -3 s6-ptyexec "$S" sh -c 'exit 3'
	run -3 wait_on -t 5 --exit
	run -99 wait_on -t 0.3 --exit --since now
	start timeout 20 ptyhead-wait --start "$S" >"$T/pid"
	local starter=$STARTED
	sleep 0.1
	program sh -c 'read x; kill -TERM $$'
	wait "$starter"
	[ "$(cat "$T/pid")" = "$PROGRAM" ]
	[ "$(wait_on -t 5 --start)" = "$PROGRAM" ]
	run -99 wait_on -t 0.3 --start --since now
	run -99 wait_on -t 0.3 --exit
	start timeout 20 ptyhead-wait --exit "$S"
	local ender=$STARTED
	wait_for 5 watched
	say go
	local status=0
	wait "$ender" || status=$?
	[ "$status" = 143 ]
}

@test "from before the first program; over many runs" {
	waiter -e 'run (4)'
	for i in 1 2 3 4; do s6-ptyexec "$S" echo "run $i"; done
	found 'run 4'
}

@test "the head is killed and another takes its place: it waits on" {
	speaker
	waiter -F 'after it'
	kill -KILL "$HEAD"
	wait "$HEAD" || :
	rm -f "$S"
	head_start
	# (What the old one held is gone without a store; a new program is seen.)
	program sh -c 'echo after it; sleep 100'
	found 'after it'
}

@test "nothing is missed in a flood with -L; without, it says so" {
	speaker
	waiter -L -F 'needle 1234567'
	# It is of the attach role now, and a lossless one.
	say 'go\r\n'
	kill "$PROGRAM"
	wait_for 5 not alive "$PROGRAM"
	program bash -c 'seq -f "%09.0f of many lines in a flood of output" 1 200000; echo needle 1234567; seq -f "%09.0f of many more lines in a flood" 1 200000; sleep 100'
	found 'needle 1234567'
	not has "$T/wait.err" overwritten
}
watched() { ptyhead-list --json "$S" | grep -qE '"(watchers|viewers)": 1'; }

@test "on a socket that is for watching only" {
	head_given watch:all "$T/watch.sock" "$T/all.sock"
	start s6-ptyexec "$T/all.sock" sh -c 'echo seen; sleep 100' 2>"$T/err"
	timeout 10 ptyhead-wait -t 5 -s -e seen "$T/watch.sock"
	run -1 timeout 10 ptyhead-wait -L -t 5 -e seen "$T/watch.sock"
	[[ $output == *'this socket is for watching only'* ]]
	run -1 ptyhead-send "$T/watch.sock" x
}

# A dialogue with a shell, as expect(1) drives it through a viewer, and by
# ptyhead-send alone, under load. tests/bench/dialogue does it 500 times.
@test "a dialogue by expect on a viewer, and by ptyhead-send alone, under load" {
	local n=50
	case $PTYHEAD_BUILD in *asan*) n=10 ;; esac
	"$REPO/tests/bench/dialogue" "$n" "$T/dialogue" >"$T/log" 2>&1 || { cat "$T/log"; return 1; }
	has "$T/log" "^expect: $n of $n"
	has "$T/log" "^send: $n of $n"
}

@test "several patterns: which one matched" {
	speaker
	waiter -e 'never' -F 'b' -e '^a b$'
	say 'a b\r\n'
	found $'2\tb'
	waiter -e 'never' -e '^a c$' -F 'c'
	say 'a c\r\n'
	found $'2\ta c'
	[ "$(wait_on -t 5 -s -e nothing -F 'a b')" = $'2\ta b' ]
}

@test "--or-exit: the end of the run ends the waiting, with 98" {
	speaker
	waiter --or-exit -e '^never$'
	say 'something\r\n'
	[ "$(wait_on -s -e 'something')" = something ]
	kill "$PROGRAM"
	wait_for 5 not alive "$WAITER"
	local rc=0
	wait "$WAITER" || rc=$?
	[ "$rc" = 98 ]
	# It has ended: at once, also on the screen; what is there is found.
	run -98 wait_on --or-exit -e '^never$'
	run -98 wait_on --or-exit -s -e '^never$'
	run -98 wait_on --or-exit --idle 100000
	run -98 wait_on --or-exit --since run -e '^never$'
	[ "$(wait_on --or-exit -s -e '^some.*')" = something ]
	[ "$(wait_on --or-exit --since run -e '^some.*')" = something ]
	# The last line, without its end.
	run -0 s6-ptyexec "$S" printf 'last line'
	[ "$(wait_on --or-exit --since run -e 'last line$')" = 'last line' ]
}

@test "a run without output: its start and its end are at one offset, and neither is missed" {
	local i
	for i in 1 2 3; do s6-ptyexec "$S" sh -c "exit $i" || [ $? = "$i" ]; done
	run -98 wait_on --or-exit --since run -e '^never$'
	run -98 wait_on --or-exit --since 0 -e '^never$'
	run -98 wait_on --or-exit --since '10 min ago' -e '^never$'
	run -98 wait_on --or-exit --since run --idle 100000
	run -99 wait_on -t 0.3 --or-exit --since start -e '^never$'
	for i in 1 2 3; do
		run -"$i" timeout 20 ptyhead-log -f -r --run "$i" "$S"
		[ "${#lines[@]}" = 2 ] # its start, its end
		run -0 --separate-stderr ptyhead-show --run "$i" "$S"
		[[ $stderr == *"run $i: the program ended with exit code $i,"* ]]
	done
	program sleep 1000
	wait_for 5 sleeps
	run -99 wait_on -t 0.3 --or-exit --since run -e '^never$'
	[ "$(wait_on --since run --start)" = "$PROGRAM" ]
}
sleeps() { ptyhead-list "$S" | grep -q 'sleep 1000'; }

@test "--since start: the run that is alive or the next one, never the last one" {
	run -0 s6-ptyexec "$S" echo 'server started 1'
	[ "$(wait_on --since run -e 'server .*')" = 'server started 1' ]
	run -99 wait_on -t 0.3 --since start -e 'server .*'
	waiter --since start --or-exit -e 'server .*'
	program sh -c 'echo starting; echo server started 2; exec cat'
	found 'server started 2'
	[ "$(wait_on --since start --or-exit -e 'server .*')" = 'server started 2' ]
	[ "$(wait_on --since start --start)" = "$PROGRAM" ]
	kill "$PROGRAM"
	wait_for 5 not alive "$PROGRAM"
	# One that fails before it is ready.
	waiter --since start --or-exit -e 'server .*'
	run -7 s6-ptyexec "$S" sh -c 'exit 7'
	local rc=0
	wait "$WAITER" || rc=$?
	[ "$rc" = 98 ]
}

@test "exit codes" {
	run -0 wait_on --help
	run -0 wait_on --version
	run -1 timeout 5 ptyhead-wait -e x "$S:nix"
	run -99 wait_on -t 0 -e x
	for wrong in '' '-e x' '-e x a b' '-e ( s' '--or-exit s' '--exit --or-exit s' '-F x --idle 1 s' '--exit --start s' 's' '-t x -e x s' '--idle x s' \
		'--since x -e x s' '-s --exit s' '-s -e x --since now s' '--nix s' '-e x a*b'; do
		# shellcheck disable=SC2086 # words
		run -100 timeout 5 ptyhead-wait $wrong
	done
	run -100 timeout 5 ptyhead-wait -e '' "$S"
	run -100 timeout 5 ptyhead-wait -F $'a\nb' "$S"
	run -111 timeout 5 ptyhead-wait -e x "$T/nix"
	program sh -c 'echo hi; sleep 100'
	run -111 sh -c "ptyhead-wait -t 5 --since run -e hi '$S' >/dev/full"
	kill -STOP "$HEAD"
	run -99 timeout 15 ptyhead-wait -e x "$S"
	kill -CONT "$HEAD"
}

@test "--start and --exit --since: what was already counts, from a run, a time or an offset on" {
	program sh -c 'stty raw -echo; printf ready; head -c 1 >/dev/null; exit 4'
	timeout 20 ptyhead-wait -t 10 --since start -F ready "$S"
	local at pid
	pid=$(timeout 10 ptyhead-wait -t 5 --start "$S")
	for at in run start 0 '1 min ago'; do
		[ "$(timeout 10 ptyhead-wait -t 5 --start --since "$at" "$S")" = "$pid" ]
	done
	run -99 timeout 10 ptyhead-wait -t 0.2 --start --since now "$S"
	run -99 timeout 10 ptyhead-wait -t 0.2 --exit --since run "$S"
	# It ends without a word.
	at=$(ptyhead-send -n -o "$S" x)
	wait_for 5 not alive "$PROGRAM"
	for at in "$at" run 0 '1 min ago'; do
		run -4 timeout 10 ptyhead-wait -t 5 --exit --since "$at" "$S"
	done
	run -99 timeout 10 ptyhead-wait -t 0.2 --exit --since now "$S"
}

@test "-w: a named terminal that is not there yet is waited for, as long as -t says, and the head's log is quiet" {
	head_start -v2
	run -99 ptyhead-wait -w -t 0.5 --start "$S:later"
	start ptyhead-wait -w -t 20 --since run -e 'said .*' "$S:later" >"$T/found"
	local waiter=$STARTED
	start s6-ptyexec "$S:later" sh -c 'echo said it; exec sleep 1000'
	wait_for 10 not alive "$waiter"
	[ "$(cat "$T/found")" = 'said it' ]
	not grep -q 'no such terminal' "$T/head.log"
	run -111 ptyhead-wait -w -t 5 --start "$T/none:later"
}
