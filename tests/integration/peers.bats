#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031 # for other shells; each test has its own
# What a peer sends cannot stop the head, and costs nobody but the peer.

load ../helpers/common

setup() {
	common_setup
	start ptyhead -p 1 "$T/s" 2>"$T/head.log"
	HEAD=$STARTED
	wait_for 5 test -S "$T/s"
}

teardown() {
	common_teardown
}

# The head is the same process, still serves, and holds no descriptor more.
head_is_well() {
	alive "$HEAD"
	s6-ptyexec -n well "$T/s" true
	[ "$(rogue "$T/s" watch)" = attached ]
}

head_fds() { local f=(/proc/"$HEAD"/fd/*); echo ${#f[@]}; }
fds_are() { [ "$(head_fds)" = "$1" ]; }
# Whoever came has been let go: its one socket is the one that listens.
alone() { [ "$(sockets_of "$HEAD")" = 1 ]; }

# case NAME ANSWER LOG : that peer gets that answer, the log has one line for it.
case_is() {
	local before got
	before=$(wc -l <"$T/head.log")
	got=$(timeout 10 rogue "$T/s" "$1" | tr '\n' ' ')
	[ "$got" = "$2 " ] || { echo "$1: $got"; return 1; }
	[ -n "$3" ] || return 0
	wait_for 2 has "$T/head.log" "$3"
	[ "$(($(wc -l <"$T/head.log") - before))" -eq 1 ] || { cat "$T/head.log"; return 1; }
}

@test "an export of anything but a master and a pidfd is refused, its descriptors closed" {
	rogue "$T/s" watch # the terminal main is there from now on
	wait_for 2 alone
	local fds
	fds=$(head_fds)
	case_is no-fd 'refused 5' 'must send a master'
	case_is file 'refused 5' 'not the master of a pty'
	case_is socket 'refused 5' 'not the master of a pty'
	case_is slave 'refused 5' 'not the master of a pty'
	case_is o-path 'refused 5' 'not the master of a pty'
	case_is two-masters 'refused 5' 'not a pidfd'
	case_is pidfd-file 'refused 5' 'not a pidfd'
	case_is three dropped 'more descriptors than any frame'
	case_is 253-fds dropped 'more descriptors than any frame'
	case_is bad-name 'refused 3' 'not a name for a terminal'
	case_is console-file dropped 'console refused.*not the master'
	wait_for 2 fds_are "$fds"
	head_is_well
}

@test "frames that are short, huge, foreign, of another version or never come" {
	case_is garbage dropped 'not this protocol'
	case_is version 'refused 1' 'speaks version 1'
	case_is short 'refused 8' 'incomplete'
	case_is huge dropped 'not this protocol'
	case_is half dropped 'broke in the middle'
	case_is wrong-first 'refused 8' 'cannot be the first'
	case_is silent dropped 'said nothing in time'
	head_is_well
}

@test "a viewer without a sealed page, of no terminal, or beyond its role" {
	case_is no-page 'refused 5' 'one sealed page'
	case_is file-page 'refused 5' 'one sealed page'
	case_is soft-page 'refused 5' 'one sealed page'
	case_is no-terminal 'refused 3' 'no such terminal'
	case_is watch-types 'attached dropped' 'a watcher sent input'
	case_is watch-sizes 'attached dropped' 'a watcher sent a size'
	case_is fd-later 'attached dropped' 'carried descriptors'
	case_is size-wild 'attached open' ''
	head_is_well
}

@test "what peers say of themselves is escaped, and a flood of them is counted" {
	for _ in {1..60}; do rogue "$T/s" bad-name; done
	[ "$(count "$T/head.log" 'peer refused')" -lt 60 ]
	# When the bucket has filled again, the next line says how many were left out.
	timeout 1 tail -f /dev/null || :
	rogue "$T/s" bad-name
	wait_for 2 has "$T/head.log" 'lines about peers were left out'
	not grep -qP '[^\x20-\x7e]' "$T/head.log"
	head_is_well
}

@test "a console from runc, crun or podman is an export to the terminal it names, else to main" {
	start tapecat -n 1 -o "$T/out" "$T/s" >"$T/marks"
	wait_for 5 has "$T/marks" attached
	rogue "$T/s" console
	wait_for 5 has "$T/marks" '^end 1 unknown'
	wait_for 5 has "$T/out" 'from a container'
	rogue "$T/s" console-named
	start tapecat -n 1 "$T/s" web >"$T/marks2"
	wait_for 5 has "$T/marks2" '^end 1 unknown'
}

@test "an export to a terminal whose program is alive is refused, and the program goes on" {
	start rogue "$T/s" hold >"$T/first"
	wait_for 5 has "$T/first" exported
	[ "$(rogue "$T/s" good)" = 'refused 4' ]
	run s6-ptyexec -n rogue "$T/s" true
	[ "$status" -eq 111 ]
	[[ $output = *'is alive'* ]]
	alive "$STARTED"
	# Its successor is taken the instant it ended, however it ended.
	kill -KILL "$STARTED"
	wait "$STARTED" 2>/dev/null || :
	[ "$(rogue "$T/s" good)" = exported ]
}

@test "a position that is a lie makes nothing wait and nothing crash" {
	start rogue "$T/s" page-lies >"$T/lies"
	wait_for 5 has "$T/lies" attached
	timeout 20 s6-ptyexec "$T/s" sh -c 'head -c 3000000 /dev/zero'
	head_is_well
}

@test "a lossless reader that does not move loses the right, is told, and the program goes on" {
	start rogue "$T/s" never-moves >"$T/still"
	wait_for 5 has "$T/still" attached
	start tapecat -o "$T/out" "$T/s" >"$T/marks"
	wait_for 5 has "$T/marks" attached
	timeout 20 s6-ptyexec "$T/s" sh -c 'stty raw; head -c 3000000 /dev/zero'
	wait_for 5 has "$T/head.log" 'has not read for 1 s and is not waited for'
	wait_for 5 has "$T/marks" '^end 1 0'
	head_is_well
}

@test "a viewer that neither reads its socket nor wakes costs the program nothing" {
	start rogue "$T/s" never-reads >"$T/still"
	wait_for 5 has "$T/still" attached
	start tapecat "$T/s" >"$T/marks"
	wait_for 5 has "$T/marks" attached
	local before after
	before=$(awk '/^RssAnon/ { print $2 }' "/proc/$HEAD/status")
	timeout 60 s6-ptyexec "$T/s" sh -c 'stty raw; head -c 30000000 /dev/zero'
	wait_for 10 has "$T/marks" '^end 1 0'
	after=$(awk '/^RssAnon/ { print $2 }' "/proc/$HEAD/status")
	[ $((after - before)) -lt 1024 ]
	head_is_well
}

@test "an exporter that makes its master blocking again loses its terminal, nobody else theirs" {
	start rogue "$T/s" blocking >"$T/block"
	wait_for 5 has "$T/block" exported
	wait_for 5 has "$T/head.log" 'block: terminal given up: its exporter ma[dk]es? its master blocking'
	head_is_well
}

@test "out of descriptors: the head neither spins nor ends, and the silent give way" {
	kill "$HEAD"
	wait "$HEAD" || :
	start bash -c "ulimit -n 48; exec ptyhead -p 60 '$T/t'" 2>"$T/few.log"
	HEAD=$STARTED
	wait_for 5 test -S "$T/t"
	for _ in {1..80}; do
		start rogue "$T/t" silent >/dev/null 2>&1
	done
	wait_for 10 has "$T/few.log" 'its place is needed'
	wait_for 10 s6-ptyexec -t 3000 "$T/t" true
	# Idle while they wait: no more than a moment's work in a second.
	local before after
	before=$(awk '{ print $14 + $15 }' "/proc/$HEAD/stat")
	timeout 1 tail -f /dev/null || :
	after=$(awk '{ print $14 + $15 }' "/proc/$HEAD/stat")
	[ $((after - before)) -lt 20 ]
	alive "$HEAD"
}

@test "sockets named watch and export admit those roles only" {
	kill "$HEAD"
	wait "$HEAD" || :
	start s6-ipcserver-socketbinder "$T/e" \
		bash -c "exec 3<&0 </dev/null; exec s6-ipcserver-socketbinder '$T/w' bash -c '
			exec 4<&0 </dev/null
			LISTEN_FDS=2 LISTEN_FDNAMES=export:watch LISTEN_PID=\$\$ exec ptyhead'" 2>"$T/roles.log"
	wait_for 5 test -S "$T/w"
	[ "$(rogue "$T/e" watch)" = 'refused 2' ]
	[ "$(rogue "$T/e" attach)" = 'refused 2' ]
	[ "$(rogue "$T/e" good)" = exported ]
	[ "$(rogue "$T/w" watch)" = attached ]
	[ "$(rogue "$T/w" attach)" = 'refused 2' ]
	[ "$(rogue "$T/w" good)" = 'refused 2' ]
	[ "$(rogue "$T/w" console)" = dropped ]
	wait_for 2 has "$T/roles.log" 'does not take exports'
}
