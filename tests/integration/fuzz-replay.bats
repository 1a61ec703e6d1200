#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Every corpus again, on the build that the tests run on.

B=${PTYHEAD_BUILD:-build}

replay() {
	local name=$1
	[ -x "$B/tests/fuzz/replay_$name" ]
	run "$B/tests/fuzz/replay_$name" "$BATS_TEST_DIRNAME/../fuzz/corpus/$name"/*
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *files* ]]
	[ "${output%% *}" -gt 5 ]
}

@test "the screen engine takes its corpus of bytes" { replay screen; }

@test "the screen engine takes its corpus of sequences" { replay screen_grammar; }

@test "the screen engine takes its corpus of styles" { replay screen_styles; }

@test "a reader and a writer of tapes take their corpus" { replay tape; }

@test "the protocol takes its corpus" { replay wire; }
