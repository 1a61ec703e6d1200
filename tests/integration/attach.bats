#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031 # for other shells; each test has its own
# ptyhead-attach on a real head and a real program: on a terminal (onpty, tmux)
# and as a pipe.

# shellcheck disable=SC2016,SC2317  # for the program's shell; called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/head
load ../helpers/tmux

setup() { head_setup; }
teardown() {
	exec 7>&-
	common_teardown
}

# A program that says that it is ready, takes what is typed as it is, and keeps
# it in the file got.
recorder() {
	program sh -c 'stty raw -echo; echo ready; exec cat >"$1"' sh "$T/got"
}

# viewer ARGUMENT... : on a terminal of its own; what it shows in seen, what is
# said of its terminal at the end in modes; orders go to fd 7.
viewer() {
	rm -f "$T/orders" "$T/seen"
	mkfifo "$T/orders"
	exec 7<>"$T/orders"
	# Not by start, which gives no standard input.
	foreground onpty "${SIZE:-24x80}" "$T/seen" ptyhead-attach "$@" <"$T/orders" >"$T/modes" 2>"$T/viewer.err" 3>&- 7>&- &
	VIEWER=$!
	echo "$VIEWER" >>"$T/.started"
}

type_hex() { echo "send $*" >&7; }
type_text() { type_hex "$(printf '%s' "$1" | od -An -v -tx1 | tr -d '\n')"; }

# ended STATUS : the viewer ends by itself with that, its terminal as it was.
ended() {
	local status=0
	wait_for 10 not alive "$VIEWER"
	wait "$VIEWER" || status=$?
	[ "$status" = "$1" ] || { echo "exit $status, not $1" >&2; cat -v "$T/seen" >&2; return 1; }
	has "$T/modes" '^modes same$'
}

# holds FILE BYTES : as they are.
holds() { grep -qaF -e "$2" -- "$1"; }

got_is() { [ "$(cat "$T/got" 2>/dev/null)" = "$1" ]; }
size_is() { [ "$(stat -c %s "$1" 2>/dev/null)" = "$2" ]; }

# --- the detach key -------------------------------------------------------------

@test "the detach key is found anywhere in a read; what is before it is typed" {
	head_start
	recorder
	viewer "$S"
	wait_for 5 has "$T/seen" ready
	type_hex 61 62 63 1c 64 65 66
	ended 0
	has "$T/seen" 'ptyhead-attach: detached'
	wait_for 5 got_is abc
}

@test "a detach key in a bracketed paste is typed" {
	head_start
	recorder
	viewer "$S"
	wait_for 5 has "$T/seen" ready
	type_hex 1b 5b 32 30 30 7e 61 1c 62 1b 5b 32 30 31 7e 7a
	wait_for 5 got_is $'\e[200~a\x1cb\e[201~z'
	alive "$VIEWER"
	type_hex 1c
	ended 0
	got_is $'\e[200~a\x1cb\e[201~z'
}

@test "a detach key as kitty's protocol and modifyOtherKeys encode it" {
	head_start
	recorder
	for key in '1b 5b 39 32 3b 35 75' '1b 5b 39 32 3b 35 3a 31 75' '1b 5b 32 37 3b 35 3b 39 32 7e'; do
		viewer "$S"
		wait_for 5 has "$T/seen" ready
		type_hex "78 $key 79"
		ended 0
	done
	wait_for 5 got_is xxx
}

@test "-e none: the key is typed; -e with another key: that one detaches" {
	head_start
	recorder
	viewer -e none "$S"
	wait_for 5 has "$T/seen" ready
	type_hex 61 1c 62
	wait_for 5 got_is $'a\x1cb'
	echo "kill 15" >&7
	ended 143
	viewer -e '^]' "$S"
	wait_for 5 has "$T/seen" ready
	type_hex 63 1c 64 1d 65
	ended 0
	wait_for 5 got_is $'a\x1cbc\x1cd'
}

@test "an Escape by itself is typed" {
	head_start
	recorder
	viewer "$S"
	wait_for 5 has "$T/seen" ready
	type_hex 1b
	wait_for 5 got_is $'\e'
	type_hex 1c
	ended 0
}

# --- the terminal at hand ---------------------------------------------------------

# Every signal whose default is to end a process, but SIGKILL.
fatal_signals() {
	local n
	for n in {1..64}; do
		case $n in 9 | 17 | 18 | 19 | 20 | 21 | 22 | 23 | 28) ;; *) echo "$n" ;; esac
	done
}

@test "every signal that ends a process: it dies of that one, its terminal as it was" {
	local number pid status
	ulimit -c 0
	# Faults are not to be told as bugs of the sanitized build.
	ASAN_OPTIONS+=:handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_sigtrap=0
	head_start -n 200
	program sh -c 'printf "\033[?1049h\033[?1000h\033[?25l\033[?2004h\033[11mready"; exec cat'
	for number in $(fatal_signals); do onlooker "s$number" 24x80; done
	for number in $(fatal_signals); do
		wait_for 20 has "$T/s$number.seen" ready
		order "s$number" "kill $number"
	done
	for number in $(fatal_signals); do
		pid=V_s$number status=0
		wait_for 20 not alive "${!pid}"
		wait "${!pid}" || status=$?
		[ "$status" -eq $((128 + number)) ] || { echo "$number: status $status"; return 1; }
		has "$T/s$number.modes" '^modes same$' || { echo "$number: modes"; return 1; }
		for undone in $'\e[?1049l' $'\e[?1000l' $'\e[?25h' $'\e[?2004l' $'\e[m'; do
			holds "$T/s$number.seen" "$undone" || { echo "$number:"; cat -v "$T/s$number.seen"; return 1; }
		done
		not holds "$T/s$number.seen" $'\ec'
	done
	alive "$PROGRAM"
}

