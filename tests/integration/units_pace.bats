#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A head is started again at once, under a systemd of its own; one that cannot start,
# whatever hinders it, once a second. Times are not measured: what makes systemd wait
# is a sleep of `pace`, and those are counted.

# shellcheck disable=SC2317 # called by name
load ../helpers/common
load ../helpers/systemd

setup() {
	common_setup
	sd_units "$T/units" "$REPO"/systemd/*.service "$REPO"/systemd/*.socket
	sd_boot "$T/units"
	printf '#!/bin/sh\necho "$*" >>%s\nexec /bin/sleep "$@"\n' "$T/sleeps" >"$T/sleep"
	chmod +x "$T/sleep"
	sd cp "$T/sleep" /usr/local/bin/sleep
	: >"$T/sleeps"
}
teardown() { common_teardown; }

head_now() { sd_prop ptyhead@app.service MainPID; }
other_head() { local now; now=$(head_now); [ "$now" != "$1" ] && [ "$now" != 0 ] && sd_is ptyhead@app.service active; }
restarts() { sd_prop ptyhead@app.service NRestarts; }
restarted() { [ "$(restarts)" -ge "$1" ]; }
sleeps() { wc -l <"$T/sleeps"; }
uptime_cs() {
	local up
	read -r up _ </proc/uptime
	echo "$((${up%.*} * 100 + 1${up#*.} - 100))"
}
ended_long_ago() { [ $(($(uptime_cs) - $(sd cat /run/ptyhead/app.ended))) -ge 50 ]; }

@test "killed, a head is started again at once, and its end forgotten when it ends well" {
	local was i
	sd systemctl start ptyhead@app.socket ptyhead@app.service
	for i in 1 2; do
		was=$(head_now)
		[ "$was" -gt 1 ]
		sd kill -KILL "$was"
		wait_for 10 other_head "$was"
		wait_for 10 ended_long_ago
	done
	[ "$(restarts)" -eq "$i" ]
	[ "$(sleeps)" -eq 0 ]
	sd systemctl stop ptyhead@app.service
	sd test ! -e /run/ptyhead/app.ended
}

@test "a head that cannot start is tried again once a second, whatever hinders it" {
	local how was n
	sd systemctl start ptyhead@app.socket ptyhead@app.service
	sd mv /usr/local/bin/ptyhead /usr/local/bin/ptyhead.good
	printf '#!/bin/sh\nkill -SEGV $$\n' >"$T/crashes"
	chmod 755 "$T/crashes"
	# It cannot be executed, it ends, it crashes.
	for how in '' /bin/false "$T/crashes"; do
		[ -z "$how" ] || sd cp "$how" /usr/local/bin/ptyhead
		was=$(head_now)
		# Of those that end at once it may be gone.
		[ "$was" = 0 ] || sd kill -KILL "$was" || :
		n=$(restarts)
		wait_for 20 restarted $((n + 3))
	done
	n=$(restarts)
	# The first end, and one whose start came late on a busy machine.
	[ "$(sleeps)" -ge $((n - 3)) ]
	sd mv -f /usr/local/bin/ptyhead.good /usr/local/bin/ptyhead
	wait_for 10 other_head 0
}
