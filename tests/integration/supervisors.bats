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
		# One that stops by a command.
		sed -n "/^\[program:app\]/,\$p" "$EXAMPLES/supervisord/ptyhead.conf" |
			sed "s/^\[program:app/[program:con/; s/ app top/ app:con console/; s/^autorestart=.*/autorestart=unexpected/; s/errors-app/errors-con/" \
				>/usr/local/conf.d/con.conf
		printf "#!/bin/sh\nwhile read -r line; do [ \"\$line\" != stop ] || exit 0; done\n" >/usr/local/bin/console
		chmod 755 /usr/local/bin/console
		sed -e "s,/var/run/,/run/,; s,/var/log/supervisor,/var/log,; s,/etc/supervisor/,/usr/local/," \
			/etc/supervisor/supervisord.conf >/usr/local/supervisord.conf
		' supervisord -n -c /usr/local/supervisord.conf
	session super_pid
	runs ptyhead-log super_pid ptyhead-log-app
	wait_for 10 own grep -q 'run 3 started' /var/log/ptyhead/app.log
	# Each run once.
	[ "$(own grep -c 'run 2 started' /var/log/ptyhead/app.log)" = 1 ]
	# A new head by its own command.
	local head
	head=$(super_pid ptyhead-app)
	super restart ptyhead-app
	another ptyhead "$head" super_pid ptyhead-app
	wait_for 10 shows 'PID USER .*COMMAND'
	alive "$LAST"
	own ptyhead-wait -t 10 -w --start app:con
	own ptyhead-send -t 10 app:con stop
	con_over() { super status con | grep -q EXITED; }
	wait_for 10 con_over
	super start con
	runs dash super_pid con || runs sh super_pid con
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
	local service pid
	[ "${ORC-}" ] || return 0
	for service in app con ptyhead.app ptyhead.con ptyhead-fdholder; do
		orc "$service" stop && continue
		# Their environment has not this test's mark.
		for pid in $(own cat "/run/supervise-$service.pid" "/run/openrc/options/$service/child_pid" 2>/dev/null); do
			kill -KILL "$pid" 2>/dev/null || :
		done
	done
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
	# A program that stops by a command: the README's lines.
	{
		sed -e 's/ptyhead\.app/ptyhead.con/; s/-l app top/-l con console/' "$EXAMPLES/openrc/app"
		sed -n '/^    stop_pre/,/^    }/p' "$EXAMPLES/openrc/README.md" | sed 's/ app\b/ con/g'
	} >"$T/con"
	grep -q -- '--exit con' "$T/con"
	cat >"$T/console" <<-'EOC'
		#!/bin/sh
		while read -r line; do [ "$line" != stop ] || { echo saved; exit 7; }; done
	EOC
	own install -m 755 "$T/con" /etc/init.d/con
	own ln -s ptyhead /etc/init.d/ptyhead.con
	own install -m 755 "$T/console" /usr/local/bin/console
	orc con start
	own ptyhead-wait -t 10 -w --start con
	orc con stop
	own ptyhead-list con >"$T/list"
	has "$T/list" '^con +ended .* exit 7 '
	has <(own ptyhead-show con) '^saved'
	# The link is what names the terminal.
	run orc ptyhead start
	[ "$status" -ne 0 ]
	[[ $output = *'ln -s ptyhead /etc/init.d/ptyhead.NAME'* ]]
}

# The directories that define services in FOLDER.
definitions() { (cd "$1" && printf '%s\n' */type) | sed 's|/type$||'; }

