# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# keep.bash: a program that the head's death must not touch; and a head under a real s6-svscan whose store is a real s6-fdholderd,
# which also holds the listening socket. After common.bash and s6.bash.
#   keep_start [OPTION]...  on $T/s; head_pid; keep_arm POINT N

keep_start() {
	local rules=$T/rules/uid/0
	mkdir -p "$rules/env" "$T/service/holder" "$T/service/head"
	touch "$rules/allow"
	printf '^' >"$rules/env/S6_FDHOLDER_STORE_REGEX"
	printf '^' >"$rules/env/S6_FDHOLDER_RETRIEVE_REGEX"
	printf '1' >"$rules/env/S6_FDHOLDER_LIST"
	cat >"$T/service/holder/run" <<-EOR
		#!/bin/sh
		exec s6-fdholder-daemon ${KEEP_HOLDER-} -1 -i '$T/rules' '$T/holder' 2>>'$T/holder.log'
	EOR
	echo 1 >"$T/service/holder/notification-fd"
	cat >"$T/service/head/run" <<-EOR
		#!/bin/sh
		exec 2>>'$T/head.log'
		# The socket is bound once; from then on the holder has it.
		if s6-fdholder-list '$T/holder' | grep -qx 'socket'; then
			exec s6-fdholder-retrieve '$T/holder' socket '$T/head'
		fi
		exec s6-ipcserver-socketbinder '$T/s' s6-fdholder-store '$T/holder' socket '$T/head'
	EOR
	cat >"$T/head" <<-EOR
		#!/bin/sh
		exec 3<&0 </dev/null
		LISTEN_FDS=1 LISTEN_FDNAMES=all LISTEN_PID=\$\$ PTYHEAD_FAULT='$T/fault' \\
			exec '${KEEP_PTYHEAD:-ptyhead}' -v2 -g 1 -H '$T/holder' $*
	EOR
	chmod +x "$T"/service/*/run "$T/head"
	s6_start "$T/service"
	wait_for 10 test -S "$T/s"
	wait_for 10 head_is_up
}

head_pid() { s6-svstat -o pid "$S6_SCANDIR/head"; }

head_is_up() {
	HEAD=$(head_pid) && [ "${HEAD:--1}" -gt 0 ] && [[ $(readlink "/proc/$HEAD/exe") = */ptyhead ]]
}

another_head() { head_is_up && [ "$HEAD" != "$1" ]; }

# The next head that comes to POINT for the N-th time dies there.
keep_arm() { echo "$1 $2" >"$T/fault"; }

keep_kill() {
	head_is_up || return 0
	kill -KILL "$HEAD"
}

# A program that writes N numbered lines as fast as it can, asks the terminal a
# question now and then, and tells of every trouble it has.
write_program() {
	cat >"$T/program" <<-'EOP'
		#!/usr/bin/env bash
		trap 'echo "signal: $?" >>"$2"; exit 99' HUP TERM PIPE
		stty raw -echo
		for ((i = 0; i < $1; i++)); do
			printf 'line %d of the flood, and then some\n' "$i" || { echo "write: $?" >>"$2"; exit 98; }
			if ((i % 500 == 250)); then
				printf '\e[5n'
				IFS= read -rs -t 20 -d n answer || echo "no answer at $i" >>"$2"
				[ "$answer" = $'\e[0' ] || printf 'answer at %d: %q\n' "$i" "$answer" >>"$2"
			fi
		done
		IFS= read -rs -t 0.2 -n 1 more && printf 'and more: %q\n' "$more" >>"$2"
		exit 7
	EOP
	chmod +x "$T/program"
}

# expected N : what it writes.
expected() {
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++) {
			printf "line %d of the flood, and then some\n", i
			if (i % 500 == 250) printf "\033[5n"
		}
	}'
}
