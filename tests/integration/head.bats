#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The head: runs and their ends, what it holds, how it starts and stops.

load ../helpers/common

setup() { common_setup; }
teardown() { common_teardown; }

# start_head [OPTION]... : on $T/s, pid in $HEAD.
start_head() {
	start ptyhead "$@" "$T/s" 2>"$T/head.log"
	HEAD=$STARTED
	wait_for 5 test -S "$T/s"
}

# look RUNS [OPTION]... : tapecat on main, its marks in $T/marks, output in $T/out.
look() {
	local n=$1
	shift
	start tapecat -n "$n" -o "$T/out" "$@" "$T/s" >"$T/marks"
	wait_for 5 has "$T/marks" attached
}

@test "quick runs: no byte and no exit status lost" {
	local n=1000 i
	case $PTYHEAD_BUILD in *asan*) n=150 ;; esac # each start of a sanitized program takes long
	start_head
	look "$n" -L
	for ((i = 1; i <= n; i++)); do
		s6-ptyexec "$T/s" sh -c "printf 'run %d of many\n' $i; exit $((i % 256))" || [ $? -eq $((i % 256)) ]
		printf 'run %d of many\r\n' "$i" >>"$T/want"
		printf 'end %d %x\n' "$i" $((i % 256 * 256)) >>"$T/want.marks"
	done
	wait_for 20 count_is "$T/marks" '^total' 1
	cmp "$T/want" "$T/out"
	grep '^end' "$T/marks" | cmp - "$T/want.marks"
}

@test "death by signal, by core, and a program that cannot be run" {
	start_head
	look 3 -L
	s6-ptyexec "$T/s" sh -c 'kill -KILL $$' || :
	s6-ptyexec "$T/s" sh -c 'ulimit -c 0; kill -SEGV $$' || :
	s6-ptyexec "$T/s" /nonexistent || :
	wait_for 5 count_is "$T/marks" '^total' 1
	[ "$(grep '^end' "$T/marks" | tr '\n' ,)" = 'end 1 9,end 2 b,end 3 7f00,' ]
}

@test "the end is told though a child holds the terminal, and what the child writes is kept" {
	start_head
	look 2 -L
	s6-ptyexec "$T/s" bash -c 'trap "" HUP; (until [ -e '"$T"'/go ]; do sleep 0.02; done; echo from the child) & echo from the parent'
	wait_for 5 has "$T/marks" '^end 1 0'
	not grep -q child "$T/out"
	touch "$T/go"
	wait_for 5 has "$T/out" 'from the child'
	s6-ptyexec "$T/s" echo next
	wait_for 5 has "$T/marks" '^end 2 0'
	[ "$(tr -d '\r' <"$T/out" | tr '\n' ,)" = 'from the parent,from the child,next,' ]
}

@test "a program that closes its terminal lives on, and is heard when it opens it again" {
	start_head
	look 1 -L
	# shellcheck disable=SC2016
	start s6-ptyexec "$T/s" bash -c 'echo one; tty=$(tty); exec <&- >&- 2>&-
		until [ -e '"$T"'/go ]; do sleep 0.02; done; echo two >$tty; exit 5'
	wait_for 5 has "$T/out" one
	local before after
	before=$(awk '{ print $14 + $15 }' "/proc/$HEAD/stat")
	timeout 0.5 tail -f /dev/null || :
	after=$(awk '{ print $14 + $15 }' "/proc/$HEAD/stat")
	[ $((after - before)) -lt 5 ] # no spinning at the hang-up
	not grep -q "^end" "$T/marks"
	touch "$T/go"
	wait_for 5 has "$T/marks" '^end 1 500'
	grep -q two "$T/out"
}

@test "10 MB arrive byte for byte at a lossless reader, in the smallest and a large ring" {
	local ring
	for ring in 64K 4M; do
		rm -f "$T"/s "$T"/out "$T"/marks
		start_head -b "$ring"
		look 1 -L
		head -c 10000000 /dev/urandom >"$T/data"
		s6-ptyexec "$T/s" sh -c "stty raw -echo; cat '$T/data'"
		wait_for 10 has "$T/marks" '^end 1 0'
		wait_for 10 count_is "$T/marks" '^total' 1
		cmp "$T/data" "$T/out"
		kill "$HEAD"
		wait "$HEAD"
	done
}

