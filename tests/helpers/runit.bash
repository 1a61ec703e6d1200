# shellcheck shell=bash
# runit.bash: a real runsvdir on a scratch folder. After common.bash.

# runit_start DIR : start it and wait until each service takes commands.
runit_start() {
	local s
	RUNIT_DIR=$1
<<<<<<< HEAD
	runsvdir "$RUNIT_DIR" </dev/null >"$T/runsvdir.log" 2>&1 3>&- &
=======
	foreground runsvdir "$RUNIT_DIR" </dev/null >"$T/runsvdir.log" 2>&1 3>&- &
>>>>>>> e22785a1ff76f3422e7a77908015b0f295ab4d13
	RUNIT_PID=$!
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
	[ -n "${RUNIT_PID-}" ] || return 0
	local pid=$RUNIT_PID s left=0
	RUNIT_PID=
	kill -HUP "$pid" # sends TERM to each runsv and leaves
	wait_for 5 not alive "$pid" || kill -KILL "$pid"
	wait "$pid" 2>/dev/null || :
	# runsv's lock is free once it has gone.
	for s in "$RUNIT_DIR"/*/; do
		wait_for 10 flock -n "${s}supervise/lock" true || left=1
	done
	return "$left"
}
