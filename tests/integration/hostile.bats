#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031 # for other shells; each test has its own
# Peers and programs that wish the head ill: nobody else notices, whatever they do.
# One terminal, the neighbour, is asked how soon the head answers meanwhile.

load ../helpers/common
load ../helpers/head
load ../helpers/neighbour

setup() { head_setup; }
teardown() { [ -z "${DBG-}" ] || cp -r "$T" "$DBG" 2>/dev/null; common_teardown; }

# peers [SOCKET [SAID]] : hostile peers that do what standard input says, in the
# background; what they tell is in $T/said, or $T/SAID.
peers() {
	local said=${2-said}
	cat >"$T/$said.script"
	: >"$T/$said"
	start hostile "${1-$S}" "$T/$said.script" >"$T/$said" 2>>"$T/peers.log"
	PEERS=$STARTED
}
peers_done() { not alive "$PEERS"; }
# told REGEX [SAID] : they come to tell that.
told() { wait_for 30 has "$T/${2-said}" "$1"; }

# watched OPTION... : a head with a socket at $W that is for watching, and for everybody.
watched() {
	W=$T/w.sock
	start s6-ipcserver-socketbinder "$S" bash -c 'exec 3<&0 </dev/null
		exec s6-ipcserver-socketbinder -a 0666 "$0" bash -c "
			exec 4<&0 </dev/null
			LISTEN_FDS=2 LISTEN_FDNAMES=all:watch LISTEN_PID=\$\$ exec ptyhead $*"' "$W" "$@" 2>>"$T/head.log"
	HEAD=$STARTED
	wait_for 5 test -S "$W"
	wait_for 5 head_listens
	chmod 755 "$T"
}

# bad TERMINAL ORDER... : a program of badprog's; its pid in $PROGRAM.
bad() {
	start s6-ptyexec -n "$1" "$S" badprog "${@:2}" >>"$T/program.log" 2>&1
	PROGRAM=$STARTED
}

