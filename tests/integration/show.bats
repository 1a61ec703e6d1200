#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # for other shells; each test has its own; set by run
# ptyhead-show: a terminal's screen as text, with attributes, as JSON, as HTML.

# shellcheck disable=SC2016,SC2317  # for the program's shell; called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/head
load ../helpers/s6
load ../helpers/keep

setup() { head_setup; }
teardown() { common_teardown; }

# shows PRINTF-FORMAT [NAME] : a program that writes it as it is, on a new terminal.
shows() {
	start s6-ptyexec -s 6x20 "$S:${2:-main}" sh -c 'stty raw -echo; printf "$1"; touch "$2"; exec cat' sh "$1" "$T/done.${2:-main}" >>"$T/program.log" 2>&1
	wait_for 5 test -e "$T/done.${2:-main}"
	wait_for 5 written "${2:-main}"
}
written() { ptyhead-show "$S:$1" | grep -q .; }

is_json() { perl -MJSON::PP -0777 -ne 'JSON::PP->new->utf8->decode($_)'; }
# json EXPRESSION : what it says of the object $j.
json() { ptyhead-show --json "${@:2}" "$S" | perl -MJSON::PP -0777 -ne 'my $j = JSON::PP->new->utf8->decode($_); binmode STDOUT, ":utf8"; print '"$1"; }

@test "--run: a panic is still there when its program was started again and again and failed without a word" {
	head_start
	s6-ptyexec "$S" sh -c 'seq 60000; printf "\033[2Jpanic: all is lost"; exit 70' || [ $? = 70 ]
	local i
	for i in 2 3 4 5; do s6-ptyexec "$S" false || [ $? = 1 ]; done
	run -0 --separate-stderr ptyhead-show --run 1 "$S"
	[[ $output == *'panic: all is lost'* && $stderr == *'exit code 70'* ]]
	run -0 --separate-stderr ptyhead-show --run -1 "$S"
	[[ $stderr == *'run 4: the program ended with exit code 1'* ]]
}

@test "text: UTF-8, without what is blank at the end" {
	head_start
	shows 'one   \r\n\033[31mtw\303\266\033[m\r\n\r\n\346\227\245\346\234\254 e\314\201'
	[ "$(ptyhead-show "$S"; echo .)" = $'one\ntw\xc3\xb6\n\n\xe6\x97\xa5\xe6\x9c\xac e\xcc\x81\n.' ]
}

@test "-e: with attributes, as a terminal takes them" {
	head_start
	shows 'a\033[1;31mb\033[mc\r\n\033[4mu'
	[ "$(ptyhead-show -e "$S")" = $'a\e[0;1;31mb\e[mc\n\e[0;4mu\e[m' ]
	[ "$(ptyhead-show --escapes "$S")" = "$(ptyhead-show -e "$S")" ]
}

@test "the alternate screen is what is shown while it is shown" {
	head_start
	shows 'main\033[?1049h\033[Halt'
	[ "$(ptyhead-show "$S")" = alt ]
	[ "$(json '$j->{alternate}')" = 1 ]
}

@test "-H: rows that went off the top, at most so many" {
	head_start
	shows "$(seq -s '\r\n' 1 30)"
	[ "$(ptyhead-show "$S" | tr '\n' ' ')" = '25 26 27 28 29 30 ' ]
	[ "$(ptyhead-show -H 3 "$S" | tr '\n' ' ')" = '22 23 24 25 26 27 28 29 30 ' ]
	[ "$(ptyhead-show --history=1000 "$S" | tr '\n' ' ')" = "$(seq 1 30 | tr '\n' ' ')" ]
	[ "$(json 'join " ", map { $_->{text} } @{$j->{history}}' -H 2)" = '23 24' ]
}

