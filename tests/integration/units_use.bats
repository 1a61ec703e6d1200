#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What README says of units, under a systemd of their own: its quick starts as they
# stand, programs of every kind of user, and what a unit should and should not say.

# shellcheck disable=SC1003,SC2016,SC2317 # what is typed at a shell; called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/systemd
load ../helpers/tmux

setup_file() {
	common_setup "$BATS_FILE_TMPDIR"
	sd_units "$T/units" "$REPO"/systemd/*.service "$REPO"/systemd/*.socket
	sd_units "$T/user" "$REPO"/systemd/user/*
	sd_login_units "$T/login"
	sd_boot "$T/units" "$T/login"
}
teardown_file() { sd_halt; }
setup() { common_setup; }
teardown() { common_teardown; }

# readme_unit NAME : the file that README has somebody write by that name.
readme_unit() {
	sed -n "\\#^    cat >.*/$1 <<'EOF'\$#,/^    EOF\$/s/^    //p" "$REPO/README.md" | sed '1d; $d' | grep .
}
main_of() { sd_prop "$1.service" MainPID; }
main_is() { [[ $(sd_exe "$(main_of "$1")") = */$2* ]]; }

# unit NAME : standard input is its [Service].
unit() {
	{
		printf '[Unit]\nWants=ptyhead@%s.socket\nAfter=ptyhead@%s.socket ptyhead@%s.service\nStartLimitIntervalSec=0\n' "$1" "$1" "$1"
		[ -z "${2-}" ] || printf '%s\n' "$2"
		printf '[Service]\nRestart=always\nRestartSec=100ms\n'
		cat
	} | sd tee "/etc/systemd/system/$1.service" >"$T/written"
	sd systemctl daemon-reload
}
# drop_in UNIT : standard input.
drop_in() {
	sd mkdir -p "/etc/systemd/system/$1.d"
	sd tee "/etc/systemd/system/$1.d/override.conf" >"$T/written"
	sd systemctl daemon-reload
}

@test "README's quick start: top is there, is quit five times in a row, and comes back each time" {
	readme_unit monitor.service | sd tee /etc/systemd/system/monitor.service
	sd systemctl daemon-reload
	sd systemctl enable --now monitor
	wait_for 5 main_is monitor top
	[ "$(sd_prop monitor.service UnitFileState)" = enabled ]
	tm_start 100x30 "$SD_IN" ptyhead-attach wall
	tm_wait 5 '^ *PID USER .*COMMAND'
	local i pid
	another() { main_is monitor top && [ "$(main_of monitor)" != "$pid" ]; }
	for i in {1..5}; do
		pid=$(main_of monitor)
		tm_keys q
		wait_for 10 another
		# The new one draws at once; it reads keys from then on.
		sd ptyhead-wait -t 5 --since run -F 'load average' wall >"$T/waited"
	done
	echo "quit $i times"
	tm_wait 5 '^ *PID USER .*COMMAND'
	tm_keys 'C-\'
	tm_end 5
	[ "$TM_STATUS" = 0 ]
	main_is monitor top
}

@test "README's quick start without root: it runs, is used, stays without a session, and is back with the manager" {
	chmod -R go+rX "$BATS_FILE_TMPDIR"
	sd_user gamer "$BATS_FILE_TMPDIR/user"
	sd_as_user mkdir -p /var/lib/gamer/.config/systemd/user
	readme_unit calculator.service | sd_as_user tee /var/lib/gamer/.config/systemd/user/calculator.service
	sd_as_user systemctl --user daemon-reload
	sd_as_user systemctl --user enable --now calculator
	asked() { [ "$(sd_as_user "$@" ptyhead-send -t 5 -w '^[0-9]+$' sums '40+2')" = 42 ]; }
	wait_for 5 asked
	# What has no XDG_RUNTIME_DIR, as cron's jobs, finds it all the same.
	asked env -u XDG_RUNTIME_DIR
	[[ $(sd_as_user env -u XDG_RUNTIME_DIR ptyhead-list --names) = sums ]]
	# Nobody else comes near it.
	run ! sd setpriv --reuid nobody --regid nogroup --clear-groups ptyhead-list "/run/user/$SD_UID/ptyhead/sums.sock"
	# Lingering: nobody is logged in. As after a boot:
	[ -z "$(sd loginctl list-sessions --no-legend)" ]
	sd systemctl restart "user@$SD_UID.service"
	wait_for 10 asked
	# What a person is told of a head that is not there.
	run -111 sd_as_user ptyhead-attach nothing
	[[ $output = *"nor in /run/user/$SD_UID/ptyhead; try: systemctl --user restart ptyhead@nothing.service"* ]]
	sd_as_user systemctl --user stop ptyhead@sums.socket
	run -111 sd_as_user env -u XDG_RUNTIME_DIR ptyhead-attach "/run/user/$SD_UID/ptyhead/sums.sock"
	[[ $output = *'(try: systemctl --user restart ptyhead@sums.service)'* || $output = *'; try: systemctl --user restart ptyhead@sums.service' ]]
	sd_as_user systemctl --user restart ptyhead@sums.service
	wait_for 5 asked
}

