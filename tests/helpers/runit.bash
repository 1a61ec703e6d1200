# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# runit.bash: a real runsv for each service of a scratch folder (runsvdir would
# start the same ones, a second later). After common.bash.

# runit_start DIR : start them and wait until each takes commands.
runit_start() {
	local s
	RUNIT_DIR=$1
	RUNIT_PIDS=()
	for s in "$RUNIT_DIR"/*/; do
		foreground runsv "${s%/}" </dev/null >>"$T/runsv.log" 2>&1 3>&- &
		RUNIT_PIDS+=($!)
	done
	for s in "$RUNIT_DIR"/*/; do
		wait_for 5 test -p "${s}supervise/ok"
	done
}

# runit_pid SERVICE : the supervised pid, 0 when it is down.
runit_pid() {
	local pid=
	[ -r "$RUNIT_DIR/$1/supervise/pid" ] && read -r pid <"$RUNIT_DIR/$1/supervise/pid"
	echo "${pid:-0}"
}

# runit_stop : bring everything down and wait for the end.
runit_stop() {
	[ -n "${RUNIT_PIDS-}" ] || return 0
	local pid left=0
	kill -TERM "${RUNIT_PIDS[@]}"
	for pid in "${RUNIT_PIDS[@]}"; do
		wait_for 10 not alive "$pid" || {
			ps -o pid,stat,wchan:20,args -p "$pid" --ppid "$pid" >&2
			kill -KILL "$pid"
			left=1
		}
		wait "$pid" 2>/dev/null || :
	done
	RUNIT_PIDS=()
	return "$left"
}
