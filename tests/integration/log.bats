#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031 # for other shells; each test has its own
# The programs' output as lines of a log: ptyhead-log.
# shellcheck disable=SC2016,SC2034 # for other shells; HEAD is for all

load ../helpers/common
load ../helpers/s6
load ../helpers/keep

setup() { common_setup; }
teardown() { common_teardown; }

# log_start [OPTION]... : a head on $T/s, and a log of its main terminal through a pipe
# into $T/log; pids in $HEAD, $LOG and $READER.
log_start() {
	mkfifo "$T/pipe"
	start cat "$T/pipe" >"$T/log"
	READER=$STARTED
	start ptyhead "$T/s" 2>"$T/head.log"
	HEAD=$STARTED
	wait_for 5 test -S "$T/s"
	start ptyhead-log -f "$@" "$T/s" >"$T/pipe" 2>"$T/log.err"
	LOG=$STARTED
	wait_for 20 follows
}

# follows : somebody is attached.
follows() { ptyhead-list --json "$T/s" | grep -qE "\"(viewers|watchers)\": 1"; }

# Run pids are whoever's.
shown() { sed 's/, pid [0-9]*\]$/]/' "$T/log"; }
shows() { [ "$(shown)" = "$1" ]; }

# on_screen REGEX : a line of main's screen matches.
on_screen() { ptyhead-show "$T/s" | grep -qE "$1"; }

@test "usage: what cannot be, and where there is nothing" {
	run ptyhead-log
	[ "$status" = 100 ]
	run ptyhead-log --raw -n 3 "$T/s"
	[ "$status" = 100 ]
	run ptyhead-log --since yesterday-ish "$T/s"
	[ "$status" = 111 ] # no head is asked first
	start ptyhead "$T/s" 2>"$T/head.log"
	wait_for 5 test -S "$T/s"
	run ptyhead-log --since yesterday-ish "$T/s"
	[ "$status" = 100 ]
	[[ $output == *"'10 min ago'"* ]]
	run ptyhead-log --run 3 "$T/s"
	[ "$status" = 1 ]
	run ptyhead-log --run 0 "$T/s"
	[ "$status" = 1 ]
	run ptyhead-log --since 99 "$T/s"
	[ "$status" = 97 ]
	ptyhead-log --help | grep -q -- --tai64n
}

@test "the past: all of it, its last lines, a run of it, from an offset or a time on" {
	start ptyhead "$T/s" 2>"$T/head.log"
	wait_for 5 test -S "$T/s"
	s6-ptyexec "$T/s" seq 100
	s6-ptyexec "$T/s" sh -c 'printf "\033[31mred\033[m\nno newline"; exit 3' || [ $? = 3 ]
	s6-ptyexec "$T/s" seq 3
	(seq 100 && printf '%s\n' red 'no newline' 1 2 3) >"$T/want"
	wait_for 5 ptyhead-wait -t 5 --exit "$T/s" 2>/dev/null
	ptyhead-log "$T/s" | diff "$T/want" -
	ptyhead-log -n 4 "$T/s" | diff <(tail -4 "$T/want") -
	ptyhead-log -n 0 "$T/s" | diff /dev/null -
	ptyhead-log --run 1 "$T/s" | diff <(seq 100) -
	ptyhead-log --run -1 "$T/s" | diff <(printf '%s\n' red 'no newline') -
	ptyhead-log --run 0 "$T/s" | diff <(seq 3) -
	ptyhead-log --since run "$T/s" | diff <(seq 3) -
	ptyhead-log --since 9 "$T/s" | diff <(tail -n +4 "$T/want") -
	ptyhead-log --since '1 hour ago' "$T/s" | diff "$T/want" -
	run ptyhead-log -f --run 2 "$T/s"
	[ "$status" = 3 ]
	[ "$output" = $'red\nno newline' ]
}