head_fds() { local f=(/proc/"$HEAD"/fd/*); echo ${#f[@]}; }
fds_at_most() { [ "$(head_fds)" -le "$1" ]; }

# The head is the same process, and does what it is there for.
head_is_well() {
	alive "$HEAD"
	s6-ptyexec -t 5000 -n well "$S" sh -c 'echo all is well'
	wait_for 5 shows well 'all is well'
}
shows() { [[ $(ptyhead-show "$S:$1" 2>/dev/null) = *"$2"* ]]; }

# ---- more input than its queue holds ----------------------------------------

# A program that does not read. On `go` it writes so many questions that the answers are
# more than any queue holds; on `hear` it reads all into `heard`.
deaf() {
	bad deaf raw touch "$T/raw" "$@" touch "$T/deaf" await "$T/go" write 2600 $'\e[c' touch "$T/asked" await "$T/hear" read "$T/heard"
	wait_for 5 test -e "$T/raw"
}

heard() { [ -e "$T/heard" ] && [ "$(tr -cd "$1" <"$T/heard" | wc -c)" = "$2" ]; }

# full_and ORDER OPTION : 45,000 bytes of the first peer's are in the queue (and some 20,000
# in the kernel). While the head is stopped ORDER of the second one arrives, and the
# program's questions do, whose answers are for the same queue.
full_and() {
	peers <<-EOF
		attach 2 deaf ${2-}
		attach 1 deaf 30x90
		attach 0 deaf 24x80
		input 0 65000 a
		touch $T/filled
		await $T/stopped
		$1
		touch $T/sent
		hold
	EOF
	wait_for 10 test -e "$T/filled"
	wait_for 10 test -e "$T/deaf"
	ptyhead-list "$S" >"$T/listed" # whatever was sent before has been read
	kill -STOP "$HEAD"
	wait_for 5 head_state T
	touch "$T/stopped"
	wait_for 5 test -e "$T/sent"
	touch "$T/go"
	wait_for 5 test -e "$T/asked"
	kill -CONT "$HEAD"
}
head_state() { grep -qi "^State:.$1" "/proc/$HEAD/status"; }

# all_heard N : the first peer's bytes, and N of the second's.
all_heard() {
	touch "$T/hear"
	wait_for 10 heard a 65000
	wait_for 10 heard b "$1"
	head_is_well
}

@test "a full input queue and a SEND: no byte goes beyond it, none of either is lost" {
	head_start
	neighbour_start
	deaf
	full_and 'send 1 8192 b'
	neighbour_served 'a full queue and a SEND'
	all_heard 8192
}

@test "a full input queue and INPUT that brings a new size: the same" {
	head_start -b 64K
	neighbour_start
	# A lossless reader holds the output up, so that the size is what lets it go on.
	deaf await "$T/filled" write 56 "$(printf '%1024s' x)" write 1000 x
	full_and $'move\ninput 1 4096 b' lossless
	neighbour_served 'a full queue and INPUT behind a resize'
	all_heard 4096
}

# ---- output that costs ---------------------------------------------------------

# costly SIZE [NAME TEXT]... : a program that writes nothing but one of these as fast as it
# can, then the next; the neighbour is served all the time.
costly() {
	head_start
	neighbour_start
	start s6-ptyexec -s "$1" -n costly "$S" badprog raw touch "$T/begun" turns "$T/neighbour.turn" 200 "${@:2}" >>"$T/program.log" 2>&1
	wait_for 5 test -e "$T/begun"
	while alive "$STARTED"; do neighbour_served "$1" 100 || return; done
	head_is_well
}

# Sequences that touch the whole screen, of a few bytes each.
COSTLY=(
	DECRQCRA $'\e[1;1;1;1;999;999*y'
	DECFRA $'\e[88;1;1;999;999$x'
	DECERA $'\e[1;1;999;999$z'
	DECSERA $'\e[1;1;999;999${'
	DECCARA $'\e[2*x\e[1;1;999;999;1;7$r'
	DECRARA $'\e[2*x\e[1;1;999;999;1;7$t'
	DECCRA $'\e[1;1;999;999;1;2;2;1$v'
	DECALN $'\e#8'
	'ED and colours' $'\e[41m\e[2J\e[42m\e[2J'
	'IL and DL' $'\e[H\e[500L\e[500M'
	'SU and SD' $'\e[999S\e[999T'
	REP $'x\e[65535b'
	'ICH on every line' $'\e[H\e[999@\e[999P'
	'the alternate screen' $'\e[?1049h\e[?1049l'
	'RIS' $'\ec'
	'DECIC and DECDC' $'\e[999\'}\e[999\'~'
)

@test "a program that floods with sequences for the whole screen, at 200x400" { costly 200x400 "${COSTLY[@]}"; }
# What the kernel holds of each takes a second there.
@test "a program that floods with sequences for the whole screen, at 1000x1000" {
	costly 1000x1000 "${COSTLY[@]:0:4}" "${COSTLY[@]:8:2}" "${COSTLY[@]:12:4}" "${COSTLY[@]:18:2}" "${COSTLY[@]:26:4}"
}

@test "a viewer that has sent 688 sizes and left; and ten that go on and on" {
	head_start
	neighbour_start
	# A size costs by what there is on the screen.
	start s6-ptyexec -s 1000x1000 -n sized "$S" badprog raw write 100000 $'\e[31mab\e[1;42mcd\e[m e' touch "$T/full" sleep >>"$T/program.log" 2>&1
	wait_for 10 test -e "$T/full"
	peers <<-EOF
		attach 0 sized 999x1000
		resizes 0 688 1000x1000 999x999
		close 0
	EOF
	wait_for 10 peers_done
	neighbour_served 'the sizes of one that left'
	local i
	{
		echo "attach 0-9 sized 24x80"
		for i in {1..20}; do echo "resizes 0-9 2000 1000x1000 500x999"; done
	} >"$T/many"
	peers <"$T/many"
	wait_for 5 has "$T/said" 'attached 10'
	neighbour_served 'sizes of ten'
	# Unless they have sent all that they had to.
	kill -KILL "$PEERS" 2>/dev/null || :
	head_is_well
}

# dear_orphan : the run on the terminal `heir` is over, its program's child writes what is dear
# to parse, without end; its pid in $ORPHAN.
dear_orphan() {
	rm -f "$T/orphan"
	heir badprog raw orphan "$T/orphan" $'\e#8'
	wait_for 60 heir_is_free
	ORPHAN=$(<"$T/orphan")
	alive "$ORPHAN"
}
heir() { timeout 30 s6-ptyexec -t 20000 -s 200x400 -n heir "$S" "$@" 2>>"$T/heirs.log"; }
heir_is_free() { ptyhead-list "$S:heir" | grep -q ' left '; }

@test "a dead program's child floods: the next program begins, however many want to, and nobody waits long" {
	local i before pids=() rc begun=0
	head_start
	neighbour_start
	dear_orphan
	# It begins at once: what children write is in nobody's way.
	for i in 1 2 3; do
		before=$ORPHAN
		dear_orphan
		wait_for 5 not alive "$before"
	done
	neighbour_served 'exports, one after the other' 1
	for i in {1..30}; do
		start timeout 30 s6-ptyexec -t 20000 -n heir "$S" true 2>>"$T/heirs.log"
		pids+=("$STARTED")
	done
	for i in "${pids[@]}"; do
		rc=0
		wait "$i" || rc=$?
		case $rc in
		0) begun=$((begun + 1)) ;;
		111) ;; # another one was there
		*) echo "an exporter ended by $rc"; return 1 ;;
		esac
	done
	[ "$begun" -gt 0 ]
	not has "$T/heirs.log" 'not answer'
	neighbour_served "30 exports at once, of which $begun begin" 1
	head_is_well
}

@test "400 viewers that SEND to a program whose output is dear: nobody waits for all of them" {
	local i
	head_start
	neighbour_start
	start s6-ptyexec -s 200x400 -n dear "$S" sh -c 'badprog raw; badprog read /dev/null </dev/tty &
		badprog touch "$1" flood "$2"' sh "$T/begun" $'\e#8' >>"$T/program.log" 2>&1
	wait_for 5 test -e "$T/begun"
	{
		echo 'attach 0-399 dear'
		for i in {1..20}; do printf '%s 0-399 5 a\n' send taken; done
	} >"$T/many"
	peers <"$T/many"
	told 'attached 400'
	told '^taken: taken-0'
	neighbour_served '400 viewers that SEND' 20
	kill -KILL "$PEERS" 2>/dev/null || :
	head_is_well
}

@test "1,600 viewers that send sizes, on and on: who comes is served" {
	local i k pids=()
	head_start
	neighbour_start
	bad sized raw sleep
	wait_for 5 is_program "$PROGRAM" badprog
	{
		echo 'attach 0-399 sized 24x80'
		for i in {1..30}; do echo 'resizes 0-399 13000 24x80 25x81'; done
	} >"$T/many"
	# Who sends to one of them after the other is too slow.
	for k in 1 2 3 4; do
		peers "$S" "said$k" <"$T/many"
		pids+=("$PEERS")
	done
	for k in 1 2 3 4; do told 'attached 400' "said$k"; done
	neighbour_served '1,600 viewers that send sizes' 20
	owner_is_served
	neighbour_served 'still they send' 10
	for k in "${pids[@]}"; do
		alive "$k"
		kill -KILL "$k"
	done
	head_is_well
}

# ---- peers that are no more -------------------------------------------------------

@test "who dies while the input queue is full is noticed: 200 senders at a hung program" {
	local i before
	head_start
	neighbour_start
	bad deaf raw touch "$T/raw" sleep
	wait_for 5 test -e "$T/raw"
	peers <<-EOF
		attach 0 deaf 24x80
		input 0 200000 a
		hold
	EOF
	told 'attached 1'
	# The first of them waits: the queue is full.
	run timeout 10 ptyhead-send -t 0.2 "$S:deaf" "the first"
	[ "$status" -eq 99 ]
	before=$(head_fds)
	for i in {1..40}; do
		start ptyhead-send -t 0.2 "$S:deaf" "never read" 2>>"$T/senders"
		[ $((i % 20)) -ne 0 ] || wait_for 10 not alive "$STARTED"
	done
	peers <<-EOF
		attach 0-159 deaf
		send 0-159 10 b
	EOF
	wait_for 10 peers_done
	wait_for 10 fds_at_most $((before + 2))
	neighbour_served '200 senders'
	head_is_well
}

# ---- too many of them --------------------------------------------------------------

anonymous() { awk '/^RssAnon/ { print $2 * 1024 }' "/proc/$HEAD/status"; }
plain() { [[ $PTYHEAD_BUILD != */asan ]]; }
ticks() { awk '{ print $14 + $15 }' "/proc/$HEAD/stat"; }

