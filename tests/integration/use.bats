#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Real programs, used through ptyhead-attach inside tmux: what is on the screen is
# what the same program shows in tmux directly, at 80x24, at 132x43, back again,
# and after another attach.

# shellcheck disable=SC1003,SC2016,SC2317 # what is typed at a shell; called by name
load ../helpers/common
load ../helpers/tmux

setup() {
	common_setup
	start ptyhead "$T/app.sock" 2>"$T/head.log"
	wait_for 5 test -S "$T/app.sock"
	export HISTFILE=/dev/null
}
teardown() { common_teardown; }

# put COMMAND... : on the terminal; and the same on a plain tmux screen, to
# compare with, which is a second window.
put() {
	start s6-ptyexec -T tmux-256color "$T/app.sock" "$@" 2>"$T/ptyexec.log"
	PROGRAM=$STARTED
	viewer=(sh -c 'ptyhead-attach "$0"; echo "left-$?-"; exec cat >/dev/null' "$T/app.sock")
	tm_start 80x24 "${viewer[@]}"
}
beside() { tm new-window -d -t :1 -- "$@"; }

# keys KEY... : to both.
keys() {
	tm send-keys -t :0 "$@"
	tm send-keys -t :1 "$@"
}

resize() {
	tm resize-window -t :0 -x "${1%x*}" -y "${1#*x}"
	tm resize-window -t :1 -x "${1%x*}" -y "${1#*x}"
	# tmux tells its panes a quarter of a second later.
	wait_for 5 tty_is "$1" "$(tm display-message -p -t :1 '#{pane_tty}')"
	wait_for 5 tty_is "$1" "/proc/$PROGRAM/fd/0"
}
tty_is() { [ "$(stty -F "$2" size)" = "${1#*x} ${1%x*}" ]; }

# Text and colours, the cursor, and which modes the program set.
look_of() {
	tm capture-pane -p -e -t "$1"
	tm display-message -p -t "$1" '#{cursor_x} #{cursor_y} #{cursor_flag} #{alternate_on} #{keypad_cursor_flag} #{mouse_any_flag} #{pane_width}x#{pane_height}'
}
look_same() { [ "$(look_of :0)" = "$(look_of :1)" ]; }

# same REGEX : both show it, and nothing else that differs.
same() {
	if ! wait_for 5 shows_at :0 "$1" || ! wait_for 5 shows_at :1 "$1" || ! wait_for 5 look_same; then
		diff <(look_of :0) <(look_of :1) >&2
		return 1
	fi
}
shows_at() { tm capture-pane -p -t "$1" | grep -qE -e "$2"; }

# Leave with the key, and look again with another viewer.
leave_and_return() {
	tm send-keys -t :0 'C-\'
	# (tmux, resized on the alternate screen, leaves remains of it on the main one,
	# with or without us: they may stand behind it.)
	wait_for 5 shows_at :0 '^left-0-' || {
		tm capture-pane -p -t :0 >&2
		return 1
	}
	# The program does not notice, and the viewer left the screen as it found it.
	alive "$PROGRAM"
	[ "$(tm display-message -p -t :0 '#{cursor_flag} #{alternate_on} #{keypad_cursor_flag} #{keypad_flag} #{mouse_any_flag}')" = '1 0 0 0 0' ]
	tm respawn-pane -k -t :0 -- "${viewer[@]}"
}

@test "vim: resized, left and found again, it looks as it does without us" {
	seq -f 'line %g of a file' 1 100 >"$T/file"
	cp "$T/file" "$T/file2"
	local vim=(vim -N -u NONE -i NONE -n --cmd 'set ruler nocompatible laststatus=0 shortmess+=F titlestring=x')
	put "${vim[@]}" "$T/file"
	beside "${vim[@]}" "$T/file2"
	same '^line 23 of a file'
	keys ':set hlsearch number cursorline' Enter '/of' Enter 'ggOtyped: ä→世界' Escape
	same '^ *1 typed: ä→世界'
	resize 132x43
	same '^ *42 line 41 of a file'
	keys ':vsplit' Enter ':echo &columns &lines' Enter
	same '^132 43'
	leave_and_return
	same '^132 43'
	resize 80x24
	keys ':echo &columns &lines' Enter
	same '^80 24'
	# The program itself is well: it writes and ends, and the viewer is told.
	keys ':wq' Enter ':q' Enter
	wait_for 5 has "$T/file" '^typed: ä→世界$'
	wait_for 5 not alive "$PROGRAM"
	run diff "$T/file" "$T/file2"
	[ "$status" -eq 0 ]
}

@test "bash: resized, left and found again, it looks as it does without us" {
	put env PS1='\[\e[32m\]ready>\[\e[0m\] ' bash --norc --noprofile
	beside env PS1='\[\e[32m\]ready>\[\e[0m\] ' bash --norc --noprofile
	same '^ready>$'
	keys 'cd /; printf "\e[1;33m%s\e[0m\n" {1..5}' Enter
	same '^5$'
	keys 'stty size; echo $COLUMNS-$LINES' Enter
	same '^80-24$'
	leave_and_return
	same '^80-24$'
	resize 132x43
	keys C-l 'stty size; echo $COLUMNS-$LINES' Enter
	same '^132-43$'
	# The line that is being typed, and its editing, survive another viewer.
	keys 'echo one twoo' Left BSpace
	same 'echo one two$'
	leave_and_return
	same 'echo one two$'
	keys ' three' Enter
	same '^one tw threeo$'
	resize 80x24
	keys C-l 'stty size' Enter
	same '^24 80$'
	keys exit Enter
	wait_for 5 not alive "$PROGRAM"
}

@test "htop: resized, left and found again, it fills the screen that there is" {
	HTOPRC=$T/htoprc put htop --delay=600
	# Its last row are the keys, its header is as wide as the screen.
	fits() {
		local width=$1 height=$2 at
		tm capture-pane -p -t :0 >"$T/screen"
		[ "$(wc -l <"$T/screen")" -eq "$height" ] && tail -1 "$T/screen" | grep -q '^F1Help  *F2Setup' &&
			grep -qE '^ +PID USER .*Command' "$T/screen" || return
		# The row of titles is coloured up to the last column.
		at=$(tm capture-pane -p -e -N -t :0 | sed 's/\x1b\[[0-9;]*m//g' | grep -E '^ +PID USER ')
		[ "${#at}" -eq "$width" ]
	}
	wait_for 5 fits 80 24
	tm resize-window -t :0 -x 132 -y 43
	wait_for 5 fits 132 43
	leave_and_return
	wait_for 5 fits 132 43
	tm resize-window -t :0 -x 80 -y 24
	wait_for 5 fits 80 24
	tm send-keys -t :0 F1
	wait_for 5 shows_at :0 '^htop .* - '
	tm send-keys -t :0 q
	wait_for 5 fits 80 24
	tm send-keys -t :0 q
	wait_for 5 not alive "$PROGRAM"
}
