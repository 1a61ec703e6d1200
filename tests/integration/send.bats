#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# ptyhead-send on real programs: text, keys in the modes that they set, pastes,
# what the line took, and the answer waited for.

# shellcheck disable=SC2016,SC2154,SC2317  # for the program's shell; set by run; called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/head

setup() {
	head_setup
	export HISTFILE=/dev/null INPUTRC=/dev/null
	head_start
}
teardown() { common_teardown; }

on_screen() { timeout 20 ptyhead-wait -t 10 -s "$@" "$S"; }
send() { timeout 20 ptyhead-send "$@"; }

# A program that says that it is ready, in the modes given, and keeps what is
# typed, as it came, in the file got.
recorder() {
	# The runs before have left their word on the screen: each has its own.
	READY=$((${READY-0} + 1))
	program sh -c 'stty raw -echo; printf "$2"; echo "ready-$3-"; exec cat >"$1"' sh "$T/got" "${1-}" "$READY"
	on_screen -e "^ready-$READY-"
}
# sender FILE OPTION... : in the background, what it types is in FILE. (What a shell starts
# with & has no standard input but what it opens itself.)
sender() {
	local from=$1
	shift
	start sh -c 'from=$1; shift; exec ptyhead-send "$@" <"$from"' sh "$from" "$@" >"$T/out" 2>"$T/err"
}
got_is() { [ "$(cat "$T/got")" = "$1" ]; }

@test "text and Enter; -n none; words joined; a text that looks like an option; UTF-8" {
	recorder
	send "$S" hello
	send -n "$S" a 'b  c'
	send "$S" -n --help äöü世界
	send "$S" ''
	wait_for 5 got_is $'hello\ra b  c-n --help äöü世界\r\r'
}

@test "standard input: its lines, the last with Enter; raw: as it is" {
	recorder
	printf 'one\ntwo' | send "$S"
	printf 'three\nfour' | send -n "$S"
	printf '\0five\n\xff' | send -r "$S"
	send -k Enter "$S" </dev/null
	wait_for 5 size_is "$T/got" 26
	printf 'one\rtwo\rthree\rfour\0five\n\xff\r' | cmp - "$T/got"
}
size_from() { [ "$(stat -c %s "$1")" -ge "$2" ]; }
size_is() { [ "$(stat -c %s "$1")" = "$2" ]; }

@test "keys, in the modes that the program has set" {
	recorder
	send -k Up -k F1 -k C-a -k M-x -k S-Tab -k PPage -k KP5 -k Enter "$S" x
	wait_for 5 got_is $'\e[A\eOP\x01\ex\e[Z\e[5~5\rx\r'
	kill "$PROGRAM"
	wait_for 5 not alive "$PROGRAM"
	recorder '\033[?1h\033='
	send -k Up -k Home -k C-Up -k KP5 -k Enter -k F5 "$S"
	wait_for 5 got_is $'\eOA\eOH\e[1;5A\eOu\r\e[15~'
	kill "$PROGRAM"
	wait_for 5 not alive "$PROGRAM"
	recorder '\033[>1u'
	send -k Escape -k C-a -k Up "$S" text
	wait_for 5 got_is $'\e[27u\e[97;5u\e[Atext\r'
}

@test "a paste is bracketed when the program wants that, and cannot end itself" {
	recorder
	send -p "$S" $'a\nb'
	wait_for 5 got_is $'a\rb\r'
	kill "$PROGRAM"
	wait_for 5 not alive "$PROGRAM"
	recorder '\033[?2004h'
	send -p -n "$S" $'a\nb'
	printf 'x\033[201~rm\n' | send -p "$S" 2>"$T/err"
	has "$T/err" 'warning: 1 characters that could end the paste were left out'
	wait_for 5 got_is $'\e[200~a\rb\e[201~\e[200~x[201~rm\r\e[201~\r'
}

@test "a megabyte from standard input arrives whole" {
	recorder
	head -c 750000 /dev/urandom | base64 -w 200 >"$T/data"
	send "$S" <"$T/data"
	wait_for 10 size_is "$T/got" "$(stat -c %s "$T/data")"
	tr '\n' '\r' <"$T/data" | cmp - "$T/got"
}

