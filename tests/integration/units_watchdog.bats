#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The head's unit has a watchdog, under a systemd of its own: a head that hangs is
# killed and replaced, and the program does not notice; one that works is left alone.

# shellcheck disable=SC2317 # called by name
load ../helpers/common
load ../helpers/systemd

setup_file() {
	common_setup "$BATS_FILE_TMPDIR"
	sd_units "$T/units" "$REPO"/systemd/*.service "$REPO"/systemd/*.socket
	# Not for half a minute, here.
	mkdir "$T/units/ptyhead@.service.d"
	printf '[Service]\nWatchdogSec=2s\n' >"$T/units/ptyhead@.service.d/soon.conf"
	cat >"$T/units/prog@.service" <<-'EOS'
		[Unit]
		Wants=ptyhead@%i.socket
		After=ptyhead@%i.socket ptyhead@%i.service
		[Service]
		ExecStart=s6-ptyexec %i cat
	EOS
	sd_boot "$T/units"
}
teardown_file() { sd_halt; }
setup() { common_setup; }
teardown() { common_teardown; }

head_of() { sd_prop "ptyhead@$1.service" MainPID; }
another_head() { local now; now=$(head_of "$1") && [ "$now" -gt 0 ] && [ "$now" != "$2" ]; }
echoes() { [ "$(sd ptyhead-send -t 5 -W "$2" "$1" "$2")" = "$2" ]; }

@test "the units have a watchdog, and a signal that a stopped head gets too" {
	local f
	for f in "$REPO"/systemd/ptyhead@.service "$REPO"/systemd/user/ptyhead@.service; do
		has "$f" '^WatchdogSec=30s$'
		has "$f" '^WatchdogSignal=SIGKILL$'
	done
}

@test "a head that hangs is killed and replaced; the program and what it wrote stay" {
	sd systemctl start prog@hung.service
	wait_for 5 echoes hung before
	local program head
	program=$(sd_prop prog@hung.service MainPID)
	head=$(head_of hung)
	[ "$head" -gt 1 ]
	sd kill -STOP "$head"
	wait_for 20 another_head hung "$head"
	[ "$(sd_prop prog@hung.service MainPID)" = "$program" ]
	echoes hung after
	sd ptyhead-show hung >"$T/shown"
	has "$T/shown" '^before$'
	sd_journal -u ptyhead@hung.service >"$T/said"
	has "$T/said" 'Watchdog timeout'
}

@test "a head that works tells so, idle or busy, and is left alone" {
	sd systemctl start prog@well.service
	wait_for 5 echoes well there
	local head
	head=$(head_of well)
	word() { sd_prop ptyhead@well.service WatchdogTimestampMonotonic; }
	another_word() { [ "$(word)" != "$WORD" ]; }
	local i
	for i in {1..4}; do
		WORD=$(word)
		wait_for 10 another_word
	done
	# While a program writes as fast as it can.
	sd systemctl start ptyhead@flood.socket
	start "$SD_IN" s6-ptyexec flood timeout 5 yes 'line of a flood'
	wait_for 5 another_head flood 0
	local flood
	flood=$(head_of flood)
	wait_for 30 not alive "$STARTED"
	[ "$(head_of flood)" = "$flood" ]
	[ "$(head_of well)" = "$head" ]
	[ "$(sd_prop ptyhead@well.service NRestarts) $(sd_prop ptyhead@flood.service NRestarts)" = '0 0' ]
	echo "$i words"
}

@test "systemctl status tells how many terminals, programs and viewers there are" {
	sd systemctl start prog@told.service
	wait_for 5 echoes told there
	status_is() { [[ $(sd_prop ptyhead@told.service StatusText) =~ $1 ]]; }
	wait_for 5 status_is '^1 terminals?, 1 programs? running, 0 viewers'
	start "$SD_IN" ptyhead-attach -r told </dev/null >"$T/seen" 2>&1
	wait_for 5 status_is ', 1 viewers?'
	sd systemctl stop prog@told.service
	wait_for 5 status_is '^1 terminals?, 0 programs? running, 1 viewers?'
}