# The owner does all that an owner does.
owner_is_served() {
	start timeout 20 s6-ptyexec -t 5000 -n owner "$S" cat >>"$T/program.log" 2>&1
	wait_for 6 ptyhead-show "$S:owner" >"$T/owner"
	timeout 10 ptyhead-send "$S:owner" 'seen and heard' Enter
	wait_for 10 shows owner 'seen and heard'
	timeout 10 ptyhead-list "$S" >"$T/listed"
	grep -q owner "$T/listed"
	alive "$HEAD"
}

@test "as many watchers as a head has places: the owner exports, types, looks and lists" {
	local before after n
	watched
	neighbour_start
	before=$(anonymous)
	peers "$W" <<-EOF
		uid 65534
		watch 0-4094 neighbour
		hold
	EOF
	told '^watch:'
	after=$(anonymous)
	n=$(sed -n 's/.*attached \([0-9]*\).*/\1/p' "$T/said")
	echo "# of $n idle watchers each costs $(((after - before) / n)) bytes of the head's memory" >&3
	neighbour_served "$n watchers"
	owner_is_served
	if plain; then [ $(((after - before) / n)) -lt 4096 ]; fi
}

@test "as many watchers on the owner's own socket: the same" {
	head_start
	neighbour_start
	peers <<-EOF
		watch 0-4199 neighbour
		hold
	EOF
	told '^watch:'
	neighbour_served "$(cat "$T/said")"
	owner_is_served
}