@test "a canonical line that would be cut is refused whole; the longest is taken" {
	program sh -c 'stty -echo; echo ready; exec cat >"$1"' sh "$T/got"
	on_screen -e '^ready'
	printf '%04096d\n' 0 >"$T/long"
	run -1 send "$S" <"$T/long"
	[[ $output == *'a line is longer than the 4095 bytes that terminal main keeps while its program reads whole lines: it was not typed (0 bytes before it were)' ]]
	printf '%04095d\n' 1 | send "$S"
	wait_for 5 size_is "$T/got" 4096
	# A line begun by somebody counts.
	send -n "$S" 0123456789
	run -1 send "$S" "$(printf '%04090d' 0)"
	send "$S" "$(printf '%04085d' 0)"
	wait_for 5 size_is "$T/got" 8192
	# Lines before it are typed, and that is said.
	{ printf '%099d\n' {1..200}; cat "$T/long"; } >"$T/lines"
	run -1 send "$S" <"$T/lines"
	[[ $output =~ \(20000\ bytes\ before\ it\ were\) ]]
	wait_for 5 size_is "$T/got" 28192
	# And in any number, to a slow program, nothing is lost.
	seq -f '%0100g' 1 5000 >"$T/many"
	send "$S" <"$T/many"
	wait_for 10 size_is "$T/got" $((28192 + 505000))
	tail -c 505000 "$T/got" | cmp - "$T/many"
	# A raw program takes a line of any length.
	kill "$PROGRAM"
	wait_for 5 not alive "$PROGRAM"
	recorder
	printf '%050000d' 7 | send "$S"
	wait_for 5 size_is "$T/got" 50001
}

@test "a program that does not read: 99, and what was taken; it goes on when it reads" {
	mkfifo "$T/go"
	program sh -c 'stty raw -echo; echo ready; read -r x <"$1"; exec cat >"$2"' sh "$T/go" "$T/got"
	on_screen -e '^ready'
	head -c 300000 /dev/zero | tr '\0' x >"$T/data"
	run -99 send -t 0.5 -r "$S" <"$T/data"
	[[ $output =~ does\ not\ read:\ ([0-9]+)\ bytes\ were\ taken ]]
	[ "${BASH_REMATCH[1]}" -gt 4000 ]
	[ "${BASH_REMATCH[1]}" -lt 300000 ]
	kill -0 "$HEAD"
	sender "$T/data" -r -t 15 "$S"
	echo >"$T/go"
	wait_for 20 not alive "$STARTED"
	wait "$STARTED"
	# What was under way when the first one gave up came, too.
	wait_for 5 size_from "$T/got" $((300000 + BASH_REMATCH[1]))
}

@test "a head that does not answer: -t is the limit of the connection, too" {
	program cat
	on_screen -e '^' || true
	kill -STOP "$HEAD"
	# The connection's own limit is 10 s: each would be killed at 5.
	run timeout -s KILL 5 ptyhead-send -t 0.3 "$S" x
	said_send=$status:$output
	run timeout -s KILL 5 ptyhead-wait -t 0.3 -e x "$S"
	said_wait=$status:$output
	kill -CONT "$HEAD"
	[[ $said_send == 99:*'did not answer'* ]]
	[[ $said_wait == 99:*'did not answer'* ]]
}

@test "no program, or one that ends, or has closed its terminal: 1" {
	run -1 send "$S" x
	[[ $output == *'no program is on terminal main'* ]]
	program sh -c 'echo ready; read x; exit 3'
	on_screen -e '^ready'
	send "$S" go
	wait_for 5 not alive "$PROGRAM"
	run -1 send "$S" x
	program bash -c 'echo ready; exec <&- >&- 2>&-; exec sleep 100'
	on_screen -e '^ready'
	closed() { ! send "$S" x 2>"$T/err" && has "$T/err" 'nobody would read this'; }
	wait_for 5 closed
	# It ends while what was typed still waits.
	kill "$PROGRAM"
	wait_for 5 not alive "$PROGRAM"
	program sh -c 'stty raw -echo; echo ready; sleep 1'
	on_screen -e '^ready'
	head -c 300000 /dev/zero | { run -1 send -r "$S"; [[ $output == *'or it has just ended'* ]]; }
}

