#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A terminal whose head is down: what an s6-fdholderd holds of it is read from there.

# shellcheck disable=SC2154,SC2317  # run sets them; called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/s6
load ../helpers/keep

setup() { common_setup; }
teardown() { common_teardown; }

@test "without its head: the screen, the log and a recording, from an s6-fdholderd, read-only" {
	keep_start -i keys
	start s6-ptyexec -s 5x40 "$T/s:one" sh -c 'echo first; echo second; exec sleep 1000'
	PROGRAM=$STARTED
	ptyhead-wait -w -t 10 -F second --since run "$T/s:one"
	s6-svc -wd -T 10000 -d "$S6_SCANDIR/head"
	alive "$PROGRAM"

	run ptyhead-show --store "$T/holder:keys" "$T/s:one"
	[ "$status" -eq 0 ]
	[ "$output" = $'first\nsecond' ]
	run ptyhead-log --store "$T/holder:keys" -n 1 "$T/s:one"
	[ "$output" = second ]
	ptyhead-record --to now --store "$T/holder:keys" -o "$T/cast" "$T/s:one"
	has "$T/cast" 'first'

	# Where the environment says so, once no head is reached.
	run --separate-stderr env PTYHEAD_STORE="$T/holder:keys" ptyhead-show "$T/none:one"
	[ "$output" = $'first\nsecond' ]
	[[ $stderr == *'there is no head'* ]]
	run --separate-stderr env PTYHEAD_STORE="$T/holder:keys" ptyhead-log "$T/none:one"
	[ "$output" = $'first\nsecond' ]

	# What is not held is an error, and so is what can wait for no head.
	run ptyhead-show --store "$T/holder:keys" "$T/s:two"
	[ "$status" -ne 0 ]
	[[ $output == *tape.0.two* ]]
	run ptyhead-log -f --store "$T/holder:keys" "$T/s:one"
	[ "$status" -eq 100 ]
	run ptyhead-record --store "$T/holder:keys" -o "$T/other" "$T/s:one"
	[ "$status" -eq 100 ]
	run ptyhead-show --store systemd "$T/s:one"
	[ "$status" -eq 1 ]
	[[ $output == *"systemd's store"* ]]

	# The program has gone on, and the head takes it up again.
	s6-svc -u "$S6_SCANDIR/head"
	wait_for 10 head_is_up
	run ptyhead-show "$T/s:one"
	[ "$output" = $'first\nsecond' ]
	alive "$PROGRAM"
}