@test "watchers with the beginning of a frame that never ends: it costs the head no memory" {
	local before after
	watched
	neighbour_start
	before=$(anonymous)
	peers "$W" <<-EOF
		uid 65534
		watch 0-499 neighbour
		part 0-499 59000
		hold
	EOF
	told '^watch: attached 500'
	neighbour_served '500 watchers with half a frame'
	after=$(anonymous)
	echo "# each costs $(((after - before) / 500)) bytes of the head's memory" >&3
	owner_is_served
	if plain; then [ $(((after - before) / 500)) -lt 4096 ]; fi
}

@test "peers that ask for the list and do not read it: each has one answer at most in the head" {
	local before after list=f501000400000008 i all=
	head_start
	neighbour_start
	# As many questions as make three answers wait, below what a peer is dropped for.
	peers "$S" exporters <<-EOF
		export 0-199 a-name-that-is-as-long-as-the-names-of-terminals-are
		hold
	EOF
	told 'exported 200' exporters
	for i in {1..11}; do all+=${list}0000000000000000; done
	before=$(anonymous)
	peers "$S" <<-EOF
		say 0-399 $all
		touch $T/asked
		hold
	EOF
	wait_for 20 test -e "$T/asked"
	neighbour_served '400 peers that do not read the list'
	after=$(anonymous)
	echo "# each costs $(((after - before) / 400)) bytes of the head's memory" >&3
	if plain; then [ $(((after - before) / 400)) -lt 49152 ]; fi
	head_is_well
}