@test "-w: bash answers, and what was there before does not count" {
	program env PS1='ready> ' bash --norc
	on_screen -e 'ready> $'
	send -w '^sum=[0-9]+$' -t 5 "$S" 'echo sum=$((40+2))' >"$T/out"
	[ "$(cat "$T/out")" = sum=42 ]
	run -99 send -w '^sum=42$' -t 0.5 "$S" true
	[ "$(send -W 'sum=9' -t 5 "$S" 'echo sum=$((4+5))')" = sum=9 ]
	local at
	at=$(send -o "$S" 'echo la''ter')
	[[ $at =~ ^[0-9]+$ ]]
	[ "$(timeout 10 ptyhead-wait -t 5 --since "$at" -e '^later$' "$S")" = later ]
	# Also when that was long ago, and once more.
	send "$S" clear
	[ "$(timeout 10 ptyhead-wait -t 5 --since "$at" -e '^later$' "$S")" = later ]
	run -97 timeout 10 ptyhead-wait -t 0.3 --since "$((at + 100000))" -e '^later$' "$S"
}

# A program on a raw terminal that reads lines, shows each character as its argument says,
# and answers with the line. (on_screen: of the newest run.)
RAW='
import os, sys, time, tty
tty.setraw(0)
def say(s): os.write(1, s.encode())
say("ready\r\n")
while True:
    line = ""
    while (c := os.read(0, 1).decode()) != "\r":
        line += c
        exec(sys.argv[1])
    say("\r\n" + line + "\r\n")
'

# asks TEXT PATTERN... : what is found.
asks() { send -t 5 "${@:2}" "$S" "$1"; }

@test "-w: the echo of what is typed is no answer, whoever shows it" {
	# The terminal does.
	program bash --norc -c 'echo ready; while read -r l; do sleep 0.1; echo "it is $l"; done'
	on_screen -e ^ready
	[ "$(asks found -w '.*found.*')" = 'it is found' ]
	[ "$(asks 'two words' -W words)" = words ]
	[ "$(printf 'one\ntwo\n' | send -t 5 -w '.*two$' "$S")" = 'it is two' ]
	kill "$PROGRAM"
	wait_for 5 not alive "$PROGRAM"
	# Nobody does: the answer is the same text.
	program sh -c 'stty -echo; echo ready; exec cat'
	on_screen -e ^ready
	[ "$(asks same -w '^same$')" = same ]
	kill "$PROGRAM"
	wait_for 5 not alive "$PROGRAM"
	# The program does, and colours its prompt; what follows is the next prompt.
	PS1='\[\e[1m\]shell> \[\e[m\]' program bash --norc -i
	on_screen -e '^shell> $'
	[ "$(asks 'echo a''nswer' -w '.*answer.*')" = answer ]
	[ "$(asks 'sleep 0.1' -w 'sleep.*' -w '^shell> $')" = $'2\tshell> ' ]
	kill -KILL "$PROGRAM"
	wait_for 5 not alive "$PROGRAM"
	# It does not, or takes its time.
	local how
	for how in pass 'say(c)' 'time.sleep(0.05); say(c)'; do
		program python3 -c "$RAW" "$how"
		timeout 20 ptyhead-wait -t 10 --since start -F ready "$S"
		[ "$(asks same -w '^same$')" = same ]
		[ "$(printf 'a\nb\n' | send -t 5 -w '^b$' "$S")" = b ]
		kill "$PROGRAM"
		wait_for 5 not alive "$PROGRAM"
	done
	PS1='\[\e[1m\]shell> \[\e[m\]' program bash --norc -i
	on_screen -e '^shell> $'
	# An echo over several rows.
	local long
	long=$(printf '%0150d' 7)
	[ "$(asks "echo $long-\$((40 + 2))" -w '-.*')" = -42 ]
}

@test "-w several times: which one; --or-exit: 98 where the program ends first" {
	program bash -c 'echo ready; while read -r l; do case $l in die) echo "last words"; exit 3 ;; *) echo "got: $l" ;; esac; done'
	on_screen -e ^ready
	[ "$(asks b -w '^got: a' -w '^got: b' -W nothing)" = $'2\tgot: b' ]
	[ "$(asks c -W nothing -W 'ot: c')" = $'2\tot: c' ]
	[ "$(asks die --or-exit -w '^last words$')" = 'last words' ]
	program bash -c 'echo ready; while read -r l; do exit 3; done'
	wait_for 5 shows_run 2
	run -98 send -t 10 --or-exit -w '^never$' "$S" die
}
shows_run() { [ "$(ptyhead-list --json "$S" | grep -o '"run": [0-9]*')" = "\"run\": $1" ]; }