@test "README's ExecStartPost= and ExecStop=: start returns when the server is ready, or fails with it; stop lets it save" {
	readme_line() { sed -n "s/^ *\\($1=-*ptyhead-.* app.*\\)/\\1/p" "$REPO/README.md"; }
	{ readme_line ExecStartPost; readme_line ExecStop; } >"$T/lines"
	[ "$(grep -c . "$T/lines")" = 3 ]
	server() {
		{
			printf 'ExecStart=s6-ptyexec %s bash -c '\''%s'\''\n' "$1" "$2"
			sed "s/ app / $1 /; s/ app\$/ $1/" "$T/lines"
		} | unit "$1"
	}
	server ready 'sleep 0.5; echo Done; while read -r l && [ "$l" != stop ]; do :; done; sleep 0.5; echo saved >/run/saved'
	sd systemctl start ready
	[ "$(sd ptyhead-log ready)" = Done ]
	sd systemctl stop ready
	[ "$(sd cat /run/saved)" = saved ]
	# Also where an earlier run is still on the terminal's tape.
	sd systemctl start ready
	[ "$(sd ptyhead-log ready | grep -c Done)" = 2 ]
	sd systemctl stop ready
	server unready 'sleep 0.2; exit 1'
	run ! sd systemctl start unready
	sd systemctl stop unready
}

@test "a program with DynamicUser= reaches its terminal by a group, and can open it by name" {
	sd groupadd --system app-terminal
	drop_in ptyhead@dynamic.socket <<-'EOS'
		[Socket]
		SocketGroup=app-terminal
		SocketMode=0660
	EOS
	unit dynamic <<-'EOS'
		DynamicUser=yes
		SupplementaryGroups=app-terminal
		ExecStart=s6-ptyexec dynamic bash --norc
		KillSignal=SIGHUP
	EOS
	sd systemctl start dynamic
	wait_for 5 main_is dynamic bash
	[ "$(sd ptyhead-send -t 5 -w '^uid=[0-9]+.dynamic.' dynamic id | cut -d= -f1)" = uid ]
	[ "$(sd ptyhead-send -t 5 -w '^opened$' dynamic 'echo opened >$(tty)')" = opened ]
	# Without the group it is refused, and says so.
	unit refused <<-'EOS'
		DynamicUser=yes
		ExecStart=s6-ptyexec refused bash --norc
	EOS
	sd systemctl start refused
	denied() { sd_journal -u refused.service >"$T/said"; has "$T/said" 'not allowed to reach the head at /run/ptyhead/refused.sock'; }
	wait_for 5 denied
	sd systemctl stop refused
}

@test "a restart of the head: with what README says the program stays, with BindsTo= or PartOf= it does not" {
	local kind name pid head
	for kind in '' BindsTo PartOf; do
		name=bound-$kind
		unit "$name" "${kind:+$kind=ptyhead@$name.service}" <<-EOS
			ExecStart=s6-ptyexec $name cat
		EOS
		sd systemctl start "$name"
		wait_for 5 main_is "$name" cat
		pid=$(main_of "$name")
		head=$(sd_prop "ptyhead@$name.service" MainPID)
		sd systemctl restart "ptyhead@$name.service"
		[ "$(sd_prop "ptyhead@$name.service" MainPID)" != "$head" ]
		wait_for 5 main_is "$name" cat
		# A trap: this is what README warns of.
		if [ "$kind" ]; then
			[ "$(main_of "$name")" != "$pid" ]
		else
			[ "$(main_of "$name")" = "$pid" ]
		fi
	done
}

@test "several programs: a head for each, or one head with a terminal for each" {
	local name
	for name in web game; do
		unit "$name" <<-EOS
			ExecStart=s6-ptyexec $name sh -c 'echo I am $name; exec cat'
		EOS
		unit "part-$name" <<-EOS
			ExecStart=s6-ptyexec both:$name sh -c 'echo I am $name of both; exec cat'
		EOS
		sd sed -i "s/ptyhead@part-$name/ptyhead@both/g" "/etc/systemd/system/part-$name.service"
	done
	sd systemctl daemon-reload
	sd systemctl start web game part-web part-game
	for name in web game; do
		sd ptyhead-wait -t 5 -s -e "^I am $name\$" "$name"
		sd ptyhead-wait -t 5 -s -e "^I am $name of both\$" "both:$name"
	done
	[ "$(sd ptyhead-list --names | grep -E '^(web|game|both:.*)$' | tr '\n' ' ')" = 'both:game both:web game web ' ]
	# Each head has a user of its own.
	[ "$(sd stat -c %u "/proc/$(sd_prop ptyhead@web.service MainPID)")" != "$(sd stat -c %u "/proc/$(sd_prop ptyhead@game.service MainPID)")" ]
	# The end of one is not the end of the other.
	sd systemctl stop part-web
	sd ptyhead-send -t 5 -W 'still here' both:game 'still here' >"$T/sent"
	# Two of one name: the second is refused, and says why.
	unit second <<-'EOS'
		ExecStart=s6-ptyexec web cat
	EOS
	sd systemctl start second
	alive_said() { sd_journal -u second.service >"$T/said"; has "$T/said" 'refused terminal main: the program on terminal main is alive'; }
	wait_for 5 alive_said
	sd systemctl stop second
}