@test "the past of a tape that has been overwritten: every line that is held, whole" {
	start ptyhead "$T/s" 2>"$T/head.log"
	wait_for 5 test -S "$T/s"
	s6-ptyexec "$T/s" seq 100000
	ptyhead-log "$T/s" >"$T/log"
	local first
	first=$(head -1 "$T/log")
	seq "$first" 100000 | diff - "$T/log"
	[ "$(wc -l <"$T/log")" -gt 30000 ]
}

@test "-t and -T: the time of each line, for people and for s6's tools" {
	start ptyhead "$T/s" 2>"$T/head.log"
	wait_for 5 test -S "$T/s"
	export TZ=Asia/Kolkata
	start ptyhead-log -ft "$T/s" >"$T/iso"
	start ptyhead-log -fT "$T/s" >"$T/tai"
	wait_for 5 eval 'ptyhead-list --json "$T/s" | grep -q "\"watchers\": 2"'
	local before after first second
	before=$(date +%s%3N)
	s6-ptyexec "$T/s" sh -c 'echo one; sleep 1; echo two'
	wait_for 5 has "$T/iso" 'two$'
	wait_for 5 has "$T/tai" 'two$'
	after=$(date +%s%3N)
	grep -qE '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}\+05:30 one$' "$T/iso"
	first=$(date -d "$(sed -n 's/ one$//p' "$T/iso")" +%s%3N)
	second=$(date -d "$(sed -n 's/ two$//p' "$T/iso")" +%s%3N)
	echo "before $before, first $first, second $second, after $after"
	[ "$before" -le "$first" ] && [ "$second" -le "$after" ] && [ $((second - first)) -ge 500 ]
	s6-tai64nlocal <"$T/tai" >"$T/local"
	[ "$(date -d "$(sed -n 's/ one$//p' "$T/local")" +%s)" -le "$((first / 1000))" ]
	[ "$(date -d "$(sed -n 's/ one$//p' "$T/local")" +%s%3N)" -ge "$before" ]
}

@test "-t of the past: each line's time is within a second of the truth, and --since finds it" {
	start ptyhead "$T/s" 2>"$T/head.log"
	wait_for 5 test -S "$T/s"
	export TZ=UTC
	local i
	s6-ptyexec "$T/s" sh -c 'for i in 1 2 3 4 5 6 7; do date +%s%3N; sleep 0.6; done'
	ptyhead-log -t "$T/s" >"$T/log"
	[ "$(wc -l <"$T/log")" = 7 ]
	while read -r said was; do
		i=$((was - $(date -d "$said" +%s%3N)))
		# The writer's clock ticks each 4 to 10 ms.
		[ "$i" -ge -50 ] && [ "$i" -le 1500 ] || { echo "$said $was: $i ms"; return 1; }
	done <"$T/log"
	# From the fifth line on, or one before it.
	ptyhead-log --since "$(date -d "@$(sed -n '5s/.* \(.*\).../\1/p' "$T/log")" '+%F %T')" "$T/s" >"$T/since"
	[ "$(wc -l <"$T/since")" -ge 3 ] && [ "$(wc -l <"$T/since")" -le 5 ]
}

@test "text: seq, ls in colours, ends of all kinds, a last line without a newline" {
	log_start -r
	s6-ptyexec "$T/s" seq 200
	mkdir "$T/d" && mkdir "$T/d/sub" && touch "$T/d/file"
	s6-ptyexec "$T/s" ls --color=always -1 "$T/d"
	s6-ptyexec "$T/s" sh -c 'printf "no newline"; exit 3' || :
	s6-ptyexec "$T/s" sh -c 'kill -KILL $$' || :
	wait_for 8 has "$T/log" '^\[run 4: '
	shows "$(
		echo '[run 1 started]' && seq 200 && echo '[run 1: the program ended with exit code 0]'
		printf '%s\n' '[run 2 started]' file sub '[run 2: the program ended with exit code 0]'
		printf '%s\n' '[run 3 started]' 'no newline' '[run 3: the program ended with exit code 3]'
		printf '%s\n' '[run 4 started]' '[run 4: the program was killed by SIGKILL (signal 9)]'
	)"
}

