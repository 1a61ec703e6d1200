# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# tmux.bash: a command on the screen of a private tmux, to type into and to
# read. After common.bash. One server a test; its pane stays after the
# command's end, so that the last screen can be read.

tm() { tmux -S "$T/tmux.sock" "$@" 3>&-; }

# tm_start COLSxROWS COMMAND... : run it on a fresh screen of that size.
tm_start() {
	local size=$1
	shift
	cat >"$T/tmux.conf" <<-'EOC'
		set -g status off
		set -g default-terminal tmux-256color
		set -g remain-on-exit on
		set -sg escape-time 0
	EOC
	tmux -S "$T/tmux.sock" -f "$T/tmux.conf" new-session -d -x "${size%x*}" -y "${size#*x}" -- "$@" </dev/null 3>&-
}

tm_keys() { tm send-keys "$@"; }
tm_screen() { tm capture-pane -p; }
tm_resize() { tm resize-window -x "${1%x*}" -y "${1#*x}"; }
tm_shows() { tm_screen 2>/dev/null | grep -qE -e "$1"; }
tm_shows_not() { ! tm_shows "$1"; }

# tm_wait SECONDS REGEX : until a line of the screen matches, else show it.
tm_wait() {
	wait_for "$1" tm_shows "$2" || {
		tm_screen >&2
		return 1
	}
}

# tm_wait_not SECONDS REGEX : until no line matches.
tm_wait_not() {
	wait_for "$1" tm_shows_not "$2" || {
		tm_screen >&2
		return 1
	}
}

# Its terminal may be closed a moment before its status is known.
tm_is_dead() {
	local signal
	IFS=: read -r TM_STATUS signal < <(tm display-message -p '#{pane_dead_status}:#{pane_dead_signal}')
	[ -z "$signal" ] || TM_STATUS=$((128 + signal))
	[ -n "$TM_STATUS" ] && return
	# tmux 3.3 now and then misses a SIGCHLD and leaves a zombie: that has ended
	# too, and /proc tells how (the last field of stat, as wait(2) gives it).
	local pid status
	pid=$(tm display-message -p '#{pane_pid}')
	grep -q '^State:[[:space:]]*Z' "/proc/$pid/status" 2>/dev/null || return
	status=$(awk '{ print $NF }' "/proc/$pid/stat") || return
	if [ $((status & 127)) -ne 0 ]; then TM_STATUS=$((128 + (status & 127))); else TM_STATUS=$((status >> 8)); fi
}

# tm_end SECONDS : wait for the command's end; its exit status, 128 and the
# signal's number where one ended it, in $TM_STATUS.
tm_end() {
	wait_for "$1" tm_is_dead || {
		tm_screen >&2
		return 1
	}
}

# tm_again COMMAND... : another command on the same screen, cleared.
tm_again() { tm respawn-pane -k -- "$@"; }

tm_stop() {
	[ -S "$T/tmux.sock" ] || return 0
	tm kill-server 2>/dev/null || :
}
