#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# libptyhead as it is installed: what it consists of, its examples in use, and a server
# that gives each child a terminal.

# shellcheck disable=SC1003,SC2016,SC2030,SC2031,SC2154 # for other shells; each test has its own
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/head
load ../helpers/s6
load ../helpers/keep
load ../helpers/tmux

setup_file() {
	export LIB_DIR=$BATS_FILE_TMPDIR/root
	local b=build san=no
	if [ "${PTYHEAD_BUILD##*/}" = asan ]; then san=yes b=build/asan; fi
	make -s -C "$REPO" SAN=$san B="${PTYHEAD_BUILD:-$REPO/$b}" DESTDIR="$LIB_DIR" PREFIX=/usr install
	sed -i "s|=/usr|=$LIB_DIR/usr|" "$LIB_DIR/usr/lib/pkgconfig/ptyhead.pc"
}

setup() {
	head_setup
	export LD_LIBRARY_PATH=$LIB_DIR/usr/lib PKG_CONFIG_PATH=$LIB_DIR/usr/lib/pkgconfig
	SAN=()
	if [ "${PTYHEAD_BUILD##*/}" = asan ]; then SAN=('-fsanitize=address,undefined'); fi
}
teardown() { common_teardown; }

# built FILE [PACKAGE...] : an example, as its first lines say; in $T.
built() {
	local name=${1##*/}
	local file=$1
	shift
	# shellcheck disable=SC2046 # words
	cc -Wall -Wextra -Werror "${SAN[@]}" "$REPO/$file" $(pkg-config --cflags --libs ptyhead "$@") -o "$T/${name%.c}"
}

# python SCRIPT ARGUMENT... : a library with sanitizers wants their runtime first.
python() {
	local preload=
	if [ ${#SAN[@]} -gt 0 ]; then preload=$(gcc -print-file-name=libasan.so); fi
	env LD_PRELOAD="$preload" python3 "$@"
}

@test "the header is C99 and C++17, and what it names is what the library has" {
	local c='#include <ptyhead.h>
		int main(void) { struct ptyhead_view v = { 0 }; (void)v; return ptyhead_version()[0] == 0; }'
	local flags=(-Wall -Wextra -Werror -pedantic "${SAN[@]}")
	# shellcheck disable=SC2207 # words
	local libs=($(pkg-config --cflags --libs ptyhead))
	cc -std=c99 "${flags[@]}" -x c - "${libs[@]}" -o "$T/c" <<<"$c"
	c++ -std=c++17 -Wno-missing-field-initializers "${flags[@]}" -x c++ - "${libs[@]}" -o "$T/c++" <<<"$c"
	"$T/c" && "$T/c++"
	cc "${flags[@]}" -c -x c - "-I$LIB_DIR/usr/include" -o "$T/main.o" <<<"$c"
	cc "${SAN[@]}" "$T/main.o" "$LIB_DIR/usr/lib/libptyhead.a" -o "$T/static"
	env -u LD_LIBRARY_PATH "$T/static"
	grep -oE '\bptyhead_[a-z_]+\(' "$LIB_DIR/usr/include/ptyhead.h" | tr -d '(' | sort -u >"$T/named"
	nm -D --defined-only "$LIB_DIR/usr/lib/libptyhead.so.0" | sed -n 's/.* T \(.*\)@@PTYHEAD_0$/\1/p' | sort >"$T/there"
	diff "$T/named" "$T/there"
	nm --defined-only "$LIB_DIR/usr/lib/libptyhead.a" | sed -n 's/.* T //p' | sort >"$T/archive"
	diff "$T/named" "$T/archive"
	# Nothing else of ours can be seen, nor is there anything to be written to.
	[ "$(nm -D --defined-only "$LIB_DIR/usr/lib/libptyhead.so.0" | grep -vcE ' T | A |asan|odr')" = 0 ]
	[ "$(objdump -p "$LIB_DIR/usr/lib/libptyhead.so.0" | sed -n 's/ *SONAME *//p')" = libptyhead.so.0 ]
}

# What was built with an older header goes on working: a change here wants another soname.
@test "the sizes and places of what callers hand over are as they were" {
	# shellcheck disable=SC2046 # words
	cc -x c - $(pkg-config --cflags ptyhead) -o "$T/sizes" <<-'EOC'
		#include <ptyhead.h>
		#include <stdio.h>
		#define S(t) printf("%s %zu\n", #t, sizeof(struct t))
		#define O(t, m) printf("%s.%s %zu\n", #t, #m, offsetof(struct t, m))
		int main(void)
		{
			S(ptyhead_address); S(ptyhead_size); S(ptyhead_reply); S(ptyhead_run); S(ptyhead_viewer_calls);
			S(ptyhead_view); S(ptyhead_entry); S(ptyhead_offer); S(ptyhead_adoption);
			O(ptyhead_address, terminal); O(ptyhead_address, name); O(ptyhead_reply, text); O(ptyhead_run, alive);
			O(ptyhead_viewer_calls, back); O(ptyhead_view, calls); O(ptyhead_entry, open); O(ptyhead_entry, run); O(ptyhead_entry, bytes);
			O(ptyhead_offer, argv); O(ptyhead_adoption, argv);
		}
	EOC
	"$T/sizes" >"$T/now"
	diff - "$T/now" <<-'EOS'
		ptyhead_address 4417
		ptyhead_size 8
		ptyhead_reply 516
		ptyhead_run 32
		ptyhead_viewer_calls 104
		ptyhead_view 168
		ptyhead_entry 1168
		ptyhead_offer 72
		ptyhead_adoption 64
		ptyhead_address.terminal 4096
		ptyhead_address.name 4161
		ptyhead_reply.text 2
		ptyhead_run.alive 24
		ptyhead_viewer_calls.back 64
		ptyhead_view.calls 32
		ptyhead_entry.open 1090
		ptyhead_entry.run 1104
		ptyhead_entry.bytes 1160
		ptyhead_offer.argv 32
		ptyhead_adoption.argv 24
	EOS
}

# A program that is shown, asked and told, and ends; by COMMAND..., in tmux.
use_viewer() {
	head_start
	program sh -c 'echo first; read -r line; echo "got <$line>"; stty size; read -r line; exit 4'
	tm_start 70x20 "$@" "$S"
	wait_for 10 tm_shows first
	tm send-keys hello Enter
	wait_for 10 tm_shows 'got <hello>'
	wait_for 10 tm_shows '^20 70'
	[ "$(ptyhead-list --json "$S" | grep -c '"viewers": 1')" = 1 ]
}

@test "a viewer in C, with poll" {
	built examples/library/viewer.c
	[ "$(wc -l <"$REPO/examples/library/viewer.c")" -lt 80 ]
	use_viewer "$T/viewer"
	tm send-keys C-]
	wait_for 10 gives 1 eval "ptyhead-list --json '$S' | grep -c '\"viewers\": 0'"
	alive "$PROGRAM"
	run "$T/viewer" "$S:none"
	[ "$status" -eq 1 ]
	[[ $output = *'no such terminal'* ]]
	run "$T/viewer" "$T/nowhere.sock"
	[[ $output = *'No such file'* ]]
}

@test "a viewer in Python, by ctypes" {
	[ "$(wc -l <"$REPO/examples/library/viewer.py")" -lt 80 ]
	local preload=
	if [ ${#SAN[@]} -gt 0 ]; then preload=$(gcc -print-file-name=libasan.so); fi
	use_viewer env LD_PRELOAD="$preload" python3 "$REPO/examples/library/viewer.py"
	tm send-keys bye Enter
	wait_for 10 gives 1 eval "ptyhead-list --json '$S' | grep -c '\"viewers\": 0'"
}

@test "runs on several terminals, told in a loop of libevent, also across heads" {
	built examples/library/runs.c libevent_core
	keep_start
	s6-ptyexec "$T/s:one" true
	start s6-ptyexec "$T/s:two" sh -c 'read -r line; exit 3'
	wait_for 5 eval "ptyhead-list '$T/s:two' >/dev/null"
	start "$T/runs" "$T/s:one" "$T/s:two" >"$T/runs.out"
	wait_for 5 has "$T/runs.out" 'one: no program'
	wait_for 5 has "$T/runs.out" 'two: run 1, pid'
	local head
	head=$(head_pid)
	keep_kill
	wait_for 10 another_head "$head"
	ptyhead-send "$T/s:two" go
	wait_for 10 has "$T/runs.out" 'two: run 1 ended, exit code 3'
	start s6-ptyexec "$T/s:one" sleep 1000
	wait_for 5 has "$T/runs.out" "one: run 2 started, pid $STARTED\$"
	kill -KILL "$STARTED"
	wait_for 5 has "$T/runs.out" 'one: run 2 ended, signal 9'
	[ "$(wc -l <"$T/runs.out")" = 5 ]
}

# client N : talks to the server for a moment; what it heard in heard.N.
client() {
	exec 9<>"/dev/tcp/127.0.0.1/$PORT"
	echo "word $1" >&9
	timeout 20 head -n 1 <&9 >"$T/heard.$1"
	[ $(($1 % 7)) != 3 ] || sleep 0.3
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
listens() { (exec 9<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; }

@test "a server that forks: each child has a terminal; 200 come and go, some are killed, the head is killed" {
	built examples/forkserver/forkserver.c
	keep_start -e 2
	PORT=$(free_port)
	# Its children are killed in the middle of everything, of a leak check too.
	start env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" "$T/forkserver" "$PORT" "$T/s"
	wait_for 5 listens
	# An operator looks at one, and joins in.
	exec 8<>"/dev/tcp/127.0.0.1/$PORT"
	echo hello >&8
	IFS= read -r -t 10 line <&8
	[ "$line" = HELLO ]
	local name
	name=$(ptyhead-list --json "$T/s" | sed -n 's/.*"terminal": "\(client-[0-9]*\)", "state": "up".*/\1/p' | tail -n 1)
	wait_for 5 eval "ptyhead-show '$T/s:$name' | grep -qx 'client: hello'"
	ptyhead-send "$T/s:$name" 'how do you do?'
	IFS= read -r -t 10 line <&8
	[ "$line" = 'operator: how do you do?' ]
	# 200 of them, twenty at once; every tenth child is killed, and the head twice.
	local i head clients=()
	head=$(head_pid)
	for i in {1..200}; do
		client "$i" 3>&- &
		clients+=($!)
		if ((i % 20 == 0)); then
			kill -KILL "$(ptyhead-list --json "$T/s" | grep -v "\"$name\"" | sed -n 's/.*"state": "up", "pid": \([0-9]*\).*/\1/p' | tail -n 1)" 2>/dev/null || :
			wait "${clients[@]}" || :
			clients=()
		fi
		if ((i == 70 || i == 150)); then keep_kill; fi
	done
	[ "$(grep -lx 'WORD [0-9]*' "$T"/heard.* | wc -l)" -ge $((200 - 10)) ]
	wait_for 10 eval '[ "$(head_pid)" -gt 0 ] && [ "$(head_pid)" != '"$head"' ]'
	# The one that lives goes on, on its terminal; the ended ones are forgotten.
	echo again >&8
	IFS= read -r -t 10 line <&8
	[ "$line" = AGAIN ]
	wait_for 10 eval "ptyhead-show '$T/s:$name' | grep -qx 'client: again'"
	wait_for 20 gives 1 eval "ptyhead-list --json '$T/s' | grep -c '\"terminal\": \"client-'"
	exec 8>&-
	wait_for 5 eval "ptyhead-list --json '$T/s' | grep -q '\"terminal\": \"$name\", \"state\": \"[^u]'"
}

@test "a terminal taken and given back, from Python" {
	head_start
	python "$REPO/examples/forkserver/adopt.py" "$S:talk" >"$T/out" 2>"$T/err" </dev/null 3>&- &
	local talker=$!
	wait_for 10 eval "ptyhead-show '$S:talk' 2>/dev/null | grep -q 'your name?'"
	ptyhead-send "$S:talk" World
	wait "$talker"
	[ "$(cat "$T/out")" = 'World was here.' ]
	ptyhead-show "$S:talk" | grep -qx 'Hello World, this terminal is given back now.'
	# It cannot be had: the process is as it was.
	run -1 --separate-stderr python "$REPO/examples/forkserver/adopt.py" "$T/none.sock"
	[[ $stderr = *'No such file'* ]]
}

# many OPTION... N : that many viewers in one loop, until a program that writes 6.9 MB ends.
many_see() {
	program sh -c 'stty -onlcr; read -r go; exec seq 1 1000000'
	wait_for 5 eval "ptyhead-list '$S' >/dev/null"
	start many "${@:1:$#-1}" "$S" "${*: -1}" >"$T/many"
	wait_for 20 has "$T/many" '^ready$'
	ptyhead-send "$S" go
}

@test "a hundred viewers in one epoll all hear the same" {
	head_start
	many_see 100
	wait_for 60 has "$T/many" '^100 told of 68888[0-9][0-9]$'
}

@test "a lossless viewer that its program forgets holds up the terminal for a bounded time" {
	head_start -p 1
	local before=$SECONDS
	many_see -l 3
	wait_for 60 has "$T/many" '^3 told of 68888[0-9][0-9]$'
	[ $((SECONDS - before)) -lt 20 ]
}