@test "silent peers with two descriptors each: exports are taken, all the same" {
	start bash -c 'ulimit -n 512; exec ptyhead -p 60 "$0"' "$S" 2>>"$T/head.log"
	HEAD=$STARTED
	wait_for 5 head_listens
	neighbour_start
	peers <<-EOF
		part 0-399 20 fds=2
		connect 400
		list 400
		hold
	EOF
	told '^list:|dropped'
	local i
	for i in {1..10}; do
		timeout 10 s6-ptyexec -t 5000 -n "exported$i" "$S" true
	done
	neighbour_served '400 silent peers with 800 descriptors'
	owner_is_served
	head_is_well
}

# ---- masters that block ---------------------------------------------------------------

# Sockets that linger for a minute over what nobody reads, on so many connections.
lingering='import socket, struct, sys, time
sink = socket.socket(); sink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096); sink.bind(("127.0.0.1", 0)); sink.listen(256)
peers = []
for i in range(int(sys.argv[2])):
    t = socket.create_connection(sink.getsockname()); t.setblocking(False)
    try:
        while True: t.send(bytes(65536))
    except BlockingIOError: pass
    t.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 60))
    s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
    socket.send_fds(s, [bytes.fromhex("f5010099000000015a")], [t.fileno()])
    t.close(); peers.append(s)
print("sent", flush=True)
time.sleep(1000)'

@test "descriptors that linger when they are closed: nobody waits for that" {
	head_start
	neighbour_start
	start python3 -c "$lingering" "$S" 100 >"$T/linger"
	wait_for 10 has "$T/linger" sent
	neighbour_served 'a hundred sockets that linger'
	head_is_well
}

@test "descriptors whose close never ends: nobody waits for that, and they do not fill the head" {
	head_start
	neighbour_start
	mkdir "$T/mnt"
	start "$REPO/tests/helpers/hangfile.py" "$S" 300 "$T/mnt" >"$T/hang"
	wait_for 10 has "$T/hang" 'sent|unable'
	not has "$T/hang" unable || skip 'no file system in user space here'
	neighbour_served 'files whose close hangs'
	fds_at_most 100
	ptyhead-list "$S" | grep -q neighbour
	# They end with who serves them.
	kill "$STARTED"
	wait_for 5 not alive "$STARTED"
	head_is_well
}

@test "twelve exporters make their masters blocking: nobody waits for that" {
	head_start
	neighbour_start
	peers <<-EOF
		export 0-11 blocked
		block 0-11
	EOF
	told 'exported 12'
	neighbour_served '12 masters made blocking' 100
	head_is_well
}

@test "twelve exporters do so and read their masters themselves: nobody waits for long" {
	head_start
	neighbour_start
	peers <<-EOF
		export 0-11 stolen
		steal 0-11
	EOF
	told 'exported 12'
	neighbour_served '12 masters made blocking, and emptied' 100
	head_is_well
}

# ---- more than looking ------------------------------------------------------------------

@test "who watches makes no terminal, and so pushes none out" {
	watched -n 1
	s6-ptyexec -n kept "$S" sh -c 'echo history'
	wait_for 5 shows kept history
	peers "$W" <<<'watch 0 main'
	told '^watch: refused-3 1'
	peers "$S" again <<<'watch 0 main'
	told '^watch:' again
	shows kept history
	[ "$(ptyhead-list --names "$S" | wc -l)" = 1 ]
}

@test "a watcher that lies about its terminal does not shut honest viewers out" {
	watched
	bad one sleep
	wait_for 5 is_program "$PROGRAM" badprog
	local one
	one=$(tty_of "$PROGRAM")
	bad two sleep
	wait_for 5 is_program "$PROGRAM" badprog
	peers "$W" liar <<-EOF
		uid 65534
		watch 0 two tty=$one
		hold
	EOF
	told '^watch: attached 1' liar
	peers "$S" <<<"attach 0 one tty=$(tty_of "$PROGRAM")"
	told '^attach: attached 1'
}

