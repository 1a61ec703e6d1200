#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The head is killed: nothing is lost. By chance, and at each point of the crash
# matrix (ptyhead-service/ARCHITECTURE.md). The store is a real s6-fdholderd, the
# supervisor a real s6-svscan.

load ../helpers/common
load ../helpers/s6
load ../helpers/keep
load ../helpers/tmux

setup() { common_setup; }
teardown() { common_teardown; }

# begin N : a lossless reader into $T/out, the program behind it.
begin() {
	write_program
	: >"$T/trouble"
	start ptyhead-attach -L -1 "$T/s" >"$T/out" 2>"$T/viewer.log" </dev/null
	VIEWER=$STARTED
	wait_for 5 viewer_is_there
	start s6-ptyexec -t 20000 "$T/s" "$T/program" "$1" "$T/trouble"
	PROGRAM=$STARTED
	# The hand-over is over: what comes now is nothing that it could be told.
	wait_for 20 program_runs
}
# On its terminal: a bash is what it was before it became s6-ptyexec, too.
program_runs() { is_program "$PROGRAM" bash && [[ $(tty_of "$PROGRAM") = /dev/pts/* ]]; }

# The head's listening socket, and one viewer's.
viewer_is_there() { head_is_up && [ "$(sockets_of "$HEAD")" -ge 2 ]; }

# finish N [MISSING] : program and reader come to their ends, and all is well, but that
# so many answers may be missing.
finish() {
	local status=0 missing
	wait_for 60 not alive "$PROGRAM"
	wait "$PROGRAM" || status=$?
	[ "$status" -eq 7 ]
	wait_for 20 not alive "$VIEWER"
	status=0
	wait "$VIEWER" || status=$?
	cat "$T/trouble"
	missing=$(count "$T/trouble" '^no answer at ')
	[ "$missing" -le "${2-0}" ]
	[ "$(count "$T/trouble" "^answer at [0-9]*: ''\$")" = "$missing" ]
	[ "$(count "$T/trouble" '')" = $((2 * missing)) ]
	expected "$1" | cmp - "$T/out"
	[ "$status" -eq 7 ] || { cat "$T/viewer.log"; return 1; }
}

@test "killed 15 times by chance within a flood: every byte once, in order, and the status" {
	local i n=1500000
	keep_start
	begin "$n"
	for i in {1..15}; do
		wait_for 10 head_is_up
		alive "$PROGRAM" || break
		timeout "0.$((RANDOM % 20 + 5))" tail -f /dev/null || :
		keep_kill
		# Not after the second that s6-supervise lets pass.
		s6-svc -u "$S6_SCANDIR/head"
	done
	echo "kills: $(count "$T/head.log" 'gone on with')"
	[ "$(count "$T/head.log" 'gone on with')" -ge 8 ]
	# Chance may hit the place of which a test below tells.
	finish "$n" 1
}

# at POINT COUNT... : a kill at each count, each time a whole life of a program.
at() {
	local point=$1 n=60000 before tries
	shift
	for count; do
		# A program may be quicker than the new head, which then has little to do.
		for tries in 1 2 3 4; do
			rm -f "$T/out"
			begin "$n"
			wait_for 20 head_is_up
			before=$HEAD
			keep_arm "$point" "$count"
			# The head that runs has looked for the file already: a new one does.
			kill -KILL "$before"
			finish "$n"
			[ -e "$T/fault" ] || break
			[ "$tries" -lt 4 ] || { echo "never came to $point for the $count. time"; return 1; }
		done
	done
}

faults_build() {
	export KEEP_PTYHEAD=$REPO/build/faults/ptyhead
	[ -x "$KEEP_PTYHEAD" ] || { echo 'make FAULTS=yes build/faults/ptyhead'; return 1; }
}

@test "killed at each step of reading and publishing" {
	local point
	faults_build
	keep_start
	for point in filling filled armed read parsed published; do
		at "$point" 5
	done
}

@test "killed in the middle of a mark, of a checkpoint, of an answer" {
	faults_build
	keep_start
	at marking 1 9
	at checkpoint-begun 1 2
	at checkpoint-written 2
	at checkpoint-valid 2
	at answered 2
}

@test "killed between the note that a query is answered and the answer: it is missing, never doubled" {
	faults_build
	keep_start
	local tries
	# A program may be quicker than the new head.
	for tries in 1 2 3 4; do
		rm -f "$T/out"
		begin 60000
		wait_for 20 head_is_up
		keep_arm answering 2
		kill -KILL "$HEAD"
		wait_for 60 not alive "$PROGRAM"
		wait_for 20 not alive "$VIEWER"
		[ -e "$T/fault" ] || break
		[ "$tries" -lt 4 ]
	done
	[ "$(grep -c '^no answer at' "$T/trouble")" = 1 ]
	not grep -q more "$T/trouble"
	expected 60000 | cmp - "$T/out" || { cat "$T/viewer.log" "$T/head.log"; echo "tries $tries"; return 1; }
}

@test "killed at each step of a hand-over: it is whole, or the exporter is told" {
	local point status
	faults_build
	keep_start
	for point in storing stored started acknowledging acknowledged; do
		wait_for 20 head_is_up
		kill -KILL "$HEAD"
		keep_arm "$point" 1
		wait_for 10 another_head "$HEAD"
		status=0
		s6-ptyexec -n "$point" -t 20000 "$T/s" sh -c 'exit 5' 2>"$T/said" || status=$?
		[ ! -e "$T/fault" ]
		# Before the acknowledgement it fails, and its supervisor tries again.
		if [ "$point" = acknowledged ]; then [ "$status" -eq 5 ]; else [ "$status" -eq 111 ]; fi
		wait_for 10 head_is_up
		wait_for 10 s6-ptyexec -n "$point" -t 20000 "$T/s" true
		# All ends are told, nothing is left in the store but the tape.
		wait_for 10 only_tapes
	done
}

@test "killed while it is asked by a viewer: it asks the next head" {
	local tool
	faults_build
	keep_start
	s6-ptyexec "$T/s" sh -c 'echo a line; exit 0'
	start s6-ptyexec "$T/s" sh -c 'echo another; exec cat'
	wait_for 5 shows_line another
	for tool in 'ptyhead-show -H 100' 'ptyhead-attach -q -r -1' 'ptyhead-wait -t 9 --since 0 -F another' \
		'ptyhead-list --names' 'ptyhead-record -o /dev/null'; do
		wait_for 20 head_is_up
		kill -KILL "$HEAD"
		case $tool in *list*) keep_arm listing 1 ;; *) keep_arm attaching 1 ;; esac
		wait_for 10 another_head "$HEAD"
		case $tool in
		*attach* | *record*)
			# shellcheck disable=SC2086 # a command and its options
			start $tool "$T/s" </dev/null >/dev/null 2>"$T/said"
			wait_for 10 not test -e "$T/fault"
			wait_for 10 viewer_is_there
			kill "$STARTED"
			;;
		*)
			# shellcheck disable=SC2086
			run $tool "$T/s"
			echo "$tool: $status $output"
			[ "$status" -eq 0 ]
			[ ! -e "$T/fault" ]
			;;
		esac
	done
}

shows_line() { ptyhead-show "$T/s" | grep -qx "$1"; }

only_tapes() { ! s6-fdholder-list "$T/holder" | grep -qE '^ptyhead/(master|pidfd)'; }

@test "killed at each step of a run's end: the status is told once, and nothing stays in the store" {
	local point
	faults_build
	keep_start
	for point in ending ended dropping dropped; do
		at "$point" 1
		wait_for 10 only_tapes
	done
}

@test "killed at each step of a launcher's end, and of the server's that it left behind: that is typed to, and each end is told once" {
	local point
	faults_build
	keep_start
	for point in ending ended dropping dropped closed; do
		wait_for 20 head_is_up
		kill -KILL "$HEAD"
		keep_arm "$point" 1
		wait_for 10 another_head "$HEAD"
		# shellcheck disable=SC2016
		s6-ptyexec -n "$point" -t 20000 "$T/s" env --ignore-signal=HUP setsid -f sh -c 'read -r line; echo "got $line"'
		[ "$point" = closed ] || wait_for 20 not test -e "$T/fault"
		ptyhead-wait -t 20 --start "$T/s:$point"
		# And once by chance.
		wait_for 20 head_is_up
		[ "$point" = closed ] || kill -KILL "$HEAD"
		[ "$(ptyhead-send -t 20 -w '^got .*' "$T/s:$point" hello)" = 'got hello' ]
		wait_for 20 not test -e "$T/fault"
		wait_for 20 only_tapes
		timeout 1 tapecat -n 2 -o "$T/out" "$T/s" "$point" >"$T/marks" || :
		cat "$T/marks"
		[ "$(grep -E '^(end|closed)' "$T/marks" | tr '\n' ,)" = 'end 1 0,closed 1,' ]
	done
}

@test "many terminals on one head, some ending and some beginning while it is down" {
	local i n=20
	keep_start
	for ((i = 0; i < n; i++)); do
		start s6-ptyexec -n "t$i" "$T/s" bash -c "echo begin $i; until [ -e '$T/go' ]; do sleep 0.05; done; echo end $i; exit $i"
	done
	wait_for 10 store_has "$n"
	s6-svc -Ok "$S6_SCANDIR/head"
	wait_for 5 not head_is_up
	touch "$T/go"
	for ((i = n; i < n + 5; i++)); do
		start s6-ptyexec -t 20000 -n "t$i" "$T/s" bash -c "echo begin $i; echo end $i; exit $i"
	done
	s6-svc -u "$S6_SCANDIR/head"
	for ((i = 0; i < n + 5; i++)); do
		wait_for 10 ended "$i"
		[ "$(tr -d '\r' <"$T/out.$i" | tr '\n' ,)" = "begin $i,end $i," ]
	done
}
store_has() { [ "$(s6-fdholder-list "$T/holder" | grep -c '^ptyhead/pidfd')" = "$1" ]; }
ended() {
	timeout 5 tapecat -n 1 -o "$T/out.$1" "$T/s" "t$1" >"$T/marks.$1"
	has "$T/marks.$1" "^end 1 $(printf %x $(($1 * 256)))\$"
}

@test "a damaged tape costs the history, never the program" {
	keep_start
	start s6-ptyexec "$T/s" bash -c "echo before; until [ -e '$T/go' ]; do sleep 0.05; done; echo after; exit 3"
	wait_for 5 store_has 1
	# A foreign file in the tape's place.
	s6-fdholder-delete "$T/holder" ptyhead/tape.0.main
	s6-fdholder-store "$T/holder" ptyhead/tape.0.main true <"$T/head"
	wait_for 20 head_is_up
	kill -KILL "$HEAD"
	wait_for 10 has "$T/head.log" 'main: its tape is of no use'
	start tapecat -n 1 -o "$T/out" "$T/s" >"$T/marks"
	wait_for 10 has "$T/marks" attached || { cat "$T/head.log" "$T/marks"; return 1; }
	touch "$T/go"
	wait_for 10 has "$T/marks" '^end 1 300'
	grep -q after "$T/out"
}

# tape_version HEAD N : its one tape says that it is of that version.
tape_version() {
	local fd
	fd=$(find "/proc/$1/fd" -lname '*ptytape:*')
	# shellcheck disable=SC2059
	printf "\\x$2\\0\\0\\0" | dd of="$fd" bs=4 seek=2 conv=notrunc status=none
}

@test "an upgrade to another tape layout, and back, costs the history; program and viewers go on" {
	local version before
	keep_start
	start s6-ptyexec -t 20000 "$T/s" bash -c "for i in 1 2 3; do echo line \$i; until [ -e '$T/go.'\$i ]; do sleep 0.05; done; done; exit 3"
	local program=$STARTED
	wait_for 5 shows_line 'line 1'
	start ptyhead-attach -L -1 "$T/s" >"$T/out" 2>"$T/viewer.log" </dev/null
	local viewer=$STARTED i=1
	wait_for 5 has "$T/out" 'line 1'
	for version in 04 00; do
		wait_for 20 head_is_up
		before=$HEAD
		tape_version "$before" "$version"
		kill -KILL "$before"
		wait_for 10 another_head "$before"
		touch "$T/go.$i"
		i=$((i + 1))
		wait_for 10 has "$T/out" "line $i" || { cat "$T/head.log" "$T/viewer.log" "$T/out"; ptyhead-list "$T/s"; ptyhead-show "$T/s"; return 1; }
		wait_for 5 shows_line "line $i"
		alive "$program"
	done
	[ "$(count "$T/head.log" 'its tape is of no use .it is of another version of ptyhead.: its history is lost')" = 2 ]
	touch "$T/go.3"
	wait_for 10 not alive "$viewer"
	wait "$viewer" || [ $? -eq 3 ]
	[ "$(tr -d '\r' <"$T/out")" = "$(printf 'line %d\n' 1 2 3)" ]
}

@test "the fd-holder itself dies: programs go on, it is said, and its successor gets all anew" {
	keep_start
	start s6-ptyexec "$T/s" bash -c "echo one; until [ -e '$T/go' ]; do sleep 0.05; done; exit 3"
	local program=$STARTED
	wait_for 5 store_has 1
	kill -KILL "$(s6-svstat -o pid "$S6_SCANDIR/holder")"
	wait_for 10 test -S "$T/holder"
	wait_for 10 s6-ptyexec -n other "$T/s" true
	wait_for 5 has "$T/head.log" 'lost the s6-fdholderd'
	alive "$program"
	wait_for 5 store_has 1
	touch "$T/go"
	wait_for 5 not alive "$program"
	wait "$program" || [ $? -eq 3 ]
}

@test "an orderly restart is as good as a kill" {
	local n=20000 i
	keep_start
	begin "$n"
	for i in {1..3}; do
		wait_for 20 head_is_up
		s6-svc -r "$S6_SCANDIR/head"
		wait_for 10 another_head "$HEAD"
	done
	finish "$n"
}

@test "an orderly restart within a fast flood: the next head, too, waits for the lossless reader" {
	local i
	keep_start
	start ptyhead-attach -L -1 "$T/s" >"$T/out" 2>"$T/viewer.log" </dev/null
	local viewer=$STARTED
	wait_for 5 viewer_is_there
	# shellcheck disable=SC2016 # for that sh
	start s6-ptyexec -t 20000 "$T/s" sh -c 'stty raw; until [ -e "$0" ]; do seq 200000; done; exit 7' "$T/enough"
	for i in {1..8}; do
		wait_for 10 head_is_up
		wait_for 10 grown "$T/out"
		# The reader comes back later than the head.
		kill -STOP "$viewer"
		kill -TERM "$HEAD"
		s6-svc -u "$S6_SCANDIR/head"
		wait_for 10 another_head "$HEAD"
		timeout 0.3 tail -f /dev/null || :
		kill -CONT "$viewer"
	done
	touch "$T/enough"
	wait_for 60 not alive "$viewer"
	i=0
	wait "$viewer" || i=$?
	cat "$T/viewer.log"
	[ "$i" -eq 7 ]
	# Each round is whole, and in order.
	awk '$1 != (NR - 1) % 200000 + 1 { print NR ": " $0; bad = 1; exit } END { exit bad || NR % 200000 }' "$T/out"
}

grown() { local was; was=$(stat -c %s "$1"); wait_for 10 longer "$1" "$was"; }
longer() { [ "$(stat -c %s "$1")" -gt "$2" ]; }

@test "without a store it says so, in one line" {
	start ptyhead "$T/x" 2>"$T/log"
	wait_for 5 has "$T/log" 'no store: if this head dies, its programs get SIGHUP'
	[ "$(wc -l <"$T/log")" = 1 ]
}

@test "what ptyhead-list tells of a run outlives the head" {
	keep_start
	start s6-ptyexec "$T/s" sh -c 'exec sleep 1000' 'with "quotes"'
	wait_for 5 store_has 1
	local before
	before=$(ptyhead-list --json "$T/s" | sed 's/"uptime":[0-9]*//')
	[[ $before = *sleep* ]]
	wait_for 20 head_is_up
	kill -KILL "$HEAD"
	wait_for 10 another_head "$HEAD"
	[ "$(ptyhead-list --json "$T/s" | sed 's/"uptime":[0-9]*//')" = "$before" ] || { echo "$before"; ptyhead-list --json "$T/s"; return 1; }
}

# Typed words are numbered: none twice, none before another that it follows.
in_order() {
	grep -oE 'w[0-9]{3}' "$1" >"$1.words"
	sort -c -u "$1.words"
}

@test "vim at work, the head killed while keys are typed: the screen is right, no key doubled or reordered" {
	local i kills=0
	keep_start
	start s6-ptyexec -T tmux-256color "$T/s" vim -u NONE -i NONE -n -N --cmd 'set tw=0' "$T/text"
	PROGRAM=$STARTED
	tm_start 80x24 ptyhead-attach "$T/s"
	tm_wait 5 '^~'
	tm_keys i
	for i in {100..219}; do
		tm_keys "w$i "
		if [ $((i % 12)) = 11 ]; then tm_keys Enter; fi
		if [ $((i % 40)) = 15 ]; then
			keep_kill
			kills=$((kills + 1))
		fi
	done
	[ "$kills" = 3 ]
	wait_for 15 head_is_up
	tm_wait 15 'w219'
	# What vim shows, the viewer shows: the file is what is on the screen.
	tm_keys Escape ':w' Enter
	wait_for 10 test -s "$T/text"
	in_order "$T/text"
	sed 's/ *$//' "$T/text" >"$T/text.trimmed"
	same_text() { [ "$(tm_screen | grep -E '^w' | sed 's/ *$//')" = "$(grep -E '^w' "$T/text.trimmed")" ]; }
	wait_for 10 same_text || { tm_screen >&2; cat "$T/text" >&2; return 1; }
	echo "words: $(wc -l <"$T/text.words") of 120"
	[ "$(wc -l <"$T/text.words")" -ge 115 ]
	tm_keys ':q' Enter
	wait_for 5 not alive "$PROGRAM"
}
