#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031 # each test has its own
# Peers of other versions: clients of 0.1.0 and later ones at this head, heads of
# 0.1.0 and later ones under these clients. What they say was recorded.

# shellcheck disable=SC2154  # set by run
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/head

setup() {
	head_setup
	OLD=$REPO/tests/helpers/oldpeer
}
teardown() { common_teardown; }

lists() { ptyhead-list "$S:main" | grep -qE -e "$1"; }
shows() { ptyhead-show "$S" | grep -qE -e "$1"; }

# clients_of EXTRA : frames of 0.1.0, with that many bytes appended.
clients_of() {
	head_start
	start "$OLD" "$S" export "$1" >"$T/export"
	wait_for 30 has "$T/export" '^exported 33x99 run 1$'
	wait_for 30 lists ' 99x33 .* cat$'
	run -0 "$OLD" "$S" attach "$1"
	# 2: a flag that 0.1.0 does not know, and that is nothing to it.
	[ "$output" = $'attached 2 fds 1\ntaken 1 0' ]
	wait_for 30 shows '^hello$'
	lists ' 100x40 '
	run -0 "$OLD" "$S" watch "$1"
	[[ $output = 'attached '[02]' fds 1' ]]
	run -0 "$OLD" "$S" attach_lossless "$1"
	[ "$output" = 'refused 3 no such terminal on this head' ]
	run -137 s6-ptyexec -n big "$S" sh -c 'kill -KILL $$'
	run -0 "$OLD" "$S" attach_lossless "$1"
	[[ $output = 'attached '[13]' fds 1' ]]
	run -0 "$OLD" "$S" list "$1"
	[ "$output" = $'listed big down 24x80 sh\nlisted main up 40x100 cat\nall' ]
	run -0 "$OLD" "$S" list_one "$1"
	[ "$output" = $'listed main up 40x100 cat\nall' ]
}

@test "clients of 0.1.0 at this head" { clients_of 0; }

@test "clients of a later version, whose frames are longer, at this head" { clients_of 13; }

# listed_by HEX... : a head that answers with that; what ptyhead-list makes of it.
listed_by() {
	start fakehead frame "$S" "$1" >"$T/fakehead"
	wait_for 30 has "$T/fakehead" ready
	run -0 ptyhead-list --json "$S"
	run -0 python3 -c 'import json, sys; print([(x["terminal"], x["state"], x["pid"], x["exit_code"], x["run"], x["bytes"], x["command"]) for x in json.loads(sys.argv[1])])' "$output"
	[ "$output" = "[('big', 'ended', None, 0, 1, 2288899, ['sh', '-c', 'read x; seq 300000; sleep 3']), ('done', 'ended', None, 3, 1, 0, ['sh', '-c', 'exit 3']), ('main', 'up', 29219, None, 1, 18, ['cat'])]" ] || { echo "$output"; return 1; }
}

@test "ptyhead-list at a head of 0.1.0" { listed_by "$("$OLD" print listed)"; }

@test "ptyhead-list at a head of a later version, whose entries are longer" { listed_by "$("$OLD" newer listed)"; }

@test "viewers at a head of 0.1.0 that refuses" {
	start fakehead frame "$S" "$("$OLD" print refused)" >"$T/fakehead"
	wait_for 30 has "$T/fakehead" ready
	local tool
	for tool in show list 'wait -e x'; do
		# shellcheck disable=SC2086 # a tool with its options
		run -1 ptyhead-$tool "$S"
		[[ $output == *'no such terminal on this head'* ]]
	done
}
