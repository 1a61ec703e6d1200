#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# s6-ptyexec -l: the program's own log, where its supervisor's logger is.

# shellcheck disable=SC2317,SC2016 # called by name; for other shells
load ../helpers/common
load ../helpers/s6
load ../helpers/keep
load ../helpers/runit
load ../helpers/systemd

setup() { common_setup; }
teardown() { common_teardown; }

loggers() { pgrep -f "^ptyhead-log .*$T/" || :; }
no_logger() { [ -z "$(loggers)" ]; }

plain_head() {
	start ptyhead "$T/s" 2>"$T/head.log"
	HEAD=$STARTED
	wait_for 5 test -S "$T/s"
}

@test "-l: finished lines on the standard output, and nothing stays behind" {
	plain_head
	s6-ptyexec -l "$T/s" sh -c 'printf "\033[1mone\033[m\n"; for i in 1 2 3; do printf "\r%s%%" $i; done; echo; printf two; exit 5' >"$T/log" 2>"$T/err" || [ $? = 5 ]
	wait_for 2 no_logger
	printf '%s\n' one 3% two | diff - "$T/log"
	[ ! -s "$T/err" ]
	# The run before is not logged again.
	s6-ptyexec -l "$T/s" echo three >"$T/log2"
	wait_for 2 no_logger
	[ "$(cat "$T/log2")" = three ]
}

# What a program finds: its descriptors (not which pty), signals, parent, group, children.
# The shell reads its own state by itself: with a child under way it blocks signals.
found='while read -r line; do
		[[ ! $line =~ ^(Sig[PBIC]|Shd|PPid|NSpgid|NSsid|Seccomp|CapEff) ]] || echo "${line//$$/SELF}"
	done </proc/$$/status
	ls -l /proc/$$/fd >"$1.fds"; sed "s/.*[0-9] \([0-9]* -> \)/\1/; s/pipe:.*/pipe/; s|pts/[0-9]*|pts|" <"$1.fds"
	tr " " "\n" </proc/$$/task/$$/children | wc -w
	ulimit -a; env | grep -v "^_="'

@test "-l: the program finds just what it finds without it" {
	plain_head
	echo "$found" >"$T/found"
	# A child would be seen: the shell itself makes those of its commands.
	for opt in '' -l; do
		mkfifo "$T/hold$opt"
		# shellcheck disable=SC2086,SC2094
		start bash -c 'exec s6-ptyexec "$@" 7>"$T/seven"' bash $opt "$T/s" bash -c 'mapfile -t x <"$T/found"; eval "$(cat "$T/found")" >"$1"; : >"$1.done"; read -r line <"$2"' bash "$T/finds$opt" "$T/hold$opt" >"$T/out$opt" 2>&1
		wait_for 5 test -e "$T/finds$opt.done"
		[ "$(pgrep -c -P "$STARTED" || :)" = 0 ]
		echo >"$T/hold$opt"
		wait_for 5 not alive "$STARTED"
		wait_for 5 no_logger
	done
	sed 's/finds-l/finds/; s/hold-l/hold/' "$T/finds-l" | diff "$T/finds" -
	[ "$(wc -l <"$T/finds")" -gt 20 ]
}

@test "-l: a blocked SIGCHLD does not stay pending into the program" {
	plain_head
	python3 -c '
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
os.execvp("s6-ptyexec", ["s6-ptyexec", "-l", sys.argv[1], "grep", "Pnd", "/proc/self/status"])' "$T/s" >"$T/log"
	wait_for 5 no_logger
	[ "$(count "$T/log" '0000000000000000$')" = 2 ]
}

@test "-l: a logger that cannot start, or cannot follow, costs a line" {
	plain_head
	mkdir "$T/alone"
	cp "$PTYHEAD_BUILD/s6-ptyexec" "$T/alone/"
	env PATH=/usr/bin:/bin "$T/alone/s6-ptyexec" -l "$T/s" sh -c 'exit 6' >"$T/log" 2>"$T/err" || [ $? = 6 ]
	[ "$(wc -l <"$T/err")" = 1 ]
	has "$T/err" 'unable to start ptyhead-log: No such file or directory; the program runs without its log'
	printf '#!/bin/sh\nexit 3\n' >"$T/alone/ptyhead-log"
	chmod +x "$T/alone/ptyhead-log"
	"$T/alone/s6-ptyexec" -l "$T/s" sh -c 'exit 6' >"$T/log" 2>"$T/err" || [ $? = 6 ]
	has "$T/err" 'the program runs without its log'
	run s6-ptyexec -l -f id "$T/s" true
	[ "$status" = 100 ]
}

