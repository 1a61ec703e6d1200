#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The past, gone through in ptyhead-attach: what is shown is what stood there, the program
# notices nothing, and what comes after is the live screen.

# shellcheck disable=SC1003,SC2016,SC2317  # for the program's shell; called by name
load ../helpers/common
load ../helpers/head
load ../helpers/s6
load ../helpers/keep
load ../helpers/tmux

setup() {
	head_setup
	STREAMS=$REPO/tests/oracle/streams
}
teardown() { common_teardown; }

# A program that puts a file on its terminal as it is, and then waits for what is typed.
player='stty raw -echo; cat "$0"; exec cat >"$0.typed"'

# beside NAME FILE : a screen of tmux's own that gets the bytes of a file.
beside() {
	local size
	size=$(tm display-message -p -t :0 '#{pane_width} #{pane_height}')
	[ -n "$size" ]
	tm kill-window -t ":$1" 2>/dev/null || :
	rm -f "$2.done"
	tm new-window -d -n "$1" -- sh -c 'stty raw -echo; cat "$0"; printf done >"$0.done"; exec sleep 1000' "$2"
	wait_for 5 test -e "$2.done"
}

# A captured screen, a cell a word. The colour of a blank is that of its background; of
# those at the end of a row tmux does not tell it, if they were erased and not written.
# (That they are right is in test_rewind.)
cells='
	BEGIN { fg = "d"; bg = "d" }
	function sgr(text,    p, n, i) {
		n = split(text == "" ? "0" : text, p, ";")
		for (i = 1; i <= n; i++) {
			if (p[i] == 38 || p[i] == 48) {
				if (p[i] == 38) fg = p[i + 1] "." p[i + 2]; else bg = p[i + 1] "." p[i + 2]
				i += p[i + 1] == 5 ? 2 : 4
			} else if (p[i] == 0) { fg = bg = "d"; delete on }
			else if (p[i] == 39) fg = "d"
			else if (p[i] == 49) bg = "d"
			else if ((p[i] >= 30 && p[i] <= 37) || (p[i] >= 90 && p[i] <= 97)) fg = p[i]
			else if ((p[i] >= 40 && p[i] <= 47) || (p[i] >= 100 && p[i] <= 107)) bg = p[i]
			else on[p[i]] = 1
		}
	}
	function attributes(    a, i) { for (i = 1; i < 10; i++) if (i in on) a = a i; return a }
	{
		rest = $0; line = ""; blanks = ""
		while (rest != "") {
			if (match(rest, /^\033\[[0-9;:]*m/)) { sgr(substr(rest, 3, RLENGTH - 3)); rest = substr(rest, RLENGTH + 1); continue }
			c = substr(rest, 1, 1); rest = substr(rest, 2)
			if (c == " ") { blanks = blanks " _/" bg "/" (4 in on) (7 in on); continue }
			line = line blanks " " c "/" fg "/" bg "/" attributes(); blanks = ""
		}
		print line
	}'

# Text, colours and the cursor; an invisible cursor is nowhere.
look_of() {
	tm capture-pane -p -e -t "$1" | awk "$cells"
	tm display-message -p -t "$1" '#{cursor_flag} #{?cursor_flag,#{cursor_x} #{cursor_y},} #{pane_width}x#{pane_height}'
}
look_same() { [ "$(look_of :0)" = "$(look_of ":$1")" ]; }
same() {
	wait_for 5 look_same "$1" || {
		diff <(look_of :0) <(look_of ":$1") >&2
		return 1
	}
}

past_on() {
	tm send-keys -t :0 'C-]'
	tm_wait 5 'q(:| )live'
}

# Hidden, the line is nowhere.
line_off() {
	tm send-keys -t :0 s
	tm_wait_not 5 'q(:| )live'
}

# offsets FILE COUNT : random ones, the same each time.
offsets() { awk -v size="$(stat -c %s "$1")" -v n="$2" 'BEGIN { srand(13); for (i = 0; i < n; i++) print 1 + int(rand() * size) }'; }

# session NAME : a recorded session, 50 offsets of it, and the live screen after them.
session() {
	local size o
	size=$(cat "$STREAMS/$1.size")
	cp "$STREAMS/$1.raw" "$T/$1"
	head_start
	program -s "${size#*x}x${size%x*}" sh -c "$player" "$T/$1"
	tm_start "$size" ptyhead-attach -q "$S"
	beside live "$T/$1"
	same live
	past_on
	line_off
	for o in $(offsets "$T/$1" 50); do
		head -c "$o" "$T/$1" >"$T/cut-$o"
		beside cut "$T/cut-$o"
		tm send-keys -t :0 t "$o" Enter
		same cut || {
			echo "$1 at offset $o" >&2
			return 1
		}
	done
	tm send-keys -t :0 q
	same live
	# Nothing of what was typed has reached the program, and typing does now.
	tm send-keys -t :0 Z
	wait_for 5 grep -qa "Z$" "$T/$1.typed"
	not grep -qaE "t[0-9]+|q" "$T/$1.typed"
}

@test "vim: at 50 offsets the screen is what the bytes up to there give; then it is live" { session vim; }
@test "htop: at 50 offsets the screen is what the bytes up to there give; then it is live" { session htop; }

# --- what may happen meanwhile ----------------------------------------------------

# bash on a terminal, seen in tmux.
shell() {
	head_start
	program bash --norc --noprofile -i
	tm_start 80x24 ptyhead-attach -q "$S"
	tm_wait 5 '^bash-.*[$#]'
}
run_line() { tm send-keys -t :0 "$1" Enter; }
line_on() { tm_wait 5 'q(:| )live'; }

@test "the live stream goes on unseen, and is on the screen and in the scrollback afterwards" {
	shell
	run_line 'echo first; read -r; seq -f "row %g" 1 100'
	tm_wait 5 '^first'
	past_on
	ptyhead-send "$S" ''
	wait_for 5 ptyhead-wait -t 5 -F 'row 100' --since 0 "$S"
	tm_screen | grep -q '^first'
	tm_shows_not '^row '
	tm send-keys -t :0 q
	tm_wait 5 '^row 100'
	tm capture-pane -p -S - | grep '^row ' >"$T/rows"
	seq -f 'row %g' 1 100 | cmp - "$T/rows"
}

@test "what is typed in the past, and the key that leaves it held down, does not reach the program" {
	shell
	past_on
	tm send-keys -t :0 h h x y z 1 2 Enter Left q q q q
	tm_wait_not 5 'q(:| )live'
	run_line 'echo typed-$((40 + 2))'
	tm_wait 5 '^typed-42'
	run ptyhead-show "$S"
	[[ $output != *[xyzq]12* && $output != *q* ]]
}

@test "the program ends and begins again, the past stays; -1 ends once it is left" {
	head_start
	program sh -c 'echo before; read -r x; exit 7'
	tm_start 80x24 ptyhead-attach -q -1 "$S"
	tm_wait 5 '^before'
	past_on
	ptyhead-send "$S" ''
	wait_for 5 not alive "$PROGRAM"
	run ptyhead-wait -t 5 --exit "$S"
	[ "$status" -eq 7 ]
	tm_shows '^before'
	tm_shows 'q(:| )live'
	tm send-keys -t :0 q
	tm_end 5
	[ "$TM_STATUS" = 7 ]
}

@test "the head is killed and another one comes without the tape: that is said, and the screen is live" {
	shell
	past_on
	kill -KILL "$HEAD"
	tm send-keys -t :0 h
	line_on
	wait_for 5 not alive "$HEAD"
	head_start
	program sh -c 'echo another; exec sleep 1000'
	tm_wait 10 '^another'
	tm_wait_not 5 'q(:| )live'
}

@test "the detach key in the past gives the terminal back" {
	head_start
	program bash --norc --noprofile -i
	tm_start 80x24 bash --norc --noprofile -i
	run_line "ptyhead-attach -q $S"
	tm_wait 5 '^bash-'
	run_line 'PS1="inner> "'
	tm_wait 5 '^inner>'
	past_on
	tm send-keys -t :0 'C-\'
	tm_wait_not 5 'q(:| )live'
	run_line 'echo out-$((40 + 2))'
	tm_wait 5 '^out-42'
	[ "$(tm display-message -p '#{cursor_flag} #{alternate_on} #{keypad_cursor_flag} #{mouse_any_flag}')" = '1 0 0 0' ]
	tm_screen | grep -q '^inner>'
}

@test "the viewer's size changes in the past; on the way back it is right, also on 10x3" {
	shell
	run_line 'seq -f "row %g" 1 60'
	tm_wait 5 '^row 60'
	past_on
	tm send-keys -t :0 h h h h h
	for size in 100x30 60x15 10x3 80x24; do
		tm_resize "$size"
		tm_wait 5 '@[0-9]|-0:|row'
		wait_for 5 eval '[ "$(tm display-message -p "#{pane_width}x#{pane_height}")" = "$size" ]'
	done
	tm send-keys -t :0 q
	tm_wait_not 5 'q(:| )live'
	tm_wait 5 '^row 60'
	run_line 'echo again'
	tm_wait 5 '^again'
	tm capture-pane -p -S - | grep '^row ' | sort -u | wc -l | grep -qx 60
	[ "$(tm capture-pane -p -S - | grep -c '^row ')" -eq 60 ]
}

@test "a ring that is overwritten meanwhile: it says so and moves on" {
	shell
	run_line 'PS1="inner> "; read -r; seq 1 200000; echo the-end'
	past_on
	tm send-keys -t :0 g
	ptyhead-send "$S" ''
	tm_wait 10 'overwritten'
	ptyhead-wait -t 20 -F the-end --since 0 "$S" >/dev/null || :
	tm send-keys -t :0 q
	tm_wait 10 '^the-end'
	tm_wait 5 '^inner>'
}

@test "-p names the key, none is no key, and it may not be the one that detaches" {
	head_start
	program cat
	tm_start 80x24 ptyhead-attach -q -p '^P^R' "$S"
	tm send-keys -t :0 'C-]' x Enter
	tm_wait 5 '\^]x'
	tm send-keys -t :0 'C-p' 'C-r'
	line_on
	tm send-keys -t :0 'C-p' 'C-r'
	tm_wait_not 5 'q(:| )live'
	tm_again ptyhead-attach -q -p none "$S"
	tm send-keys -t :0 'C-]' y Enter
	tm_wait 5 '\^]y'
	run ptyhead-attach -p '^\' "$S"
	[ "$status" -eq 100 ]
	PTYHEAD_PAST=^ run ptyhead-attach "$S"
	[ "$status" -eq 100 ]
}

@test "the head is killed and taken over from its store while the past is shown: it stays, and then the screen is live" {
	keep_start
	start s6-ptyexec "$T/s" sh -c 'stty -echo; echo before; while read -r x; do echo "got $x"; done'
	ptyhead-wait -t 10 -F before --since run "$T/s" >/dev/null
	tm_start 80x24 ptyhead-attach -q "$T/s"
	tm_wait 5 '^before'
	past_on
	local killed=$HEAD
	keep_kill
	wait_for 10 another_head "$killed"
	ptyhead-send "$T/s" meanwhile
	ptyhead-wait -t 10 -F 'got meanwhile' --since 0 "$T/s" >/dev/null
	tm_shows 'q(:| )live'
	tm_shows_not '^got'
	tm send-keys -t :0 G
	tm_wait 5 '^got meanwhile'
	tm send-keys -t :0 q
	tm_wait_not 5 'q(:| )live'
	tm send-keys -t :0 after Enter
	tm_wait 5 '^got after'
}

@test "the alternate screen and wide characters, with -L, on a screen that is cropped" {
	head_start -s fixed
	program -s 24x80 sh -c 'printf "main\n\033[?1049h\033[H\344\275\240\345\245\275 wide\033[24;1Hbottom\033[2;3H"; read -r x
		printf "\033[?1049lback\n"; exec cat'
	ptyhead-wait -t 10 -s -F bottom "$S" >/dev/null
	tm_start 20x6 ptyhead-attach -q -L "$S"
	tm_wait 5 '^你好 wide'
	past_on
	tm send-keys -t :0 g
	tm_wait_not 5 'wide'
	tm send-keys -t :0 G
	tm_wait 5 '^你好 wide'
	ptyhead-send "$S" x
	ptyhead-wait -t 10 -s -F back "$S" >/dev/null
	tm_shows '^你好 wide'
	tm send-keys -t :0 q
	tm_wait 5 '^back'
	tm_shows '^main'
	[ "$(tm display-message -p '#{alternate_on}')" = 0 ]
}

@test "a flood while the past is shown does not hold the program up, nor the keys" {
	shell
	run_line 'PS1="inner> "; read -r; timeout 3 yes flood; echo the-end'
	past_on
	ptyhead-send "$S" ''
	wait_for 5 ptyhead-wait -t 5 -F flood "$S"
	tm send-keys -t :0 '?'
	tm_wait 5 'q live'
	tm send-keys -t :0 '?' q
	tm_wait 10 'the-end$'
	tm_wait 5 '^inner>'
}

@test "keys that follow the one that shows the past at once are not lost" {
	shell
	run_line 'PS1="inner> "; seq -f "row %g" 1 9'
	tm_wait 5 '^row 9'
	tm send-keys -t :0 'C-]' Left Left Left
	line_on
	tm_wait_not 5 '^row 8'
	tm_shows '^row 6'
	tm send-keys -t :0 q
	tm_wait 5 '^row 9'
	tm send-keys -t :0 'C-]' hhh
	line_on
	tm_wait_not 5 '^row 8'
	tm send-keys -t :0 q
	tm_wait 5 '^row 9'
}

@test "stopped and continued while the past is shown, the terminal is given back and taken again" {
	head_start
	program bash --norc --noprofile -i
	tm_start 80x24 bash --norc --noprofile -i
	run_line "ptyhead-attach -q $S"
	tm_wait 5 '^bash-'
	run_line 'PS1="inner> "; echo here-$((40 + 2))'
	tm_wait 5 '^here-42'
	past_on
	kill -TSTP "$(pgrep -f "ptyhead-attach -q $S" | head -n 1)"
	tm_wait 5 'Stopped'
	[ "$(tm display-message -p '#{alternate_on}')" = 0 ]
	tm send-keys -t :0 fg Enter
	line_on
	tm send-keys -t :0 q
	tm_wait_not 5 'q(:| )live'
	tm_wait 5 '^here-42'
}
