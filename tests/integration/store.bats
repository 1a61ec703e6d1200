#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A terminal whose head is down: what an s6-fdholderd holds of it is read from there.

# shellcheck disable=SC2016,SC2154,SC2317  # for eval; run sets them; called by name
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

# refuses TEXT : a head that uses the holder ends at once, and says so.
refuses() {
	run timeout 20 ptyhead -H "$T/holder" -i app "$T/app.sock"
	[ "$status" -eq 111 ]
	[[ $output == *"fatal: unable to use the s6-fdholderd at $T/holder: "*"$1"* ]] || { echo "$output"; return 1; }
}

@test "an s6-fdholderd that cannot be used: the head names it, and says what to do" {
	local rules=$T/rules/uid/0
	refuses 'No such file or directory (start its service'
	mkdir -p "$rules/env"
	start s6-fdholder-daemon -i "$T/rules" "$T/holder" 2>>"$T/holder.log"
	wait_for 5 test -S "$T/holder"
	# (Or the connection is reset, by the moment.)
	refuses '(do its rules let this user in?'
	: >"$rules/allow"
	refuses 'Operation not permitted (its rules must allow'
	# Its lock, but not what it holds.
	printf '^app/owner' >"$rules/env/S6_FDHOLDER_STORE_REGEX"
	printf '^' >"$rules/env/S6_FDHOLDER_RETRIEVE_REGEX"
	printf 1 >"$rules/env/S6_FDHOLDER_LIST"
	start ptyhead -H "$T/holder" -i app "$T/app.sock"
	wait_for 5 test -S "$T/app.sock"
	run -111 s6-ptyexec "$T/app.sock" true
	[[ $output == *"the s6-fdholderd at $T/holder does not let the head store this: its rules must allow the head's -i"* ]]
	# A second head of the same name.
	run -111 ptyhead -H "$T/holder" -i app "$T/b.sock"
	[[ $output == *"another head holds what begins with app/ in the s6-fdholderd at $T/holder"* ]]
}

# end_of ADDRESS : the last run's end, as ptyhead-list has it.
end_of() { ptyhead-list --json "$1" | python3 -c 'import json, sys; t = json.load(sys.stdin)[0]; print(t["state"], t["last_end"], t["exit_code"], t["signal"])'; }

@test "the next head knows how the last run ended, and when, also while another runs" {
	local was
	keep_start
	s6-ptyexec "$T/s:one" sh -c 'exit 7' || :
	wait_for 5 has <(ptyhead-list "$T/s:one") 'exit 7'
	start s6-ptyexec "$T/s:one" sleep 1000
	wait_for 5 eval '[[ $(end_of "$T/s:one") = "up "*" 7 None" ]]'
	was=$(end_of "$T/s:one")
	# Twice, so that what the second head wrote anew is seen too.
	for _ in 1 2; do
		head_is_up
		local old=$HEAD
		kill -KILL "$old"
		wait_for 10 another_head "$old"
		[ "$(end_of "$T/s:one")" = "$was" ] || { ptyhead-list "$T/s:one"; return 1; }
	done
}
