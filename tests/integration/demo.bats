#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What `make demo` runs.

# shellcheck disable=SC1003 # a key
load ../helpers/common
load ../helpers/tmux

setup() {
	common_setup
	mkdir "$T/tmp"
	export TMPDIR=$T/tmp
}
teardown() { common_teardown; }

# It took its scratch folder away. (Its processes: common_teardown.)
left_nothing() { [ -z "$(ls -A "$T/tmp")" ]; }

@test "demo: without a terminal it shows what a viewer saw, and ends well" {
	run timeout -s KILL 20 "$REPO/examples/demo" "$PTYHEAD_BUILD" </dev/null
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output =~ 'top runs below s6-supervise (pid '[0-9]+')' ]]
	# top's own lines, and no escape sequence.
	[[ $output =~ $'\ntop - '.*'load average:' ]]
	[[ $output =~ $'\n'' '*PID\ USER.*COMMAND ]]
	[[ $output != *$'\e'* ]]
	left_nothing
}

@test "demo: on a terminal one looks, leaves with the key it named, and all is taken down" {
	tm_start 100x30 env TMPDIR="$T/tmp" "$REPO/examples/demo" "$PTYHEAD_BUILD"
	tm_wait 10 'Ctrl-\\ leaves'
	tm_wait 5 'Press Enter'
	top=$(tm_screen | sed -n 's/^top runs below s6-supervise (pid \([0-9]*\)).*/\1/p')
	is_program "$top" top
	tm_keys Enter
	tm_wait 10 '^ *PID USER .*COMMAND'
	[ "$(name_of "$(parent_of "$top")")" = s6-supervise ]
	tm_keys 'C-\'
	tm_end 15
	[ "$TM_STATUS" -eq 0 ]
	tm_shows "pid $top did not notice"
	left_nothing
}

@test "demo: after q it says that another top is there" {
	tm_start 100x30 env TMPDIR="$T/tmp" PTYHEAD_ESCAPE='^X' "$REPO/examples/demo" "$PTYHEAD_BUILD"
	tm_wait 10 'Press Enter'
	top=$(tm_screen | sed -n 's/^top runs below s6-supervise (pid \([0-9]*\)).*/\1/p')
	tm_keys Enter
	tm_wait 10 '^ *PID USER .*COMMAND'
	tm_keys q
	wait_for 10 not alive "$top"
	tm_wait 10 'run 2|^ *PID USER .*COMMAND'
	tm_keys 'C-\'
	tm_end 15
	[ "$TM_STATUS" -eq 0 ]
	tm_shows "first \(pid $top\) had ended"
	not tm_shows 'did not notice'
	left_nothing
}

@test "make: a line for each file, nothing with -s, the command with V=1" {
	made() { make -C "$REPO" --no-print-directory B="$T/build" "$@" "$T/build/obj/ptyhead-service/base/number.o"; }
	[ "$(made)" = "  CC   $T/build/obj/ptyhead-service/base/number.o" ]
	rm -r "$T/build"
	[ -z "$(made -s)" ]
	rm -r "$T/build"
	[[ $(made V=1) == *' -std=c11 '*' -c -o '* ]]
	# What a server needs is no more than what builds.
	[ "$(make -C "$REPO" --no-print-directory -n setup-build)" = 'tests/helpers/need build' ]
}
