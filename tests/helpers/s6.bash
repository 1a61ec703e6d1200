# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# s6.bash: a real s6-svscan on a scratch folder. After common.bash.

# s6_start SCANDIR : start it and wait until it takes commands.
s6_start() {
	S6_SCANDIR=$1
	foreground s6-svscan -t0 "$S6_SCANDIR" </dev/null >"$T/s6-svscan.log" 2>&1 3>&- &
	S6_PID=$!
	wait_for 5 s6-svscanctl "$S6_SCANDIR" 2>/dev/null
}

# s6_programs : the programs where services that drop root may execute them: in $T/bin,
# first in PATH.
s6_programs() {
	mkdir -p "$T/bin"
	cp "$PTYHEAD_BUILD"/{ptyhead,s6-ptyexec,ptyhead-*} "$T/bin/"
	PATH=$T/bin:$PATH
	local d=$T
	while [ "$d" != / ]; do
		[ "$(stat -c %u "$d")" != 0 ] || [ -k "$d" ] || chmod go+x "$d"
		d=${d%/*} d=${d:-/}
	done
}

# s6_pid SERVICE : the supervised pid, 0 when it is down.
s6_pid() {
	local pid
	pid=$(s6-svstat -o pid "$S6_SCANDIR/$1" 2>/dev/null) || return 1
	[ "$pid" -gt 0 ] 2>/dev/null || pid=0
	echo "$pid"
}

# s6_stop : bring everything down and wait for the end.
s6_stop() {
	[ -n "${S6_PID-}" ] || return 0
	local pid=$S6_PID
	S6_PID=
	s6-svscanctl -t "$S6_SCANDIR"
	wait_for 10 not alive "$pid" || {
		kill -KILL "$pid"
		return 1
	}
	wait "$pid" || :
}
