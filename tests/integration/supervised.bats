#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Under each real supervisor: the supervised pid is the program, its signals hit
# the program, it comes back, and a viewer who was there sees both runs.

# shellcheck disable=SC2016,SC2317 # what is typed at a shell; called by name
load ../helpers/common
load ../helpers/s6
load ../helpers/runit
load ../helpers/systemd
load ../helpers/tmux

setup() { common_setup; }
teardown() { common_teardown; }

# The program: a shell that says what it is asked. Its prompt is no output of the
# commands typed at it.
shell=(env PS1='ready> ' bash --norc -i)

# runs_shell PID-COMMAND... : the pid that the supervisor names runs bash, on a
# terminal, in $PID.
runs_shell() {
	PID=$("$@") && [ "${PID:-0}" -gt 0 ] && is_program "$PID" bash && [[ $(tty_of "$PID") = /dev/pts/* ]]
}

runs_another() {
	local old=$1
	shift
	runs_shell "$@" && [ "$PID" != "$old" ]
}

# both_runs PID-COMMAND KILL-COMMAND PID-INSIDE-COMMAND : with a viewer in tmux.
both_runs() {
	local pid=$1 kill=$2 inside=$3 first viewer
	tm_wait 5 '^ready>'
	viewer=$(tm display-message -p '#{pane_pid}')
	runs_shell "$pid"
	first=$PID

	tm_keys 'echo run-$((40 + 2))-$$-' Enter
	tm_wait 5 "^run-42-$("$inside")-"

	# The terminal's own interrupt reaches the foreground job alone.
	tm_keys 'sleep 997; echo status-$?-' Enter
	wait_for 5 pgrep -P "$first" -x sleep
	tm_keys C-c
	tm_keys 'echo int-$?-' Enter
	tm_wait 5 '^int-130-'
	runs_shell "$pid"
	[ "$PID" = "$first" ]

	"$kill"
	wait_for 10 runs_another "$first" "$pid"
	wait_for 2 not alive "$first"
	tm_keys 'echo run-$((40 + 3))-$$-' Enter
	tm_wait 5 "^run-43-$("$inside")-"
	# It is the viewer who was there before.
	[ "$(tm display-message -p '#{pane_dead} #{pane_pid}')" = "0 $viewer" ]
}

@test "s6-supervise: the program is its child, and a viewer sees two runs" {
	mkdir -p "$T/service/app" "$T/service/ptyhead"
	cat >"$T/service/ptyhead/run" <<-EOS
		#!/bin/sh
		exec ptyhead -g 1 -d 3 $T/app.sock # a shell does not end at SIGTERM
	EOS
	echo 3 >"$T/service/ptyhead/notification-fd"
	cat >"$T/service/app/run" <<-EOS
		#!/bin/sh
		s6-svwait -U -t 5000 ../ptyhead
		exec s6-ptyexec $T/app.sock ${shell[*]@Q}
	EOS
	chmod +x "$T"/service/*/run
	s6_start "$T/service"

	pid() { s6_pid app; }
	kill_it() { s6-svc -k "$S6_SCANDIR/app"; }
	wait_for 10 runs_shell pid
	[ "$(parent_of "$PID")" = "$(pgrep -f '^s6-supervise app$' -P "$S6_PID")" ]
	tm_start 80x24 ptyhead-attach "$T/app.sock"
	both_runs pid kill_it pid
}

@test "runsv: the program is its child, and a viewer sees two runs" {
	mkdir -p "$T/sv/app" "$T/sv/ptyhead"
	cat >"$T/sv/ptyhead/run" <<-EOS
		#!/bin/sh
		exec 2>&1 ptyhead -g 1 $T/app.sock
	EOS
	cat >"$T/sv/app/run" <<-EOS
		#!/bin/sh
		exec 2>&1
		test -S $T/app.sock || exec sleep 0.05
		exec s6-ptyexec $T/app.sock ${shell[*]@Q}
	EOS
	chmod +x "$T"/sv/*/run
	runit_start "$T/sv"

	pid() { runit_pid app; }
	kill_it() { sv kill "$RUNIT_DIR/app"; }
	wait_for 10 runs_shell pid
	[ "$(name_of "$(parent_of "$PID")")" = runsv ]
	[[ $(sv status "$RUNIT_DIR/app") = "run: $RUNIT_DIR/app: (pid $PID) "* ]]
	tm_start 80x24 ptyhead-attach "$T/app.sock"
	both_runs pid kill_it pid
}

@test "systemd: the program is the main pid, and a viewer sees two runs" {
	sd_units "$T/units" "$REPO"/systemd/*.service "$REPO"/systemd/*.socket
	cat >"$T/units/app.service" <<-EOS
		[Unit]
		Requires=ptyhead@app.socket
		After=ptyhead@app.socket
		[Service]
		Environment="PS1=ready> "
		ExecStart=s6-ptyexec app bash --norc -i
		Restart=always
	EOS
	sd_boot "$T/units"
	sd systemctl start app.service

	inside() { sd_prop app.service MainPID; }
	# The same process as the world outside calls it.
	pid() {
		local main
		main=$(inside)
		[ "$main" -gt 0 ] || return
		sd_outside "$main"
	}
	kill_it() { sd systemctl kill -s KILL app.service; }
	wait_for 10 runs_shell pid
	[ "$(parent_of "$PID")" = "$SD_PID" ]
	tm_start 80x24 "$SD_IN" ptyhead-attach app
	both_runs pid kill_it inside
}
