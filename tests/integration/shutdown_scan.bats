#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Servers that save for three seconds when they are told to stop, in the shipped
# examples for s6 and runit, when the whole scan directory is taken down
# (s6-svscanctl -t, SIGHUP to runsvdir): they finish, and their heads outlive them.

# shellcheck disable=SC2016,SC2317 # for a script; called by name
load ../helpers/common
load ../helpers/saver
load ../helpers/s6

setup() {
	common_setup
	saver_write
	export PTYHEAD_DIR=$T/run PTYHEAD_LOGS=$T/logs PTYHEAD_USER='' CONSOLE_USER='' GAME_DIR=$T/game GAME_USER=''
}
teardown() { common_teardown; }

# copy EXAMPLE HEAD : its folder, in $T; and the end of its head is told.
copy() {
	cp -r "$REPO/examples/$1" "$T/scan"
	cat >"$T/scan/$2/finish" <<-EOS
		#!/bin/sh
		echo "0 server.head ended" >>$T/events
	EOS
	chmod +x "$T/scan/$2/finish"
}
# saves WHAT : the server saved for that reason, and its head went after it.
saves() {
	saver_well server "$1"
	after server.head ended server saved
}

# ---- s6 --------------------------------------------------------------------

# taken_down : the scan directory, by its own command.
taken_down() {
	local from=$EPOCHREALTIME pid=$S6_PID
	S6_PID=
	s6-svscanctl -t "$S6_SCANDIR"
	wait_for 40 not alive "$pid"
	took 's6-svscanctl -t' "$from"
}

@test "s6-svscanctl -t: the program of examples/s6 saves at SIGTERM" {
	copy s6 ptyhead-app
	sed -i "s#^top\$#$T/saver server SIGTERM 3 $T/events#" "$T/scan/app/run"
	s6_start "$T/scan"
	wait_for 10 saver_told server up
	taken_down
	saves SIGTERM
}

@test "s6-svscanctl -t: a program of examples/s6 saves by what its README has typed" {
	copy s6 ptyhead-app
	sed -i "s#^top\$#$T/saver server typed 3 $T/events#" "$T/scan/app/run"
	# The two files, as they stand there.
	echo SIGCONT >"$T/scan/app/down-signal"
	mkdir "$T/scan/app-stop"
	sed -n '/^    #!\/bin\/sh$/,/^$/s/^    //p' "$REPO/examples/s6/README.md" >"$T/scan/app-stop/run"
	chmod +x "$T/scan/app-stop/run"
	has "$T/scan/app-stop/run" 'ptyhead-send'
	s6_start "$T/scan"
	wait_for 10 saver_told server up
	s6-svwait -u -t 5000 "$T/scan/app-stop"
	taken_down
	saves typed
}

@test "s6-svscanctl -t: the game server of examples/gameserver saves" {
	copy gameserver/s6 ptyhead-gameserver
	mkdir "$T/bin"
	cp "$T/saver" "$T/bin/"
	printf '#!/bin/sh\nexec %s server SIGTERM 3 %s\n' "$T/saver" "$T/events" >"$T/bin/gameserver"
	install -m 755 "$REPO/examples/gameserver/record" "$T/bin/gameserver-record"
	chmod +x "$T/bin/gameserver"
	PATH=$T/bin:$PATH
	s6_start "$T/scan"
	wait_for 10 saver_told server up
	taken_down
	saves SIGTERM
}

# ---- runit -----------------------------------------------------------------

# runsvdir_start : on $T/scan.
runsvdir_start() {
	foreground runsvdir "$T/scan" </dev/null >"$T/runsvdir.log" 2>&1 3>&- &
	RUNSVDIR=$!
	wait_for 10 saver_told server up
	mapfile -t RUNSV < <(pgrep -P "$RUNSVDIR" -x runsv)
	[ "${#RUNSV[@]}" -eq 2 ]
}
# For common_teardown, where a test ended early.
runit_stop() {
	[ "${RUNSVDIR-}" ] && alive "$RUNSVDIR" || return 0
	mapfile -t RUNSV < <(pgrep -P "$RUNSVDIR" -x runsv)
	kill -HUP "$RUNSVDIR"
	wait_for 10 none_alive "$RUNSVDIR" "${RUNSV[@]}"
}
none_alive() {
	local pid
	for pid; do
		if alive "$pid"; then return 1; fi
	done
}
hung_up() {
	local from=$EPOCHREALTIME
	kill -HUP "$RUNSVDIR"
	wait_for 40 none_alive "$RUNSVDIR" "${RUNSV[@]}"
	took "runsvdir's SIGHUP" "$from"
}

@test "runsvdir's SIGHUP: the program of examples/runit saves at SIGTERM" {
	copy runit ptyhead-console
	sed -i "s#bash --norc#$T/saver server SIGTERM 3 $T/events#" "$T/scan/console/run"
	# It is for a shell; its README says so.
	rm -r "$T/scan/console/control"
	runsvdir_start
	hung_up
	saves SIGTERM
}

@test "runsvdir's SIGHUP: a program of examples/runit saves by what its README has typed" {
	copy runit ptyhead-console
	sed -i "s#bash --norc#$T/saver server typed 3 $T/events#" "$T/scan/console/run"
	sed -n '/^    #!\/bin\/sh$/,/^$/s/^    //p' "$REPO/examples/runit/README.md" >"$T/scan/console/control/t"
	has "$T/scan/console/control/t" 'ptyhead-send'
	runsvdir_start
	hung_up
	saves typed
}