@test "text: a line is there at once, while the program lives, and a prompt is not" {
	log_start -r
	start s6-ptyexec "$T/s" sh -c 'echo a line; printf "a prompt> "; read -r x; echo over' <<<''
	wait_for 2 has "$T/log" '^a line$'
	not has "$T/log" prompt
}

@test "text: a progress bar of 1000 steps is one line, and so is one of dd" {
	log_start -r
	# shellcheck disable=SC2016
	s6-ptyexec "$T/s" bash -c 'for i in {1..1000}; do printf "\r\e[K%d of 1000" $i; [ $((i % 100)) -gt 0 ] || read -rt 0.03 <> <(:) || :; done; echo; echo ready'
	s6-ptyexec "$T/s" dd if=/dev/zero of=/dev/null bs=64k count=20000 status=progress
	wait_for 8 has "$T/log" '^\[run 2: '
	[ "$(count "$T/log" 'of 1000')" = 1 ]
	has "$T/log" '^1000 of 1000$'
	has "$T/log" '^20000\+0 records out$'
	[ "$(count "$T/log" 'copied')" -le 2 ]
}

@test "text: top, which draws on the main screen, leaves only the beginning and end of its run" {
	log_start -r
	start s6-ptyexec -T xterm-256color "$T/s" top -d 0.4
	wait_for 5 on_screen 'PID USER'
	# It draws on, asks, and draws again.
	ptyhead-send -n "$T/s" d
	wait_for 5 on_screen 'Change delay'
	ptyhead-send -k Enter "$T/s" ''
	wait_for 5 on_screen 'PID USER'
	ptyhead-wait -t 5 --idle 60 "$T/s" # between two of its pictures
	ptyhead-send -n "$T/s" q
	wait_for 8 has "$T/log" '^\[run 1: '
	shows "$(printf '%s\n' '[run 1 started]' '[run 1: the program ended with exit code 0]')" || { cat "$T/log"; return 1; }
}

@test "text: less and vim leave only the beginning and end of their runs" {
	log_start -r
	seq 500 >"$T/text"
	start s6-ptyexec "$T/s" less "$T/text"
	wait_for 5 has "$T/log" '^\[run 1 started'
	wait_for 5 on_screen '^23$'
	ptyhead-send -n "$T/s" ' q'
	wait_for 8 has "$T/log" '^\[run 1: '
	start s6-ptyexec "$T/s" vim -u NONE -N "$T/text"
	wait_for 5 on_screen '^23$'
	ptyhead-send "$T/s" ':q!'
	wait_for 8 has "$T/log" '^\[run 2: '
	shown
	not grep -qE '^[0-9]' "$T/log"
}

@test "text: python's dialogue, on a terminal of another name" {
	start ptyhead "$T/s" 2>"$T/head.log"
	wait_for 5 test -S "$T/s"
	start s6-ptyexec "$T/s:py" env PYTHON_BASIC_REPL=1 INPUTRC=/dev/null python3 -i -q
	wait_for 5 ptyhead-wait -t 5 -F ">>>" "$T/s:py"
	start ptyhead-log -fr "$T/s:py" >"$T/log"
	ptyhead-send "$T/s:py" 'print(6 * 7)'
	wait_for 5 has "$T/log" '^42$'
	has "$T/log" '^>>> print\(6 \* 7\)$'
	ptyhead-send "$T/s:py" 'exit()'
	wait_for 8 has "$T/log" '^\[run 1: the program ended with exit code 0\]$'
}

@test "text: what could harm who reads the log is escaped" {
	log_start -r
	s6-ptyexec "$T/s" printf 'a\033[31mb\033]0;title\007c\001\177 \342\200\256turned \302\205x \\x\n'
	wait_for 8 has "$T/log" 'the program ended'
	has "$T/log" 'turned'
	not grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\x{202e}' "$T/log"
}