@test "what viewers say of their terminals costs the next viewer nothing to speak of" {
	local i before
	head_start
	neighbour_start
	{
		echo 'export 0-199 chain'
		for i in {0..198}; do
			echo "watch $((1000 + i * 12))-$((1011 + i * 12)) chain-$i tty=@$((i + 1))"
		done
		echo "await $T/counted"
		echo 'churn 400 chain-199 tty=/dev/null'
	} | peers
	wait_for 20 count_is "$T/said" '^watch: attached 12$' 199
	before=$(ticks)
	touch "$T/counted"
	told '^churn: attached 400$'
	echo "# 400 viewers beside 2,400 that lie cost the head $((($(ticks) - before) * 10)) ms of its time" >&3
	neighbour_served '400 viewers come and go'
	if plain; then [ $(($(ticks) - before)) -lt 30 ]; fi
}

@test "on the socket for watching LIST tells of no terminal but the one that is asked for" {
	watched
	bad main sleep
	wait_for 5 is_program "$PROGRAM" badprog
	bad secret sleep --password=xyzzy
	wait_for 5 is_program "$PROGRAM" badprog
	peers "$W" <<-EOF
		list 0
		list 1 main
		touch $T/listed
	EOF
	wait_for 5 test -e "$T/listed"
	cat "$T/said"
	not grep -qE 'secret|xyzzy' "$T/said"
	sed -n 2p "$T/said" | grep -q main
	run ptyhead-list "$W"
	[[ $output != *secret* && $output != *xyzzy* ]]
	ptyhead-list "$S" | grep -q secret
}

# ---- whose socket is it -------------------------------------------------------------------

# a_head NAME PATH : it says in NAME.ready when it is ready; its pid in H_NAME.
a_head() {
	start bash -c 'exec ptyhead -d 4 "$0" 4>"$1"' "$2" "$T/$1.ready" 2>>"$T/$1.log"
	printf -v "H_$1" %s "$STARTED"
}
decided() { test -s "$T/$1.ready" || not alive "$2"; }

