#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031 # for other shells; each test has its own
# A call fails, once: the short form of tests/faults/run (make soak has the whole), and what
# takes long where it must not matter.

load ../helpers/common
load ../helpers/head

setup() { head_setup; }
teardown() { common_teardown; }

# A sanitized build takes several times as long.
case $PTYHEAD_BUILD in
*/asan) FEWER=3 ;;
*) FEWER=1 ;;
esac

# faults EVERY PART : one of so many cases of it.
faults() {
	run "$REPO/tests/faults/run" -s $(($1 * FEWER)) "$PTYHEAD_BUILD" "$2"
	echo "$output"
	[ "$status" -eq 0 ]
	echo "# $2: ${output##*$'\n'}" >&3
}

@test "the head serves: what fails is refused or done, nobody else notices" { faults 5 serve; }
@test "the same beside a store" { faults 8 store; }
@test "the head starts, or says why not" { faults 4 start; }
@test "the head takes up what its store holds, or the next one does" { faults 12 takeup; }
@test "s6-ptyexec runs its program on a terminal, or does not run it" { faults 3 ptyexec; }
@test "ptyhead-attach goes as it came, whatever failed" { faults 12 attach; }

# ---- delays, and failures that nobody reports ----------------------------------------------

arm() { "$PTYHEAD_BUILD/tests/faults/arm" "$T/control" "$@"; }

# injected COMMAND... : with the injector before it.
injected() {
	LD_PRELOAD=$PTYHEAD_BUILD/tests/faults/inject.so PTYHEAD_INJECT=$T/control \
		ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 "$@"
}

# slow_head NAME PATH : as the injector says; it tells in NAME.ready when it is ready.
slow_head() {
	: >"$T/$1.ready"
	injected start bash -c 'exec 4>"$1"; exec ptyhead -d 4 "$0"' "$2" "$T/$1.ready" 2>>"$T/$1.log"
	printf -v "H_$1" %s "$STARTED"
}
decided() { [ -s "$T/$1.ready" ] || ! alive "$2"; }

# Each of these calls takes its time, by turns: whatever is done between two of them is
# done by others in between.
SLOW='bind listen rename link unlink connect flock lstat64 fcntl64 socket open64'

@test "two heads start on one path at once, however long each step takes: one has it, and is reached" {
	local call path=free ready
	arm new ptyhead
	for call in $SLOW; do
		# A path that a killed head has left behind, and one that is free, by turns.
		if [ "$path" = stale ]; then
			path=free
			rm -f "$S"
		else
			path=stale
		fi
		arm delay "$call" any 100000
		rm -f "$T"/*.log
		slow_head one "$S"
		slow_head two "$S"
		# shellcheck disable=SC2154
		wait_for 15 decided one "$H_one"
		# shellcheck disable=SC2154
		wait_for 15 decided two "$H_two"
		arm off
		ready=0
		if [ -s "$T/one.ready" ]; then ready=$((ready + 1)); fi
		if [ -s "$T/two.ready" ]; then ready=$((ready + 1)); fi
		[ "$ready" = 1 ] || { echo "slow $call, $path path: $ready heads are ready"; return 1; }
		ptyhead-list "$S" >/dev/null || { echo "slow $call, $path path: ready, and not reached"; return 1; }
		grep -q 'fatal: ' "$T"/*.log
		kill -KILL "$H_one" "$H_two" 2>/dev/null || :
		wait_for 5 not alive "$H_one"
		wait_for 5 not alive "$H_two"
	done
}

@test "a head that ends slowly while its successor begins: who is ready is reached" {
	local call
	arm new ptyhead
	for call in $SLOW close; do
		slow_head one "$S"
		wait_for 10 decided one "$H_one"
		arm delay "$call" any 200000
		kill "$H_one"
		slow_head two "$S"
		wait_for 15 decided two "$H_two"
		wait_for 10 not alive "$H_one"
		arm off
		if [ -s "$T/two.ready" ]; then
			ptyhead-list "$S" >/dev/null || { echo "slow $call: ready, and not reached"; return 1; }
		else
			grep -q 'fatal: ' "$T/two.log"
		fi
		kill -KILL "$H_two" 2>/dev/null || :
		wait_for 5 not alive "$H_two"
	done
}

@test "a write to the master that says EAGAIN without reason: the input comes all the same" {
	arm new ptyhead
	injected start ptyhead "$S" 2>>"$T/head.log"
	HEAD=$STARTED
	wait_for 5 head_listens
	start s6-ptyexec "$S" badprog raw touch "$T/raw" read "$T/heard" 2>>"$T/program.log"
	wait_for 5 test -e "$T/raw"
	ptyhead-send -t 5 "$S" first
	wait_for 5 has "$T/heard" first
	arm fail write any 1 EAGAIN
	ptyhead-send -t 5 "$S" second
	wait_for 5 has "$T/heard" second
	[ "$(arm fired)" = 1 ]
}

@test "epoll refuses the master: an export that is answered is read" {
	arm new ptyhead
	injected start ptyhead "$S" 2>>"$T/head.log"
	HEAD=$STARTED
	wait_for 5 head_listens
	local nth
	# Of an export's calls one is for the master; which is the head's affair.
	for nth in 1 2 3 4 5; do
		arm fail epoll_ctl any "$nth" ENOSPC
		: >"$T/refused"
		# What it writes at once is read at once, and what it leaves is read at its end.
		start s6-ptyexec -t 5000 -n "n$nth" "$S" sh -c 'sleep 0.3; echo "heard $0"; exec sleep 1000' "$nth" 2>"$T/refused"
		wait_for 10 heard_or_refused "$nth" || { echo "call $nth"; return 1; }
		arm off
	done
	alive "$HEAD"
}
heard_or_refused() {
	if alive "$STARTED"; then shows "n$1" "heard $1"; else has "$T/refused" 'fatal: '; fi
}
shows() { [[ $(ptyhead-show "$S:$1" 2>/dev/null) = *"$2"* ]]; }

@test "the store's connection breaks while a head takes up: each name gets its own descriptors" {
	local rules=$T/rules/uid/0 nth program
	mkdir -p "$rules/env"
	touch "$rules/allow"
	printf '^' >"$rules/env/S6_FDHOLDER_STORE_REGEX"
	printf '^' >"$rules/env/S6_FDHOLDER_RETRIEVE_REGEX"
	printf 1 >"$rules/env/S6_FDHOLDER_LIST"
	start s6-fdholder-daemon -i "$T/rules" "$T/holder" 2>>"$T/holder.log"
	wait_for 5 test -S "$T/holder"
	arm new ptyhead
	arm off
	store_head
	start s6-ptyexec -t 5000 -n kept "$S" sh -c 'while read -r line; do echo "heard $line"; done' 2>>"$T/program.log"
	program=$STARTED
	wait_for 5 is_program "$program" sh
	for nth in 2 3 4 5; do
		kill -KILL "$HEAD"
		wait_for 5 not alive "$HEAD"
		arm fail sendmsg any "$nth" EPIPE
		store_head
		[ "$(arm fired)" = 1 ]
		arm off
		# Its supervisor starts the next one.
		alive "$HEAD" || store_head
		# What could not be had is had a second later.
		wait_for 10 ptyhead-send -t 5 "$S:kept" "word $nth" Enter
		wait_for 5 shows kept "heard word $nth"
		alive "$program"
	done
}
store_head() {
	injected start ptyhead -v2 -H "$T/holder" "$S" 2>>"$T/head.log"
	HEAD=$STARTED
	wait_for 10 up_or_over
}
up_or_over() { head_listens || ! alive "$HEAD"; }
