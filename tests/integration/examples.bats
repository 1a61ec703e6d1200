#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Every example, started as it stands (a copy of its folder, with folders and
# users of the test's own by the variables it documents) and used.

# shellcheck disable=SC1003,SC2016,SC2317 # what is typed at a shell; called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/s6
load ../helpers/runit
load ../helpers/systemd
load ../helpers/tmux

setup() {
	common_setup
	export PTYHEAD_DIR=$T/run PTYHEAD_LOGS=$T/logs PTYHEAD_USER='' CONSOLE_USER=''
}
teardown() { common_teardown; }

# copy EXAMPLE : its folder, in $T.
copy() { cp -r "$REPO/examples/$1" "$T/$1"; }

# running NAME PID-COMMAND... : that program has the pid, which is left in $PID.
running() {
	local name=$1
	shift
	PID=$("$@") && [ "${PID:-0}" -gt 0 ] && is_program "$PID" "$name"
}

mode_of() { stat -c %a "$1"; }

@test "s6: three services in one scan directory, two of them by new-service; their heads are killed" {
	copy s6
	s6_programs
	export PTYHEAD_USER=nobody
	cmp "$REPO/examples/s6/fdholder/run" "$REPO/examples/gameserver/s6/fdholder/run"
	mkdir "$T/scan"
	cp -r "$T"/s6/{app,ptyhead-app,fdholder} "$T/scan"
	"$T/s6/new-service" "$T/scan" two sh -c 'echo "says \"$0\" \\ $1"; exec cat' 'a b' '$c ${d} {'
	"$T/s6/new-service" "$T/scan" my-app cat
	run "$T/s6/new-service" "$T/scan" two cat
	[ "$status" -eq 100 ]
	run "$T/s6/new-service" "$T/scan" 'a/b' cat
	[ "$status" -eq 100 ]
	s6_start "$T/scan"
	wait_for 10 running top s6_pid app
	wait_for 10 running cat s6_pid two
	wait_for 10 running cat s6_pid my-app
	local name was pid
	for name in app two my-app; do
		pid=$(s6_pid "$name") was=$(s6_pid "ptyhead-$name")
		[ "$name" = my-app ] || ptyhead-wait -t 10 --since start -e . "$T/run/$name.sock"
		s6-svc -k "$T/scan/ptyhead-$name"
		newer() { running ptyhead s6_pid "ptyhead-$name" && [ "$PID" != "$was" ]; }
		wait_for 10 newer
		[ "$name" != my-app ] || ptyhead-send -t 10 "$T/run/$name.sock" typed
		[ "$(s6_pid "$name")" = "$pid" ]
	done
	ptyhead-wait -t 10 --since start -F 'says "a b" \ $c ${d} {' "$T/run/two.sock"
	ptyhead-wait -t 10 --since start -F typed "$T/run/my-app.sock"
	s6_stop
}

@test "s6: top runs, two may look, one may quit it, and it comes back" {
	copy s6
	# As root, so that the head gives that up, from where it may read.
	s6_programs
	export PTYHEAD_USER=nobody
	s6_start "$T/s6"
	wait_for 10 running top s6_pid app
	first=$PID
	[ "$(mode_of "$T/run/app.sock")" = 600 ]
	[ "$(mode_of "$T/run/app.watch.sock")" = 666 ]
	# Ready was said, by a head without privilege.
	s6-svwait -U -t 5000 "$T/s6/ptyhead-app"
	head=$(s6_pid ptyhead-app)
	is_program "$head" ptyhead
	[ "$(stat -c %U "/proc/$head")" = nobody ]
	grep -qE '^CapEff:[[:space:]]+0+$' "/proc/$head/status"
	# One who only looks, at the socket that anyone may open, and types in vain.
	start setpriv --reuid nobody --regid nogroup --clear-groups \
		ptyhead-attach -r "$T/run/app.watch.sock" <<<q >"$T/watched" 2>"$T/watcher.log"
	watcher=$STARTED
	wait_for 5 has "$T/watched" 'load average'

	tm_start 80x24 ptyhead-attach "$T/run/app.sock"
	tm_wait 5 '^ *PID USER .*COMMAND'
	[ "$(s6_pid app)" = "$first" ]
	alive "$watcher"
	# The head dies: nobody leaves, and top is the same.
	s6-svc -k "$T/s6/ptyhead-app"
	newer() { running ptyhead s6_pid ptyhead-app && [ "$PID" != "$head" ]; }
	wait_for 10 newer
	[ "$(s6_pid app)" = "$first" ]

	another() { running top s6_pid app && [ "$PID" != "$first" ]; }
	tm_keys q
	wait_for 10 another
	# Its log has none of what it draws.
	wait_for 5 test -e "$T/logs/app/current"
	not has "$T/logs/app/current" 'PID USER'
	# Both see the second run.
	tm_keys 1 # each processor on a line of its own
	tm_wait 5 '^%Cpu0 '
	alive "$watcher"
}

@test "s6: who may only look cannot take the other role" {
	copy s6
	s6_start "$T/s6"
	wait_for 10 running top s6_pid app
	run timeout -s KILL 5 ptyhead-attach "$T/run/app.watch.sock" </dev/null
	[ "$status" -eq 1 ]
	run timeout -s KILL 5 s6-ptyexec -n other "$T/run/app.watch.sock" true </dev/null
	[ "$status" -eq 111 ]
}

