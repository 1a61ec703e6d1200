#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Whoever attaches sees exactly what is there, whatever size his terminal has,
# and leaves no trace: recorded programs, and real ones in tmux.

# shellcheck disable=SC2016,SC2317  # for the program's shell; called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/head
load ../helpers/tmux

setup() {
	head_setup
	STREAMS=$REPO/tests/oracle/streams
}
teardown() { common_teardown; }

names() { for f in "$STREAMS"/*.raw; do f=${f##*/}; echo "${f%.raw}"; done; }

holds() { grep -qaF -e "$2" -- "$1"; }
times() { grep -oaF -e "$2" -- "$1" | wc -l; }

# --- recorded programs ------------------------------------------------------------

@test "all streams: viewers of four kinds show the program's screen, cell by cell, and leave nothing on" {
	head_start -s fixed -n 1000
	mapfile -t all < <(names)
	[ "${#all[@]}" -ge 40 ]
	run eyes "$S" "$STREAMS" "${all[@]}"
	printf '%s\n' "$output" | grep -v '^ok ' >&2
	[ "$status" -eq 0 ]
	[ "$(grep -c '^ok ' <<<"$output")" = "${#all[@]}" ]
}

@test "all streams, while the program's terminal changes its size under the viewers" {
	head_start -n 1000
	mapfile -t all < <(names)
	run eyes -l "$S" "$STREAMS" "${all[@]}"
	printf '%s\n' "$output" | grep -v '^ok ' >&2
	[ "$status" -eq 0 ]
	[ "$(grep -c '^ok ' <<<"$output")" = "${#all[@]}" ]
}

@test "that comparison fails for a viewer that shows something else" {
	mkdir "$T/bin"
	printf '#!/bin/sh\nptyhead-real "$@" | tr e a\n' >"$T/bin/ptyhead-attach"
	chmod 755 "$T/bin/ptyhead-attach"
	ln -s "$PTYHEAD_BUILD/ptyhead-attach" "$T/bin/ptyhead-real"
	head_start -s fixed
	EYES_SETTLE_MS=2000 PATH=$T/bin:$PATH run eyes "$S" "$STREAMS" bash
	[ "$status" -eq 1 ]
	[[ $output == *"not ok 1 - bash"* ]]
}

# --- in tmux ---------------------------------------------------------------------

# pane NAME COLSxROWS COMMAND... : a screen of that size in the private tmux.
pane() {
	local name=$1 size=$2
	shift 2
	[ -S "$T/tmux.sock" ] || tm_start 80x24 sleep 1000
	tm new-session -d -s "$name" -x "${size%x*}" -y "${size#*x}" -- "$@" </dev/null
}