# What s6-rc-compile refuses, and names that lead nowhere.
definitions_agree() {
	local src=$1 known=$2 name other file
	for name in $(definitions "$src"); do
		for file in "$src/$name"/*; do
			case ${file##*/} in
			type | run | finish | notification-fd | timeout-kill | down-signal | dependencies.d | producer-for | consumer-for | pipeline-name) ;;
			*) echo "$file: not a file of a definition" && return 1 ;;
			esac
		done
		[ "$(<"$src/$name/type")" = longrun ] && [ -x "$src/$name/run" ]
		for file in "$src/$name"/dependencies.d/*; do
			[ -e "$file" ] || continue
			other=${file##*/}
			[[ -e $src/$other/type || $known = *" $other "* ]] || { echo "$file: no such service" && return 1; }
		done
		if [ -e "$src/$name/producer-for" ]; then
			other=$(<"$src/$name/producer-for")
			[ "$(<"$src/$other/consumer-for")" = "$name" ]
		fi
		if [ -e "$src/$name/consumer-for" ]; then
			other=$(<"$src/$name/consumer-for")
			[ "$(<"$src/$other/producer-for")" = "$name" ]
			[ -s "$src/$name/pipeline-name" ] && [ ! -e "$src/$(<"$src/$name/pipeline-name")" ]
		fi
	done
}

# scan_made SOURCE SCANDIR : the same as service directories that are down; a consumer is
# the log/ of its producer.
scan_made() {
	local name to
	mkdir "$2"
	for name in $(definitions "$1"); do
		[ ! -e "$1/$name/consumer-for" ] || continue
		cp -r "$1/$name" "$2/$name"
		: >"$2/$name/down"
		if [ -e "$1/$name/producer-for" ]; then
			to=$2/$name/log
			cp -r "$1/$(<"$1/$name/producer-for")" "$to"
		fi
	done
}

# brought_up SERVICE : after what it depends on, and until it is ready, where it tells.
brought_up() {
	local dir=$S6_SCANDIR/$1 file wait=u
	for file in "$dir"/dependencies.d/*; do
		if [ -e "$S6_SCANDIR/${file##*/}/run" ]; then brought_up "${file##*/}"; fi
	done
	[ ! -e "$dir/notification-fd" ] || wait=U
	s6-svc -u -w "$wait" -T 5000 "$dir"
}

# A whole session with these definitions.
definitions_used() {
	scan_made "$1" "$T/scan"
	ownroot_start "$T/svscan.log" : s6-svscan -t0 "$T/scan"
	# shellcheck disable=SC2034 # for s6_stop
	S6_SCANDIR=$T/scan S6_PID=$OWNROOT
	wait_for 5 s6-svscanctl "$S6_SCANDIR" 2>/dev/null
	wait_for 5 s6-svok "$S6_SCANDIR/app"
	# app's alone brings the others up.
	brought_up app
	# Nothing had to be tried again.
	[ "$(s6-svdt "$S6_SCANDIR/app" | wc -l)" = 0 ]
	session s6_pid
	[ "$(name_of "$(parent_of "$LAST")")" = s6-supervise ]
	wait_for 5 own test -e /var/log/ptyhead/app/current
	s6-svc -wd -T 5000 -d "$S6_SCANDIR/app"
	not alive "$LAST"
	own ptyhead-list app >"$T/list"
	has "$T/list" '^app +ended .* exit 0 '
	s6_stop
}

@test "s6-rc: the definitions agree with each other, and run under s6-svscan" {
	cmp "$EXAMPLES/s6/fdholder/run" "$EXAMPLES/s6-rc/ptyhead-fdholder/run"
	definitions_agree "$EXAMPLES/s6-rc" ''
	definitions_used "$EXAMPLES/s6-rc"
}

@test "s6-overlay: what it adds agrees with s6-rc's definitions, and they run" {
	cp -r "$EXAMPLES/s6-rc" "$T/s6-rc.d"
	rm "$T/s6-rc.d/README.md"
	cp -r "$EXAMPLES/s6-overlay/s6-rc.d/." "$T/s6-rc.d"
	# No folder without a type but the bundle that s6-overlay has itself.
	(cd "$T/s6-rc.d" && for d in */; do [ -e "$d/type" ] || echo "$d"; done) >"$T/untyped"
	[ "$(<"$T/untyped")" = user/ ]
	definitions_agree "$T/s6-rc.d" ' base '
	# The bundle names what there is: a pipeline.
	[ "$(ls "$T/s6-rc.d/user/contents.d")" = "$(cat "$T/s6-rc.d"/*/pipeline-name)" ]
	definitions_used "$T/s6-rc.d"
}