@test "many terminals at once keep apart" {
	local i
	start_head
	for i in {1..40}; do
		start s6-ptyexec -n "t$i" "$T/s" sh -c "echo I am $i; until [ -e '$T/go' ]; do sleep 0.05; done; exit $i"
	done
	touch "$T/go"
	for i in {1..40}; do
		start tapecat -n 1 -o "$T/out.$i" "$T/s" "t$i" >"$T/marks.$i"
		wait_for 5 has "$T/marks.$i" '^end|refused' || { cat "$T/marks.$i"; return 1; }
	done
	for i in {1..40}; do
		wait_for 5 has "$T/marks.$i" "^end 1 $(printf %x $((i * 256)))\$"
		[ "$(tr -d '\r' <"$T/out.$i")" = "I am $i" ]
	done
}

@test "-e: what ended is forgotten after a while, unless it is main or looked at" {
	start_head -e 1
	start s6-ptyexec -n live "$T/s" cat
	s6-ptyexec "$T/s" true
	# shellcheck disable=SC2016 # for that shell
	start s6-ptyexec -n seen "$T/s" sh -c 'until [ -e "$1" ]; do sleep 0.05; done' sh "$T/looked"
	wait_for 5 eval "ptyhead-list '$T/s:seen' >/dev/null 2>&1"
	start ptyhead-log -f "$T/s:seen" >"$T/seen.out"
	viewer=$STARTED
	wait_for 5 gives 1 eval "ptyhead-list --json '$T/s' | grep -c '\"watchers\": 1'"
	touch "$T/looked"
	s6-ptyexec -n gone "$T/s" true
	wait_for 5 gives '' eval "ptyhead-list '$T/s' | grep gone"
	for name in live main seen; do ptyhead-list "$T/s:$name" >"$T/listed.$name"; done
	kill "$viewer"
	wait_for 5 gives '' eval "ptyhead-list '$T/s' | grep seen"
	[ "$(ptyhead-list --json "$T/s" | grep -o '"terminal": "[a-z]*"' | cut -d'"' -f4 | xargs)" = 'live main' ]
	run ptyhead -e 0 "$T/t"
	[ "$status" -eq 100 ]
}

@test "the limit of terminals: ended ones give way, live ones do not" {
	start_head -n 2
	s6-ptyexec -n one "$T/s" true
	start s6-ptyexec -n two "$T/s" cat
	s6-ptyexec -n three "$T/s" true
	wait_for 2 has "$T/head.log" 'one: forgotten'
	start s6-ptyexec -n four "$T/s" cat
	wait_for 2 has "$T/head.log" 'three: forgotten'
	run s6-ptyexec -n five "$T/s" true
	[ "$status" -eq 111 ]
	[[ $output = *'reached its limit of live terminals'* ]]
}

@test "the size: the starter's, then kept, and the program sees it from its first instant" {
	start_head
	look 3
	s6-ptyexec -s 33x101 "$T/s" stty size
	s6-ptyexec "$T/s" stty size
	s6-ptyexec -s 40x90 "$T/s" stty size
	wait_for 5 count_is "$T/marks" '^total' 1
	[ "$(tr -d '\r' <"$T/out" | tr '\n' ,)" = '33 101,33 101,40 90,' ]
	[ "$(grep -c '^start . [0-9]* 33x101' "$T/marks")" = 2 ]
}

@test "an idle head does not wake" {
	start_head
	start s6-ptyexec "$T/s" cat
	look 1
	wait_for 5 has "$T/marks" '^start'
	quiet() {
		local before after
		before=$(awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$HEAD/status")
		timeout 0.7 tail -f /dev/null || :
		after=$(awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$HEAD/status")
		[ "$before" = "$after" ]
	}
	wait_for 6 quiet
}

@test "SIGTERM ends it cleanly: exit 0, its socket gone, the programs told by SIGHUP" {
	start_head
	start s6-ptyexec "$T/s" cat
	local cat=$STARTED
	wait_for 5 is_program "$cat" cat
	kill -TERM "$HEAD"
	wait "$HEAD"
	[ ! -e "$T/s" ]
	wait_for 5 not alive "$cat"
}

@test "readiness: a newline on the notification fd, then its end" {
	mkfifo "$T/ready"
	start bash -c "exec ptyhead -d 5 '$T/s' 5>'$T/ready'"
	[ "$(timeout 5 cat "$T/ready" | od -An -c | tr -d ' ')" = '\n' ]
	[ -S "$T/s" ]
}

@test "readiness: READY=1 to systemd, STOPPING=1 at the end" {
	start socat -u "UNIX-RECV:$T/notify" "OPEN:$T/said,creat"
	wait_for 5 test -S "$T/notify"
	start env NOTIFY_SOCKET="$T/notify" ptyhead "$T/s"
	wait_for 5 has "$T/said" READY=1
	kill -TERM "$STARTED"
	wait "$STARTED"
	wait_for 5 has "$T/said" STOPPING=1
}

@test "its socket: mode 0600 from the first, a stale one replaced, a live one left alone" {
	start_head
	[ "$(stat -c %a "$T/s")" = 600 ]
	run ptyhead "$T/s"
	[ "$status" -eq 111 ]
	[[ $output = *"unable to bind $T/s: another head"* ]]
	alive "$HEAD"
	kill -KILL "$HEAD"
	wait "$HEAD" || :
	[ -S "$T/s" ]
	start ptyhead "$T/s"
	wait_for 5 s6-ptyexec "$T/s" true
}

@test "usage: each wrong call says what is wrong and exits 100" {
	local call
	while read -r call; do
		# shellcheck disable=SC2086
		run ptyhead $call
		[ "$status" -eq 100 ] || { echo "ptyhead $call: $status"; return 1; }
		# One line, with the program's name once.
		[[ $output = 'ptyhead: fatal: '* ]] && [ "${#lines[@]}" -eq 1 ]
	done <<-'EOC'

		-b
		--buffer
		--bogus
		--help=3
		-b 1 /tmp/x
		-b 65M /tmp/x
		-b 1e5 /tmp/x
		-b -5 /tmp/x
		-b 99999999999999999999 /tmp/x
		-n 0 /tmp/x
		-p 0 /tmp/x
		-v 3 /tmp/x
		-d 2 /tmp/x
		-d 77 /tmp/x
		-Z
	EOC
	run ptyhead
	[[ $output = *'no socket: name one to bind'* ]]
	run ptyhead --help
	[ "$status" -eq 0 ]
	run ptyhead --version
	[ "$status" -eq 0 ]
	[[ $output = 'ptyhead '[0-9]* ]]
	run ptyhead "$T/$(printf 'x%.0s' {1..200})"
	[ "$status" -eq 111 ]
}

@test "a descriptor handed over that is no listening socket is refused by name" {
	# shellcheck disable=SC2016
	run bash -c 'exec 3</dev/null; LISTEN_FDS=1 LISTEN_FDNAMES=x LISTEN_PID=$$ exec ptyhead'
	[ "$status" -eq 100 ]
	[[ $output = *'descriptor 3 (x)'* ]]
}

# The head on a socket that is handed over to it as systemd does.
handed_over() { # COMMAND...
	# shellcheck disable=SC2016
	start s6-ipcserver-socketbinder -- "$T/s" sh -c '
		exec 3<&0 </dev/null
		LISTEN_FDS=1 LISTEN_FDNAMES=all LISTEN_PID=$$ exec "$@"' sh "$@" 2>"$T/log"
}

@test "libsystemd stays no longer than the sockets take that it hands over" {
	start ptyhead "$T/other"
	wait_for 5 s6-ptyexec "$T/other" true
	not grep libsystemd "/proc/$STARTED/maps"
	handed_over ptyhead
	wait_for 5 s6-ptyexec "$T/s" true
	not grep libsystemd "/proc/$STARTED/maps"
}

@test "libsystemd is not there: a head that needs it says so, others do without" {
	[ "$(id -u)" -eq 0 ] || skip 'needs root'
	local library
	library=$(ldconfig -p | sed -n 's|.*=> \(/.*/libsystemd\.so\.0\)$|\1|p' | head -n 1)
	[ -n "$library" ] || skip 'no libsystemd'
	# shellcheck disable=SC2016
	local without=(unshare -m sh -c 'mount --bind /dev/null "$1" && shift && exec "$@"' sh "$library")
	handed_over "${without[@]}" ptyhead
	wait_for 5 not alive "$STARTED"
	grep -q 'libsystemd.so.0, .* is not there: install it' "$T/log"
	start "${without[@]}" ptyhead "$T/other"
	wait_for 5 s6-ptyexec "$T/other" true
}

@test "stderr that nobody reads does not stop the head" {
	mkfifo "$T/log"
	exec 9<>"$T/log"
	start bash -c "exec 9>&-; exec ptyhead '$T/s' 2>'$T/log'"
	wait_for 5 test -S "$T/s"
	local i
	for i in {1..30}; do rogue "$T/s" garbage; done
	s6-ptyexec "$T/s" true
	exec 9>&-
}

# Its stderr is a FIFO that is full: the last words of a head that cannot start are lost.
@test "a head that cannot start ends, though nobody reads its stderr" {
	mkfifo "$T/err"
	exec 8<>"$T/err"
	: >"$T/file"
	local wrong
	for wrong in '-n x' "-H $T/no-holder $T/s" "$T/nowhere/s" "$T/file"; do
		dd if=/dev/zero of="$T/err" bs=4096 count=64 oflag=nonblock 2>/dev/null || :
		run bash -c "exec 8>&-; timeout 10 ptyhead $wrong 2>'$T/err'"
		[ "$status" -eq 100 ] || [ "$status" -eq 111 ]
	done
}
