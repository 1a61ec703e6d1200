#!/usr/bin/env bats
# The engine against an independent emulator: see tests/oracle/README.md.

load ../helpers/common
setup() { common_setup; }
teardown() { common_teardown; }

@test "the screens of all streams and cases are the oracle's, but for what is listed" {
	run "$PTYHEAD_BUILD"/tests/oracle/compare tests/oracle
	printf '%s\n' "$output" | grep -v '^ok ' >&2
	[ "$status" -eq 0 ]
}

@test "the streams are of at least 40 programs and the cases at least 150" {
	[ "$(find tests/oracle/streams -name '*.raw' | wc -l)" -ge 40 ]
	[ "$(cat tests/oracle/cases/*.case | grep -c '^case ')" -ge 150 ]
}

@test "the comparison fails when a screen differs" {
	local dir=$BATS_TEST_TMPDIR/data
	mkdir -p "$dir/streams" "$dir/expected" "$dir/cases"
	printf 'hello' >"$dir/streams/x.raw"
	printf '== 5 80x24\ncursor 5 0\nmodes\npen\ntitle ""\n00|hullo\n' >"$dir/expected/x.txt"
	run "$PTYHEAD_BUILD"/tests/oracle/compare "$dir"
	[ "$status" -eq 1 ]
	[[ $output == *"from character 1"* ]]
	sed -i s/hullo/hello/ "$dir/expected/x.txt"
	run "$PTYHEAD_BUILD"/tests/oracle/compare "$dir"
	[ "$status" -eq 0 ]
}
