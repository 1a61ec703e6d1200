#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031 # for other shells; each test has its own
# A head that has too little of something (descriptors, memory, file size, places in its
# store, an answer from its store) or that is not alone: no program gets a signal, no terminal
# is forgotten, and what cannot be done is said.

# shellcheck disable=SC2317 # called by name
load ../helpers/common
load ../helpers/head
load ../helpers/neighbour
load ../helpers/s6
load ../helpers/keep
load ../helpers/systemd

setup() { head_setup; }
teardown() { [ -z "${DBG-}" ] || cp -r "$T" "$DBG" 2>/dev/null; common_teardown; }

# starved_start OPTION... : a head under s6, on $S, that begins by what $T/limits says.
starved_start() {
	S=$T/s
	: >"$T/limits"
	cat >"$T/limited" <<-EOF
		#!/bin/bash
		. '$T/limits'
		exec ptyhead \${MORE-} "\$@"
	EOF
	cat >"$T/patient" <<-'EOF'
		#!/bin/bash
		trap 'echo "$1: a signal" >>"$2"; exit 1' HUP TERM PIPE
		trap 'echo "$1: a size" >>"$2"' WINCH
		echo "$1 is ready"
		while IFS= read -r line; do echo "$1 heard $line"; done
		echo "$1: its terminal has ended" >>"$2"
	EOF
	chmod +x "$T/limited" "$T/patient"
	: >"$T/trouble"
	KEEP_PTYHEAD=$T/limited keep_start "$@"
}