# It must not wait for a program that waits for it. The head's patience would be longer
# than the test.
@test "-L -w: a program that floods, before and while it is typed to, does not wait; nothing is missed" {
	kill "$HEAD"
	wait_for 5 not alive "$HEAD"
	head_start -p 100
	mkfifo "$T/go" "$T/text"
	program sh -c 'stty raw -echo opost icrnl; read -r x <"$1/go"; seq -f "%0100g" 1 60000; touch "$1/written"; exec sed -u "s/.*/answer:&./"' sh "$T"
	exec 6<>"$T/text"
	sender "$T/text" -L -w '^answer:found[.]$' "$S" 6>&-
	wait_for 20 has_viewers 1
	echo >"$T/go"
	wait_for 20 test -e "$T/written"
	echo found >&6
	exec 6>&-
	wait_for 20 not alive "$STARTED"
	wait "$STARTED"
	[ "$(cat "$T/out")" = answer:found. ]
	kill "$PROGRAM"
	wait_for 5 not alive "$PROGRAM"

	program sh -c 'stty raw -echo opost; head -c 1 >/dev/null; seq -f "%0100g" 1 30000; echo needle; seq -f "%0100g" 1 30000; exec cat >"$1"' sh "$T/got"
	head -c 300000 /dev/zero | tr '\0' x >"$T/data"
	sender "$T/data" -r -L -t 100 -W needle "$S"
	wait_for 20 not alive "$STARTED"
	wait "$STARTED"
	[ "$(cat "$T/out")" = needle ]
	not has "$T/err" .
	wait_for 20 test -s "$T/got"
	not has "$T/head.log" lossless
}
has_viewers() { ptyhead-list --json "$S" | grep -qE "\"(watchers|viewers)\": $1"; }

@test "python, its history by the Up key" {
	program python3 -q -i
	on_screen -e '^>>> $'
	[ "$(send -w '^[0-9]{5,}$' -t 5 "$S" '123456*1')" = 123456 ]
	[ "$(send -w '^[0-9]{5,}$' -t 5 -k Up -k BSpace "$S" 2)" = 246912 ]
	send -k C-d "$S"
	wait_for 5 not alive "$PROGRAM"
}

@test "vim, nano and less, by keys" {
	seq -f 'line %g' 1 100 >"$T/file"
	program vim -N -u NONE -i NONE -n "$T/file"
	on_screen -e '^line 1$'
	send -n -k G -k o -p "$S" $'pasted ä世\n  as it is'
	send -k Escape "$S" ':wq'
	wait_for 5 not alive "$PROGRAM"
	[ "$(tail -n 2 "$T/file")" = $'pasted ä世\n  as it is' ]
	program nano -I "$T/file"
	on_screen -e 'line 1$'
	send -k C-End "$S" 'from nano'
	send -k C-o -k Enter "$S"
	on_screen -e 'Wrote [0-9]+ lines'
	send -k C-x "$S"
	wait_for 5 not alive "$PROGRAM"
	grep -q 'from nano' "$T/file"
	program less "$T/file"
	on_screen -e '^line 23$'
	send -k NPage "$S"
	on_screen -e '^line 46$'
	send -k End -n "$S" ''
	send -k G "$S"
	on_screen -F 'from nano'
	send -k q "$S"
	wait_for 5 not alive "$PROGRAM"
}

@test "gdb: a breakpoint and its answer" {
	command -v gdb
	program gdb -q -nx -ex 'set pagination off' "$(command -v sh)"
	on_screen -e '^\(gdb\) $'
	[ "$(send -t 10 -w '^\$1 = [0-9]+$' "$S" 'print 6*7')" = '$1 = 42' ]
	send "$S" quit
	wait_for 5 not alive "$PROGRAM"
}

@test "the size of the terminal does not follow who sends" {
	program sh -c 'stty size; exec cat'
	on_screen -e '^24 80'
	send "$S" x
	[ "$(ptyhead-list --json "$S" | grep -o '"rows": [0-9]*')" = '"rows": 24' ]
}

@test "exit codes" {
	recorder
	run -0 send --help
	run -0 send --version
	run -0 send "$S" ''
	run -1 send "$S:nix" x
	run -99 send -t 0.2 -w never "$S" x
	for wrong in '' '-k Nix s' '-k' '--nix s' '-w ( s x' '--or-exit s x' '-t x s x' '-r -p s x' 'a*b x'; do
		# shellcheck disable=SC2086 # words
		run -100 send $wrong
	done
	run -100 send -w '' "$S" x
	run -111 send "$T/nix" x
	kill -KILL "$HEAD"
	wait_for 5 not alive "$HEAD"
	run -111 send "$S" x
	[[ $output == *'start the ptyhead that listens there' ]]
}

