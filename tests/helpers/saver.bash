# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# saver.bash: a server that takes its time to save when it is told to stop, and
# a protocol of what became of it. After common.bash.
#   saver_write            the program $T/saver, and an empty $T/events
#   saver_told NAME WHAT   for wait_for: it said that
#   saver_well NAME WHY    it saved once, for that reason, and lost nothing on the way

saver_write() {
	: >"$T/events"
	chmod 666 "$T/events"
	cat >"$T/saver" <<-'EOP'
		#!/bin/bash
		# saver NAME typed|SIGTERM SECONDS EVENTS: a console. What it is to stop by, a line
		# `stop` or the signal, makes it save for so long, writing to its terminal all the
		# while, and end. EVENTS gets a line for all that befalls it.
		name=$1 by=$2 seconds=$3 events=$4
		tell() { echo "$EPOCHREALTIME $name $*" >>"$events"; }
		hit() { tell "hit by $1"; exit 1; }
		save() {
			local i
			tell "saves: $1"
			for ((i = 1; i <= seconds * 10; i++)); do
				# No process of its own: a signal for all of the service must not end it.
				read -rt 0.1 -u "$quiet"
				printf 'saved %d of %d\n' "$i" "$((seconds * 10))" || tell 'hit by a write error'
			done
			tell saved
			exit 0
		}
		exec {quiet}<> <(:)
		trap 'hit SIGHUP' HUP
		trap 'hit SIGINT' INT
		if [ "$by" = SIGTERM ]; then trap 'trap "" TERM; save SIGTERM' TERM; else trap 'hit SIGTERM' TERM; fi
		tell up
		while :; do
			printf '> '
			IFS= read -r line || hit 'end of file'
			if [ "$line" = stop ]; then save typed; fi
		done
	EOP
	chmod 755 "$T/saver"
}

saver_told() { has "$T/events" "^[0-9.]+ $1 $2\$"; }

# Its lines without the times: up, the beginning and the end of one save.
saver_well() {
	local told
	told=$(sed -nE "s/^[0-9.]+ $1 //p" "$T/events")
	[ "$told" = "up
saves: $2
saved" ] || {
		cat "$T/events" >&2
		return 1
	}
}

# after NAME WHAT NAME2 WHAT2 : the first was told after the second.
after() {
	awk -v a="$1 $2" -v b="$3 $4" '{ line = $0; sub(/^[0-9.]+ /, "", line) } line == a { x = NR } line == b { y = NR }
		END { exit !(x && y && x > y) }' "$T/events" || {
		cat "$T/events" >&2
		return 1
	}
}

# took WHAT FROM [EVENT] : a figure for who reads the test's output: since FROM
# ($EPOCHREALTIME then), until now or until the last such event.
took() {
	local to=$EPOCHREALTIME us
	[ $# -lt 3 ] || to=$(awk -v e="$3" '$NF == e { at = $1 } END { print at }' "$T/events")
	us=$((${to/[.,]/} - ${2/[.,]/}))
	printf '# %s: %d.%d s\n' "$1" $((us / 1000000)) $((us / 100000 % 10)) >&3
}