# A flood, which must not be held up.
flood() {
	local from=$SECONDS
	s6-ptyexec "$T/s" timeout 2 yes 'a line of a flood, of which there are many' || [ $? -eq 124 ]
	[ $((SECONDS - from)) -le 6 ]
}

# Each line of the log is whole, but for one that yes was killed within.
lines_are_whole() {
	local odd
	odd=$(grep -vxE 'a line of a flood, of which there are many|\[.*\]|afterwards|back again' "$T/log") || return 0
	[[ $'a line of a flood, of which there are many' == "$odd"* ]]
}

back_again() {
	s6-ptyexec "$T/s" echo 'back again' && wait_for 1 has "$T/log" '^back again$'
}

@test "a reader that stopped does not keep the log from ending at a signal, while it says the past either" {
	start ptyhead -g 0 "$T/s" 2>"$T/head.log"
	wait_for 5 test -S "$T/s"
	start s6-ptyexec "$T/s" sh -c 'yes 0123456789 | head -n 60000; echo written; sleep 1000'
	wait_for 5 eval 'ptyhead-show "$T/s" | grep -q written'
	mkfifo "$T/stopped"
	exec 8<>"$T/stopped"
	local opts
	for opts in -f '-f --raw' '-fL --raw'; do
		# shellcheck disable=SC2086
		start ptyhead-log $opts "$T/s" >&8 2>&1 8>&-
		wait_for 5 blocks_term "$STARTED"
		kill -TERM "$STARTED"
		wait_for 4 not alive "$STARTED"
	done
	exec 8>&-
}
# It has taken SIGTERM for itself.
blocks_term() { [ $((0x$(sed -n 's/^SigBlk:.//p' "/proc/$1/status") >> 14 & 1)) = 1 ]; }

@test "text: a reader that stopped does not stop the program; what was left out is counted" {
	log_start -r
	kill -STOP "$READER"
	flood
	# It ended in time: see flood.
	s6-ptyexec "$T/s" echo afterwards
	kill -CONT "$READER"
	wait_for 5 has "$T/log" '^\[[0-9]+ lines left out\]$'
	[ "$(sed -n 's/^\[\([0-9]*\) lines left out\]$/\1/p' "$T/log" | head -1)" -gt 10000 ]
	# (What is left of the flood may be left out for another second.)
	wait_for 15 back_again
	lines_are_whole
}

@test "text: a flood is bounded with a reader that reads all" {
	log_start -r
	flood
	wait_for 5 has "$T/log" 'lines left out'
	[ "$(count "$T/log" 'a line of')" -le 16000 ]
}

@test "text: whatever the reader does, the program and the log do not wait" {
	log_start
	kill "$READER"
	wait_for 5 not alive "$READER"
	s6-ptyexec "$T/s" seq 1000
	wait_for 5 not alive "$LOG"
	ptyhead-log -f "$T/s" | head -3 >"$T/three"
	seq 3 | diff - "$T/three"
}

# A disk that is full but for 16 KiB, until most of it is made free.
@test "text: a full disk tears no line, and what it cost is counted" {
	[ "$(id -u)" = 0 ] || skip 'mounting needs root'
	start ptyhead "$T/s" 2>"$T/head.log"
	wait_for 5 test -S "$T/s"
	mkdir "$T/disk"
	cat >"$T/on-disk" <<-'EOD'
		#!/bin/sh
		mount -t tmpfs -o size=1m disk "$1" || exit 1
		head -c 1032192 /dev/zero >"$1/ballast"
		ptyhead-log -fr "$2" >"$1/log" 2>"$1.err" &
		: >"$1.up"
		until [ -e "$1.go" ]; do sleep 0.05; done
		rm "$1/ballast"
		until grep -q '^last' "$1/log" || [ -e "$1.stop" ]; do sleep 0.05; done
		kill $!
		wait $!
		cp "$1/log" "$1.log"
	EOD
	chmod +x "$T/on-disk"
	start unshare -m "$T/on-disk" "$T/disk" "$T/s"
	wait_for 5 test -e "$T/disk.up"
	wait_for 20 follows
	# 16 KiB fit on the disk, 64 KiB are held, the rest is not.
	s6-ptyexec "$T/s" seq -f 'line %06g of many lines that do not fit' 5000
	sleep 1.5
	touch "$T/disk.go"
	sleep 2.5
	s6-ptyexec "$T/s" echo last
	wait_for 10 test -s "$T/disk.log"
	not grep -vxE 'line [0-9]{6} of many lines that do not fit|\[.*\]|last' "$T/disk.log"
	has "$T/disk.log" '^\[[0-9]+ lines left out: No space left on device\]$'
	local out got
	out=$(sed -n 's/^\[\([0-9]*\) lines\? left out.*/\1/p' "$T/disk.log" | paste -sd+ | bc)
	got=$(count "$T/disk.log" '^(line|last)')
	[ $((out + got)) = 5001 ]
}

