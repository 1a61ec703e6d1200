#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031 # for other shells; each test has its own
# ptyhead-record: what it writes is what was shown, plays in asciinema and in
# scriptreplay, and says what it could not have.

# shellcheck disable=SC2016,SC2154,SC2317  # for the program's shell; set by run; called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/head
load ../helpers/tmux

setup() {
	head_setup
	export HISTFILE=/dev/null INPUTRC=/dev/null
}
teardown() { common_teardown; }

# recorder ARGUMENT... : in the background; it records already. Its pid in $RECORDER.
recorder() {
	start ptyhead-record "$@" "$S" 2>>"$T/record.err"
	RECORDER=$STARTED
	wait_for 5 looked_at
}
looked_at() { ptyhead-list --json "$S" | grep -qE '"(viewers|watchers)": [1-9]'; }
stopped() {
	kill "$RECORDER"
	wait "$RECORDER"
}

# What a player is given out of an asciicast, each line being checked.
played() {
	python3 - "$1" <<'EOF'
import json, sys
lines = open(sys.argv[1], "rb").read().decode("utf-8", "strict").splitlines()
head = json.loads(lines[0])
assert head["version"] == 2 and head["width"] > 0 and head["height"] > 0, head
last = 0
for line in lines[1:]:
    t, kind, text = json.loads(line)
    assert t >= last, line
    last = t
    assert kind in "orm", line
    assert text, line
    if kind == "o": sys.stdout.buffer.write(text.encode())
EOF
}
# The events of one kind, a line each.
events() { python3 -c 'import json,sys
for l in open(sys.argv[1]).read().splitlines()[1:]:
    t, k, x = json.loads(l)
    if k == sys.argv[2]: print(x)' "$1" "$2"; }
# asciinema wants a terminal to be there.
by_asciinema() { script -qec "asciinema cat '$1' >'$2'" /dev/null >"$T/script.log"; }
by_scriptreplay() { scriptreplay -d 1000000 -m 0.01 -t "$1.timing" "$1" | head -c -1; }

@test "the past has its pauses, to the second" {
	head_start
	s6-ptyexec "$S" sh -c 'for i in 1 2 3 4 5 6; do date +%s.%N; sleep 0.4; done; sleep 2; date +%s.%N'
	ptyhead-record --from start --to now "$S" >"$T/past.cast"
	python3 - "$T/past.cast" <<'EOF'
import json, sys
lines = open(sys.argv[1]).read().splitlines()
base = json.loads(lines[0])["timestamp"]
n = 0
for t, kind, text in map(json.loads, lines[1:]):
    if kind != "o": continue
    for said in text.split():
        n += 1
        # The recording's beginning is told in whole seconds.
        assert -1.1 <= float(said) - (base + t) <= 2.1, (said, base + t)
assert n == 7, n
outputs = [t for t, kind, _ in map(json.loads, lines[1:]) if kind == "o"]
assert max(b - a for a, b in zip(outputs, outputs[1:])) >= 1.3, outputs
EOF
}

@test "bash, vim and less: byte for byte what an attached viewer got, in both forms" {
	head_start
	seq -f 'line %g ä世' 1 200 >"$T/file"
	start ptyhead-attach -L "$S" </dev/null >"$T/seen" 2>"$T/attach.err"
	local viewer=$STARTED
	recorder -o "$T/app.cast"
	start ptyhead-record -f script -o "$T/app.script" "$S" 2>>"$T/record.err"
	local other=$STARTED
	program env PS1='\[\e[32m\]ready>\[\e[0m\] ' bash --norc
	ptyhead-wait -t 10 -s -e 'ready> $' "$S"
	ptyhead-send -t 10 -w '^sum=[0-9]+$' "$S" 'echo sum=$((6*7))'
	ptyhead-send "$S" "vim -N -u NONE -i NONE -n '$T/file'"
	ptyhead-wait -t 10 -s -F 'line 20 ä世' "$S"
	ptyhead-send -n -k C-d -k G -k i "$S" 'typed →世'
	ptyhead-wait -t 10 -s -F 'typed →世' "$S"
	ptyhead-send -k Escape "$S" ':q!'
	ptyhead-wait -t 10 -s -e 'ready> $' "$S"
	ptyhead-send "$S" "less '$T/file'"
	ptyhead-wait -t 10 -s -F 'line 20 ä世' "$S"
	ptyhead-send -n -k NPage -k q "$S" ''
	ptyhead-send -t 10 -w '^all$' "$S" 'echo a''ll'
	ptyhead-send "$S" exit
	wait_for 5 not alive "$PROGRAM"
	ptyhead-wait --exit "$S"
	stopped
	RECORDER=$other
	stopped
	kill "$viewer"
	wait "$viewer" || :
	played "$T/app.cast" >"$T/played"
	# vim asks the terminal, and tries what it does with nonsense: a viewer that is a
	# pipe has that, a recording has not.
	python3 - "$T/seen" "$T/played" <<'EOF'
import re, sys
seen, got = (open(p, "rb").read() for p in sys.argv[1:])
asks = rb"\x1b\[\?[0-9]m|\x1b\[>?[0-9;]*c|\x1b\[[0-9;?]*n|\x1b\[\?[0-9;]*\$p|\x1b\][0-9;]*\?(?:\x07|\x1b\\)|\x1bP[+$]q[^\x1b]*\x1b\\|\x1b\[>[0-9]*q|\x1bPzz\x1b\\|\x1b\[0%m"
strip = lambda b: re.sub(asks, b"", b)
assert strip(seen) == strip(got), (len(seen), len(got))
assert not re.search(asks, got), re.search(asks, got)
EOF
	by_asciinema "$T/app.cast" "$T/cat"
	cmp "$T/played" "$T/cat"
	by_scriptreplay "$T/app.script" | cmp - "$T/played"
	[ ! -s "$T/record.err" ] || { cat "$T/record.err"; return 1; }
	events "$T/app.cast" m | grep -qx "run 1 started, pid $PROGRAM"
	events "$T/app.cast" m | grep -qx 'run 1: the program ended with exit code 0'
}

@test "no program has been there yet: it waits for the first, as do attach and wait" {
	head_start
	# A name that no program had is refused by all.
	local tool
	for tool in 'record --to exit' 'attach -1' 'wait --start' show; do
		# shellcheck disable=SC2086 # words
		run -1 timeout 5 ptyhead-$tool "$S:nix"
		[[ $output == *'refused terminal nix: no such terminal on this head (has its program been started?)'* ]]
	done
	run -0 ptyhead-record --to now "$S"
	[[ $output == '{"version": 2, '* ]]
	[ "${#lines[@]}" -eq 1 ]
	run -0 ptyhead-show "$S"
	[ -z "$output" ]
	run -99 ptyhead-wait -t 0.2 --start "$S"
	recorder --to exit -o "$T/cast"
	start ptyhead-attach -1 -L "$S" </dev/null >"$T/seen" 2>"$T/attach.err"
	local viewer=$STARTED
	start ptyhead-wait --exit "$S"
	local waiter=$STARTED
	all_there() { ptyhead-list --json "$S" | grep -q '"viewers": 2, "watchers": 1'; }
	wait_for 5 all_there || { ptyhead-list --json "$S"; return 1; }
	s6-ptyexec "$S" sh -c 'echo the first; exit 5' || :
	local rc=0
	wait "$RECORDER" || rc=$?
	[ "$rc" -eq 0 ]
	wait "$viewer" || rc=$?
	[ "$rc" -eq 5 ]
	rc=0
	wait "$waiter" || rc=$?
	[ "$rc" -eq 5 ]
	[ "$(played "$T/cast")" = $'the first\r' ]
	events "$T/cast" m | grep -qx 'run 1: the program ended with exit code 5'
}

@test "runs, sizes, colours and wide characters: what asciinema and scriptreplay show is the viewer's screen" {
	head_start
	recorder -o "$T/app.cast"
	local cast=$RECORDER
	start ptyhead-record -f script -o "$T/app.script" "$S" 2>>"$T/record.err"
	local script=$STARTED
	tm_start 80x24 ptyhead-attach "$S"
	# The first leaves a great deal switched on.
	s6-ptyexec -T xterm-256color "$S" printf '\033[?1049h\033[?25l\033[1;31m\033[5;10r\033[?6h\033(0left on 世界'
	program bash -c "$AT_EACH_SIZE" bash '
		printf "\033[H\033[2J\033[1;34m漢字\033[m %s e\u301 👍\r\n" "$(stty size </dev/tty)"; printf "世%.0s" {1..60}; printf "\033[5;7Hhere"'
	tm_wait 5 '24 80'
	tm_resize 50x12
	tm_wait 5 '12 50'
	tm_resize 101x30
	tm_wait 5 '30 101.*👍'
	tm_wait 5 here
	RECORDER=$cast && stopped
	RECORDER=$script && stopped
	[ "$(events "$T/app.cast" r | tail -n 2 | tr '\n' ' ')" = '50x12 101x30 ' ]
	by_asciinema "$T/app.cast" "$T/cat"
	by_scriptreplay "$T/app.script" >"$T/replayed"
	cmp "$T/cat" "$T/replayed"
	# A window for each, of the viewer's size before anything is shown.
	local f
	for f in cat replayed; do
		tm new-window -d -n "$f" -- sh -c 'until [ "$(stty size)" = "30 101" ]; do sleep 0.02; done; stty raw; cat "$0"; exec cat >/dev/null' "$T/$f"
		tm resize-window -t ":$f" -x 101 -y 30
	done
	look_of() { tm capture-pane -p -e -t "$1"; tm display-message -p -t "$1" '#{cursor_x} #{cursor_y} #{cursor_flag} #{alternate_on} #{pane_width}x#{pane_height}'; }
	same() { look_of ":$1" | grep -q here && [ "$(look_of :0)" = "$(look_of ":$1")" ]; }
	for f in cat replayed; do wait_for 5 same "$f" || { diff <(look_of :0) <(look_of ":$f"); return 1; }; done
}

@test "recorded afterwards: what is held, at the times at which it was" {
	head_start
	s6-ptyexec -s 30x100 "$S" sh -c 'echo one; exit 3' || :
	sleep 1
	s6-ptyexec "$S" echo two
	ptyhead-wait -t 5 --exit "$S"
	ptyhead-record --to now -o "$T/cast" "$S"
	head -n 1 "$T/cast" | grep -q '"width": 100, "height": 30, '
	[ "$(played "$T/cast" | tr -d '\r\030' | sed 's/\x1b\[[0-9;]*H//')" = $'one\ntwo' ]
	events "$T/cast" m | grep -qx 'run 1: the program ended with exit code 3'
	events "$T/cast" m | grep -qx 'run 2: the program ended with exit code 0' # the last thing there is
	python3 -c '
import json, sys
t = {x[2].split(",")[0]: x[0] for x in map(json.loads, open(sys.argv[1]).read().splitlines()[1:])}
assert t["run 1 started"] == 0 and 1 <= t["run 2 started"] < 10, t' "$T/cast"
	ptyhead-record --to now "$S" | cmp - "$T/cast" # also to a pipe
	ptyhead-record --to now -f script -o "$T/script" "$S"
	[ "$(by_scriptreplay "$T/script")" = "$(played "$T/cast")" ]
}

@test "sizes: of the beginning, and each change" {
	head_start
	program bash -c "$AT_EACH_SIZE" bash 'stty size'
	recorder -o "$T/cast"
	mkfifo "$T/orders"
	exec 7<>"$T/orders"
	foreground onpty 33x99 "$T/seen" ptyhead-attach "$S" <"$T/orders" >"$T/modes" 2>"$T/viewer.err" 3>&- 7>&- &
	echo $! >>"$T/.started"
	wait_for 5 has "$T/seen" '33 99'
	echo 'size 20x70' >&7
	wait_for 5 has "$T/seen" '20 70'
	# Also when who has no size came, and typed, last.
	ptyhead-send -n "$S" x
	start ptyhead-record --from now -o "$T/other" "$S" 2>>"$T/record.err"
	wait_for 5 has "$T/other" version
	echo 'size 21x71' >&7
	wait_for 5 has "$T/seen" '21 71'
	echo 'send 1c' >&7
	exec 7>&-
	stopped
	[ "$(events "$T/cast" r | tr '\n' ' ')" = '99x33 70x20 71x21 ' ]
	head -n 1 "$T/cast" | grep -q '"width": 80, "height": 24, '
}

@test "every byte of a flood that is no question, in the smallest ring" {
	head_start -b 64K
	local size=3000000
	head -c "$size" /dev/urandom | tr -d '\005\033\302' >"$T/data" # no questions
	recorder -f script --to exit -o "$T/script"
	s6-ptyexec "$S" sh -c "stty raw -echo; cat '$T/data'"
	wait "$RECORDER"
	by_scriptreplay "$T/script" | cmp - "$T/data"
	not has "$T/record.err" missing
	# As an asciicast it is valid.
	recorder --to exit -o "$T/cast"
	s6-ptyexec "$S" sh -c "stty raw -echo; head -c 500000 '$T/data'"
	wait "$RECORDER"
	played "$T/cast" >"$T/played"
}

@test "the start is no longer on the tape: it begins with the picture, and ends as the screen is" {
	head_start -b 64K
	program bash -c 'stty -echo; seq -f "%.0f of the flood" 1 20000; printf "\033[1;31mred ä世\033[m\n\033[?25l\033[5;10Hhere"; read x'
	ptyhead-wait -t 10 -s -F here "$S"
	local from
	for from in start now; do
		ptyhead-record --to now --from "$from" -o "$T/$from.cast" "$S"
		played "$T/$from.cast" >"$T/$from.out"
		tm_start 80x24 sh -c 'stty raw; cat "$0"; exec cat >/dev/null' "$T/$from.out"
		tm new-window -d -t :1 -- ptyhead-attach -q "$S"
		look_of() { tm capture-pane -p -e -t "$1"; tm display-message -p -t "$1" '#{cursor_x} #{cursor_y} #{cursor_flag}'; }
		same() { look_of :1 | grep -q here && [ "$(look_of :0)" = "$(look_of :1)" ]; }
		wait_for 5 same || { diff <(look_of :0) <(look_of :1); return 1; }
		tm_stop
	done
}

@test "in a flood, read-only and stopped: it says what is missing, and goes on right" {
	head_start -b 64K
	program bash -c 'stty -echo; echo first; read x; seq -f "%.0f of the flood" 1 60000; printf "\033[H\033[Jlast"; read x'
	recorder -r -o "$T/cast"
	wait_for 5 has "$T/cast" first
	kill -STOP "$RECORDER"
	ptyhead-send "$S" go
	ptyhead-wait -t 20 -s -e '^last' "$S"
	kill -CONT "$RECORDER"
	wait_for 5 has "$T/cast" 'last'
	stopped
	has "$T/record.err" 'warning: up to [0-9]+ bytes are missing here: they were overwritten'
	events "$T/cast" m | grep -qE 'up to [0-9]+ bytes are missing here'
	played "$T/cast" >"$T/played"
}

@test "a character that two writes bring is one; what is none is a replacement" {
	head_start
	recorder -o "$T/cast"
	s6-ptyexec "$S" bash -c 'stty raw; printf "\xe4"; sleep 0.2; printf "\xb8"; sleep 0.2; printf "\x96\xff.\xf0\x9f"'
	wait_for 5 has "$T/cast" 'exit code 0'
	stopped
	[ "$(played "$T/cast")" = '世�.�' ]
}

@test "the head is killed and another takes its place" {
	head_start
	program sh -c 'echo before; sleep 100'
	recorder -o "$T/cast"
	wait_for 5 has "$T/cast" before
	kill -KILL "$HEAD"
	wait "$HEAD" || :
	rm -f "$S"
	head_start
	program sh -c 'echo after; sleep 100'
	wait_for 10 has "$T/cast" after
	stopped
	played "$T/cast" >"$T/played"
}

@test "to the next end, though the head before had counted more" {
	head_start
	s6-ptyexec "$S" true
	s6-ptyexec "$S" true
	ptyhead-wait -t 5 --exit "$S"
	recorder --to exit -o "$T/cast"
	kill -KILL "$HEAD"
	rm -f "$S"
	head_start
	wait_for 5 looked_at
	run -4 s6-ptyexec "$S" sh -c 'echo seen; exit 4'
	wait_for 5 not alive "$RECORDER"
	wait "$RECORDER"
	events "$T/cast" m | grep -qx 'run 1: the program ended with exit code 4'
	[[ $(played "$T/cast") = *seen* ]]
}

@test "a symbolic link is not followed; the file is its owner's alone; a full disk is told" {
	head_start
	s6-ptyexec "$S" echo hi
	echo precious >"$T/victim"
	ln -s victim "$T/link"
	ln -s victim "$T/x.timing"
	run -111 ptyhead-record --to now -o "$T/link" "$S"
	[[ $output == *"$T/link is a symbolic link, which is not followed"* ]]
	run -111 ptyhead-record --to now -f script -o "$T/x" "$S"
	[ "$(cat "$T/victim")" = precious ]
	run -0 ptyhead-record --to now -o "$T/new" "$S"
	[ "$(stat -c %a "$T/new")" = 600 ]
	run -111 sh -c "ptyhead-record --to now '$S' >/dev/full"
	[[ $output == *'unable to write the recording: No space left on device' ]]
}

@test "on a socket that is for watching only it says that it may miss something" {
	head_given watch:all "$T/watch.sock" "$T/all.sock"
	s6-ptyexec "$T/all.sock" echo seen
	run -0 --separate-stderr ptyhead-record --to now "$T/watch.sock"
	[[ $output == *'"seen\r\n"'* ]]
	[[ $stderr == *'this socket is for watching only'* ]]
	run -0 --separate-stderr ptyhead-record -r --to now "$T/watch.sock"
	[ -z "$stderr" ]
}

@test "exit codes" {
	head_start
	run -0 ptyhead-record --help
	run -0 ptyhead-record --version
	run -0 ptyhead-record --to now "$S"
	run -1 timeout 5 ptyhead-record "$S:nix"
	for wrong in '' 'a b' '--nix s' '-f nix s' '--from nix s' '--to nix s' '-T x s' '-f script s' 'a*b'; do
		# shellcheck disable=SC2086 # words
		run -100 timeout 5 ptyhead-record $wrong
	done
	run -111 timeout 5 ptyhead-record "$T/nix"
	run -111 timeout 5 ptyhead-record --to now -o "$T/nix/nix" "$S"
	kill -STOP "$HEAD"
	run -99 timeout 15 ptyhead-record --to now "$S"
	kill -CONT "$HEAD"
}

@test "a signal ends it, whatever becomes of its output: what there is is written, if it is read" {
	head_start
	program sh -c 'head -c 150000 /dev/zero | tr "\0" x; touch "$1/written"; exec cat' sh "$T"
	mkfifo "$T/unread"
	exec 6<>"$T/unread"
	# Nobody reads: it gives up, and dies of the signal.
	start ptyhead-record "$S" >"$T/unread" 2>"$T/record.err" 6>&-
	local stuck=$STARTED status=0
	start ptyhead-record -f script -T "$T/timing" "$S" >"$T/unread" 2>"$T/record.err" 6>&-
	local another=$STARTED
	wait_for 20 test -e "$T/written"
	kill -TERM "$stuck" "$another"
	wait_for 20 not alive "$stuck"
	wait "$stuck" || status=$?
	[ "$status" -eq 143 ]
	wait_for 20 not alive "$another"
	# Another signal, and it does not try.
	status=0
	start ptyhead-record "$S" >"$T/unread" 2>"$T/record.err" 6>&-
	wait_for 20 tail_open "$STARTED" "$T/unread"
	kill -TERM "$STARTED"
	kill -INT "$STARTED"
	wait_for 20 not alive "$STARTED"
	wait "$STARTED" || status=$?
	[ "$status" -eq 130 ] || [ "$status" -eq 143 ]
	# Somebody reads, late: all of it comes.
	status=0
	cat <&6 >"$T/late" &
	local reader=$!
	echo "$reader" >>"$T/.started"
	wait_for 20 test -s "$T/late"
	kill "$reader"
	mkfifo "$T/slow"
	start sh -c 'exec 3<"$1"; while [ ! -e "$2/go" ]; do sleep 0.05; done; cat <&3 >"$2/got"' sh "$T/slow" "$T"
	reader=$STARTED
	start ptyhead-record -o "$T/slow" "$S" 2>"$T/record.err" 6>&-
	wait_for 20 tail_open "$STARTED" "$T/slow"
	kill -TERM "$STARTED"
	touch "$T/go"
	wait "$STARTED"
	wait_for 20 not alive "$reader"
	[ "$(played "$T/got" | tr -cd x | wc -c)" -eq 150000 ]
	exec 6>&-
}
# It has its output, and with it the signals that it catches.
tail_open() { find "/proc/$1/fd" -lname "$2" 2>/dev/null | grep -q . && grep -q '^SigBlk:.*[1-9a-f]' "/proc/$1/status"; }

# program_says TEXT : it is written, and recorded.
program_says() {
	ptyhead-send -t 5 -w "^said $1$" "$S" "$1"
}
echoer() { program bash --norc -c 'echo ready; while read -r l; do echo "said $l"; done'; }
wrote() { grep -qF -e "$2" "$1"; }

@test "-o overwrites nothing; the name is a pattern of the time" {
	head_start
	echo mine >"$T/file"
	run -111 ptyhead-record -o "$T/file" --to now "$S"
	[[ $output == *"$T/file is there already: --append to it, or give a name with the time in it, as -o 'app-%F-%H%M%S.cast'" ]]
	[ "$(cat "$T/file")" = mine ]
	run -100 ptyhead-record -o "$T/file" --append --to now "$S"
	[[ $output == *'is no asciicast of version 2: it cannot be appended to' ]]
	[ "$(cat "$T/file")" = mine ]
	run -100 ptyhead-record --append --to now "$S"
	ptyhead-record -o "$T/app-%Y-100%%.cast" --to now "$S"
	[ -s "$T/app-$(date +%Y)-100%.cast" ]
	# What cannot be overwritten may be there.
	ptyhead-record -o /dev/null --to now "$S"
}

@test "--append goes on where a recording ended, in each form" {
	head_start
	echoer
	ptyhead-wait -t 5 -s -e ready "$S"
	local form
	for form in asciicast asciicast3 script; do
		ptyhead-record -f "$form" --append -o "$T/$form" --to now "$S"
		# As one that was killed leaves it.
		[ "$form" = script ] || printf '[1.0, "o", "ha' >>"$T/$form"
	done
	program_says second
	for form in asciicast asciicast3 script; do ptyhead-record -f "$form" --append -o "$T/$form" --to now "$S"; done
	sed -i '/"ha$/d' "$T/asciicast" "$T/asciicast3"
	played "$T/asciicast" >"$T/played"
	[ "$(grep -c version "$T/asciicast")" = 1 ]
	has "$T/played" 'said second'
	grep -q '"version": 3, "term": {"cols": 80, "rows": 24' "$T/asciicast3"
	python3 - "$T/asciicast3" <<'EOF'
import json, sys
lines = open(sys.argv[1]).read().splitlines()
assert json.loads(lines[0])["version"] == 3
events = [json.loads(l) for l in lines[1:]]
assert all(0 <= t < 60 and k in "orm" for t, k, _ in events), events
assert "said second" in "".join(x for _, k, x in events if k == "o")
EOF
	by_scriptreplay "$T/script" >"$T/replayed"
	has "$T/replayed" 'said second'
	[ "$(grep -ac 'Script started' "$T/script")" = 1 ]
}

@test "SIGHUP makes a service go on in a new file, which can be played; nothing is missing" {
	head_start
	echoer
	ptyhead-wait -t 5 -s -e ready "$S"
	# Without a terminal, as a supervisor starts it.
	start setsid ptyhead-record -o "$T/app.cast" "$S" 2>>"$T/record.err"
	RECORDER=$STARTED
	wait_for 5 looked_at
	program_says one
	wait_for 5 wrote "$T/app.cast" 'said one'
	# The same name, and the same file: it stays.
	kill -HUP "$RECORDER"
	program_says two
	wait_for 5 wrote "$T/app.cast" 'said two'
	# It was moved away.
	mv "$T/app.cast" "$T/app.cast.1"
	kill -HUP "$RECORDER"
	wait_for 5 test -s "$T/app.cast"
	program_says three
	wait_for 5 wrote "$T/app.cast" 'said three'
	not wrote "$T/app.cast.1" 'said three'
	# Another's file is there by that name.
	mv "$T/app.cast" "$T/app.cast.2"
	echo other >"$T/app.cast"
	kill -HUP "$RECORDER"
	wait_for 5 has "$T/record.err" 'the recording stays in its old file: .*/app.cast is there already'
	program_says four
	wait_for 5 wrote "$T/app.cast.2" 'said four'
	[ "$(cat "$T/app.cast")" = other ]
	stopped
	local f
	for f in 1 2; do played "$T/app.cast.$f" >"$T/played.$f"; done
	has "$T/played.2" 'said two' # the screen as it was
	has "$T/played.2" 'said four'
}

@test "SIGHUP ends one that has a terminal, and the file is whole" {
	head_start
	echoer
	ptyhead-wait -t 5 -s -e ready "$S"
	start script -qec "exec ptyhead-record -o '$T/app.cast' '$S'" /dev/null >>"$T/record.err" </dev/null
	wait_for 5 looked_at
	program_says one
	wait_for 5 wrote "$T/app.cast" 'said one'
	kill -HUP "$(pgrep -P "$STARTED" -f ptyhead-record)"
	wait_for 5 not alive "$STARTED"
	played "$T/app.cast" >"$T/played"
}

@test "--to exit: when the program and its head have gone for good it ends, and what was there is in the file" {
	head_start
	program sh -c 'echo seen; exec sleep 1000'
	recorder --to exit -o "$T/cast"
	wait_for 5 has "$T/cast" seen
	kill -KILL "$HEAD"
	wait_for 5 not alive "$HEAD"
	wait_for 5 not alive "$PROGRAM"
	wait_for 20 not alive "$RECORDER"
	local rc=0
	wait "$RECORDER" || rc=$?
	[ "$rc" -eq 111 ]
	has "$T/record.err" 'the program and its head are gone'
	[[ $(played "$T/cast") = *seen* ]]
}