# programs N [SIZE] : on as many terminals, each told apart.
PROGRAMS=()
programs() {
	local i
	for ((i = ${#PROGRAMS[@]} + 1; i <= $1; i++)); do
		start s6-ptyexec -t 20000 -n "t$i" "$S" "$T/patient" "t$i" "$T/trouble" 2>>"$T/exports"
		PROGRAMS+=("$STARTED")
	done
	wait_for 30 up "$1"
}
up() { [ "$(ptyhead-list "$S" 2>/dev/null | grep -cE ' up ')" = "$1" ]; }
shows() { [[ $(ptyhead-show "$S:$1" 2>/dev/null) = *"$2"* ]]; }

# next_head [SIGNAL] : another one takes over, at once.
next_head() {
	head_is_up
	local was=$HEAD
	kill "-${1:-KILL}" "$was"
	wait_for 5 not alive "$was"
	s6-svc -u "$S6_SCANDIR/head"
	wait_for 20 another_head "$was"
}

# None of the programs has noticed anything; every one is heard and seen.
all_there() {
	local i n=${#PROGRAMS[@]}
	wait_for 20 up "$n"
	for ((i = 1; i <= n; i++)); do alive "${PROGRAMS[i - 1]}"; done
	for i in 1 $((n / 2 + 1)) "$n"; do
		timeout 10 ptyhead-send "$S:t$i" "$1" Enter
		wait_for 10 shows "t$i" "t$i heard $1"
	done
	cat "$T/trouble"
	[ ! -s "$T/trouble" ]
}

# It still takes newcomers.
takes_one_more() {
	timeout 20 s6-ptyexec -t 10000 -n more "$S" sh -c 'echo one more'
	wait_for 10 shows more 'one more'
}

# ---- descriptors ------------------------------------------------------------------

# begins_with COMMAND : a next head, under that limit.
begins_with() {
	echo "$1" >"$T/limits"
	: >"$T/head.log"
	head_is_up
	kill -KILL "$HEAD"
	s6-svc -u "$S6_SCANDIR/head"
}

# It is down, or goes on with a part; the next one has no such limit, and has all.
and_without() {
	: >"$T/limits"
	s6-svc -t "$S6_SCANDIR/head"
	s6-svc -u "$S6_SCANDIR/head"
	all_there 'without a limit'
}

@test "24 terminals and few descriptors: all are back at once, or it is said and the store keeps them" {
	starved_start
	programs 24
	echo 'ulimit -S -n 64' >"$T/limits"
	local began=$EPOCHREALTIME
	next_head
	wait_for 20 up 24
	echo "# a soft limit of 64: back after $(((${EPOCHREALTIME/./} - ${began/./}) / 1000)) ms" >&3
	all_there 'soft limit'
	takes_one_more

	# A little more than they need.
	echo 'ulimit -n 140' >"$T/limits"
	next_head
	all_there 'hard limit'
	takes_one_more

	# Less than they need.
	begins_with 'ulimit -n 50'
	wait_for 20 has "$T/head.log" 'descriptors|Too many open files|unable'
	and_without
}

# ---- memory -------------------------------------------------------------------------

@test "too little address space for what the store holds: it is said, and the store keeps all" {
	[[ $PTYHEAD_BUILD != */asan ]] || return 0 # which needs terabytes itself
	starved_start
	programs 8
	begins_with 'ulimit -v 160000'
	wait_for 20 has "$T/head.log" 'memory|unable'
	and_without
}

@test "too little address space for one more: the export is refused, all others go on" {
	[[ $PTYHEAD_BUILD != */asan ]] || return 0
	local i refused=0
	starved_start
	echo 'ulimit -v 600000' >"$T/limits"
	next_head
	programs 2
	for i in {1..12}; do
		timeout 10 s6-ptyexec -t 5000 -n "n$i" "$S" true 2>>"$T/refused" || refused=$((refused + 1))
	done
	[ "$refused" -gt 0 ]
	grep -q 'fatal: .*memory' "$T/refused"
	all_there 'one more'
}

# ---- sizes of files -------------------------------------------------------------------

@test "a limit on the size of files: the head lives, and goes on with what there is" {
	starved_start
	programs 3
	echo 'ulimit -f 64' >"$T/limits"
	next_head
	all_there 'small files'
	local was=$HEAD
	# A tape is larger than that: taken or refused, but nobody dies of it.
	timeout 10 s6-ptyexec -t 5000 -n new "$S" true 2>"$T/refused" || grep -q 'fatal: ' "$T/refused"
	all_there 'small files, and one more'
	head_is_up
	[ "$HEAD" = "$was" ]
}

@test "a limit on the size of files at the first start: exports are taken or refused, the head lives" {
	start bash -c 'ulimit -f 64; exec ptyhead "$0"' "$S" 2>"$T/head.log"
	HEAD=$STARTED
	wait_for 5 head_listens
	timeout 10 s6-ptyexec -t 5000 "$S" true 2>"$T/refused" || grep -q 'fatal: ' "$T/refused"
	timeout 10 s6-ptyexec -t 5000 -n other "$S" true 2>"$T/refused" || grep -q 'fatal: ' "$T/refused"
	alive "$HEAD"
}

# ---- other options than before ----------------------------------------------------------

@test "fewer terminals (-n) than there are: all stay, a new one is refused" {
	starved_start
	programs 6
	echo 'MORE="-n 2"' >"$T/limits"
	next_head
	all_there 'fewer'
	run timeout 10 s6-ptyexec -t 5000 -n more "$S" true
	[ "$status" -eq 111 ]
	[[ $output = *'reached its limit of live terminals'* ]]
	all_there 'fewer still'
}

@test "a smaller buffer (-b) than before: nothing is lost, not even the history" {
	starved_start -b 1M
	programs 3
	local i
	timeout 10 ptyhead-send "$S:t1" 'the first word' Enter
	timeout 20 s6-ptyexec -n long "$S" seq 60000
	echo 'MORE="-b 64K"' >"$T/limits"
	next_head
	all_there 'smaller'
	[ "$(ptyhead-record "$S:long" 2>/dev/null | head -c 2)" = 1 ] ||
		[ "$(ptyhead-attach -r "$S:long" </dev/null 2>/dev/null | head -n 1 | tr -d '\r')" = 1 ]
}

# ---- the store --------------------------------------------------------------------------------

@test "a full store: what is too much is refused, what there is stays and comes back" {
	KEEP_HOLDER='-n 11' starved_start
	programs 3
	run timeout 20 s6-ptyexec -t 10000 -n more "$S" "$T/patient" more "$T/trouble"
	echo "$status: $output"
	[ "$status" -eq 111 ]
	[ ! -s "$T/trouble" ]
	all_there 'full'
	next_head
	all_there 'full, and back'
}

@test "the store stands still: other terminals are served when a run ends and when one begins" {
	starved_start
	programs 2
	start s6-ptyexec -t 20000 -n ending "$S" sh -c 'read -r line' 2>>"$T/exports"
	local ending=$STARTED
	wait_for 10 up 3
	neighbour_start
	kill -STOP "$(s6_pid holder)"
	neighbour_served 'the store stands still'
	kill -KILL "$ending"
	neighbour_served 'a run ends, and is taken out of it' 60
	start s6-ptyexec -t 3000 -n begins "$S" sleep 1000 2>>"$T/exports"
	neighbour_served 'a run begins, and is to be put there' 60
	wait_for 10 up 3
	# Not stored, not answered: its exporter is told.
	wait_for 10 not alive "$STARTED"
	kill -CONT "$(s6_pid holder)"
	takes_one_more
	next_head
	wait_for 20 up 3
	neighbour_served 'the next head'
}

@test "the store stands still while a head starts: it waits or tries again, nothing is given up" {
	starved_start
	programs 3
	kill -STOP "$(s6_pid holder)"
	: >"$T/head.log"
	head_is_up
	kill -KILL "$HEAD"
	s6-svc -u "$S6_SCANDIR/head"
	# The run script asks the holder first; what matters is that nobody ends.
	timeout 2 tail -f /dev/null || :
	kill -CONT "$(s6_pid holder)"
	all_there 'it goes on'
}

@test "two heads on one store: the second says so and ends with 111, the first has all" {
	starved_start
	programs 2
	run timeout 20 ptyhead -H "$T/holder" "$T/second.sock" 3>&-
	echo "$status: $output"
	[ "$status" -eq 111 ]
	[[ $output = 'ptyhead: fatal: '* ]]
	all_there 'one owner'
	# The first one's end, by whatever way, leaves no lock behind.
	next_head
	all_there 'its successor'
	next_head TERM
	all_there 'and the next'
}

@test "two heads start on one store at once, when the one before was killed: one of them has all" {
	starved_start
	programs 4
	head_is_up
	s6-svc -O "$S6_SCANDIR/head"
	kill -KILL "$HEAD"
	wait_for 5 not alive "$HEAD"
	start ptyhead -H "$T/holder" "$T/a.sock" 2>"$T/a.log"
	local a=$STARTED
	start ptyhead -H "$T/holder" "$T/b.sock" 2>"$T/b.log"
	local b=$STARTED
	wait_for 20 one_is_over "$a" "$b"
	wait_for 5 test -S "$T/a.sock" -o -S "$T/b.sock"
	cat "$T/a.log" "$T/b.log" >&2
	cat "$T/a.log" "$T/b.log" | grep -q 'fatal: '
	if alive "$a"; then S=$T/a.sock; else S=$T/b.sock; fi
	all_there 'whoever it is'
}
one_is_over() { ! alive "$1" || ! alive "$2"; }

# The holder's successor is there, and the head has found it.
holder_is_new() { local now; now=$(s6_pid holder); [ "$now" != "$1" ] && alive "$now"; }
answers_again() { [ "$(count "$T/head.log" 'answers again')" -ge "$1" ]; }
stored() { s6-fdholder-list "$T/holder" | grep -qE "$1"; }

@test "a store that was away, is back, and dies then: its successor is given everything" {
	starved_start
	programs 2
	local holder
	holder=$(s6_pid holder)
	kill -STOP "$holder"
	run timeout 20 s6-ptyexec -t 10000 -n refused "$S" true
	[ "$status" -eq 111 ]
	kill -CONT "$holder"
	wait_for 20 answers_again 1
	# What was put there while nobody answered is not taken for a run.
	wait_for 5 not stored '\.refused$'
	kill -KILL "$holder"
	wait_for 10 holder_is_new "$holder"
	wait_for 30 answers_again 2
	wait_for 10 stored '/master\.1\.t2$'
	next_head
	all_there 'another store'
	takes_one_more
}

@test "another head has taken the names meanwhile: it is said once, nobody spins, and it is mended later" {
	starved_start
	programs 2
	local first=$HEAD holder lines
	holder=$(s6_pid holder)
	kill -STOP "$first"
	kill -KILL "$holder"
	wait_for 10 holder_is_new "$holder"
	start ptyhead -H "$T/holder" "$T/second.sock" 2>"$T/second.log"
	local second=$STARTED
	wait_for 20 test -S "$T/second.sock"
	kill -CONT "$first"
	wait_for 20 has "$T/head.log" 'another head holds'
	timeout 2 tail -f /dev/null || :
	lines=$(count "$T/head.log" .)
	[ "$(count "$T/head.log" 'another head holds')" = 1 ]
	[ "$lines" -lt 50 ]
	all_there 'two heads'
	kill "$second"
	wait_for 10 not alive "$second"
	wait_for 30 answers_again 1
	next_head
	all_there 'one of them'
}

@test "an export that the store refuses ends nobody: the last program's children keep their terminal" {
	starved_start
	local holder orphan
	holder=$(s6_pid holder)
	timeout 20 s6-ptyexec -t 10000 -s 200x400 -n t1 "$S" badprog raw orphan "$T/orphan" $'\e#8'
	orphan=$(<"$T/orphan")
	wait_for 60 up 0
	alive "$orphan"
	kill -STOP "$holder"
	run timeout 20 s6-ptyexec -t 10000 -n t1 "$S" true
	[ "$status" -eq 111 ]
	run timeout 20 s6-ptyexec -t 10000 -n t1 "$S" true
	[ "$status" -eq 111 ]
	alive "$orphan"
	kill -CONT "$holder"
	wait_for 20 answers_again 1
	alive "$orphan"
	timeout 20 s6-ptyexec -t 10000 -n t1 "$S" sh -c 'echo the next one'
	wait_for 10 shows t1 'the next one'
	wait_for 10 not alive "$orphan"
}

# ---- other users -----------------------------------------------------------------------------

@test "a head that is another user: a program of root's is exported, kept and told of" {
	mkdir "$T/run"
	chown 65534:65534 "$T/run"
	start env -C "$T/run" setpriv --reuid 65534 --regid 65534 --clear-groups ptyhead s 2>"$T/head.log"
	wait_for 5 test -S "$T/run/s"
	S=$T/run/s
	start s6-ptyexec -t 5000 -n roots "$S" sh -c 'echo it is here; read -r line; exit 3'
	wait_for 5 shows roots 'it is here'
	timeout 10 ptyhead-send "$S:roots" Enter
	wait_for 10 ended_by 3
}
ended_by() { ptyhead-list "$S:roots" | grep -qE " ended .*( $1 |status|unknown| - )"; }

@test "the supervisor's queue is full when the head is ready: it is told when there is room" {
	cat >"$T/supervisor" <<-'EOF'
		import os, socket, sys, time
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1])
		c = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); c.setblocking(False)
		try:
		    while True: c.sendto(b'full', sys.argv[1])
		except BlockingIOError: pass
		print('full', flush=True)
		while not os.path.exists(sys.argv[2]): time.sleep(0.02)
		s.settimeout(20)
		while s.recv(200) != b'READY=1': pass
		print('ready', flush=True)
	EOF
	start python3 "$T/supervisor" "$T/notify" "$T/go" >"$T/told"
	wait_for 10 has "$T/told" full
	start env NOTIFY_SOCKET="$T/notify" ptyhead "$S" 2>"$T/head.log"
	wait_for 5 head_listens
	ptyhead-list "$S" >/dev/null
	touch "$T/go"
	wait_for 20 has "$T/told" ready
}

# ---- under systemd -------------------------------------------------------------------------

# sd_starved N SETTING... : a head under systemd with N programs, which then begins anew with
# those settings.
sd_starved() {
	local n=$1 i dir=$T/units/ptyhead@app.service.d was
	shift
	sd_units "$T/units" "$REPO"/systemd/ptyhead@.service "$REPO"/systemd/ptyhead@.socket
	sd_boot "$T/units"
	sd systemctl start ptyhead@app.socket
	for ((i = 1; i <= n; i++)); do
		start "$SD_IN" s6-ptyexec -t 20000 -n "t$i" app sh -c 'trap "echo HUP >>$1; exit" HUP
			while read -r line; do echo "t$0 heard $line"; done; echo end >>$1' "$i" "$T/trouble"
		PROGRAMS+=("$STARTED")
	done
	wait_for 30 sd_up "$n"
	mkdir -p "$dir"
	{
		echo '[Service]'
		printf '%s\n' "$@"
	} >"$dir/starved.conf"
	was=$(sd_prop ptyhead@app.service MainPID)
	sd systemctl daemon-reload
	sd systemctl kill -s KILL ptyhead@app.service
	wait_for 20 sd_other_head "$was"
}
sd_up() { [ "$(sd ptyhead-list app 2>/dev/null | grep -cE ' up ')" = "$1" ]; }
sd_other_head() { local now; now=$(sd_prop ptyhead@app.service MainPID); [ "$now" != "$1" ] && [ "$now" != 0 ]; }
sd_shows() { [[ $(sd ptyhead-show "app:$1" 2>/dev/null) = *"$2"* ]]; }
sd_all_there() {
	local i n=${#PROGRAMS[@]}
	wait_for 20 sd_up "$n" || {
		sd_journal -u ptyhead@app.service | tail -n 15
		return 1
	}
	for i in 1 "$n"; do
		sd timeout 10 ptyhead-send "app:t$i" "$1" Enter
		wait_for 10 sd_shows "t$i" "t$i heard $1"
	done
	[ ! -s "$T/trouble" ]
	for i in "${PROGRAMS[@]}"; do alive "$i"; done
}

# systemd 252 itself cannot start a unit whose soft limit is below the number of what it hands over.
@test "under systemd, a soft limit of 60 descriptors and 12 terminals: all are back at once" {
	: >"$T/trouble"
	sd_starved 12 LimitNOFILE=60:4096
	sd_all_there 'soft limit'
	sd timeout 20 s6-ptyexec -t 10000 -n more app true
}

@test "under systemd, a store smaller than what it holds: nothing is lost, a new export is refused" {
	: >"$T/trouble"
	sd_starved 4 Environment=FDSTORE=8
	sd_all_there 'small store'
	run sd timeout 20 s6-ptyexec -t 10000 -n more app true
	echo "$status: $output"
	[ "$status" -eq 111 ]
	[[ $output = *full* ]]
	sd_all_there 'small store still'
}

# ---- the end ----------------------------------------------------------------------------------

@test "a head with a store that ends changes no terminal's size, though its viewers leave" {
	starved_start
	programs 1
	onlooker small 20x60
	order small 'send 78'
	start hostile "$S" <(printf 'attach 0 t1 50x120\nhold\n') >"$T/said"
	wait_for 5 has "$T/said" attached
	wait_for 5 size_is 50x120
	start hostile "$S" <(printf 'attach 0 t1 20x60\nhold\n') >"$T/said2"
	wait_for 5 has "$T/said2" attached
	wait_for 5 size_is 20x60
	# bash runs a trap when it has read a line.
	timeout 10 ptyhead-send "$S:t1" 'now' Enter
	wait_for 10 shows t1 't1 heard now'
	wait_for 5 has "$T/trouble" 'a size'
	: >"$T/trouble"
	next_head TERM
	wait_for 10 up 1
	all_there 'size'
}
size_is() { [ "$(stty size -F "$(tty_of "${PROGRAMS[0]}")" | tr ' ' x)" = "$1" ]; }
