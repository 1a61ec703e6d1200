#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031
# s6-ptyexec: what the program finds, whoever starts it, and what is said when
# it cannot be started. The head is fakehead; what the program finds, probe says.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/s6
load ../helpers/runit

setup() {
	common_setup
	S=$T/s
	P=$T/probe
}

teardown() { common_teardown; }

# head_start MODE [ARGUMENT] : a fake head at $S, its facts in $T/head.
head_start() {
	: >"$T/head"
	start fakehead "$1" "$S" "${@:2}" >"$T/head"
	wait_for 20 has "$T/head" '^ready$'
}

# only COMMAND... : become it with no descriptor above 2.
only() {
	local f
	for f in /proc/"$BASHPID"/fd/*; do
		f=${f##*/}
		[ "$f" -le 2 ] || [ "$f" = 255 ] || eval "exec $f>&-"
	done
	foreground "$@"
}

# px ARGUMENTS... : s6-ptyexec, its stderr in $T/err.
px() {
	(only timeout -s KILL 60 s6-ptyexec "$@" </dev/null >"$T/out" 2>"$T/err")
}

# fact LINE [FILE] : that line is in what the probe (or the head) wrote.
fact() {
	grep -qaxF -e "$1" -- "${2-$P}" || {
		echo "not found: $1, in:" >&2
		cat -v -- "${2-$P}" >&2
		return 1
	}
}

# the KEY [FILE] : the value of that fact.
the() { sed -n "s/^$1://p" "${2-$P}"; }

probed() { has "$P" '^done$'; }

# What every program must find on its terminal.
on_a_terminal() {
	fact tty:111
	fact same:11
	fact devtty:1
	fact leader:1111
	fact children:none
	fact pending:
	fact 'cloexec0:0 nonblock0:0'
}

# interactive LINE : in an interactive bash on a terminal; its exit status
# becomes a line of $T/rc, the shell's pid $T/shell.
interactive() {
	rm -f "$T/rc"
	printf '%s\n' "echo \$\$ >$T/shell" "$1" "echo rc=\$? >>$T/rc" 'exit' >"$T/lines"
	on_tty 'bash --norc --noprofile -i' <"$T/lines"
}

# on_tty COMMANDLINE : by a session leader on a terminal.
on_tty() {
	(only timeout -s KILL 60 script -qec "$1" "$T/typescript" >"$T/out" 2>&1)
}

# fails_with CODE TEXT ARGUMENTS... : s6-ptyexec ends so, and says just that.
fails_with() {
	local want=$1 text="s6-ptyexec: $2" rc=0
	shift 2
	px "$@" || rc=$?
	said "$text" || return
	[ "$rc" -eq "$want" ] || {
		echo "exit $rc, not $want" >&2
		return 1
	}
}

said() {
	[ "$(cat "$T/err")" = "$1" ] || {
		printf 'said:   %s\nwanted: %s\n' "$(cat "$T/err")" "$1" >&2
		return 1
	}
}

