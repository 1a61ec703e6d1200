#!/usr/bin/env bats
# The programs' output on the head's own standard output: ptyhead -l.

load ../helpers/common
load ../helpers/s6
load ../helpers/keep

setup() { common_setup; }
teardown() { common_teardown; }

# log_head MODE : on $T/s, its log through a pipe into $T/log, pid in $HEAD.
log_head() {
	mkfifo "$T/pipe"
	start cat "$T/pipe" >"$T/log"
	READER=$STARTED
	start ptyhead -l "$1" "$T/s" >"$T/pipe" 2>"$T/head.log"
	HEAD=$STARTED
	wait_for 5 test -S "$T/s"
}

# Run pids are whoever's.
shown() { sed 's/, pid [0-9]*\]$/]/' "$T/log"; }
shows() { [ "$(shown)" = "$1" ]; }

# on_screen REGEX : a line of main's screen matches.
on_screen() { ptyhead-show "$T/s" | grep -qE "$1"; }

@test "-l wants a mode; without it, standard output is left alone" {
	run ptyhead -l verbose "$T/s"
	[ "$status" = 100 ]
	[[ $output == *"option -l wants text, raw or none, not verbose"* ]]
	start ptyhead "$T/s" >"$T/log" 2>"$T/head.log"
	wait_for 5 test -S "$T/s"
	s6-ptyexec "$T/s" echo hello
	[ ! -s "$T/log" ]
}

@test "text: seq, ls in colours, ends of all kinds, a last line without a newline" {
	log_head text
	s6-ptyexec "$T/s" seq 200
	mkdir "$T/d" && mkdir "$T/d/sub" && touch "$T/d/file"
	s6-ptyexec "$T/s" ls --color=always -1 "$T/d"
	s6-ptyexec "$T/s" sh -c 'printf "no newline"; exit 3' || :
	s6-ptyexec "$T/s" sh -c 'kill -KILL $$' || :
	wait_for 8 has "$T/log" '^\[run 4 ended'
	shows "$(
		echo '[run 1 started]' && seq 200 && echo '[run 1 ended: exit 0]'
		printf '%s\n' '[run 2 started]' file sub '[run 2 ended: exit 0]'
		printf '%s\n' '[run 3 started]' 'no newline' '[run 3 ended: exit 3]'
		printf '%s\n' '[run 4 started]' '[run 4 ended: killed by signal 9]'
	)"
}

@test "text: a line is there at once, while the program lives, and a prompt is not" {
	log_head text
	start s6-ptyexec "$T/s" sh -c 'echo a line; printf "a prompt> "; read -r x; echo over' <<<''
	wait_for 2 has "$T/log" '^a line$'
	not has "$T/log" prompt
}

@test "text: a progress bar of 1000 steps is one line, and so is one of dd" {
	log_head text
	# shellcheck disable=SC2016
	s6-ptyexec "$T/s" bash -c 'for i in {1..1000}; do printf "\r\e[K%d of 1000" $i; [ $((i % 100)) -gt 0 ] || read -rt 0.03 <> <(:) || :; done; echo; echo ready'
	s6-ptyexec "$T/s" dd if=/dev/zero of=/dev/null bs=64k count=20000 status=progress
	wait_for 8 has "$T/log" '^\[run 2 ended'
	[ "$(count "$T/log" 'of 1000')" = 1 ]
	has "$T/log" '^1000 of 1000$'
	has "$T/log" '^20000\+0 records out$'
	[ "$(count "$T/log" 'copied')" -le 2 ]
}

@test "text: top, which draws on the main screen, leaves only the beginning and end of its run" {
	log_head text
	start s6-ptyexec -T xterm-256color "$T/s" top -d 0.4
	wait_for 5 on_screen 'PID USER'
	# It draws on, asks, and draws again.
	ptyhead-send -n "$T/s" d
	wait_for 5 on_screen 'Change delay'
	ptyhead-send -k Enter "$T/s" ''
	wait_for 5 on_screen 'PID USER'
	ptyhead-wait -t 5 --idle 60 "$T/s" # between two of its pictures
	ptyhead-send -n "$T/s" q
	wait_for 8 has "$T/log" '^\[run 1 ended'
	shows "$(printf '%s\n' '[run 1 started]' '[run 1 ended: exit 0]')" || { cat "$T/log"; return 1; }
}

