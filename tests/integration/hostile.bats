#!/usr/bin/env bats
# Peers and programs that wish the head ill: nobody else notices, whatever they do.
# One terminal, the neighbour, is asked how soon the head answers meanwhile.

load ../helpers/common
load ../helpers/head
load ../helpers/neighbour

setup() { head_setup; }
teardown() { common_teardown; }

# peers ORDER... : hostile peers, in the background; what they say is in $T/said.
# shellcheck disable=SC2120 # the orders may come by standard input
peers() {
	cat >"$T/script"
	start hostile "$S" "$T/script" >"$T/said" 2>>"$T/peers.log"
	PEERS=$STARTED
}
peers_done() { not alive "$PEERS"; }

# exec_as OPTION... : a program of badprog's on a terminal; its pid in $PROGRAM.
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

# costly SIZE NAME SEQUENCE... : a program that writes nothing but that as fast as it can;
# the neighbour is served.
costly() {
	local size=$1 bad=0 n=0
	shift
	head_start
	neighbour_start
	while [ $# -gt 0 ]; do
		n=$((n + 1))
		start s6-ptyexec -s "$size" -n "costly$n" "$S" badprog raw touch "$T/begun$n" flood "$2" >>"$T/program.log" 2>&1
		wait_for 5 test -e "$T/begun$n"
		neighbour_served "$size $1" 20 || {
			bad=1
			break
		}
		kill -KILL "$STARTED"
		shift 2
	done
	[ "$bad" = 0 ]
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
@test "a program that floods with sequences for the whole screen, at 1000x1000" { costly 1000x1000 "${COSTLY[@]}"; }

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
	kill -KILL "$PEERS"
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
	wait_for 10 has "$T/said" 'attached 1'
	# The first of them waits: the queue is full.
	run timeout 10 ptyhead-send -t 0.2 "$S:deaf" "the first"
	[ "$status" -eq 99 ]
	before=$(head_fds)
	for i in {1..200}; do
		start ptyhead-send -t 0.2 "$S:deaf" "never read" 2>>"$T/senders"
		[ $((i % 25)) -ne 0 ] || wait_for 10 not alive "$STARTED"
	done
	wait_for 10 fds_at_most $((before + 2))
	neighbour_served '200 senders'
	head_is_well
}