@test "--json: size, cursor, title, modes, run, and the cells in runs of one look" {
	head_start
	shows '\033]0;a "title" \\ \007\033[?2004h\033[?1h\033[?1002h\033[?1006h\033[>5u\033[1;38;2;1;2;3mbo\033[m \033[4;41mld\033[m\346\227\245\033[3;4H\033[?25l'
	[ "$(json '"$j->{rows} $j->{columns} $j->{cursor}{row} $j->{cursor}{column} $j->{title}"')" = '6 20 2 3 a "title" \ ' ]
	[ "$(json '$j->{cursor}{visible} ? "seen" : "hidden"')" = hidden ]
	[ "$(json 'join " ", @{$j->{modes}}{qw(paste cursor_keys mouse mouse_encoding kitty focus)}')" = '1 1 1002 1006 5 0' ]
	[ "$(json '$j->{lines}[0]{text}')" = 'bo ld日' ]
	[ "$(json 'join "|", map { join ",", $_->{text}, $_->{columns}, $_->{bold} // "", $_->{fg} // "", $_->{bg} // "", $_->{underline} // "" } @{$j->{lines}[0]{runs}}')" = \
		'bo,2,1,#010203,,| ,1,,,,|ld,2,,,1,single|日,2,,,,' ]
	[ "$(json 'scalar @{$j->{lines}}')" = 6 ]
	[ "$(json '$j->{run}{alive} && kill(0, $j->{run}{pid}) ? "alive" : "?"')" = alive ]
}

@test "--json: where a shell is, and how its last command ended" {
	head_start
	shows '\033]7;file://h/srv/a%%20b\007\033]133;D;3\007\033]133;A\007$ \033]133;B\007'
	[ "$(json '"$j->{shell}{directory} $j->{shell}{at} $j->{shell}{exit_status}"')" = 'file://h/srv/a%20b input 3' ]
}

@test "--json: what no shell said is empty" {
	head_start
	shows 'text'
	[ "$(json '"<$j->{shell}{directory}> $j->{shell}{at} " . ($j->{shell}{exit_status} // "null")')" = '<> none null' ]
}

@test "--json is valid, whatever the program wrote" {
	head_start
	shows '\033]0;\001\002"\\\033\\x\177\302\200\377\376\303\050\r\n"\\\t<&>\0\033]8;;http://x/"\\\007link\033]8;;\007\355\240\200\364\220\200\200'
	ptyhead-show --json "$S" | is_json
	for i in 1 2 3 4; do
		start s6-ptyexec -s 10x40 "$S:random$i" sh -c 'stty raw -echo; head -c 60000 /dev/urandom; touch "$1"; exec cat' sh "$T/done.r$i" >>"$T/program.log" 2>&1
		wait_for 5 test -e "$T/done.r$i"
		ptyhead-show --json -H 100 "$S:random$i" | is_json
	done
	run -255 is_json <<<'{"a":'
}

@test "--html: http and https hyperlinks are links, no others are; right-to-left text keeps its cells" {
	head_start
	shows '\033]8;;https://a.b/?x="y&z\033\\web\033]8;;\033\\\r\n\033]8;;javascript:alert(1)\033\\js\033]8;;\033\\\r\n\033]8;;file:///etc/passwd\033\\file\033]8;;\033\\\r\n\327\220\327\221 end'
	ptyhead-show --html "$S" >"$T/html"
	has "$T/html" '<a rel="noopener noreferrer" href="https://a.b/\?x=&quot;y&amp;z">(<span[^>]*>)?web(</span>)?</a>'
	[ "$(grep -c '<a ' "$T/html")" = 1 ]
	not grep -qE 'javascript|passwd' "$T/html"
	has "$T/html" '^<pre style="[^"]*unicode-bidi:bidi-override'
}

@test "--html: one element, everything escaped, colours inline" {
	head_start
	shows '<b>&\033[31mred\033[7minv\033[m "x"\033]0;<t>\007'
	ptyhead-show --html "$S" >"$T/html"
	has "$T/html" '^<pre style="[^"]*" title="&lt;t&gt;">$'
	has "$T/html" '^&lt;b&gt;&amp;<span style="color:#cd0000;">red</span><span style="color:#000000;background:#cd0000;">inv</span> &quot;x&quot;$'
	[ "$(tail -n 1 "$T/html")" = '</pre>' ]
	[ "$(grep -o '<[a-z/]*' "$T/html" | sort -u | tr '\n' ' ')" = '</pre </span <pre <span ' ]
}