@test "text: less and vim leave only the beginning and end of their runs" {
	log_head text
	seq 500 >"$T/text"
	start s6-ptyexec "$T/s" less "$T/text"
	wait_for 5 has "$T/log" '^\[run 1 started'
	wait_for 5 on_screen '^23$'
	ptyhead-send -n "$T/s" ' q'
	wait_for 8 has "$T/log" '^\[run 1 ended'
	start s6-ptyexec "$T/s" vim -u NONE -N "$T/text"
	wait_for 5 on_screen '^23$'
	ptyhead-send "$T/s" ':q!'
	wait_for 8 has "$T/log" '^\[run 2 ended'
	shown
	not grep -qE '^[0-9]' "$T/log"
}

@test "text: python's dialogue, and terminals by their names" {
	log_head text
	start s6-ptyexec "$T/s:py" env PYTHON_BASIC_REPL=1 INPUTRC=/dev/null python3 -i -q
	wait_for 5 ptyhead-wait -t 5 -F ">>>" "$T/s:py"
	ptyhead-send "$T/s:py" 'print(6 * 7)'
	wait_for 5 has "$T/log" '^py: 42$'
	has "$T/log" '^py: >>> print\(6 \* 7\)$'
	ptyhead-send "$T/s:py" 'exit()'
	wait_for 8 has "$T/log" '^py: \[run 1 ended: exit 0\]$'
}

@test "text: what could harm who reads the log is escaped" {
	log_head text
	s6-ptyexec "$T/s" printf 'a\033[31mb\033]0;title\007c\001\177 \342\200\256turned \302\205x \\x\n'
	wait_for 8 has "$T/log" 'ended'
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

@test "text: a reader that stopped does not stop the program; what was left out is counted" {
	log_head text
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
	log_head text
	flood
	wait_for 5 has "$T/log" 'lines left out'
	[ "$(count "$T/log" 'a line of')" -le 16000 ]
}

@test "text: without any reader, and into a file and /dev/full" {
	start ptyhead -l text "$T/s" >"$T/log" 2>"$T/head.log"
	start ptyhead -l text "$T/full" >/dev/full 2>"$T/head.log"
	mkfifo "$T/pipe"
	start sleep 100 1<>"$T/pipe" # not its standard input: a shell takes that from what is in the background
	local holder=$STARTED
	start ptyhead -l text "$T/gone" >"$T/pipe" 2>"$T/head.log"
	HEAD=$STARTED
	wait_for 5 test -S "$T/gone"
	wait_for 5 test -S "$T/full"
	kill "$holder"
	wait_for 5 not alive "$holder"
	for s in s full gone; do s6-ptyexec "$T/$s" seq 1000; done
	wait_for 8 has "$T/log" '^1000$'
	wait_for 8 has "$T/log" 'ended: exit 0'
	alive "$HEAD"
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
	on_socket ptyhead -l text "$T/s"
	wait_for 5 test -S "$T/s"
	flood
	s6-ptyexec "$T/s" echo afterwards
	rm "$T/stop"
	wait_for 5 has "$T/log" 'lines left out'
	# (What is left of the flood may be left out for another second.)
	wait_for 15 back_again || { tail -5 "$T/log"; return 1; }
	lines_are_whole
}

@test "raw: the bytes as they were published" {
	log_head raw
	s6-ptyexec "$T/s" printf 'a\033[31mb\033[0m\rc\n'
	s6-ptyexec "$T/s" seq 5000
	(printf 'a\033[31mb\033[0m\rc\r\n' && seq 5000 | sed 's/$/\r/') >"$T/want"
	wait_for 5 cmp "$T/want" "$T/log"
}

@test "text: killed and started again, the next head goes on and repeats nothing" {
	printf '#!/bin/sh\nexec ptyhead "$@" >>%s\n' "$T/log" >"$T/logging"
	chmod +x "$T/logging"
	KEEP_PTYHEAD=$T/logging keep_start -l text
	start s6-ptyexec "$T/s" sh -c 'echo before; until [ -e '"$T"'/go ]; do sleep 0.02; done; echo after; exit 4'
	wait_for 5 has "$T/log" '^before$'
	local old
	old=$(head_pid)
	kill -KILL "$old"
	wait_for 10 another_head "$old"
	touch "$T/go"
	wait_for 10 has "$T/log" '^\[run 1 ended'
	shows "$(printf '%s\n' '[run 1 started]' before after '[run 1 ended: exit 4]')" ||
		shows "$(printf '%s\n' '[run 1 started]' before after '[run 1 ended: status not known]')"
}
