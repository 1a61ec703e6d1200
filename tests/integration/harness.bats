#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What the other tests rely on: one that leaves something behind, hangs, or
# whose sanitizer complains, has failed.

load ../helpers/common
setup() { common_setup; }
teardown() { common_teardown; }

# outcome BODY... : of a test of those lines: ok or not ok; what bats said is in said.
outcome() {
	{
		echo "load '$REPO/tests/helpers/common'"
		echo "setup() { TEST_LIMIT=${LIMIT:-60}; common_setup; }"
		echo 'teardown() { common_teardown; }'
		echo '@test "x" {'
		printf '%s\n' "$@" '}'
	} >"$T/x.bats"
	# Not as a part of this run of bats, whose own folder of programs is in PATH.
	env -i PATH="${PATH//$BATS_LIBEXEC:/}" TMPDIR="$T" bats --tap "$T/x.bats" >"$T/said" 2>&1 3>&- || :
	sed -n 's/^\(not ok\|ok\) 1.*/\1/p' "$T/said"
}

@test "a test that is well passes" {
	[ "$(outcome "start sleep 1000")" = ok ]
}

@test "a process left behind fails its test, and is ended" {
	# shellcheck disable=SC2016
	[ "$(outcome 'setsid sleep 1000 3>&- & echo $! >"'"$T/pid"'"')" = 'not ok' ]
	grep -q 'left behind: .* sleep 1000' "$T/said"
	not alive "$(<"$T/pid")"
}

@test "one that does not end when it is asked to fails its test" {
	# shellcheck disable=SC2016
	[ "$(outcome 'start bash -c '\''trap "" TERM; echo; while :; do sleep 0.1; done'\'' >"$T/out"' \
		'wait_for 5 test -s "$T/out"')" = 'not ok' ]
}

@test "a sanitizer's report fails the test" {
	# shellcheck disable=SC2016
	[ "$(outcome 'echo "ERROR: AddressSanitizer" >"$T/sanitizer/asan.1"')" = 'not ok' ]
	grep -q 'ERROR: AddressSanitizer' "$T/said"
}

@test "a test that hangs is ended, and has failed" {
	[ "$(LIMIT=2 outcome "run -0 sleep 1000")" = 'not ok' ]
	grep -q 'over 2 s: ended' "$T/said"
}