long_path() { # BYTES : the name of a folder under $T that is longer than that
	local d=$T
	while [ ${#d} -lt "$1" ]; do d+=/0123456789012345678901234567890123456789; done
	mkdir -p "$d"
	echo "$d"
}

# ---- what the program finds ------------------------------------------------------

@test "--help and --version, by themselves" {
	run -0 s6-ptyexec --help
	[[ $output = 'usage: s6-ptyexec ['* ]]
	run -0 s6-ptyexec --version
	[[ $output = 's6-ptyexec '[0-9]* ]]
}

@test "the program is on a terminal of its own, at the head's size" {
	head_start ok 30x90
	px "$S" probe "$P"
	on_a_terminal
	fact size:30x90
	[ ! -s "$T/err" ]
	[ ! -s "$T/out" ]
}

@test "a viewer's size that came with the answer is not taken back" {
	FAKEHEAD_SETS=41x111 head_start ok 30x90
	px "$S" probe "$P"
	on_a_terminal
	fact size:41x111
}

@test "the head gets a live master, the program's pidfd, the size, the command" {
	head_start ok 30x90
	px -s 40x100 "$S:chat" probe "$P" 'two words' ''
	fact flags:2 "$T/head"
	fact size:40x100 "$T/head"
	fact terminal:chat "$T/head"
	fact "command:probe|$P|two words||" "$T/head"
	fact fds:2 "$T/head"
	grep -qxE 'pty:/dev/pts/[0-9]+ hup:0 winsize:40x100 tty:right' "$T/head"
	fact "pidfd:$(the pid)" "$T/head"
	wait_for 20 has "$T/head" '^end$'
}

@test "without -s the head is told so, and 24x80 stays when it states no size" {
	head_start ok 0x0
	px "$S" probe "$P"
	fact flags:0 "$T/head"
	fact size:24x80 "$T/head"
	grep -q ' winsize:24x80 ' "$T/head"
}

@test "-n names the terminal, above the address's" {
	head_start ok
	px -n other "$S:chat" true
	fact terminal:other "$T/head"
}

@test "descriptors from the supervisor are kept, and there are no others" {
	head_start ok
	# What stays open for it opens its own between and behind them.
	(only sh -c 'exec 4>"$T/four" 7</dev/null 9>/dev/null; exec "$@"' sh \
		s6-ptyexec "$S" sh -c 'echo kept >&4; exec probe "$0"' "$P" </dev/null)
	fact fds:0,1,2,4,7,9,
	[ "$(cat "$T/four")" = kept ]
}

@test "0, 1 and 2 closed at the start, in every combination" {
	head_start ok
	local how
	for how in '' '0<&-' '1>&-' '2>&-' '0<&- 1>&-' '0<&- 2>&-' '1>&- 2>&-' '0<&- 1>&- 2>&-'; do
		rm -f "$P"
		(eval "only s6-ptyexec \"\$S\" probe \"\$P\" $how") || { echo "$how"; false; }
		on_a_terminal
		fact fds:0,1,2,
	done
}

@test "-2 leaves the standard error where it was" {
	head_start ok
	px -2 "$S" sh -c 'echo to the logger >&2; exec probe "$0"' "$P"
	fact tty:110
	fact leader:1111
	fact fds:0,1,2,
	said 'to the logger'
}

@test "-2 with a closed standard error leaves it closed" {
	head_start ok
	(only s6-ptyexec -2 "$S" probe "$P" 2>&-)
	fact tty:110
	fact fds:0,1,
}

@test "the environment, the signal mask and the dispositions stay" {
	head_start ok
	local set=(env "--ignore-signal=HUP,PIPE,CHLD" "--block-signal=USR1,TERM,CHLD,HUP" A=b) what
	(only "${set[@]}" probe "$T/direct" </dev/null >/dev/null 2>&1)
	(only "${set[@]}" s6-ptyexec "$S" probe "$P" </dev/null)
	on_a_terminal
	for what in vars blocked ignored pending; do
		fact "$(grep "^$what:" "$T/direct")"
	done
	grep -q '^blocked:.*USR1' "$P"
	grep -q '^ignored:.*HUP' "$P"
}

@test "the keyboard's signals are heard though a shell's & ignored them" {
	head_start ok
	(only env --ignore-signal=INT,QUIT,TSTP,TTIN,TTOU s6-ptyexec "$S" probe "$P" </dev/null)
	on_a_terminal
	fact ignored:
}

@test "TERM: the option, else what is of use in the environment, else a default" {
	head_start ok
	local case term option want
	for case in 'xterm|-Tvt220|vt220' 'dumb|-Tdumb|dumb' 'unset|-Tvt220|vt220' 'screen||screen' \
		'dumb||xterm-256color' '||xterm-256color' 'unset||xterm-256color'; do
		IFS='|' read -r term option want <<<"$case"
		rm -f "$P"
		(
			export TERM=$term
			[ "$term" != unset ] || unset TERM
			px ${option:+"$option"} "$S" probe "$P"
		)
		fact "TERM:$want" || { echo "$case"; false; }
	done
}

@test "COLORTERM goes with a TERM of ours; what tells of another terminal is removed" {
	head_start ok
	px_env() { env -i PATH="$PATH" HOME=/ LINES=7 COLUMNS=9 TERM_PROGRAM=x VTE_VERSION=1 TMUX=a,1,0 STY=b KITTY_WINDOW_ID=1 KEPT=yes "$@"; }
	px_env s6-ptyexec "$S" sh -c 'env >"$1.new"; mv "$1.new" "$1"' sh "$T/env"
	wait_for 20 test -e "$T/env"
	[ "$(grep -vE '^(PATH|PWD|SHLVL|_|OLDPWD)=' "$T/env" | sort | tr '\n' ' ')" = "COLORTERM=truecolor HOME=/ KEPT=yes TERM=xterm-256color " ]
	rm "$T/env"
	px_env TERM=vt220 s6-ptyexec "$S" sh -c 'env >"$1.new"; mv "$1.new" "$1"' sh "$T/env"
	wait_for 20 test -e "$T/env"
	[ "$(grep -c COLORTERM "$T/env")" = 0 ]
}

@test "-o and -m give the slave away before it is handed over" {
	head_start ok
	px -o 1234:4321 -m 640 "$S" true
	fact 'owner:1234:4321 mode:640' "$T/head"
	wait_for 20 has "$T/head" '^end$'
	px -o 1235 -m 0 "$S" true
	wait_for 20 has "$T/head" '^owner:1235:[0-9]* mode:0$'
}

@test "a socket's path longer than sun_path" {
	S=$(long_path 300)/s
	head_start ok
	px "$S" probe "$P"
	on_a_terminal
	fails_with 111 "fatal: no head at $S.no: No such file or directory (start the ptyhead that listens there)" "$S.no" true
}

@test "a name is looked up in the user's runtime folder" {
	mkdir -p "$T/ptyhead"
	S=$T/ptyhead/app.sock
	head_start ok
	XDG_RUNTIME_DIR=$T px app:t probe "$P"
	fact terminal:t "$T/head"
	on_a_terminal
}

@test "options end where the program's name begins" {
	head_start ok
	px "$S" sh -c 'echo "$@" >"$0"' "$P" -x -s
	[ "$(cat "$P")" = '-x -s' ]
}

@test "-v 2 says where it is" {
	head_start ok 30x90
	px -v 2 "$S:chat" true
	said "s6-ptyexec: info: terminal chat at $S:chat: run 1, 30 rows, 90 columns"
}

# ---- whoever starts it -------------------------------------------------------------

service() { # DIR LINE : a service whose run script is that line
	mkdir -p "$1"
	printf '#!/bin/sh\n%s\n' "$2" >"$1/run"
	chmod +x "$1/run"
}

@test "under s6-supervise: its child, its signals, its notification descriptor" {
	head_start ok
	service "$T/scan/app" "exec s6-ptyexec '$S' sh -c 'echo >&3; exec probe \"\$0\" stay' '$P'"
	echo 3 >"$T/scan/app/notification-fd"
	s6_start "$T/scan"
	wait_for 20 gives true s6-svstat -o ready "$T/scan/app"
	wait_for 20 probed
	on_a_terminal
	grep -q "^fds:0,1,2,3," "$P" # and what the tests' own shell left open
	fact "pid:$(s6_pid app)"
	fact "pidfd:$(s6_pid app)" "$T/head"
	is_program "$(s6_pid app)" probe
	s6-svc -wd -T 10000 -d "$T/scan/app"
	gives 0 s6-svstat -o exitcode "$T/scan/app"
	wait_for 20 has "$T/head" '^end$'
}

@test "under runsv: its child and its signals" {
	head_start ok
	service "$T/sv/app" "exec s6-ptyexec '$S' probe '$P' stay"
	runit_start "$T/sv"
	wait_for 20 probed
	on_a_terminal
	fact "pid:$(runit_pid app)"
	is_program "$(runit_pid app)" probe
	sv -w 10 down "$T/sv/app"
	wait_for 20 has "$T/head" '^end$'
}

@test "as a session leader that has a terminal (a login's exec; systemd's StandardInput=tty)" {
	head_start ok
	on_tty "exec s6-ptyexec '$S' probe '$P'" </dev/null
	on_a_terminal
	fact ignored:
}

@test "leaving a terminal with SIGHUP ignored, blocked, or blocked and pending" {
	head_start ok
	on_tty "exec env --ignore-signal=HUP s6-ptyexec '$S' probe '$P'" </dev/null
	on_a_terminal
	fact ignored:HUP,
	rm "$P"
	on_tty "exec env --block-signal=HUP s6-ptyexec '$S' probe '$P'" </dev/null
	on_a_terminal
	fact blocked:HUP,
	rm "$P"
	on_tty "exec env --block-signal=HUP sh -c 'kill -HUP \$\$; exec \"\$@\"' sh s6-ptyexec '$S' probe '$P'" </dev/null
	fact leader:1111
	fact pending:HUP,
}

@test "leaving a terminal where /dev/tty is something else" {
	head_start ok
	on_tty "exec unshare -m sh -c 'mount --bind /dev/null /dev/tty && exec \"\$@\"' sh s6-ptyexec '$S' probe '$P'" </dev/null
	fact tty:111
	fact leader:1111
}

@test "from an interactive shell: a command in the foreground" {
	head_start ok
	interactive "s6-ptyexec '$S' probe '$P'"
	on_a_terminal
	fact "ppid:$(cat "$T/shell")"
	[ "$(cat "$T/rc")" = rc=0 ]
}

@test "from an interactive shell: a command in the background" {
	head_start ok
	interactive "s6-ptyexec '$S' probe '$P' & wait \$!"
	on_a_terminal
	fact "ppid:$(cat "$T/shell")"
	[ "$(cat "$T/rc")" = rc=0 ]
}

@test "from an interactive shell: exec" {
	head_start ok
	interactive "exec s6-ptyexec '$S' probe '$P'"
	on_a_terminal
	fact "pid:$(cat "$T/shell")"
}

@test "from an interactive shell: the last command of a pipeline" {
	head_start ok
	interactive "echo | s6-ptyexec '$S' probe '$P'"
	on_a_terminal
	[ "$(cat "$T/rc")" = rc=0 ]
}

@test "from an interactive shell: the first command of a pipeline cannot, and says why" {
	head_start ok
	# Only once the other is in the group, which a busy shell may take its time for.
	interactive "sh -c 'until [ -e $T/other ]; do sleep 0.02; done; exec s6-ptyexec $S probe $P 2>$T/err' | (: >$T/other; cat); (exit \${PIPESTATUS[0]})"
	said "s6-ptyexec: fatal: unable to become a session leader: Operation not permitted (others are in the process group that it leads: it cannot be the first command of a pipeline in an interactive shell); the terminal was handed over and this run ends on it"
	[ "$(cat "$T/rc")" = rc=111 ]
	[ ! -e "$P" ]
	wait_for 20 has "$T/head" '^end$'
}

@test "a shell's job with SIGCHLD ignored or blocked: no child is left, nothing pending" {
	head_start ok
	interactive "env --ignore-signal=CHLD s6-ptyexec '$S' probe '$P'"
	on_a_terminal
	grep -q '^ignored:.*CHLD' "$P"
	rm "$P"
	interactive "env --block-signal=CHLD s6-ptyexec '$S' probe '$P'"
	on_a_terminal
	grep -q '^blocked:.*CHLD' "$P"
}

@test "in a private devpts" {
	head_start ok
	(only unshare -m sh -c 'mount -t devpts -o newinstance,ptmxmode=0666 devpts /dev/pts &&
		mount --bind /dev/pts/ptmx /dev/ptmx && exec "$@"' sh s6-ptyexec "$S" probe "$P" </dev/null)
	on_a_terminal
}

# ---- -D ------------------------------------------------------------------------------

@test "-D starts the program though nobody accepts; its output is there later" {
	head_start deaf
	px -v 2 -D "$S" sh -c 'echo early; exec probe "$0"' "$P"
	on_a_terminal
	fact size:24x80
	said "s6-ptyexec: info: terminal main waits for a head at $S"
	[ "$(cat "$T/head")" = ready ]
	kill -USR1 "$STARTED"
	wait_for 20 has "$T/head" '^end$'
	fact flags:1 "$T/head"
	grep -q '^early' "$T/head"
}

# ---- -f ------------------------------------------------------------------------------

holder_start() { # [SOCKET]
	local me
	me=$T/rules/uid/$(id -u)
	mkdir -p "$me/env"
	: >"$me/allow"
	echo '^t' >"$me/env/S6_FDHOLDER_STORE_REGEX"
	echo '^t' >"$me/env/S6_FDHOLDER_RETRIEVE_REGEX"
	echo 1 >"$me/env/S6_FDHOLDER_LIST"
	: >"$T/holder"
	start s6-fdholder-daemon -1 -i "$T/rules" "${1-$S}" >"$T/holder"
	wait_for 20 test -s "$T/holder"
}

@test "-f stores the master in an s6-fdholderd" {
	holder_start
	start s6-ptyexec -v2 -f t1 "$S" sh -c 'echo hello; exec probe "$0" stay' "$P" </dev/null 2>"$T/err"
	wait_for 20 probed
	on_a_terminal
	fact size:24x80
	said "s6-ptyexec: info: stored as t1 at $S"
	gives t1 s6-fdholder-list "$S"
	s6-fdholder-retrieve "$S" t1 timeout 5 head -n 1 | grep -q '^hello'
}

@test "-f: no descriptor of the connection reaches the program" {
	holder_start
	px -f t1 "$S" probe "$P"
	fact fds:0,1,2,
}

@test "-f: an id that is taken, one that the rules deny, nobody there" {
	holder_start
	px -f t1 "$S" true
	fails_with 111 "fatal: unable to store the terminal in the fd-holder at $S as 't1': Device or resource busy (something is stored under this id already: s6-fdholder-delete it)" -f t1 "$S" probe "$P"
	fails_with 111 "fatal: unable to store the terminal in the fd-holder at $S as 'x': Operation not permitted (do the daemon's rules allow this id? S6_FDHOLDER_STORE_REGEX)" -f x "$S" probe "$P"
	fails_with 111 "fatal: no fd-holder at $S.no: No such file or directory (start the s6-fdholder-daemon that listens there)" -f t2 "$S.no" probe "$P"
	[ ! -e "$P" ]
}

@test "-f: nothing stays stored when the program cannot be started" {
	holder_start
	fails_with 127 "fatal: unable to exec /nonexistent: No such file or directory; the terminal is taken back" -f t1 "$S" /nonexistent
	gives '' s6-fdholder-list "$S"
	s6-fdholder-list "$S"
}

@test "-f: a silent fd-holder is waited for as long as -t says" {
	head_start silent
	fails_with 111 "fatal: unable to store the terminal in the fd-holder at $S as 't1': Connection timed out (-t gives it longer)" -t 200 -f t1 "$S" probe "$P"
}

@test "-f: something that is no fd-holder" {
	head_start close
	local rc=0
	px -f t1 "$S" probe "$P" || rc=$?
	[ "$rc" -eq 111 ]
	grep -qE "'t1': (Broken pipe|Connection reset by peer) \(is what listens there an s6-fdholder-daemon\?\)$" "$T/err"
	head_start garbage
	fails_with 111 "fatal: unable to store the terminal in the fd-holder at $S as 't1': Protocol error (is what listens there an s6-fdholder-daemon?)" -f t1 "$S" probe "$P"
	[ ! -e "$P" ]
}

@test "-f: a socket's path longer than sun_path" {
	S=$(long_path 200)/s
	cd "${S%/*}"
	holder_start ./s
	cd /
	px -f t1 "$S" probe "$P"
	on_a_terminal
}

# ---- failures ---------------------------------------------------------------------

@test "no head: which socket, and what to start" {
	local start='start the ptyhead that listens there'
	run -111 s6-ptyexec nobody-here true
	[[ $output == "s6-ptyexec: fatal: no head at /run/ptyhead/nobody-here.sock: No such file or directory ("* ]]
	fails_with 111 "fatal: no head at $S: No such file or directory ($start)" "$S" true
	head_start close
	kill "$STARTED"
	wait_for 20 not alive "$STARTED"
	fails_with 111 "fatal: no head at $S: Connection refused ($start)" "$S" true
	fails_with 111 "fatal: no head at $S: Connection refused ($start)" -D "$S" true
}

@test "a head that may not be reached" {
	head_start ok
	chmod 0 "$S"
	local rc=0
	(only setpriv --bounding-set=-dac_override,-dac_read_search s6-ptyexec "$S" probe "$P" 2>"$T/err") || rc=$?
	said "s6-ptyexec: fatal: not allowed to reach the head at $S: Permission denied (the socket belongs to root, group root, mode 0000, and this is user root; its service gives the socket its owner and mode)"
	[ "$rc" -eq 111 ]
	[ ! -e "$P" ]
}

@test "a head that refuses, with words, without, and before it reads" {
	head_start refuse $'run 3 is alive\e[2J'
	fails_with 111 "fatal: the head at $S refused terminal main: run 3 is alive\\x1b[2J" "$S" probe "$P"
	head_start refuse ''
	fails_with 111 "fatal: the head at $S refused terminal main: Device or resource busy" "$S" probe "$P"
	head_start early 'no more'
	fails_with 111 "fatal: the head at $S refused terminal main: no more" "$S" probe "$P"
	[ ! -e "$P" ]
}

@test "a head that closes at once" {
	head_start close
	fails_with 111 "fatal: the head at $S closed the connection without an answer (its log may say why)" "$S" probe "$P"
}

@test "something that is no head" {
	head_start garbage
	fails_with 111 "fatal: what listens at $S answers as no head does (is it another program's socket?)" "$S" probe "$P"
}

@test "a head of another version" {
	head_start version
	fails_with 111 "fatal: the head at $S speaks another version of the protocol (install the same release of both)" "$S" probe "$P"
}

@test "a silent head is waited for as long as -t says" {
	head_start silent
	local before=${EPOCHREALTIME/[.,]/} took
	fails_with 111 "fatal: the head at $S did not answer within 300 ms (its log may say why; -t gives it longer, -D does not wait)" -t 300 "$S" probe "$P"
	took=$((${EPOCHREALTIME/[.,]/} - before))
	[ "$took" -ge 300000 ]
	[ "$took" -lt 15000000 ]
}

@test "a full backlog is waited for as long as -t says" {
	head_start backlog
	local text="fatal: the head at $S takes no connection within 200 ms (does it run? its log may say; -t gives it longer)"
	fails_with 111 "$text" -t 200 "$S" probe "$P"
	fails_with 111 "$text" -D -t 200 "$S" probe "$P"
}

connected() { # PID : one of its descriptors is a socket
	local fd
	for fd in /proc/"$1"/fd/*; do
		[[ $(readlink "$fd") != socket:* ]] || return 0
	done
	return 1
}

@test "-t 0 waits until a signal ends it, and nothing is left" {
	head_start silent
	start s6-ptyexec -t 0 "$S" probe "$P" </dev/null 2>"$T/err"
	wait_for 20 connected "$STARTED"
	kill -TERM "$STARTED"
	local rc=0
	wait "$STARTED" || rc=$?
	[ "$rc" -eq 143 ]
	[ ! -e "$P" ]
}

@test "a program that is not there, not executable, a folder" {
	head_start ok
	local after='; the terminal was handed over and this run ends on it'
	fails_with 127 "fatal: unable to exec /nonexistent: No such file or directory$after" "$S" /nonexistent
	wait_for 20 has "$T/head" '^end$'
	fails_with 127 "fatal: unable to exec no-such-program: No such file or directory$after" "$S" no-such-program
	: >"$T/plain"
	fails_with 126 "fatal: unable to exec $T/plain: Permission denied$after" "$S" "$T/plain"
	fails_with 126 "fatal: unable to exec $T: Permission denied$after" -2 "$S" "$T"
}

@test "the terminal cannot be given away" {
	head_start ok
	local rc=0
	(only setpriv --bounding-set=-chown s6-ptyexec -o 1234:4321 "$S" probe "$P" 2>"$T/err") || rc=$?
	said 's6-ptyexec: fatal: unable to give the terminal away (-o): Operation not permitted'
	[ "$rc" -eq 111 ]
	[ "$(cat "$T/head")" = ready ]
}

@test "no descriptors to be had: one line, and no program" {
	head_start ok
	local n rc
	for n in 4 5 6 7; do # 0-2, the old stderr, master, slave, pidfd, socket
		rc=0
		(only prlimit --nofile="$n" s6-ptyexec "$S" probe "$P" </dev/null 2>"$T/err") || rc=$?
		[ "$rc" -eq 111 ] || { echo "limit $n: exit $rc"; false; }
		[ "$(wc -l <"$T/err")" -eq 1 ]
		grep -q '^s6-ptyexec: .*Too many open files' "$T/err"
		[ ! -e "$P" ]
	done
}

# ---- usage ------------------------------------------------------------------------

USAGE='usage: s6-ptyexec [ -v verbosity ] [ -t milliseconds ] [ -n terminal ] [ -s ROWSxCOLS ] [ -T term ] [ -o uid:gid ] [ -m mode ] [ -2 ] [ -D ] [ -l ] [ -f id ] address prog...'

@test "usage" {
	fails_with 100 "$USAGE"
	fails_with 100 "$USAGE" "$S"
	fails_with 100 "$USAGE" -x "$S" true
	fails_with 100 "$USAGE" -t
	fails_with 100 "$USAGE" -t 5 "$S"
}

@test "sizes that are none" {
	local s
	for s in '' x 24 24x x80 0x80 24x0 -1x80 24x-1 1001x80 24x1001 24x80x1 '24x80,' ' 24x80' '24 x80' \
		99999999999999999999x80 0x18x80 +1x80 24X80 65560x80; do
		fails_with 100 "fatal: not a size: '$s' (-s takes ROWSxCOLS, each from 1 to 1000)" -s "$s" "$S" true
	done
}

@test "sizes that are" {
	head_start ok 0x0
	px -s 1x1 "$S" true
	wait_for 20 has "$T/head" ^end
	fact size:1x1 "$T/head"
	px -s 1000x1000 "$S" true
	wait_for 20 has "$T/head" ^size:1000x1000
	px -s 025x081 "$S" true
	wait_for 20 has "$T/head" ^size:25x81
}

@test "owners, modes, numbers and words that are none" {
	local s
	for s in '' : :1 1: root 1:wheel 4294967295 1:4294967295 -1 1:2:3 1.5; do
		fails_with 100 "fatal: not an owner: '$s' (-o takes uid:gid or uid, in numbers)" -o "$s" "$S" true
	done
	for s in '' 8 778 1000 -1 u+r 0x1; do
		fails_with 100 "fatal: not a mode: '$s' (-m takes an octal number up to 777)" -m "$s" "$S" true
	done
	for s in '' -1 1s 99999999999; do
		fails_with 100 "fatal: not a number: '$s' (-t)" -t "$s" "$S" true
		fails_with 100 "fatal: not a number: '$s' (-v)" -v "$s" "$S" true
	done
	fails_with 100 'fatal: -T takes a word that is not empty' -T '' "$S" true
	fails_with 100 'fatal: -f takes a word that is not empty' -f '' "$S" true
	fails_with 100 'fatal: the argument of -f is too long' -f "$(printf '%0256d' 0)" "$S" true
	fails_with 100 'fatal: -f and -D, -n or -l do not go together: an fd-holder answers at once, knows only ids, and reads no output' -D -f t "$S" true
}

@test "addresses that are none" {
	local chars='A-Z a-z 0-9 . _ @ + -' no='begins neither with . nor with -'
	fails_with 100 "fatal: not an address: '': it is empty" '' true
	fails_with 100 "fatal: not an address: '$S:': no terminal is named after the :" "$S:" true
	fails_with 100 "fatal: not an address: ':main': no head is named before the :" :main true
	fails_with 100 "fatal: not an address: '/run/': it is a directory, not a socket" /run/ true
	fails_with 100 "fatal: not an address: 'app:a:b': a terminal's name is made of $chars and $no" app:a:b true
	fails_with 100 "fatal: not an address: '$S': a terminal's name (-n) is 1 to 64 of $chars and $no" -n a/b "$S" true
	fails_with 100 "fatal: not an address: 'a b': a name is made of $chars \\ and $no (a path has a /)" 'a b' true
}
