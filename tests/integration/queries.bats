#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Terminal queries are answered at once, viewer or no viewer, and never twice.

# shellcheck disable=SC1003,SC2016 # what is sent to a terminal
load ../helpers/common
load ../helpers/head

setup() {
	common_setup
	start ptyhead "$T/s" 2>"$T/head.log"
	HEAD=$STARTED
	wait_for 5 test -S "$T/s"
}
teardown() { common_teardown; }

has_viewer() { [ "$(sockets_of "$HEAD")" -ge 2 ]; }

# ask QUERY : a program that asks and prints, in printable form, what it is told
# within 2 seconds, up to a byte that ends an answer.
ask() {
	s6-ptyexec "$T/s" bash -c 'stty raw -echo; printf "$1"; IFS= read -rs -t 2 -d "$2" a; printf "%q" "$a$2" >"$3"' \
		ask "$1" "$2" "$T/answer"
	cat "$T/answer"
}

@test "with nobody attached: DA, DSR, CPR, DECRQM, XTVERSION, sizes, kitty keyboard" {
	[[ $(ask '\e[c' c) = *'[?6'*c* ]]
	[[ $(ask '\e[>c' c) = *'[>'*c* ]]
	[ "$(ask '\e[5n' n)" = "$'\E[0n'" ]
	[ "$(ask '\e[3;7H\e[6n' R)" = "$'\E[3;7R'" ]
	[ "$(ask '\e[?2004h\e[?2004$p' y)" = "$'\E[?2004;1\$y'" ]
	[ "$(ask '\e[18t' t)" = "$'\E[8;24;80t'" ]
	[ "$(ask '\e[?u' u)" = "$'\E[?0u'" ]
	[[ $(ask '\e]11;?\a' '
') = *']11;rgb:'* || $(ask '\e]11;?\e\\' '\') = *']11;rgb:'* ]]
}

@test "the colour scheme is the leading viewer's: ?996 says so, and ?2031 tells of a change" {
	[ "$(ask '\e[?996n' n)" = "$'\E[?997;1n'" ]
	S=$T/s onlooker v 24x80
	wait_for 5 has "$T/v.seen" '996n'
	# Its terminal's answers: it has a white background.
	echo 'send 1b 5b 30 6e 1b 5d 31 31 3b 72 67 62 3a 66 66 2f 66 66 2f 66 66 07 1b 5b 3f 36 63' >"$T/v.orders"
	[ "$(ask '\e[?996n' n)" = "$'\E[?997;2n'" ]
	start s6-ptyexec "$T/s" bash -c 'stty raw -echo; printf "\e[?2031h"; : >"$1/on"; IFS= read -rs -t 9 -d n a; printf "%q" "$a" >"$1/told"' x "$T"
	wait_for 5 test -e "$T/on"
	echo 'send 1b 5b 3f 39 39 37 3b 31 6e' >"$T/v.orders"
	wait_for 5 test -s "$T/told"
	[ "$(cat "$T/told")" = "$'\E[?997;1'" ]
	leaves v
}

@test "a query cut into single writes is answered once, and marked out of the stream" {
	start tapecat -n 1 -o "$T/out" "$T/s" >"$T/marks"
	wait_for 5 has "$T/marks" attached
	s6-ptyexec "$T/s" bash -c 'stty raw -echo; for c in "a\e" "[" "6" "nb"; do printf "$c"; timeout 0.05 tail -f /dev/null; done
		IFS= read -rs -t 2 -d R a; IFS= read -rs -t 0.2 -n 1 more; printf "%q.%q" "$a" "$more" >"$1"' x "$T/answer"
	[ "$(cat "$T/answer")" = "$'\E[1;2'.''" ]
	wait_for 5 has "$T/marks" '^query 1 4$'
}

@test "a program that does not read is not filled with answers, and the head goes on" {
	s6-ptyexec "$T/s" bash -c 'stty raw -echo; for ((i = 0; i < 50000; i++)); do printf "\e[c\e[6n"; done'
	alive "$STARTED"
	s6-ptyexec "$T/s" true
}

@test "a flood of queries overtakes no lossless reader, by its marks either" {
	start ptyhead-attach -L -1 "$T/s" >"$T/seen" 2>"$T/err" </dev/null
	local viewer=$STARTED n=60000
	wait_for 5 has_viewer
	s6-ptyexec "$T/s" sh -c "stty raw -echo; yes \$(printf 'x\005y') | tr -d '\n' | head -c $n"
	wait_for 20 not alive "$viewer"
	[ "$(wc -c <"$T/seen")" -le "$n" ]
	[ "$(tr -d '\005' <"$T/seen" | wc -c)" -eq $((n * 2 / 3)) ]
	not grep -qE "lost|overt|missing" "$T/err"
}