@test "runit: a shell runs, is used, and comes back after exit" {
	copy runit
	runit_start "$T/runit"
	wait_for 10 running bash runit_pid console
	first=$PID
	[ "$(mode_of "$T/run/console.sock")" = 600 ]
	sv check "$T/runit/console" "$T/runit/ptyhead-console"
	tm_start 80x24 ptyhead-attach "$T/run/console.sock"
	tm_wait 5 '[$#]$'
	tm_keys 'tty; echo pid-$$-' Enter
	tm_wait 5 '^/dev/pts/'
	tm_wait 5 "^pid-$first-"
	wait_for 5 has "$T/logs/console/current" '[$#] tty; echo pid-..-$'
	wait_for 5 has "$T/logs/console/current" " pid-$first-$"
	tm_keys exit Enter
	another() { running bash runit_pid console && [ "$PID" != "$first" ]; }
	wait_for 10 another
	tm_keys 'echo pid-$$-' Enter
	tm_wait 5 "^pid-$PID-"
}

@test "runit: the shell of another user owns its terminal" {
	copy runit
	export CONSOLE_USER=nobody
	runit_start "$T/runit"
	wait_for 10 running bash runit_pid console
	wait_for 5 gives nobody stat -c %U "/proc/$PID"
	tm_start 80x24 ptyhead-attach "$T/run/console.sock"
	tm_wait 5 '[$#]$'
	# To open the terminal by its name is what -o is for.
	tm_keys 'id -un; echo opened >$(tty)' Enter
	tm_wait 5 '^nobody$'
	tm_wait 5 '^opened$'
}

@test "daemontools: top at a size of its own, in folders with nothing but a run" {
	copy daemontools
	# runsv reads the same folders, as s6-supervise does; it knows of no more here.
	run -0 find "$T/daemontools" -mindepth 2 -not -name run
	[ -z "$output" ]
	runit_start "$T/daemontools"
	wait_for 10 running top runit_pid wall
	[ "$(stty -F "$(tty_of "$PID")" size)" = '30 100' ]
	tm_start 100x30 ptyhead-attach "$T/run/wall.sock"
	tm_wait 5 '^ *PID USER .*COMMAND'
	# In secure mode.
	tm_keys k
	tm_wait 5 'Unavailable in secure mode'
	first=$PID
	another() { running top runit_pid wall && [ "$PID" != "$first" ]; }
	sv term "$T/daemontools/wall"
	wait_for 10 another
}

# The machine of the systemd example, installed as its README says.
boot_example() {
	sd_units "$T/units" "$REPO"/systemd/*.service "$REPO"/systemd/*.socket
	sd_boot "$T/units"
	sd useradd --system --shell /bin/bash app
	sd groupadd --system operators
	sd useradd --system --groups operators helen
	sd sh -c 'cp -r "$0"/*.service "$0"/*.socket.d /etc/systemd/system/' "$REPO/examples/systemd"
	sd systemctl daemon-reload
	sd systemctl start console wall
}
as() {
	local user=$1
	shift
	sd setpriv --reuid "$user" --regid "$(sd id -g "$user")" --init-groups "$@"
}
main_runs() {
	[[ $(sd_exe "$(sd_prop "$1" MainPID)") = */"$2" ]]
}

@test "systemd: the console is for its user and the operators, and comes back" {
	boot_example
	wait_for 5 main_runs console.service bash
	first=$(sd_prop console.service MainPID)
	[ "$(sd stat -c '%U %G %a' /run/ptyhead/console.sock)" = 'app operators 660' ]
	tm_start 80x24 "$SD_IN" setpriv --reuid helen --regid helen --init-groups ptyhead-attach console
	tm_wait 5 '[$#]$'
	tm_keys 'id -un; echo pid-$$-' Enter
	tm_wait 5 '^app$'
	tm_wait 5 "^pid-$first-"
	sd systemctl kill -s KILL console
	another() { main_runs console.service bash && [ "$(sd_prop console.service MainPID)" != "$first" ]; }
	wait_for 5 another
	tm_keys 'echo pid-$$-' Enter
	tm_wait 5 "^pid-$(sd_prop console.service MainPID)-"
	run as nobody timeout -s KILL 5 ptyhead-attach console
	[ "$status" -eq 111 ]
}

@test "systemd: anyone may look at the wall, and only look" {
	boot_example
	wait_for 5 main_runs wall.service htop
	tm_start 100x30 "$SD_IN" setpriv --reuid nobody --regid nogroup --clear-groups ptyhead-attach -r wall.watch
	tm_wait 5 '^ *PID USER .*Command'
	tm_wait 5 '^F1Help'
	first=$(sd_prop wall.service MainPID)
	tm_keys q
	# Had it reached htop, htop would be another by the time root's key has.
	tm_again "$SD_IN" ptyhead-attach wall
	tm_wait 5 '^F1Help'
	tm_keys F1
	tm_wait 5 '^htop .* - '
	[ "$(sd_prop wall.service MainPID)" = "$first" ]
	run as nobody timeout -s KILL 5 ptyhead-attach wall
	[ "$status" -eq 111 ]
	run as nobody timeout -s KILL 5 ptyhead-attach wall.watch
	[ "$status" -eq 1 ]
}