@test "-l: the logger ignores SIGTERM, and ends when its program has, also when the head is gone for good" {
	plain_head
	mkfifo "$T/fifo"
	start s6-ptyexec -l "$T/s" sh -c 'echo begun; read -r x <"$1"; echo over' sh "$T/fifo" >"$T/log" 2>"$T/err"
	local program=$STARTED
	wait_for 5 has "$T/log" begun
	kill -TERM "$(loggers)"
	kill -HUP "$(loggers)"
	echo >"$T/fifo" || :
	wait_for 5 not alive "$program"
	wait_for 2 no_logger
	: >"$T/log"
	start s6-ptyexec -l "$T/s" sh -c 'trap "" HUP; echo begun; while :; do sleep 0.1; done' >"$T/log" 2>"$T/err"
	program=$STARTED
	wait_for 5 has "$T/log" begun
	kill -KILL "$HEAD"
	wait_for 5 not alive "$HEAD"
	sleep 1.5 # it looks for the head
	[ -n "$(loggers)" ]
	kill -KILL "$program"
	wait_for 2 no_logger
}

@test "-l -D: the logger waits for a head that is to come" {
	start python3 -c '
import os, socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()
while not os.path.exists(sys.argv[2]): time.sleep(0.02)
if s.fileno() != 3: os.dup2(s.fileno(), 3)
else: os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execvp("ptyhead", ["ptyhead"])' "$T/s" "$T/go" 2>"$T/head.log"
	wait_for 5 test -S "$T/s"
	start s6-ptyexec -l -D "$T/s" sh -c 'echo begun; sleep 1; echo over' >"$T/log" 2>"$T/err"
	sleep 0.3
	touch "$T/go"
	wait_for 5 has "$T/log" over
	wait_for 3 no_logger
	printf '%s\n' begun over | diff - "$T/log"
	[ ! -s "$T/err" ]
}

@test "-l: a flood of 100 MB: what is left out is counted to the line, and the program's time" {
	plain_head
	head -c 100000000 /dev/zero | tr '\0' x | fold -w 70 >"$T/flood"
	echo >>"$T/flood"
	local lines opt from best='' best_l=''
	lines=$(wc -l <"$T/flood")
	for _ in 1 2 3; do
		for opt in '' -l; do
			from=${EPOCHREALTIME/[.,]/}
			# shellcheck disable=SC2086
			s6-ptyexec $opt "$T/s" cat "$T/flood" >"$T/log" 2>"$T/err"
			from=$((${EPOCHREALTIME/[.,]/} - from))
			if [ -n "$opt" ]; then
				[ -z "$best_l" ] || [ "$from" -lt "$best_l" ] && best_l=$from
			else
				[ -z "$best" ] || [ "$from" -lt "$best" ] && best=$from
			fi
		done
		wait_for 10 no_logger
		out=$(sed -n 's/^\[\([0-9]*\) lines\? left out\]$/\1/p' "$T/log" | paste -sd+ | bc)
		[ $((out + $(count "$T/log" '^x'))) = "$lines" ]
		not grep -vxE 'x+|\[[0-9]+ lines? left out\]' "$T/log"
		[ ! -s "$T/err" ]
	done
	echo "# 100 MB: $((best / 1000)) ms, with -l $((best_l / 1000)) ms: $((best_l * 100 / best)) %" >&3
}

# A program that writes 2,500 numbered lines in each of four runs, and then stays. With
# $T/kills a run does not end before five more heads were killed in it.
write_counter() {
	cat >"$T/counter" <<-'EOP'
		#!/usr/bin/env bash
		read -r n <"$1/runs" || n=0
		echo $((n + 1)) >"$1/runs"
		[ "$n" -lt 4 ] || { echo staying; exec sleep 1000; }
		for ((i = n * 2500; i < (n + 1) * 2500; i++)); do
			printf 'line %d\n' "$i"
			((i % 20)) || read -rt 0.03 <> <(:)
			((i == (n + 1) * 2500 - 30)) || continue
			until [ ! -e "$1/kills" ] || { read -r kills <"$1/kills" && [ "$kills" -ge $((5 * (n + 1))) ]; }; do sleep 0.05; done
		done
	EOP
	chmod +x "$T/counter"
	: >"$T/runs"
	chmod 666 "$T/runs"
}
all_lines() { seq -f 'line %g' 0 9999 && echo staying; }
runs_are() { [ -e "$T/runs" ] && [ "$(cat "$T/runs")" = "$1" ]; }