@test "two heads start on one path at once: one is ready and reached, the other says why not" {
	local i ready
	for i in {1..8}; do
		rm -f "$T"/*.ready "$T"/*.log
		# The path of a head that was killed stands in the way, every second time.
		[ $((i % 2)) = 0 ] || rm -f "$S"
		a_head one "$S"
		a_head two "$S"
		# shellcheck disable=SC2154
		wait_for 10 decided one "$H_one"
		# shellcheck disable=SC2154
		wait_for 10 decided two "$H_two"
		# shellcheck disable=SC2012
		ready=$(find "$T" -name "*.ready" -size +0 | wc -l) || :
		if [ "$ready" != 1 ]; then
			echo "round $i: $ready heads are ready"
			return 1
		fi
		grep -q 'is there' "$T"/*.log
		ptyhead-list "$S" >/dev/null
		kill -KILL "$H_one" "$H_two" 2>/dev/null || :
		wait_for 5 not alive "$H_one"
		wait_for 5 not alive "$H_two"
	done
}

@test "a head whose path was taken away and bound by another leaves that one alone" {
	a_head one "$S"
	wait_for 5 test -s "$T/one.ready"
	rm "$S"
	a_head two "$S"
	wait_for 5 test -s "$T/two.ready"
	kill "$H_one"
	wait_for 5 not alive "$H_one"
	test -S "$S"
	ptyhead-list "$S" >/dev/null
}

@test "a head that ends while its successor begins: who is ready is reached" {
	local i ready=0
	for i in {1..8}; do
		rm -f "$T"/*.ready
		a_head one "$S"
		wait_for 5 test -s "$T/one.ready"
		kill "$H_one"
		a_head two "$S"
		wait_for 5 not alive "$H_one"
		wait_for 10 decided two "$H_two"
		if [ -s "$T/two.ready" ]; then
			ready=$((ready + 1))
			ptyhead-list "$S" >/dev/null || { echo "round $i: ready, and not reached"; return 1; }
		fi
		kill -KILL "$H_two" 2>/dev/null || :
		wait_for 5 not alive "$H_two"
	done
	echo "# $ready of 8 successors found the place free" >&3
}

@test "another user that has locked the folder of the socket does not keep a head from starting" {
	mkdir "$T/run"
	chmod 755 "$T" "$T/run"
	start env -C "$T/run" setpriv --reuid 65534 --regid 65534 --clear-groups \
		flock -F . sh -c 'echo locked; exec sleep 1000' >"$T/locked"
	wait_for 5 has "$T/locked" locked
	S=$T/run/s
	head_start
	ptyhead-list "$S" >/dev/null
}

# ---- what peers say ---------------------------------------------------------------------------

@test "what an exporter says of its program is shown as printable text, in lists and in the log" {
	head_start -v2
	local evil=$'x\e]0;t\a\xc2\x9b31m\xc2\x85\xe2\x80\xae gpj\xe2\x81\xa6\xe2\x80\x8b\xef\xbb\xbf\xff\n\ty'
	start s6-ptyexec -n evil "$S" badprog raw write 1 "$evil" sleep >>"$T/program.log" 2>&1
	wait_for 5 is_program "$STARTED" badprog
	peers <<-EOF
		connect 0
		say 0 1b5b324a0aff01c29b
		connect 1
		say 1 1b5b324a0a fds=1
	EOF
	wait_for 5 has "$T/head.log" 'peer dropped'
	ptyhead-list "$S" >"$T/listed"
	ptyhead-list --json "$S" >"$T/json" || :
	python3 - "$T/listed" "$T/json" "$T/head.log" <<-'EOP'
		import sys, unicodedata
		for name in sys.argv[1:]:
		    for line in open(name, 'rb').read().decode('utf-8').splitlines():
		        for c in line:
		            # What a terminal obeys, what breaks lines, what turns the direction of writing.
		            if unicodedata.category(c) in ('Cc', 'Zl', 'Zp', 'Cs') or c in '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069':
		                sys.exit('%s: %r' % (name, line))
	EOP
	head_is_well
}

@test "idle while the input queue is full and the output waits for a reader" {
	local before
	head_start -b 64K -p 60
	bad deaf raw touch "$T/raw" await "$T/filled" write 3000 "$(printf '%64s' x)" sleep
	wait_for 5 test -e "$T/raw"
	peers <<-EOF
		attach 2 deaf lossless
		attach 0 deaf 24x80
		input 0 65000 a
		touch $T/filled
		hold
	EOF
	wait_for 10 test -e "$T/filled"
	wait_for 5 blocked_writer
	before=$(ticks)
	timeout 1 tail -f /dev/null || :
	echo "# the head worked for $((($(ticks) - before) * 10)) ms in a second" >&3
	[ $(($(ticks) - before)) -lt 20 ]
	head_is_well
}
# The program waits in write(2).
blocked_writer() { grep -q . "/proc/$PROGRAM/wchan" && [[ $(cat "/proc/$PROGRAM/wchan") = *write* || $(cut -d' ' -f1 "/proc/$PROGRAM/syscall") = 1 ]]; }

# ---- at random ------------------------------------------------------------------------

@test "peers that say anything, in any order, with descriptors of any kind" {
	watched -n 50 -e 2
	neighbour_start
	head_is_well
	local fds n seed
	fds=$(head_fds)
	for n in 1 2 3; do
		seed=$((RANDOM * 32768 + RANDOM))
		"$REPO/tests/fuzz/peers.py" "$S" "$W" "${PEERS_ACTS:-12000}" "$seed"
		neighbour_served "peers at random, by the seed $seed"
	done
	head_is_well
	# What they left is gone: but for the neighbour and main nothing is there.
	wait_for 60 fds_at_most $((fds + 10))
}
