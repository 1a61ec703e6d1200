#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The examples for supervisord, OpenRC, s6-rc and s6-overlay, used as far as Debian ships
# what they need: the program is the supervisor's child, is seen and typed at, comes back
# when it is killed, and does not notice that its head is.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/ownroot
load ../helpers/s6

setup() {
	common_setup
	export EXAMPLES=$REPO/examples
}
teardown() {
	orc_stop
	common_teardown
}

# runs NAME PID-COMMAND... : that program has the pid, which is left in $PID.
runs() {
	local name=$1
	shift
	PID=$("$@" 2>/dev/null) && [ "${PID:-0}" -gt 0 ] && is_program "$PID" "$name"
}
# another NAME WAS PID-COMMAND... : so, and it is not WAS.
another() {
	local was=$2
	runs "$1" "${@:3}" && [ "$PID" != "$was" ]
}
shows() { own ptyhead-show app 2>/dev/null | grep -qE -e "$1"; }

# A session with top on the terminal app: PID-COMMAND gets the name of a service and says
# its pid.
session() {
	local pid_of=$1 head
	wait_for 15 runs top "$pid_of" app
	wait_for 15 runs ptyhead "$pid_of" ptyhead-app
	head=$PID
	wait_for 10 shows 'PID USER .*COMMAND'
	runs top "$pid_of" app
	local first=$PID
	start nsenter -t "$OWNROOT" -m -- ptyhead-attach -r app </dev/null >"$T/watched" 2>"$T/watcher.log"
	local watcher=$STARTED
	wait_for 5 has "$T/watched" 'load average'
	[ "$(own stat -c '%U %a' /run/ptyhead/app.sock)" = 'ptyhead 600' ]
	[ "$(own stat -c %U "/proc/$head")" = ptyhead ]
	# The head is killed: neither top nor who watches it notices.
	kill -KILL "$head"
	wait_for 15 another ptyhead "$head" "$pid_of" ptyhead-app
	own ptyhead-send -t 10 app 1
	wait_for 10 shows '^%Cpu0 '
	runs top "$pid_of" app
	[ "$PID" = "$first" ]
	alive "$watcher"
	# top is killed, and then quits: each time it comes back.
	kill -KILL "$first"
	wait_for 15 another top "$first" "$pid_of" app
	first=$PID
	wait_for 10 shows 'PID USER .*COMMAND'
	own ptyhead-send -t 10 -n app q
	wait_for 15 another top "$first" "$pid_of" app
	LAST=$PID
	alive "$watcher"
}

super() { own supervisorctl -c /usr/local/supervisord.conf "$@"; }
super_pid() { super pid "$1"; }

@test "supervisord: top on a terminal" {
	# shellcheck disable=SC2016 # for the shell there
	ownroot_start "$T/supervisord.log" '
		mkdir -p /usr/local/libexec/ptyhead /var/log/ptyhead /usr/local/conf.d
		install -m 755 "$EXAMPLES/supervisord/head" /usr/local/libexec/ptyhead/head
		install -m 755 "$EXAMPLES/s6/fdholder/run" /usr/local/libexec/ptyhead/fdholder
		cp "$EXAMPLES/supervisord/ptyhead.conf" /usr/local/conf.d
		sed -e "s,/var/run/,/run/,; s,/var/log/supervisor,/var/log,; s,/etc/supervisor/,/usr/local/," \
			/etc/supervisor/supervisord.conf >/usr/local/supervisord.conf
		' supervisord -n -c /usr/local/supervisord.conf
	session super_pid
	runs ptyhead-log super_pid ptyhead-log-app
	wait_for 10 own grep -q 'run 3 started' /var/log/ptyhead/app.log
	# Each run once.
	[ "$(own grep -c 'run 2 started' /var/log/ptyhead/app.log)" = 1 ]
	super stop app
	not alive "$LAST"
	own ptyhead-list app >"$T/list"
	has "$T/list" '^app +ended .* exit 0 '
	super shutdown
	wait_for 10 not alive "$OWNROOT"
}

# OpenRC's own commands, on a machine that it did not boot: `softlevel` says that it did.
orc() { own rc-service --nocolor "$@" </dev/null 2>&1 3>&-; }
orc_pid() { own cat "/run/openrc/options/${1/ptyhead-/ptyhead.}/child_pid" 2>/dev/null; }
orc_stop() {
	local service
	[ "${ORC-}" ] || return 0
	for service in app ptyhead.app ptyhead-fdholder; do orc "$service" stop; done
}

@test "OpenRC: supervise-daemon runs top on a terminal" {
	# shellcheck disable=SC2016 # for the shell there
	ownroot_start "$T/openrc.log" '
		mount -t tmpfs own /etc/init.d
		cp "$EXAMPLES"/openrc/app "$EXAMPLES"/openrc/ptyhead "$EXAMPLES"/openrc/ptyhead-fdholder /etc/init.d
		ln -s ptyhead /etc/init.d/ptyhead.app
		install -D -m 755 "$EXAMPLES/s6/fdholder/run" /usr/local/libexec/ptyhead/fdholder
		mkdir /run/openrc
		: >/run/openrc/softlevel
		rc-status -a
		: >/run/ready' sleep infinity
	wait_for 10 own test -e /run/ready
	ORC=yes
	# Starts its head and the fd-holder too.
	orc app start
	session orc_pid
	[ "$(name_of "$(parent_of "$LAST")")" = supervise-daemo ]
	# Neither is in app's way.
	orc ptyhead.app restart
	orc ptyhead-fdholder status
	alive "$LAST"
	wait_for 10 shows 'PID USER .*COMMAND'
	orc app stop
	not alive "$LAST"
	own ptyhead-list app >"$T/list"
	has "$T/list" '^app +ended .* exit 0 '
	# The link is what names the terminal.
	run orc ptyhead start
	[ "$status" -ne 0 ]
	[[ $output = *'ln -s ptyhead /etc/init.d/ptyhead.NAME'* ]]
}
