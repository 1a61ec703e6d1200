#!/usr/bin/env bats
# The past, gone through in ptyhead-attach: what is shown is what stood there, the program
# notices nothing, and what comes after is the live screen.

# shellcheck disable=SC2016,SC2317  # for the program's shell; called by name
load ../helpers/common
load ../helpers/head
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
	tm_wait 5 '@[0-9]+ .*q(:| )live'
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
	sleep 0.4
	tm send-keys -t :0 Z
	wait_for 5 grep -qa "Z$" "$T/$1.typed"
	not grep -qaE "t[0-9]+|q" "$T/$1.typed"
}

@test "vim: at 50 offsets the screen is what the bytes up to there give; then it is live" { session vim; }
@test "htop: at 50 offsets the screen is what the bytes up to there give; then it is live" { session htop; }
