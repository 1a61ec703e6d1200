#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
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

@test "what resized terminals hold was right when they were asked, but for what is listed" {
	local terminal path content verdict why n=0
	while read -r terminal path content verdict why; do
		n=$((n + 1))
		[ "$verdict" = ok ] || grep -q "^resize/$terminal/$path/$content [^ ]" tests/oracle/differences || {
			echo "$terminal $path $content: $why, and no reason is listed" >&2
			return 1
		}
	done <tests/oracle/resize.results
	# Of four terminals, sixteen ways and five contents none is left out.
	[ "$n" -eq 320 ]
	[ "$(cut -d' ' -f1-3 tests/oracle/resize.results | sort -u | wc -l)" -eq 320 ]
	# What is listed did fail.
	while read -r terminal path content; do
		grep -q "^$terminal $path $content fail" tests/oracle/resize.results
	done < <(sed -n 's,^resize/\([^/]*\)/\([^/]*\)/\([^ ]*\) .*,\1 \2 \3,p' tests/oracle/differences)
}