@test "it only looks: no size, no role but watch, and the program ends or not as it likes" {
	head_start
	start s6-ptyexec -s 7x33 "$S" sh -c 'printf "gone"; exit 3' >>"$T/program.log" 2>&1
	wait_for 5 written main
	wait_for 5 gives 0 json '$j->{run}{alive} + 0'
	[ "$(json '"$j->{rows} $j->{columns}"')" = '7 33' ]
	[ "$(ptyhead-show "$S")" = gone ]
}

@test "exit codes: 1 refused, 99 no answer, 100 usage, 111 no head or nowhere to write" {
	run -111 ptyhead-show "$S"
	[[ $output == "ptyhead-show: fatal: unable to reach a head at $S: "*"; start "* ]]
	head_start
	shows text
	run -1 ptyhead-show "$S:other"
	[[ $output == "ptyhead-show: fatal: the head at $S refused terminal other: "* ]]
	run -100 ptyhead-show
	run -100 ptyhead-show -H many "$S"
	run -100 ptyhead-show -H 1000001 "$S"
	run -100 ptyhead-show --json --html "$S"
	run -100 ptyhead-show --nonsense
	run -0 ptyhead-show --help
	[[ $output == usage:* ]]
	run -0 ptyhead-show --version
	[[ $output == "ptyhead-show "[0-9]* ]]
	run -111 sh -c 'ptyhead-show "$1" >/dev/full' sh "$S"
	kill -STOP "$HEAD"
	run -99 ptyhead-show "$S"
	kill -CONT "$HEAD"
	[[ $output == *"did not answer"* ]]
}

@test "-e and --html hold no control that the program put into a string" {
	head_start
	shows '\033]8;id=i\302\2332J;http://x/\302\2332J\033\\\\link\033]8;;\033\\\\ \033]0;a\302\233z\033\\\\ \342\200\256x'
	ptyhead-show -e "$S" >"$T/e"
	has "$T/e" link
	has "$T/e" 'http://x/%C2%9B2J'
	not env LC_ALL=C grep -qaP '\xc2[\x80-\x9f]' "$T/e"
	ptyhead-show --html "$S" >"$T/html"
	has "$T/html" 'title="a.z"'
	not env LC_ALL=C grep -qaP '\xc2[\x80-\x9f]|\xe2\x80\xae' "$T/html"
	ptyhead-show --json "$S" | tee "$T/json" | is_json
	has "$T/json" '\\u202e'
	not grep -qaP '\xe2\x80\xae' "$T/json"
}

# ---- other moments ---------------------------------------------------------------

# panic WORD STATUS : a program that ends with a full screen of its own.
panic() { s6-ptyexec "$S" sh -c 'printf "\033[?1049h\033[2J\033[5;5H\033[41mPANIC: %s\033[m" "$0"; exit $1' "$1" "$2" || [ $? = "$2" ]; }

@test "--run: the screen at the moment the run before ended, with its status and time, also of a killed head" {
	[ "$(id -u)" = 0 ] || skip 'the store needs root'
	keep_start
	S=$T/s
	s6-ptyexec -t 20000 "$S" sh -c 'printf "\033[?1049h\033[2J\033[5;5H\033[41mPANIC: bad\033[m"; exit 5' || [ $? = 5 ]
	start s6-ptyexec -t 20000 "$S" sh -c 'seq 200000; echo ready; exec sleep 1000'
	wait_for 10 shows_ready
	# 1.3 MB later, and by another head.
	head_is_up
	kill -KILL "$HEAD"
	wait_for 10 shows_ready
	run ptyhead-show --run -1 "$S"
	[ "$status" = 0 ]
	[[ $output = *'PANIC: bad'* ]]
	[[ $output = *'run 1: the program ended with exit code 5, at '* ]]
	ptyhead-show --json --run 1 "$S" | python3 -c 'import json, sys, time
z = json.load(sys.stdin)
r = z["run"]
assert z["alternate"] and r["number"] == 1 and not r["alive"] and r["wait_status"] == 5 << 8, r
assert 0 <= time.time() - r["ended"] < 120, r'
	run ! ptyhead-show --run 0 "$S"
	[[ $output = *'has not ended'* ]]
	run ! ptyhead-show --run 7 "$S"
	[[ $output = *'there are only 2 runs so far'* ]]
	run ! ptyhead-show --run -1 -H 5 "$S"
	[[ $output = *'do not go together'* ]]
}
shows_ready() { [[ $(ptyhead-show "$S" 2>/dev/null) = *ready* ]]; }