# on_socket COMMAND... : its standard output is a stream socket, as journald's is,
# with all that comes in $T/log; nothing is read while $T/stop is there.
on_socket() {
	start python3 -c '
import os, signal, socket, subprocess, sys, time
a, b = socket.socketpair()
p = subprocess.Popen(sys.argv[3:], stdout=b)
b.close()
signal.signal(signal.SIGTERM, lambda *_: p.terminate())
with open(sys.argv[1], "wb", 0) as log:
    while True:
        while os.path.exists(sys.argv[2]) and p.poll() is None: time.sleep(0.02)
        data = a.recv(65536)
        if not data: break
        log.write(data)
' "$T/log" "$T/stop" "$@"
}

@test "text: into a socket, with a reader that stops" {
	touch "$T/stop"
	start ptyhead "$T/s" 2>"$T/head.log"
	wait_for 5 test -S "$T/s"
	on_socket ptyhead-log -f "$T/s"
	wait_for 20 follows
	flood
	s6-ptyexec "$T/s" echo afterwards
	rm "$T/stop"
	wait_for 5 has "$T/log" 'lines left out'
	# (What is left of the flood may be left out for another second.)
	wait_for 15 back_again || { tail -5 "$T/log"; return 1; }
	lines_are_whole
}

@test "raw: the bytes as they were published" {
	log_start --raw
	s6-ptyexec "$T/s" printf 'a\033[31mb\033[0m\rc\n'
	s6-ptyexec "$T/s" seq 5000
	(printf 'a\033[31mb\033[0m\rc\r\n' && seq 5000 | sed 's/$/\r/') >"$T/want"
	wait_for 5 cmp "$T/want" "$T/log"
}

@test "text: heads are killed and the log goes on, with each line once" {
	keep_start
	start ptyhead-log -frL "$T/s" >"$T/log" 2>"$T/log.err"
	wait_for 20 follows
	start s6-ptyexec "$T/s" sh -c 'i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i + 1)); [ $((i % 100)) -gt 0 ] || sleep 0.1; done; exit 4'
	local n old
	for n in 1 2 3; do
		wait_for 10 has "$T/log" "^line $((n * 500))\$"
		old=$(head_pid)
		kill -KILL "$old"
		wait_for 10 another_head "$old"
	done
	wait_for 20 has "$T/log" '^\[run 1: '
	seq -f 'line %g' 0 2999 | diff - <(grep '^line' "$T/log")
	[ "$(count "$T/log" '^\[run')" = 2 ]
}

@test "order: results come when they are there, before what is written after them" {
	log_start -t
	s6-ptyexec "$T/s" bash -c '
		for i in 1 2 3; do
			printf "step %d ...\n" $i; sleep 0.3
			[ $i = 2 ] && r=FAILED || r=ok
			printf "\e[1A\e[Kstep %d %s\n" $i $r
		done
		echo summary; sleep 3'
	wait_for 8 has "$T/log" 'summary$'
	sed 's/^[^ ]* //' "$T/log" | grep -vx 'step . \.\.\.' | diff <(printf '%s\n' 'step 1 ok' 'step 2 FAILED' 'step 3 ok' summary) -
}
