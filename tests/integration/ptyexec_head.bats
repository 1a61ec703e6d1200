#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# s6-ptyexec with a real head: what the program is answered, and what comes to
# stand on the tape.
# shellcheck disable=SC2016,SC2030,SC2031

load ../helpers/common

setup() {
	common_setup
	S=$T/s
	P=$T/probe
}

teardown() { common_teardown; }

head_start() {
	start ptyhead -v 2 -d 4 "$S" </dev/null 4>"$T/ready" 2>>"$T/log"
	wait_for 20 test -s "$T/ready"
}

# view RUNS [TERMINAL] : its marks in $T/marks, its bytes in $T/bytes.
view() {
	start tapecat -L -n "$1" -o "$T/bytes" "$S" "${@:2}" >"$T/marks"
	VIEW=$STARTED
	wait_for 20 has "$T/marks" '^attached'
}

px() { timeout -s KILL 60 s6-ptyexec "$@" </dev/null 2>"$T/err" 3>&-; }

fact() {
	grep -qaxF -e "$1" -- "$P" || {
		echo "not found: $1, in: $(cat -v "$P")" >&2
		return 1
	}
}

the() { sed -n "s/^$1://p" "$P"; }

said() {
	[ "$(cat "$T/err")" = "$1" ] || {
		printf 'said:   %s\nwanted: %s\n' "$(cat "$T/err")" "$1" >&2
		return 1
	}
}

@test "a run: its pid, its size, its output and its status are on the tape" {
	head_start
	view 1
	local rc=0
	px -s 40x100 "$S" sh -c 'probe "$0"; echo "hello, tape"; exit 42' "$P" || rc=$?
	[ "$rc" -eq 42 ]
	wait_for 20 not alive "$VIEW"
	fact tty:111
	fact size:40x100
	has "$T/marks" "^start 1 $(the ppid) 40x100$"
	has "$T/marks" '^end 1 2a00$'
	has "$T/bytes" '^hello, tape'
}

@test "a terminal keeps the size of its last program; -s asks for another" {
	head_start
	px -s 40x100 "$S" probe "$P"
	fact size:40x100
	px -v 2 "$S" probe "$P"
	fact size:40x100
	said "s6-ptyexec: info: terminal main at $S: run 2, 40 rows, 100 columns"
	px -s 10x20 "$S" probe "$P"
	fact size:10x20
	px "$S:other" probe "$P"
	fact size:24x80
}

@test "a terminal whose program is alive is refused to another, until it ends" {
	head_start
	start s6-ptyexec "$S" probe "$P" stay </dev/null
	wait_for 20 has "$P" '^done$'
	local rc=0
	px "$S" true || rc=$?
	[ "$rc" -eq 111 ]
	said "s6-ptyexec: fatal: the head at $S refused terminal main: the program on terminal main is alive (pid $(the pid))"
	px "$S:another" true
	kill "$(the pid)"
	wait_for 20 not alive "$(the pid)"
	wait_for 20 px "$S" true
}

@test "a program that cannot be executed is a run that ended at once" {
	head_start
	view 1
	local rc=0
	px "$S" /nonexistent || rc=$?
	[ "$rc" -eq 127 ]
	said 's6-ptyexec: fatal: unable to exec /nonexistent: No such file or directory; the terminal was handed over and this run ends on it'
	wait_for 20 not alive "$VIEW"
	has "$T/marks" '^end 1 7f00$'
	[ ! -s "$T/bytes" ]
}

# A socket that is listened on before there is a head, as with socket activation:
# it starts once $T/go is there.
activated() { # FDNAME
	start s6-ipcserver-socketbinder -- "$S" sh -c '
		exec 3<&0 </dev/null
		echo >"$1/bound"
		until [ -e "$1/go" ]; do sleep 0.02; done
		LISTEN_FDS=1 LISTEN_FDNAMES=$2 LISTEN_PID=$$ exec ptyhead -v 2 2>>"$1/log"' sh "$T" "$1"
	wait_for 20 test -e "$T/bound"
}

@test "-D: what the program wrote before there was a head is on the tape, all of it" {
	activated all
	px -D "$S" sh -c 'i=0; while [ $i -lt 1000 ]; do i=$((i + 1)); echo "line $i"; done'
	: >"$T/go"
	view 1
	wait_for 20 not alive "$VIEW"
	[ "$(tr -d '\r' <"$T/bytes")" = "$(seq -f 'line %g' 1000)" ]
	has "$T/marks" '^end 1 0+$'
}

@test "a socket that admits no exports says so" {
	activated watch
	: >"$T/go"
	local rc=0
	px "$S" probe "$P" || rc=$?
	[ "$rc" -eq 111 ]
	said "s6-ptyexec: fatal: the head at $S refused terminal main: this socket does not take exports"
	[ ! -e "$P" ]
}

@test "an execline script that gives the terminal to another user" {
	head_start
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$T" 2>/dev/null || :
	mkdir -m 777 "$T/open"
	cat >"$T/run" <<-EOF
		#!/usr/bin/execlineb -P
		fdmove -c 2 1
		s6-ptyexec -o 1234:4321 $S
		s6-applyuidgid -u 1234 -g 4321 -G ""
		sh -c "echo by name >\`tty\`; id -u >$T/open/uid"
	EOF
	chmod +x "$T/run"
	view 1
	timeout -s KILL 60 "$T/run" </dev/null 3>&-
	[ "$(cat "$T/open/uid")" = 1234 ]
	wait_for 20 not alive "$VIEW"
	has "$T/bytes" '^by name'
}