@test "--run of an earlier run, as long as its output is held" {
	head_start
	panic one 1
	panic two 2
	panic three 3
	[[ $(ptyhead-show --run 1 "$S" 2>/dev/null) = *'PANIC: one'* ]]
	[[ $(ptyhead-show --run -1 "$S" 2>/dev/null) = *'PANIC: two'* ]]
	[[ $(ptyhead-show --run 0 "$S" 2>/dev/null) = *'PANIC: three'* ]]
	s6-ptyexec "$S" seq 100000
	run ! ptyhead-show --run 1 "$S"
	[[ $output = *'the screen at the end of run 1 is not held any more'* ]]
	[[ $(ptyhead-show --run 4 "$S" 2>/dev/null) = *100000* ]]
}

@test "--at: the screen at an offset, and at a time" {
	head_start
	s6-ptyexec "$S" sh -c 'echo one; sleep 2.2; echo two; sleep 3.5; echo three'
	[ "$(ptyhead-show --at 5 "$S")" = one ]
	[ "$(ptyhead-show --at 3 "$S")" = one ]
	[ "$(ptyhead-show --at 2 "$S")" = on ]
	[ "$(ptyhead-show --at 10 "$S")" = $'one\ntwo' ]
	# `three` came at once before its end, `two` long before.
	[ "$(ptyhead-show --at "$(date -d "@$(($(date +%s) - 1))" '+%F %T')" "$S")" = "$(ptyhead-show --at 10 "$S")" ]
	run -97 ptyhead-show --at 100 "$S"
	[[ $output = *'offset 100 has not been reached: the end is 17'* ]]
	run ! ptyhead-show --at yesterdayish "$S"
	[[ $output = *'--at takes an offset, or a time'* ]]
	s6-ptyexec "$S" seq 100000
	run -97 ptyhead-show --at 5 "$S"
	[[ $output = *'offset 5 is overwritten: the oldest output held is at '* ]]
	run -97 ptyhead-log --since 5 "$S"
	run -97 ptyhead-wait -t 5 --since 5 -e x "$S"
	run -97 ptyhead-wait -t 5 --since 99999999 -e x "$S"
	[ "$(ptyhead-log --since 0 -n 1 "$S")" = 100000 ]
}

@test "-t: each row begins with when it was written, to the second, also those that went off the top" {
	head_start
	program -s 5x40 sh -c 'for i in 1 2 3 4 5 6 7; do echo "$i $(date +%s)"; sleep 1.1; done; printf "\033[Hagain"; exec sleep 1000'
	ptyhead-wait -t 20 -F again --since run "$S" >/dev/null
	run -0 ptyhead-show -t -H 10 "$S"
	[ "${#lines[@]}" -ge 7 ]
	local at line stated
	for line in "${lines[@]}"; do
		read -r at _ stated <<<"$line"
		[ -n "$stated" ] || continue
		at=$(date -d "$at" +%s)
		((at - stated <= 1 && stated - at <= 1)) || {
			printf '%s\n' "${lines[@]}" >&2
			return 1
		}
	done
	# One that was written over is of then.
	[[ $(ptyhead-show -t "$S" | head -n 1) = *' again'* ]]
	[ "$(ptyhead-show -t "$S" | wc -l)" -le 5 ]
	run -100 ptyhead-show -t --json "$S"
}