@test "-l under s6: three restarts of the program and twenty killed heads, each line once in s6-log's file" {
	write_counter
	echo 0 >"$T/kills"
	keep_start
	mkdir -p "$T/service/app/log"
	cat >"$T/service/app/run" <<-EOR
		#!/bin/sh
		exec 2>&1
		exec s6-ptyexec -l -t 20000 '$T/s' '$T/counter' '$T'
	EOR
	cat >"$T/service/app/log/run" <<-EOR
		#!/bin/sh
		exec s6-log -b n20 s10000000 '$T/applog'
	EOR
	chmod +x "$T"/service/app/run "$T"/service/app/log/run
	s6-svscanctl -an "$S6_SCANDIR"
	local kills=0 old
	while [ "$kills" -lt 20 ]; do
		old=$(head_pid)
		kill -KILL "$old"
		wait_for 10 another_head "$old"
		kills=$((kills + 1))
		echo "$kills" >"$T/kills"
		sleep "0.$((RANDOM % 4))"
	done
	wait_for 30 runs_are 5
	wait_for 10 has "$T/applog/current" '^staying$'
	wait_for 5 eval '[ "$(loggers | wc -l)" = 1 ]'
	# A head that dies while a program is handed over makes that start fail, once more.
	all_lines | diff - <(grep -v '^s6-ptyexec: fatal: .*closed the connection without an answer' "$T/applog/current")
}

@test "-l under runit: each line once in svlogd's file" {
	write_counter
	plain_head
	mkdir -p "$T/sv/app/log" "$T/applog"
	printf '#!/bin/sh\nexec 2>&1\nexec s6-ptyexec -l %s %s %s\n' "$T/s" "$T/counter" "$T" >"$T/sv/app/run"
	printf '#!/bin/sh\nexec svlogd %s\n' "$T/applog" >"$T/sv/app/log/run"
	chmod +x "$T"/sv/app/run "$T"/sv/app/log/run
	runit_start "$T/sv"
	wait_for 60 runs_are 5
	wait_for 10 has "$T/applog/current" '^staying$'
	all_lines | diff - "$T/applog/current"
}

@test "-l under systemd: the unit's own journal, across restarts of the program and twenty killed heads" {
	write_counter
	sd_units "$T/units" "$REPO"/systemd/ptyhead@.service "$REPO"/systemd/ptyhead@.socket "$REPO"/systemd/ptyhead-watch@.socket
	cat >"$T/units/app.service" <<-EOU
		[Service]
		ExecStart=/usr/local/bin/s6-ptyexec -l -t 20000 app $T/counter $T
		Restart=always
		RestartSec=100ms
	EOU
	echo 0 >"$T/kills"
	sd_boot "$T/units"
	# The whole log is looked at: journald must not leave lines out by itself.
	sd mkdir -p /run/systemd/journald.conf.d
	printf '[Journal]\nRateLimitBurst=0\n' >"$T/journald"
	sd cp "$T/journald" /run/systemd/journald.conf.d/all.conf
	sd systemctl restart systemd-journald
	sd systemctl start ptyhead@app.socket app.service
	local kills=0 was
	head_now() { sd_prop ptyhead@app.service MainPID; }
	other_head() { local now; now=$(head_now); [ "$now" != "$1" ] && [ "$now" != 0 ] && sd_is ptyhead@app.service active; }
	while [ "$kills" -lt 20 ]; do
		was=$(head_now)
		[ "$was" -gt 0 ] || continue
		sd systemctl kill -s KILL ptyhead@app.service
		wait_for 10 other_head "$was"
		kills=$((kills + 1))
		echo "$kills" >"$T/kills"
		sleep "0.$((RANDOM % 5))"
	done
	wait_for 30 runs_are 5
	in_journal() { sd_journal -u app.service -o cat | grep -q '^staying$'; }
	wait_for 10 in_journal
	sd_journal -u app.service -o cat _COMM=ptyhead-log >"$T/journal"
	all_lines | diff - "$T/journal"
	sd systemctl status app.service --no-pager | grep -q 'staying'
	# Stopping is clean, and quick.
	sd systemctl stop app.service
	[ "$(sd_prop app.service Result)" = success ]
	sd_journal -u app.service _COMM=systemd >"$T/said"
	not grep -E 'SIGKILL|left-over' "$T/said" || { cat "$T/said"; return 1; }
}