capture() { tm capture-pane -p -t "$@"; }
# Without what is blank at the end of lines and of all.
trimmed() { sed 's/[[:space:]]*$//' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'; }
pane_text() { capture "$1" | trimmed; }
pane_looks() { capture "$1" -e; }
show_text() { ptyhead-show "$S" | trimmed; }
pane_is_program() { [ -n "$(show_text)" ] && [ "$(pane_text "$1")" = "$(show_text)" ]; }
same_looks() { [ "$(pane_looks "$1")" = "$(pane_looks "$2")" ]; }

# The part of the program's screen that COLSxROWS see.
part_text() {
	local cols=${1%x*} rows=${1#*x} y x
	y=$(ptyhead-show --json "$S" | sed 's/.*"cursor":{"row":\([0-9]*\).*/\1/')
	x=$(ptyhead-show --json "$S" | sed 's/.*"cursor":{"row":[0-9]*,"column":\([0-9]*\).*/\1/')
	y=$((y >= rows ? y + 1 - rows : 0)) x=$((x >= cols ? x + 1 - cols : 0))
	ptyhead-show "$S" | tail -n +$((y + 1)) | head -n "$rows" | sed -E "s/^.{0,$x}//; s/^(.{$cols}).*/\\1/" | trimmed
}
pane_is_part() { [ -n "$(part_text "$2")" ] && [ "$(pane_text "$1")" = "$(part_text "$2")" ]; }

@test "tmux shows the same in a pane that saw all, in one that came late, and in others the part they see" {
	head_start
	for name in bash git-log less man mc nano top; do
		[ -e "$STREAMS/$name.raw" ] || continue
		[ "$(cat "$STREAMS/$name.size")" = 80x24 ]
		rm -f "$T/go" "$T/half"
		program -s 24x80 sh -c 'stty raw -echo; while [ ! -e "$2/go" ]; do sleep 0.02; done
			n=$(($(wc -c <"$1") / 2))
			head -c "$n" "$1"; touch "$2/half"
			while [ -e "$2/go" ]; do sleep 0.02; done
			tail -c +$((n + 1)) "$1"; exec sleep 1000' sh "$STREAMS/$name.raw" "$T"
		pane first 80x24 ptyhead-attach -rq "$S"
		touch "$T/go"
		wait_for 5 test -e "$T/half"
		pane late 80x24 ptyhead-attach -rq "$S"
		pane small 61x17 ptyhead-attach -rq "$S"
		pane large 97x31 ptyhead-attach -rq "$S"
		rm "$T/go"
		wait_for 5 pane_is_program first || { echo "$name"; diff <(pane_text first) <(show_text); false; }
		wait_for 5 pane_is_program late
		wait_for 5 same_looks first late
		wait_for 5 pane_is_program large
		wait_for 5 pane_is_part small 61x17 || { echo "$name"; diff <(pane_text small) <(part_text 61x17); false; }
		kill -KILL "$PROGRAM"
		wait_for 5 not alive "$PROGRAM"
		tm_stop
		rm -f "$T/tmux.sock"
	done
}

@test "vim with two viewers of different sizes who type in turn" {
	head_start
	seq -f 'line %g of the text, which is long enough to be cut at the edge of a narrow terminal, I think' 200 >"$T/text"
	program env -u VIMINIT vim -u NONE -N -n --cmd 'set nomore ruler' "$T/text"
	pane a 80x24 ptyhead-attach -q "$S"
	wait_for 5 pane_is_program a
	pane b 100x30 ptyhead-attach -q "$S"
	for turn in 1 2 3; do
		tm send-keys -t b "ofrom b $turn" Escape
		wait_for 5 gives "30 columns 100" sh -c 'ptyhead-show --json "$1" | sed "s/.*\"rows\":\([0-9]*\),\"columns\":\([0-9]*\).*/\1 columns \2/"' sh "$S"
		wait_for 5 pane_is_program b || { diff <(pane_text b) <(show_text); false; }
		wait_for 5 pane_is_part a 80x24 || { diff <(pane_text a) <(part_text 80x24); false; }
		tm send-keys -t a "ofrom a $turn" Escape
		wait_for 5 gives "24 columns 80" sh -c 'ptyhead-show --json "$1" | sed "s/.*\"rows\":\([0-9]*\),\"columns\":\([0-9]*\).*/\1 columns \2/"' sh "$S"
		wait_for 5 pane_is_program a || { diff <(pane_text a) <(show_text); false; }
		wait_for 5 pane_is_program b
	done
	tm send-keys -t a ':wq' Enter
	wait_for 5 not alive "$PROGRAM"
	[ "$(sed -n 2,7p "$T/text" | tr '\n' ,)" = 'from b 1,from a 1,from b 2,from a 2,from b 3,from a 3,' ]
}

# A program that switched much on, 5 MB of output ago.
much='stty raw -echo
	printf "main line\r\n\033[?1049h\033[?1000h\033[?1006h\033[?2004h\033[?1004h\033[>5u\033[?1h\033=\033[5 q\033[?25l"
	yes "$(printf "\033[32mfive megabytes\033[m of output")" | head -c 5000000 | sed "s/$/\r/"
	printf "\033[H\033[2Jhere it stands"; touch "$1/done"; exec cat >/dev/null'

@test "modes that were switched on 5 MB ago are on at the viewer, and off when it left" {
	head_start
	program sh -c "$much" sh "$T"
	wait_for 20 test -e "$T/done"
	for kind in 24x80 30x100; do
		local v=v${kind%x*}
		if [ "$kind" = 24x80 ]; then onlooker "$v" "$kind"
		else onlooker "$v" "$kind" -r; fi
		wait_for 5 has "$T/$v.seen" 'here it stands'
		for on in '?1049h' '?1006h' '?2004h' '?1004h' '>5u' '?1h' '5 q' '?25l'; do
			wait_for 2 holds "$T/$v.seen" $'\e['"$on" || { echo "$on"; cat -v "$T/$v.seen"; false; }
		done
		holds "$T/$v.seen" $'\e='
		# Who cannot type has the mouse.
		if [ "$kind" = 24x80 ]; then
			holds "$T/$v.seen" $'\e[?1000h'
			leaves "$v"
			[ "$(grep -oaE '\?1000[hl]' "$T/$v.seen" | tail -n 1)" = '?1000l' ]
		else
			not holds "$T/$v.seen" $'\e[?1000h'
			order "$v" 'kill 15'
			wait_for 5 not alive "${V_v30:?}"
		fi
		# Of each, what came last is what undoes it.
		local mode
		for mode in '?1049' '?1006' '?2004' '?1004' '?1'; do
			[ "$(grep -oaE "\\${mode}[hl]" "$T/$v.seen" | tail -n 1)" = "$mode"l ]
		done
		[ "$(grep -oaE '\?25[hl]' "$T/$v.seen" | tail -n 1)" = '?25h' ]
		[ "$(grep -oaE '[0-9] q' "$T/$v.seen" | tail -n 1)" = '0 q' ]
		has "$T/$v.seen" $'\e\[<[0-9]*u'
	done
}

@test "the same in tmux: the user's screen, scrollback and cursor are where they were" {
	head_start
	program sh -c "$much" sh "$T"
	wait_for 20 test -e "$T/done"
	tm_start 80x24 env PS1='$ ' bash --norc -i
	tm_wait 5 '^\$'
	tm_keys 'for i in 1 2 3 4 5 6 7 8; do echo mine-$i; done' Enter
	tm_wait 5 '^mine-8'
	modes='#{alternate_on} #{mouse_any_flag} #{mouse_sgr_flag} #{keypad_cursor_flag} #{keypad_flag} #{cursor_flag} #{insert_flag} #{wrap_flag} #{scroll_region_upper} #{scroll_region_lower}'
	before=$(tm display-message -p "$modes")
	tm_keys "ptyhead-attach $S" Enter
	tm_wait 5 '^here it stands'
	wait_for 5 gives '1 1 1 1 1 0' tm display-message -p '#{alternate_on} #{mouse_any_flag} #{mouse_sgr_flag} #{keypad_cursor_flag} #{keypad_flag} #{cursor_flag}'
	tm_keys C-\\
	tm_wait 5 'detached'
	wait_for 5 gives "$before" tm display-message -p "$modes"
	tm_wait 5 '^main line'
	tm_shows_not 'here it stands'
	tm_keys 'echo after' Enter
	tm_wait 5 '^after'
	tm capture-pane -p -S - >"$T/all"
	[ "$(grep -E '^(mine|main|\[ptyhead|after)' "$T/all" | tr '\n' ,)" = \
		'mine-1,mine-2,mine-3,mine-4,mine-5,mine-6,mine-7,mine-8,main line,[ptyhead-attach: detached],after,' ]
}

# --- history ------------------------------------------------------------------------

# The numbers that tmux has, in its scrollback and on its screen.
numbers() { tm capture-pane -p -S - | grep -E '^[0-9]+$' | tr '\n' ' '; }

@test "-H: rows above the screen are in the terminal's scrollback, in order and once" {
	head_start
	program -s 24x80 sh -c 'seq 1 500; printf "\033[31mend\033[m"; exec cat'
	for lines in '' '-H 50' '-H 0'; do
		for size in 80x24 60x15; do
			tm_start "$size" sh -c 'echo mine; exec ptyhead-attach -r '"$lines $S"
			tm_wait 5 '^end'
			case $lines in
			'') want=$(seq 1 500 | tr '\n' ' ') ;;
			'-H 50') want=$(seq 428 500 | tr '\n' ' ') ;;
			'-H 0') want=$(seq 478 500 | tr '\n' ' ') ;;
			esac
			# A smaller terminal does not see the top of the screen.
			if [ "$size" = 60x15 ]; then
				want=$(tr ' ' '\n' <<<"$want" | grep -vxE '47[89]|48[0-6]' | tr '\n' ' ' | sed 's/ *$/ /')
			fi
			[ "$(numbers)" = "$want" ] || { echo "$lines $size"; numbers; echo "want $want"; false; }
			tm capture-pane -p -S - | grep -q '^mine'
			[ "$(tm capture-pane -p -S - | sed -n '/^mine/,/^end/p' | grep -c '^$')" -le 1 ]
			tm_stop
			rm -f "$T/tmux.sock"
		done
	done
}

@test "-H: attributes are kept; the main screen's rows are there though the alternate one is shown" {
	head_start
	program -s 24x80 sh -c 'for i in $(seq 1 60); do printf "\033[1;3%dmrow-$i\033[m\n" $((i % 7 + 1)); done; printf "\033[?1049h\033[Halternate"; exec cat'
	tm_start 80x24 sh -c 'echo mine; exec ptyhead-attach -r '"$S"
	tm_wait 5 '^alternate'
	gives 1 tm display-message -p '#{alternate_on}'
	tm_keys C-c
	kill -TERM "$(pgrep -x ptyhead-attach -P "$(tm display-message -p '#{pane_pid}')" || tm display-message -p '#{pane_pid}')"
	wait_for 5 gives 0 tm display-message -p '#{alternate_on}'
	[ "$(tm capture-pane -p -S - | grep -oE '^row-[0-9]+' | tr '\n' ' ')" = "$(seq -f 'row-%g' 1 60 | tr '\n' ' ')" ]
	tm capture-pane -p -e -S - | grep -a 'row-1$' | head -n 1 | grep -qaE $'\e\\[1m.*\e\\[32m.*row-1|\e\\[1;32mrow-1|\e\\[1m\e\\[32mrow-1'
}

@test "after much output and other sizes the history is as long as the tape holds it" {
	head_start
	program -s 24x80 sh -c 'stty raw -echo; seq 1 40000 | sed "s/$/\r/"; printf end; exec cat'
	onlooker a 30x90
	wait_for 5 has "$T/a.seen" end
	onlooker b 31x95
	wait_for 5 has "$T/b.seen" end
	# 256 KiB hold some 35,000 of these lines.
	[ "$(ptyhead-show -H 1000000 "$S" | head -n -1 | wc -l)" -gt 25000 ]
	ptyhead-show -H 1000000 "$S" | head -n -1 | tail -n +2 >"$T/lines"
	cmp <(seq "$(head -n 1 "$T/lines")" 40000) "$T/lines"
}

# --- what is slow ------------------------------------------------------------------------

@test "a terminal that stands still for 20 MB is painted once, and right" {
	head_start
	program sh -c 'stty raw -echo; echo ready; read -r x; yes "a line of output" | head -c 20000000 | sed "s/$/\r/"
		printf "\033[2J\033[Hlast picture"; touch "$1/done"; exec cat' sh "$T"
	onlooker v 24x80
	wait_for 5 has "$T/v.seen" ready
	order v hold
	order v 'send 0a'
	wait_for 30 test -e "$T/done"
	order v go
	wait_for 5 has "$T/v.seen" 'last picture'
	[ "$(stat -c %s "$T/v.seen")" -lt 300000 ]
	leaves v
}

# --- queries -----------------------------------------------------------------------------

@test "what only a terminal knows is asked once, of the viewer named, painted or not, and never again" {
	head_start
	program sh -c 'stty raw -echo; echo ready; for i in 1 2 3; do dd bs=1 count=1 2>/dev/null; printf "\033]11;?\007asked-$i "; done; exec cat'
	onlooker a 24x80
	wait_for 5 has "$T/a.seen" ready
	onlooker w 24x80 -r
	order a 'send 78'
	wait_for 5 has "$T/a.seen" asked-1
	wait_for 5 has "$T/w.seen" asked-1
	[ "$(times "$T/a.seen" $']11;?\a')" = 1 ]
	# Another one types, of another size: it is the leader, and that is painted or not.
	onlooker b 30x100
	order b 'send 78'
	wait_for 5 has "$T/b.seen" asked-2
	wait_for 5 holds "$T/b.seen" $']11;?\a'
	order a 'send 78'
	wait_for 5 has "$T/a.seen" asked-3
	wait_for 5 gives 2 times "$T/a.seen" $']11;?\a'
	onlooker c 24x80
	wait_for 5 has "$T/c.seen" asked-3
	[ "$(times "$T/b.seen" $']11;?\a')" = 1 ]
	[ "$(times "$T/c.seen" $']11;?\a')" = 0 ]
	[ "$(times "$T/w.seen" $']11;?\a')" = 0 ]
}

@test "a query reaches the terminal of a leader that is painted" {
	head_start -s fixed
	program -s 24x80 sh -c 'stty raw -echo; echo ready; dd bs=1 count=1 2>/dev/null; printf "\033]11;?\007asked"; exec cat'
	onlooker a 30x100
	wait_for 5 has "$T/a.seen" ready
	order a 'send 78'
	wait_for 5 has "$T/a.seen" asked
	wait_for 5 gives 1 times "$T/a.seen" $']11;?\a'
}

@test "in-band reports of the size are the head's: no viewer's terminal is asked for them" {
	head_start
	program sh -c 'stty raw -echo; echo ready; dd bs=1 count=1 2>/dev/null; printf "\033[?2048h\033[?1000;2048;2004hset "; head -c 20 >"$1/got"; exec cat' sh "$T"
	onlooker a 24x80
	wait_for 5 has "$T/a.seen" ready
	order a 'send 78'
	wait_for 5 has "$T/a.seen" set
	# Only the head's reports arrive: the same twice.
	wait_for 5 has "$T/got" '^.\[48;24;80;0;0t.\[48'
	holds "$T/a.seen" $'\e[?1000;2004h'
	[ "$(grep -oaE '2048[^l]*h' "$T/a.seen" | wc -l)" = 0 ]
	onlooker b 24x80 -r
	wait_for 5 has "$T/b.seen" set
	[ "$(grep -oaE '\?2048h|;2048h' "$T/b.seen" | wc -l)" = 0 ]
}

# --- ED 3 -------------------------------------------------------------------------

rows_of() { tm capture-pane -p -J -S - -t "$1" | trimmed; }

@test "CSI 3 J: what is above the screen is forgotten, and what was erased in place never was above it" {
	head_start -s fixed
	program -s 24x80 bash -c 'seq -f before%g 1 40; for i in {1..50}; do printf "\e[2J\e[3J\e[H"; seq -f "row$i.%g" 1 20; done; seq -f after%g 1 30; exec cat'
	wait_for 5 eval 'ptyhead-show "$S" | grep -q after30'
	{ seq -f row50.%g 1 20; seq -f after%g 1 30; } >"$T/want"
	ptyhead-show -H 10000 "$S" | trimmed | cmp - "$T/want"
	pane late 80x24 ptyhead-attach -q "$S"
	wait_for 5 eval 'rows_of late | grep -q after30'
	rows_of late | sed '/^$/d' | cmp - "$T/want"
}

@test "CSI 3 J: what a viewer's terminal had before stays, live and painted" {
	head_start -s fixed
	program -s 24x80 bash -c 'stty raw -echo; printf ready; while read -rn1 c; do printf "\e[H\e[2J\e[3J"; seq -f "$c%g" 1 30 | sed "s/$/\r/"; done'
	wait_for 5 eval 'ptyhead-show "$S" | grep -q ready'
	for p in live:80x24 painted:100x30; do
		pane "${p%:*}" "${p#*:}" sh -c 'seq -f own%g 1 60; exec ptyhead-attach -q -e ^\\ "$1"' sh "$S"
		wait_for 5 eval 'tm capture-pane -p -t '"${p%:*}"' | grep -q ready'
	done
	ptyhead-send -n "$S" x y
	for p in live painted; do
		wait_for 5 eval 'tm capture-pane -p -t '"$p"' | grep -q y30'
		rows_of "$p" >"$T/$p"
		seq -f own%g 1 60 | cmp - <(grep own "$T/$p")
	done
	tm send-keys -t live C-\\
	wait_for 5 eval '[ "$(tm display-message -p -t live "#{pane_dead}")" = 1 ]'
	seq -f own%g 1 60 | cmp - <(rows_of live | grep own)
}

# --- widths ------------------------------------------------------------------------

at_column() { [[ $(ptyhead-show --json "$S") =~ \"cursor\":\{\"row\":[0-9]+,\"column\":$1, ]]; }

@test "-w clusters: a grapheme cluster is one character from the start, after a reset, and in the next run" {
	local play='stty raw -echo; printf "👍🏽"; dd bs=1 count=1 >/dev/null 2>&1; printf "\033c👩‍💻👍🏽"; dd bs=1 count=1 >/dev/null 2>&1; printf "\033[?2027l\r\033[K👍🏽"; dd bs=1 count=1 >/dev/null 2>&1; printf "\033[?2027h"'
	head_start -w clusters
	program sh -c "$play"
	wait_for 5 at_column 2
	# What a viewer's terminal is given says so.
	onlooker a 24x80
	wait_for 5 has "$T/a.seen" '2027h'
	order a 'send 78'
	wait_for 5 at_column 4
	ptyhead-send -n "$S" x
	wait_for 5 at_column 4
	wait_for 5 has "$T/a.seen" '2027l'
	ptyhead-send -n "$S" x
	wait_for 5 not alive "$PROGRAM"
	program sh -c "$play"
	wait_for 5 at_column 2
	ptyhead-record -f asciicast --from start -o "$T/cast" --to now "$S"
	grep -q 'u001b\[?2027h' "$T/cast"
}

@test "-w codepoints is the default; another word is refused" {
	head_start
	program sh -c 'stty raw -echo; printf "👍🏽"; exec cat'
	wait_for 5 at_column 4
	run ptyhead -w both "$T/other.sock"
	[ "$status" -eq 100 ]
	[[ $output == *"-w wants codepoints or clusters"* ]]
}

@test "a character whose width terminals disagree about: what is painted after it has its place, in tmux" {
	head_start -s fixed -w clusters
	program -s 24x80 sh -c 'printf "one\r\n"; printf "%078d👨‍👩‍👧\r\n" 0; printf "👍🏽 ok"; exec cat'
	wait_for 5 eval '[[ $(ptyhead-show "$S") == *ok* ]]'
	pane late 80x24 ptyhead-attach -q "$S"
	pane wide 100x30 ptyhead-attach -q "$S"
	for p in late wide; do
		wait_for 5 eval '[[ $(pane_text '"$p"') == *ok* ]]'
		pane_text "$p" >"$T/$p"
		[ "$(sed -n 1p "$T/$p")" = one ]
		[[ $(sed -n 2p "$T/$p") == 0000000000* ]]
		grep -q '^👍[^o]* ok$' "$T/$p"
		[ "$(wc -l <"$T/$p")" -eq 3 ]
	done
}