# A peer that does what none should: by hand, out of ptyhead-protocol(7).
@test "what a peer may not send: it is dropped, and nobody else notices" {
	recorder
	cat >"$T/peer.py" <<'EOF'
import array, fcntl, os, socket, struct, sys
def frame(kind, payload=b""): return struct.pack(">BBHI", 0xF5, 1, kind, len(payload)) + payload
def name(s): return struct.pack(">H", len(s)) + s
def connect():
    s = socket.socket(socket.AF_UNIX); s.settimeout(10); s.connect(sys.argv[1]); return s
def read(s):
    head = b""
    while len(head) < 8:
        b = s.recv(8 - len(head))
        if not b: return None, None
        head += b
    kind, n = struct.unpack(">HI", head[2:])
    body = b""
    while len(body) < n: body += s.recv(n - len(body))
    return kind, body
def attach(kind):
    s = connect()
    page = os.memfd_create("page", os.MFD_ALLOW_SEALING)
    os.ftruncate(page, 4096)
    fcntl.fcntl(page, 1033, 2 | 4)
    socket.send_fds(s, [frame(kind, struct.pack(">I4H2Q", 0, 0, 0, 0, 0, 0, 0) + name(b"main"))], [page])
    kind, _ = read(s)
    assert kind == 65, kind
    return s
def dropped(s):
    while True:
        try: kind, _ = read(s)
        except ConnectionResetError: return True # the head did not read all of it
        if kind is None: return True
        assert kind in (67, 69), kind
# A watcher types; a SEND that is short, or too long; two at once to a line that
# takes no more; a SEND as the first frame; LIST as a viewer's frame.
s = attach(3); s.sendall(frame(19, struct.pack(">I", 1) + b"evil")); assert dropped(s)
s = attach(2); s.sendall(frame(19, b"abc")); assert dropped(s)
s = attach(2); s.sendall(frame(19, bytes(4 + 8193))); assert dropped(s)
s = attach(2); s.sendall(frame(4, struct.pack(">I", 0) + name(b"") + name(b""))); assert dropped(s)
s = connect(); s.sendall(frame(19, struct.pack(">I", 1))); assert read(s)[0] == 66
# LIST: cut short, and a name too long, are refused; it may be asked again, then
# attached to; who asks on and on and reads nothing is not read either, or dropped.
s = connect(); s.sendall(frame(4, b"\0\0\0\0\0")); kind, body = read(s); assert kind == 66 and body[:2] == b"\0\x08", body
s = connect(); s.sendall(frame(4, struct.pack(">I", 0) + name(b"x" * 65) + name(b""))); assert read(s)[0] == 66
s = connect()
for i in range(3):
    s.sendall(frame(4, struct.pack(">I", 0) + name(b"") + name(b"")))
    kind, body = read(s)
    assert kind == 68 and body[:6] == b"\0\0\0\0\0\x01", body
s.sendall(frame(4, struct.pack(">I", 0) + name(b"main") + name(b""))); assert read(s)[1] == bytes(6)
s = connect()
try:
    s.settimeout(3)
    while True: s.sendall(frame(4, struct.pack(">I", 0) + name(b"") + name(b"")) * 100)
except (BrokenPipeError, ConnectionResetError, TimeoutError): pass
# The serial is the sender's, and comes back.
s = attach(2); s.sendall(frame(19, struct.pack(">I", 0xDEADBEEF) + b"good"))
while True:
    kind, body = read(s)
    if kind == 69: break
assert body[:6] == b"\xde\xad\xbe\xef\0\0", body
EOF
	timeout 30 python3 "$T/peer.py" "$S"
	kill -0 "$HEAD"
	wait_for 5 got_is good
	has "$T/head.log" 'a watcher sent input'
	# Two at once, the first of which waits, since nobody reads.
	kill "$PROGRAM"
	wait_for 5 not alive "$PROGRAM"
	program sh -c 'stty raw -echo; echo ready; exec sleep 100'
	on_screen -e '^ready'
	sed -i '/^# A watcher types/,$d' "$T/peer.py"
	cat >>"$T/peer.py" <<'EOF'
s = attach(2)
try:
    for i in range(40): s.sendall(frame(19, struct.pack(">I", i) + bytes(8192)))
    assert dropped(s)
except (BrokenPipeError, ConnectionResetError): pass
EOF
	timeout 30 python3 "$T/peer.py" "$S"
	has "$T/head.log" 'it did not wait for the answer'
}