@test "a fault while its terminal is not read: it ends all the same" {
	ulimit -c 0
	ASAN_OPTIONS+=:handle_segv=0
	head_start
	program sh -c 'stty raw -echo; printf ready; while [ ! -e "$1/go" ]; do sleep 0.05; done
		head -c 300000 /dev/zero | tr "\0" x; touch "$1/written"; exec cat' sh "$T"
	viewer "$S"
	wait_for 10 has "$T/seen" ready
	echo hold >&7
	touch "$T/go"
	wait_for 10 test -e "$T/written"
	echo "kill 11" >&7
	ended 139
}

# Who became another user by su sits at a terminal that is not his.
@test "a terminal that another user opened, not read: a signal ends it, in its session and outside" {
	[ "$(id -u)" -eq 0 ] || skip 'needs root'
	local how pid
	head_start
	program sh -c 'stty raw -echo; printf ready; while [ ! -e "$1/go" ]; do sleep 0.05; done
		head -c 300000 /dev/zero | tr "\0" x; touch "$1/written"; exec cat' sh "$T"
	chmod 666 "$S"
	local dir=$T
	while [ "$dir" != / ]; do chmod a+x "$dir" && dir=${dir%/*} dir=${dir:-/}; done
	for how in '' 'setsid -w'; do
		rm -f "$T/go" "$T/written" "$T/orders"
		mkfifo "$T/orders"
		exec 7<>"$T/orders"
		# shellcheck disable=SC2086 # words, or none
		foreground onpty 24x80 "$T/seen" setpriv --reuid nobody --regid nogroup --clear-groups $how \
			"$(command -v ptyhead-attach)" -L "$S" <"$T/orders" >"$T/modes" 2>"$T/viewer.err" 3>&- 7>&- &
		VIEWER=$!
		echo "$VIEWER" >>"$T/.started"
		wait_for 20 has "$T/seen" ready
		echo hold >&7
		touch "$T/go"
		wait_for 20 test -e "$T/written"
		pid=$(pgrep -u nobody -x ptyhead-attach)
		kill -TERM "$pid"
		wait_for 20 not alive "$pid"
		echo go >&7 # setsid has something to say
		wait_for 20 not alive "$VIEWER"
		has "$T/modes" '^modes same$'
		rm -f "$T/seen"
		kill "$PROGRAM"
		wait_for 20 not alive "$PROGRAM"
		rm -f "$T/go" "$T/written"
		program sh -c 'stty raw -echo; printf ready; while [ ! -e "$1/go" ]; do sleep 0.05; done
			head -c 300000 /dev/zero | tr "\0" x; touch "$1/written"; exec cat' sh "$T"
	done
}

# Classes of what a terminal obeys and nothing undoes: ARCHITECTURE.md, "What viewers
# withhold". In printf's form, with tabs between: a name, the bytes,
# what of them does reach the terminal.
WITHHELD='S7C1T	\033 F
S8C1T	\033 G
UTF-8-off	\033%%@
UTF-8-for-good	\033%%/G
double-size	\033#3
technical-set	\033(>	\033(B
96-characters	\033-A
GR	\033~
memory-lock	\033l
VT52	\033[?2l
VT52-among-others	\033[?2;25l	\033[?25l
scrollbar	\033[?30h
fonts-by-keys	\033[?35h
Tektronix	\033[?38h
log-file	\033[?46h
no-alternate-screen	\033[?1046l
function-keys	\033[?1052h
scroll-on-output	\033[?1010h
saved	\033[?1046;1047;1048;7s	\033[?7s
C1	\302\233?46h
printing	\033[i
to-the-printer	\033[5i
line-by-line	\033[?5i
within	\033[5\r\ni	\r\n
lamps	\033[1q
scrollback	\033[3J
minimized	\033[2t
resized	\033[8;10;10t
full-screen	\033[10;1t
DECSLPP	\033[48t
DECSNLS	\033[48*|
titles-in-hex	\033[>0t
pointer	\033[>1p
pen-pushed	\033[#{
colours-pushed	\033[#P
status-line	\033[1$}
bells	\033[1 t
locator	\033[1'"'"'z
sound	\033[1;1;5,~
macro	\033[1*z
tests	\033[2;1y
DECUDK	\033P1;1|17/41\033\\
soft-font	\033P1;1{ @???\033\\
XTSETTCAP	\033P+p544E\033\\
DECRSPS	\033P1$t1\033\\
tmux-passthrough	\033Ptmux;x\033\\
privacy-message	\033^x\033\\
application	\033_x\033\\
X-property	\033]3;a=b\007
fonts-by-name	\033]50;fixed\007
pointer-shape	\033]22;wait\007
kitty-colours	\033]21;foreground=red\007
text-sizes	\033]66;s=2;x\007
ConEmu	\033]9;7;cmd\007
iTerm2-profile	\033]1337;SetProfile=x\007
file-transfer	\033]5113;ac=send\007'

@test "what would change the terminal for good does not reach it, a class at a time" {
	head_start
	printf '%s\n' "$WITHHELD" >"$T/classes"
	# Begins when it may; each between two words.
	program sh -c 'stty raw -echo; echo ready; while [ ! -e "$1/go" ]; do sleep 0.05; done
		while IFS="	" read -r name bytes rest; do printf "<$name:$bytes:$name>\r\n"; done <"$1/classes"; echo done; exec cat' sh "$T"
	viewer "$S"
	wait_for 10 has "$T/seen" ready
	touch "$T/go"
	wait_for 10 has "$T/seen" '^done'
	local name want
	while IFS=$'\t' read -r name _ want; do
		# shellcheck disable=SC2059 # it is a format
		printf "<$name:$want:$name>\r\n" >>"$T/want"
	done <"$T/classes"
	perl -0777 -pe 's/.*?(?=<S7C1T)//s; s/done.*//s' "$T/seen" >"$T/got"
	cmp "$T/want" "$T/got" || { diff <(cat -v "$T/want") <(cat -v "$T/got"); return 1; }
	# A pipe has everything.
	ptyhead-attach -1 -r "$S" >"$T/pipe" </dev/null &
	echo $! >>"$T/.started"
	wait_for 10 holds "$T/pipe" $'\ePtmux;x'
	holds "$T/pipe" $'\e[5i'
	type_hex 1c
	ended 0
}

@test "a string that is withheld and long is so from its beginning, whatever ends it" {
	head_start
	program sh -c 'stty raw -echo; echo ready; while [ ! -e "$1/go" ]; do sleep 0.05; done
		long=$(head -c 20000 /dev/zero | tr "\0" 7)
		printf "a\033P1;1{$long"; while [ ! -e "$1/on" ]; do sleep 0.05; done; printf "$long\033\\\\b\r\n"
		printf "c\033^$long\030d\r\n"; printf "e\033]50;$long\007f\r\n"; echo done; exec cat' sh "$T"
	viewer "$S"
	wait_for 10 has "$T/seen" ready
	touch "$T/go"
	wait_for 10 has "$T/seen" a
	touch "$T/on"
	wait_for 10 has "$T/seen" '^done'
	not has "$T/seen" 77
	holds "$T/seen" $'ab\r'
	holds "$T/seen" $'cd\r'
	holds "$T/seen" $'ef\r'
	type_hex 1c
	ended 0
}

@test "a reset, and 132 columns, are painted: a user's scrollback and window are his" {
	head_start
	program sh -c 'stty raw -echo; printf "ready\033[?1000h\033[?40h"; while [ ! -e "$1/go" ]; do sleep 0.05; done
		printf "\033[?3h"; printf "once\033c"; printf "twice\r\n"; exec cat' sh "$T"
	viewer "$S"
	wait_for 10 has "$T/seen" ready
	touch "$T/go"
	wait_for 10 has "$T/seen" twice
	not holds "$T/seen" $'\ec'
	not holds "$T/seen" $'\e[?3h'
	holds "$T/seen" $'\e[?1000l' # as the reset has it
	type_hex 1c
	ended 0
}

@test "the alternate screen is left only where it was entered" {
	head_start
	program sh -c 'echo ready; exec cat'
	viewer "$S"
	wait_for 5 has "$T/seen" ready
	type_hex 1c
	ended 0
	# A painting may leave it, to be sure; what undoes does not.
	tail=$(tr -d '\r\n' <"$T/seen" | sed 's/.*ready//')
	[[ $tail == *detached* && $tail != *1049* ]]
}

@test "its terminal goes: it ends, and the program lives" {
	head_start
	program sh -c 'echo ready; exec cat'
	viewer "$S"
	wait_for 5 has "$T/seen" ready
	echo hangup >&7
	wait_for 5 not alive "$VIEWER"
	alive "$PROGRAM"
}

@test "the program gets the viewer's size, and its changes" {
	head_start
	program bash -c "$AT_EACH_SIZE" bash 'stty size'
	SIZE=33x99
	viewer "$S"
	wait_for 5 has "$T/seen" '33 99'
	echo 'size 20x70' >&7
	wait_for 5 has "$T/seen" '20 70'
	type_hex 1c
	ended 0
}

@test "a terminal of no size states none" {
	head_start
	program sh -c 'stty size; echo ready; exec cat'
	SIZE=0x0
	viewer "$S"
	wait_for 5 has "$T/seen" ready
	has "$T/seen" '24 80'
	type_hex 1c
	ended 0
}

@test "stopped and continued under a shell's job control, in tmux" {
	head_start
	program sh -c 'stty -echo; echo ready; while read -r l; do echo "line<$l>"; done'
	tm_start 80x24 env PS1='$ ' bash --norc -i
	tm_wait 5 '^\$'
	tm_keys "ptyhead-attach $S" Enter
	tm_wait 5 '^ready'
	tm_keys one Enter
	tm_wait 5 '^line<one>'
	pkill -TSTP -x ptyhead-attach -P "$(tm display-message -p '#{pane_pid}')"
	tm_wait 5 'Stopped'
	tm_keys clear Enter
	tm_wait_not 5 'line<one>'
	tm_keys 'echo $((40 + 2)); stty -a | grep -o " icanon\| echo "' Enter
	tm_wait 5 '^42'
	tm_wait 5 '^ icanon'
	tm_wait 5 '^ echo'
	tm_keys fg Enter
	tm_wait 5 '^line<one>'
	tm_shows_not '^42'
	tm_keys two Enter
	tm_wait 5 '^line<two>'
	tm_keys C-\\
	tm_wait 5 'detached'
	tm_keys 'stty -a | grep -o "[-]icanon\| icanon"; echo end' Enter
	tm_wait 5 '^end'
	tm_shows_not '^-icanon'
}

told_stopped() {
	tm_keys Enter
	tm_shows 'Stopped'
}

@test "started in the background it stops, and goes on in the foreground, in tmux" {
	head_start
	program sh -c 'echo ready; exec cat'
	tm_start 80x24 env PS1='$ ' bash --norc -i
	tm_wait 5 '^\$'
	tm_keys 'echo marker-$((40 + 2))' Enter
	tm_wait 5 '^marker-42'
	tm_keys "ptyhead-attach $S &" Enter
	# The shell tells it before its next prompt.
	wait_for 10 told_stopped
	tm_shows_not '^ready'
	tm_keys fg Enter
	tm_wait 5 '^ready'
	tm_shows_not 'marker-42'
	tm_keys C-\\
	tm_wait 5 'detached'
	# What was on the screen is in the scrollback.
	tm capture-pane -p -S -100 | grep -q '^marker-42'
}

# Programs that use much of a terminal; after the key it is as it was.
@test "detached from vim and less, the terminal is as it was, in tmux" {
	head_start
	program vim -u NONE -N --cmd 'set mouse=a' /etc/services
	tm_start 80x24 env PS1='$ ' bash --norc -i
	tm_wait 5 '^\$'
	modes='#{alternate_on} #{mouse_any_flag} #{keypad_cursor_flag} #{keypad_flag} #{cursor_flag} #{scroll_region_upper}'
	local before
	before=$(tm display-message -p "$modes")
	tm_keys "ptyhead-attach $S" Enter
	tm_wait 5 '^tcpmux'
	wait_for 5 gives '1 1' tm display-message -p '#{alternate_on} #{mouse_any_flag}'
	tm_keys C-\\
	tm_wait 5 'detached'
	wait_for 5 gives "$before" tm display-message -p "$modes" || { tm display-message -p "$modes" >&2; tm_screen >&2; return 1; }
	kill -KILL "$PROGRAM"
	wait_for 5 not alive "$PROGRAM"
	program less /etc/services
	tm_keys "ptyhead-attach $S" Enter
	tm_wait 5 'Network services'
	kill -TERM "$(pgrep -x ptyhead-attach -P "$(tm display-message -p '#{pane_pid}')")"
	tm_wait 5 'Terminated'
	wait_for 5 gives "$before" tm display-message -p "$modes" || { tm display-message -p "$modes" >&2; tm_screen >&2; return 1; }
}

@test "the terminal has its user's title again, in tmux, passed to or painted" {
	local size
	for size in 24x80 30x100; do
		head_start -s fixed
		start s6-ptyexec -s "$size" "$S" sh -c 'printf "\033]0;the program\a"; echo ready; exec cat'
		tm_start 80x24 env PS1='$ ' bash --norc -i
		tm_wait 5 '^\$'
		tm_keys "printf '\\033]2;%s\\a' mine" Enter
		wait_for 5 gives mine tm display-message -p '#{pane_title}'
		tm_keys "ptyhead-attach $S" Enter
		wait_for 5 gives 'the program' tm display-message -p '#{pane_title}'
		tm_wait 5 '^ready'
		tm_keys C-\\
		tm_wait 5 'detached'
		wait_for 5 gives mine tm display-message -p '#{pane_title}'
		# By a signal, too.
		tm_keys "ptyhead-attach $S" Enter
		wait_for 5 gives 'the program' tm display-message -p '#{pane_title}'
		kill -TERM "$(pgrep -x ptyhead-attach -P "$(tm display-message -p '#{pane_pid}')")"
		tm_wait 5 'Terminated'
		wait_for 5 gives mine tm display-message -p '#{pane_title}'
		tm_stop
		kill "$HEAD"
		wait_for 5 not alive "$HEAD"
		rm -f "$S"
	done
}

# shown_times BYTES : in what the viewer's terminal got.
shown_times() { grep -aoF -e "$1" -- "$T/seen" | wc -l; }

@test "a smaller terminal, which is painted, gets bells and the clipboard, once, and nothing of before" {
	head_start -s fixed
	# Each line that is typed is a clipboard of its own, and rings twice.
	program sh -c '
		stty -echo
		printf "\a\033]52;c;b2xk\a\033]9;old\a"
		echo ready
		while read -r l; do printf "\a\033]52;c;%s\a\a\033]9;note %s\a<%s>\n" "$l" "$l" "$l"; done'
	ptyhead-wait -t 10 -s -F ready "$S"
	SIZE=10x40
	viewer "$S"
	wait_for 5 has "$T/seen" ready
	type_text $'b25l\r'
	wait_for 5 has "$T/seen" '<b25l>'
	wait_for 5 holds "$T/seen" $'\e]52;c;b25l\e\\'
	type_text $'dHdv\r'
	wait_for 5 has "$T/seen" '<dHdv>'
	wait_for 5 holds "$T/seen" $'\e]9;note dHdv\e\\'
	type_hex 1c
	ended 0
	[ "$(shown_times $'\e]52;c;b25l\e\\')" = 1 ]
	[ "$(shown_times $'\e]52;c;dHdv\e\\')" = 1 ]
	[ "$(shown_times $'\e]52;c;')" = 2 ]
	[ "$(shown_times $'\e]9;note')" = 2 ]
	# Twice two, if a painting comes between the halves of a line.
	bells=$(shown_times $'\a')
	[ "$bells" -ge 2 ]
	[ "$bells" -le 4 ]
	not holds "$T/seen" old
}

# --- looking ------------------------------------------------------------------------

@test "-r looks and cannot type" {
	head_start
	recorder
	viewer -r "$S"
	wait_for 5 has "$T/seen" ready
	type_text nothing
	type_hex 1c
	ended 0
	viewer "$S"
	wait_for 5 has "$T/seen" ready
	type_text typed
	wait_for 5 got_is typed
	type_hex 1c
	ended 0
}

@test "-r: the mouse stays the user's, passed to or painted" {
	head_start -s fixed
	program -s 24x80 sh -c 'stty raw -echo; printf "\033[?1000;1006hbefore"; dd bs=1 count=1 >/dev/null 2>&1; printf "\033[?1003hafter"; exec cat'
	tm_start 80x24 ptyhead-attach -q -r "$S"
	tm_wait 5 before
	wait_for 5 gives 000 tm display-message -p -t =0: '#{mouse_standard_flag}#{mouse_button_flag}#{mouse_all_flag}'
	tm new-session -d -s wide -x 100 -y 30 -- ptyhead-attach -q -r "$S" </dev/null
	tm new-session -d -s types -x 80 -y 24 -- ptyhead-attach -q "$S" </dev/null
	wait_for 5 gives 1 tm display-message -p -t types '#{mouse_standard_flag}'
	ptyhead-send -n "$S" x
	wait_for 5 eval 'tm capture-pane -p -t =0: | grep -q beforeafter'
	wait_for 5 gives 1 tm display-message -p -t types '#{mouse_all_flag}'
	wait_for 5 eval 'tm capture-pane -p -t wide | grep -q after'
	wait_for 5 gives 000 tm display-message -p -t =0: '#{mouse_standard_flag}#{mouse_button_flag}#{mouse_all_flag}'
	gives 000 tm display-message -p -t wide '#{mouse_standard_flag}#{mouse_button_flag}#{mouse_all_flag}'
}

@test "a line says which key leaves until the first output, and is nowhere then; -q: none" {
	head_start -s fixed
	program -s 24x80 sh -c 'stty raw -echo; seq 1 40 | sed "s/$/\r/"; printf "\033[24;1Hlast"; exec cat'
	wait_for 5 eval 'ptyhead-show "$S" | grep -q last'
	tm_start 80x24 ptyhead-attach -e '^P^Q' "$S"
	tm_wait 5 '^\[ptyhead-attach: \^P\^Q leaves, \^\] shows the past\]'
	tm_keys x
	tm_wait 5 '^lastx'
	[ "$(tm capture-pane -p -S - | grep -c ptyhead-attach)" = 0 ]
	[ "$(tm capture-pane -p -J -S - | grep -cE '^[0-9]+$')" = 40 ]
	# By itself it goes, too.
	tm new-session -d -s other -x 80 -y 24 -- ptyhead-attach "$S" </dev/null
	wait_for 5 eval 'tm capture-pane -p -t other | grep -qF "^\\ leaves"'
	wait_for 9 eval 'tm capture-pane -p -t other | grep -qF lastx'
	tm new-session -d -s quiet -x 80 -y 24 -- ptyhead-attach -q "$S" </dev/null
	wait_for 5 eval 'tm capture-pane -p -t quiet | grep -qF lastx'
	[ "$(tm capture-pane -p -S - -t quiet | grep -c ptyhead-attach)" = 0 ]
}

@test "TERM=dumb: text and no escape sequences; keys go through, and the detach key" {
	head_start
	program sh -c 'stty raw -echo; printf "\033[2J\033[H\033[1;31mfirst\033[m\r\nline\033]0;title\007"; while c=$(dd bs=1 count=1 2>/dev/null); do printf "\033[3%smgot\033[m-$c\r\n" 2; done'
	wait_for 5 eval 'ptyhead-show "$S" | grep -q line'
	TERM=dumb viewer "$S"
	wait_for 5 has "$T/seen" line
	type_text a
	wait_for 5 has "$T/seen" got-a
	has "$T/seen" '^first'
	type_hex 1c
	ended 0
	[ "$(grep -c $'\e' "$T/seen")" = 0 ]
}

@test "it tells the program's end, its status, and the next one, in tmux" {
	head_start
	program sh -c 'echo first-run; read -r x; exit 3'
	tm_start 80x24 ptyhead-attach "$S"
	tm_wait 5 '^first-run'
	tm_keys Enter
	tm_wait 5 'the program ended with exit code 3\]'
	program sh -c 'echo second-run; exec cat'
	tm_wait 5 'the program started again \(pid [0-9]+\)\]'
	tm_wait 5 '^second-run'
	kill -KILL "$PROGRAM"
	tm_wait 5 'the program was killed by SIGKILL \(signal 9\)\]'
	tm_keys C-\\
	tm_wait 5 'detached'
}

@test "-q says nothing" {
	head_start
	program sh -c 'echo first-run; read -r x; exit 3'
	viewer -q "$S"
	wait_for 5 has "$T/seen" first-run
	type_hex 0d
	wait_for 5 not alive "$PROGRAM"
	program sh -c 'echo second-run; exec cat'
	wait_for 5 has "$T/seen" second-run
	type_hex 1c
	ended 0
	not has "$T/seen" 'ptyhead-attach'
}

@test "the head is killed: it says so, waits, and finds the next one" {
	head_start
	program sh -c 'echo ready; exec cat'
	viewer "$S"
	wait_for 5 has "$T/seen" ready
	kill -KILL "$HEAD"
	wait_for 5 has "$T/seen" 'the head is away'
	alive "$VIEWER"
	rm -f "$S"
	head_start
	recorder
	wait_for 5 has "$T/seen" 'the head is back'
	wait_for 5 size_is "$T/got" 0
	type_text abc
	wait_for 5 got_is abc
	type_hex 1c
	ended 0
}

@test "what is typed while the head is away is typed once, in order, when it is back" {
	head_start
	program sh -c 'echo ready; exec cat'
	viewer "$S"
	wait_for 5 has "$T/seen" ready
	kill -KILL "$HEAD"
	wait_for 5 has "$T/seen" 'the head is away'
	local pid
	pid=$(pgrep -P "$VIEWER" -x ptyhead-attach)
	type_text one-
	type_text two-
	type_hex 1b
	# It meets the head when the program is there.
	kill -STOP "$pid"
	rm -f "$S"
	head_start
	recorder
	wait_for 5 size_is "$T/got" 0
	kill -CONT "$pid"
	wait_for 5 has "$T/seen" 'the head is back'
	type_text three
	wait_for 5 got_is $'one-two-\ethree'
	type_hex 1c
	ended 0
}

@test "the head is killed, and then the viewer: its terminal as it was" {
	head_start
	program sh -c 'echo ready; exec cat'
	viewer "$S"
	wait_for 5 has "$T/seen" ready
	kill -KILL "$HEAD"
	wait_for 5 has "$T/seen" 'the head is away'
	type_hex 61 1c
	ended 0
}

# --- exit codes -----------------------------------------------------------------------

# It has a tape before it: a run that begins now cannot be missed.
looks_on() { grep -q 'memfd:.*main' "/proc/$1/maps"; }

# follows COMMAND... : -1 as a pipe through a run of it; status in $STATUS.
follows() {
	STATUS=0
	ptyhead-attach -1 "$S" </dev/null >"$T/out" 2>"$T/err" 3>&- &
	local pid=$!
	wait_for 5 looks_on "$pid"
	program "$@"
	wait "$pid" || STATUS=$?
}

@test "-1 follows the next run and exits as it did: 0, 42, 137 for SIGKILL" {
	head_start
	follows sh -c 'echo one; exit 0'
	[ "$STATUS" = 0 ]
	wait_for 5 not alive "$PROGRAM"
	follows sh -c 'echo two; exit 42'
	[ "$STATUS" = 42 ]
	[ "$(cat "$T/out")" = $'two\r' ]
	wait_for 5 not alive "$PROGRAM"
	follows sh -c 'echo three; kill -KILL $$'
	[ "$STATUS" = 137 ]
	[ "$(cat "$T/out")" = $'three\r' ]
	has "$T/err" 'killed by SIGKILL'
}

@test "-1 goes on waiting for a program when the head that it waited at is gone" {
	head_start
	run -3 s6-ptyexec "$S" sh -c 'exit 3'
	start ptyhead-attach -1L "$S" </dev/null >"$T/out" 2>"$T/err"
	local viewer=$STARTED status=0
	wait_for 5 has "$T/err" 'no program is running'
	kill -KILL "$HEAD"
	wait_for 5 has "$T/err" 'the head is away'
	rm -f "$S"
	head_start
	wait_for 5 has "$T/err" 'with a new tape'
	alive "$viewer"
	run -5 s6-ptyexec "$S" sh -c 'echo all; exit 5'
	wait "$viewer" || status=$?
	[ "$status" -eq 5 ]
	[ "$(cat "$T/out")" = $'all\r' ]
}

@test "-1 follows the run that is alive, from its beginning, on a terminal too" {
	head_start
	program sh -c 'echo gone'
	wait_for 5 not alive "$PROGRAM"
	program sh -c 'echo begun; read -r x; echo "end $x"; exit 7'
	viewer -1 "$S"
	wait_for 5 has "$T/seen" begun
	type_text $'word\r'
	ended 7
	has "$T/seen" 'end word'
	not has "$T/seen" gone
}

@test "no head: which unit to start, and 111; no such terminal: 1; usage: 100" {
	run -111 ptyhead-attach "$S"
	[[ $output == "ptyhead-attach: fatal: unable to reach a head at $S: "*"; start "* ]]
	run -111 ptyhead-attach "none-of-this-name"
	[[ $output == *"unable to reach a head at /run/ptyhead/none-of-this-name.sock: No such file or directory; "* ]]
	head_start
	run -1 ptyhead-attach "$S:other"
	[[ $output == "ptyhead-attach: fatal: the head at $S refused terminal other: "* ]]
	run -100 ptyhead-attach
	run -100 ptyhead-attach -e nonsense "$S"
	run -100 ptyhead-attach -rL "$S"
	run -100 ptyhead-attach --nonsense
	run -100 ptyhead-attach "$S:"
	run -0 ptyhead-attach --help
	[[ $output == usage:* ]]
	run -0 ptyhead-attach --version
	[[ $output == "ptyhead-attach "[0-9]* ]]
}

@test "a head that does not answer: 99" {
	head_start
	kill -STOP "$HEAD"
	run -99 ptyhead-attach "$S"
	kill -CONT "$HEAD"
	[[ $output == *"did not answer"* ]]
}

@test "on the terminal that it would show it is refused, also with input from elsewhere" {
	head_start
	program bash -c 'until [ -e "$2" ]; do sleep 0.02; done
		ptyhead-attach "$1"; echo "rc=$?"
		ptyhead-attach "$1" </dev/null; echo "rc=$?"
		ptyhead-attach "$1" </dev/null | cat; echo "rc=${PIPESTATUS[0]}"
		ptyhead-attach -r "$1" | cat; echo "rc=${PIPESTATUS[0]}"
		exec cat' bash "$S" "$T/go"
	viewer "$S"
	wait_for 5 test -s "$T/seen"
	touch "$T/go"
	wait_for 5 count_is "$T/seen" 'rc=1' 4
	has "$T/seen" 'refused terminal main: the viewer runs on the terminal'
	type_hex 1c
	ended 0
}

# --- as a pipe --------------------------------------------------------------------------

@test "10 MB of anything arrive byte for byte with -L, through a slow reader" {
	head_start
	head -c 10485760 /dev/urandom >"$T/data"
	start sh -c 'ptyhead-attach -1 -L "$1" 2>"$2/err" | { dd bs=64k count=8 iflag=fullblock 2>/dev/null; sleep 0.3; cat; } >"$2/out"' sh "$S" "$T"
	local pipe=$STARTED
	wait_for 10 has "$T/err" 'no program is running'
	program sh -c 'stty raw -echo; exec cat "$1"' sh "$T/data"
	wait_for 30 not alive "$pipe"
	cmp "$T/data" "$T/out"
	not has "$T/err" lost
}

@test "the end of its input ends nothing else" {
	head_start
	program sh -c 'read -r x; echo "got $x"; sleep 0.2; echo later; exit 5'
	run -5 sh -c 'printf "word\n" | ptyhead-attach -1q "$1"' sh "$S"
	[[ $output == *"got word"*later* ]]
}

@test "what is piped in waits for a program, and for the next one" {
	head_start
	mkfifo "$T/in"
	exec 7<>"$T/in"
	start sh -c 'exec ptyhead-attach "$1" <"$2"' sh "$S" "$T/in" >"$T/out" 2>"$T/err"
	wait_for 5 has "$T/err" 'no program is running'
	echo first >&7
	program sh -c 'read -r x; echo "1 got $x"'
	wait_for 5 has "$T/out" '1 got first'
	wait_for 5 has "$T/err" 'exit code 0'
	echo second >&7
	program sh -c 'read -r x; echo "2 got $x"'
	wait_for 5 has "$T/out" '2 got second'
}

@test "a reader that leaves ends it, also while nothing comes" {
	head_start
	program sh -c 'echo one; exec cat'
	start bash -c 'ptyhead-attach "$1" </dev/null | head -n 1; echo "${PIPESTATUS[*]}"' bash "$S" >"$T/out"
	wait_for 5 has "$T/out" '^141 0$'
}

@test "SIGPIPE ignored: it says why it ends" {
	head_start
	program sh -c 'while :; do echo x; sleep 0.01; done'
	run -0 bash -c 'trap "" PIPE; ptyhead-attach "$1" </dev/null 2>"$2" | head -n 1; exit 0' bash "$S" "$T/err"
	has "$T/err" 'unable to write the output: Broken pipe'
}

@test "a file is appended to where it was opened so" {
	head_start
	echo before >"$T/out"
	ptyhead-attach -1q "$S" </dev/null >>"$T/out" 3>&- &
	local pid=$!
	wait_for 5 looks_on "$pid"
	program sh -c 'echo after'
	wait "$pid"
	[ "$(cat "$T/out")" = $'before\nafter\r' ]
}

@test "its stdout stays blocking for the others who have it" {
	head_start
	program sh -c 'echo one'
	wait_for 5 not alive "$PROGRAM"
	mkfifo "$T/p"
	exec 8<>"$T/p"
	ptyhead-attach "$S" </dev/null >&8 2>/dev/null 3>&- &
	local pid=$!
	read -r line <&8
	[ "$line" = $'one\r' ]
	# 04000: O_NONBLOCK
	flags=$(sed -n 's/^flags:[[:space:]]*//p' "/proc/$BASHPID/fdinfo/8")
	[ $((flags & 04000)) = 0 ]
	kill "$pid"
	exec 8>&-
}

# --- what is slow, and what is large ------------------------------------------------------

# A program that does not read what is typed until go exists, and says tick.
deaf='stty raw -echo; touch "$1/raw"; while [ ! -e "$1/go" ]; do printf "tick "; sleep 0.02; done
	head -c "$2" >"$1/got"; echo all-read; exec cat'

@test "a megabyte typed at a program that does not read: output flows on, then all arrives" {
	head_start
	head -c 1000000 /dev/urandom >"$T/data"
	program sh -c "$deaf" sh "$T" 1000000
	# A line still cooked would drop what is typed at it.
	wait_for 5 test -e "$T/raw"
	ptyhead-attach "$S" <"$T/data" >"$T/out" 3>&- &
	local pid=$! before
	wait_for 5 has "$T/out" tick
	before=$(grep -o tick "$T/out" | wc -l)
	more_ticks() { [ "$(grep -o tick "$T/out" | wc -l)" -gt $((before + 10)) ]; }
	wait_for 5 more_ticks
	# Bounded: what it holds of a megabyte is a small part.
	[ "$(awk '/^VmData/ { print $2 }' "/proc/$pid/status")" -lt 4096 ] || [[ $PTYHEAD_BUILD == */asan ]]
	touch "$T/go"
	wait_for 20 has "$T/out" all-read
	cmp "$T/data" "$T/got"
	kill "$pid"
}

@test "large pastes both ways on a terminal whose output is held: no deadlock" {
	head_start
	head -c 300000 /dev/urandom | base64 -w 0 | head -c 300000 >"$T/data"
	program sh -c 'stty raw -echo; echo ready; exec tee "$1/got"' sh "$T"
	viewer -L "$S"
	wait_for 5 has "$T/seen" ready
	echo hold >&7
	echo "file $T/data" >&7
	# The terminal takes no output, so the echo stands, and at last the program.
	stands() { local a; a=$(stat -c %s "$T/got"); sleep 0.2; [ "$a" -gt 1000 ] && [ "$(stat -c %s "$T/got")" = "$a" ]; }
	wait_for 10 stands
	echo go >&7
	wait_for 20 size_is "$T/got" 300000
	cmp "$T/data" "$T/got"
	shows_all() { [ "$(tr -d '\r\n' <"$T/seen" | grep -oF -f "$T/data" | wc -c)" -ge 300000 ]; }
	wait_for 10 shows_all
	type_hex 1c
	ended 0
}

@test "a stopped viewer does not stop the program, and hears what it lost" {
	head_start
	program sh -c 'stty raw -echo; echo ready; read -r x; head -c 3000000 /dev/zero | tr "\0" x; touch "$1/written"; echo; echo end; exec cat' sh "$T"
	ptyhead-attach "$S" </dev/null >"$T/out" 2>"$T/err" 3>&- &
	local pid=$!
	wait_for 5 has "$T/out" ready
	kill -STOP "$pid"
	printf '\n' | timeout 5 ptyhead-attach "$S" >/dev/null 2>&1 3>&- &
	local other=$!
	wait_for 20 test -e "$T/written"
	kill "$other"
	kill -CONT "$pid"
	wait_for 5 has "$T/out" '^end'
	wait_for 5 has "$T/err" '[0-9]+ bytes of output were lost'
	lost=$(sed -n 's/.* \([0-9]*\) bytes of output were lost.*/\1/p' "$T/err" | awk '{ n += $1 } END { print n }')
	have=$(tr -dc x <"$T/out" | wc -c)
	[ $((lost + have)) = 3000000 ]
	kill "$pid"
}

@test "a lossless viewer that does not read loses its right, and hears of it" {
	head_start -p 1
	ptyhead-attach -1 -L "$S" </dev/null >"$T/out" 2>"$T/err" 3>&- &
	local pid=$!
	wait_for 5 looks_on "$pid"
	program sh -c 'stty raw -echo; echo ready; while [ ! -e "$1/go" ]; do sleep 0.02; done; head -c 3000000 /dev/zero | tr "\0" x; touch "$1/written"; exit 6' sh "$T"
	wait_for 5 has "$T/out" ready
	kill -STOP "$pid"
	touch "$T/go"
	wait_for 20 test -e "$T/written"
	kill -CONT "$pid"
	local status=0
	wait "$pid" || status=$?
	[ "$status" = 6 ]
	has "$T/err" 'bytes of output were lost'
}

@test "idle it uses no time, with the program gone or the head away" {
	head_start
	program sh -c 'echo ready'
	viewer "$S"
	wait_for 5 has "$T/seen" 'the program ended|no program is running'
	local pid before after
	pid=$(pgrep -P "$VIEWER" -x ptyhead-attach)
	switches() { awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$pid/status"; }
	before=$(switches)
	sleep 0.5
	after=$(switches)
	[ $((after - before)) -le 2 ]
	kill -KILL "$HEAD"
	wait_for 5 has "$T/seen" 'the head is away'
	before=$(switches)
	sleep 0.5
	after=$(switches)
	[ $((after - before)) -le 20 ]
	type_hex 1c
	ended 0
}

@test "what its terminal sends after the detach key is nobody's: the mouse, the release of that key" {
	head_start
	start s6-ptyexec "$S" sh -c 'stty raw -echo; printf "\033[?1003h\033[>3u"; exec sleep 100'
	mkfifo "$T/a.orders"
	foreground onpty 24x80 "$T/a.seen" sh -c 'ptyhead-attach "$0/s.sock"; stty raw -echo; : >"$0/left"; exec dd bs=1 count=1 of="$0/got" 2>&-' "$T" \
		<>"$T/a.orders" >"$T/a.modes" 2>&1 3>&- &
	echo $! >>"$T/.started"
	wait_for 5 has "$T/a.seen" '996n'
	order a 'send 1b 5b 30 6e 1b 5b 3f 36 63'
	wait_for 5 has "$T/a.seen" '1003h'
	order a 'send 1b 5b 39 32 3b 35 75 1b 5b 39 32 3b 35 3a 33 75'
	wait_for 5 has "$T/a.seen" 'detached'
	order a 'send 1b 5b 3c 33 35 3b 35 3b 33 4d'
	order a 'send 1b 5b 30 6e 1b 5b 3c 33 35 3b 36 3b 33 4d 1b 5b 3f 36 63'
	wait_for 5 test -e "$T/left"
	order a 'send 79'
	wait_for 5 test -s "$T/got"
	[ "$(cat "$T/got")" = y ]
}

@test "a click in a cropped viewer is at the cell that is shown there, and outside it is none" {
	head_start -s fixed
	start s6-ptyexec -s 24x80 "$S" sh -c 'stty raw -echo; printf "\033[?1000h\033[?1006h\033[20;60H"; exec cat >"$0/typed"' "$T"
	onlooker a 10x40
	wait_for 5 has "$T/a.seen" '1006h'
	order a 'send 1b 5b 3c 30 3b 33 3b 35 4d 1b 5b 3c 30 3b 33 3b 35 6d'
	# The cursor, at 20;60, is in its last cell: its first shows 11;21.
	wait_for 5 has "$T/typed" '<0;23;15M.*<0;23;15m$'
	leaves a
	onlooker b 40x100
	wait_for 5 has "$T/b.seen" '1006h'
	order b 'send 1b 5b 3c 30 3b 39 30 3b 35 4d 78'
	wait_for 5 has "$T/typed" 'x'
	not has "$T/typed" '90;5'
}

@test "left while the alternate screen is on and the window has changed: what was there before is there once" {
	head_start
	program sh -c 'echo main line; printf "\033[?1049hthe program"; exec cat'
	local size
	for size in 90x25 70x25 60x15 70x12; do
		tm_start 70x20 sh -c 'echo before; "$@"; echo "code $?"; read -r x' sh ptyhead-attach -q "$S"
		tm_wait 10 'the program'
		tm_resize "$size"
		wait_for 5 gives 1 eval "ptyhead-list --json '$S' | grep -c '\"columns\": ${size%x*}, \"rows\": ${size#*x}'"
		tm_keys C-\\
		tm_wait 10 'code 0'
		tm capture-pane -p -S - >"$T/left"
		[ "$(grep -cx before "$T/left")" = 1 ] || { echo "$size:"; cat "$T/left"; return 1; }
		tm kill-server
	done
}
