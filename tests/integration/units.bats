#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The unit files, under a systemd of their own: what they promise of access, of
# stopping and starting, and of exposure.

# shellcheck disable=SC1003,SC2016,SC2317 # what is typed at a shell; called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/systemd
load ../helpers/tmux

# One machine for all; each test has terminals of other names.
setup_file() {
	common_setup "$BATS_FILE_TMPDIR"
	sd_units "$T/units" "$REPO"/systemd/*.service "$REPO"/systemd/*.socket
	cat >"$T/units/prog@.service" <<-'EOS'
		[Unit]
		Wants=ptyhead@%i.socket
		After=ptyhead@%i.socket ptyhead@%i.service
		[Service]
		Environment="PS1=ready> "
		ExecStart=s6-ptyexec %i bash --norc -i
		Restart=always
		KillSignal=SIGHUP
	EOS
	sd_units "$T/user" "$REPO"/systemd/user/*
	sed 's/s6-ptyexec %i/s6-ptyexec -l %i/' "$T/units/prog@.service" >"$T/user/prog@.service"
	# A user's manager, as user@.service would start it, without PAM.
	cat >"$T/units/manager.service" <<-EOS
		[Service]
		Type=notify
		User=nobody
		Environment=XDG_RUNTIME_DIR=/run/user/nobody SYSTEMD_UNIT_PATH=$T/user:/lib/systemd/user
		ExecStartPre=+install -d -m 700 -o nobody /run/user/nobody
		ExecStart=/lib/systemd/systemd --user
		Delegate=yes
		KillMode=mixed
	EOS
	# The user manager may read its units.
	chmod -R go+rX "$T"
	sd_boot "$T/units"
}
teardown_file() { sd_halt; }
setup() { common_setup; }
teardown() { common_teardown; }

# The program of prog@NAME is there; its pid in $MAIN.
prog_is_up() {
	MAIN=$(sd_prop "prog@$1.service" MainPID)
	[[ $(sd_exe "$MAIN") = */bash ]]
}
start_prog() {
	sd systemctl start "prog@$1.service"
	wait_for 5 prog_is_up "$1"
}
as_nobody() { sd setpriv --reuid nobody --regid nogroup --clear-groups "$@"; }
mode_of() { sd stat -c '%U %G %a' "$1"; }
attach_and_see() {
	tm_start 80x24 "$SD_IN" ptyhead-attach "$@"
	tm_wait 5 '^ready>'
}

@test "ptyhead@.service: its exposure is at most 0.5" {
	run systemd-analyze security --offline=true "$BATS_FILE_TMPDIR/units/ptyhead@.service"
	echo "$output"
	[[ $output =~ 'Overall exposure level for ptyhead@'.*': '([0-9]+)\.([0-9]+)' ' ]]
	[ "$((BASH_REMATCH[1] * 10 + BASH_REMATCH[2]))" -le 5 ]
}

@test "systemd-analyze verify finds nothing to say" {
	mkdir "$T/system" "$T/user"
	export XDG_RUNTIME_DIR=$T
	for f in "$REPO"/systemd/*.service "$REPO"/systemd/*.socket; do
		sed "s|@BINDIR@|$PTYHEAD_BUILD|g; s|@LIBEXECDIR@|$REPO/systemd|g" "$f" >"$T/system/${f##*/}"
	done
	for f in "$REPO"/systemd/user/*; do
		sed "s|@BINDIR@|$PTYHEAD_BUILD|g; s|@LIBEXECDIR@|$REPO/systemd|g" "$f" >"$T/user/${f##*/}"
	done
	for unit in ptyhead@app.service ptyhead@app.socket ptyhead-watch@app.socket; do
		run systemd-analyze verify --man=no --recursive-errors=one "$T/system/$unit"
		[ "$status $output" = '0 ' ]
		run systemd-analyze verify --user --man=no --recursive-errors=one "$T/user/$unit"
		[ "$status $output" = '0 ' ]
	done
}

@test "a socket that is started is all that a program needs; the head has a user of its own" {
	sd systemctl start ptyhead@one.socket ptyhead@two.socket
	[ "$(mode_of /run/ptyhead/one.sock)" = 'root root 600' ]
	[ "$(mode_of /run/ptyhead)" = 'root root 755' ]
	# Nobody came yet: no head.
	sd_is ptyhead@one.service inactive
	start_prog one
	start_prog two
	sd_is ptyhead@one.service active
	local main
	for name in one two; do
		main=$(sd_prop "ptyhead@$name.service" MainPID)
		[ "$(sd_exe "$main")" = /usr/local/bin/ptyhead ]
		[ "$(sd stat -c %U "/proc/$main")" = "ptyhead-$name" ] || [ "$(sd stat -c %u "/proc/$main")" -ge 61184 ]
		run sd grep -E '^Cap(Eff|Prm|Inh|Bnd|Amb):' "/proc/$main/status"
		[ "$(grep -c ':[[:space:]]0*$' <<<"$output")" -eq 5 ]
	done
	[ "$(sd stat -c %u "/proc/$(sd_prop ptyhead@one.service MainPID)")" != "$(sd stat -c %u "/proc/$(sd_prop ptyhead@two.service MainPID)")" ]
	# The terminals are in the store.
	[ "$(sd_prop ptyhead@one.service NFileDescriptorStore)" -ge 1 ]
	attach_and_see one
	tm_keys 'echo pid-$$-' Enter
	tm_wait 5 "^pid-$(sd_prop prog@one.service MainPID)-"
}

@test "nobody but root may connect, until a drop-in says who" {
	start_prog shut
	run as_nobody timeout -s KILL 5 ptyhead-attach shut
	[ "$status" -eq 111 ]
	sd mkdir -p /etc/systemd/system/ptyhead@open.socket.d
	sed 's/SocketUser=.*/SocketUser=daemon/; s/SocketGroup=.*/SocketGroup=nogroup/' "$REPO/systemd/access.conf.example" |
		sd tee /etc/systemd/system/ptyhead@open.socket.d/access.conf >/dev/null
	sd systemctl daemon-reload
	start_prog open
	[ "$(mode_of /run/ptyhead/open.sock)" = 'daemon nogroup 660' ]
	tm_start 80x24 "$SD_IN" setpriv --reuid nobody --regid nogroup --clear-groups ptyhead-attach open
	tm_wait 5 '^ready>'
	tm_keys 'echo typed-$((1 + 2))-' Enter
	tm_wait 5 '^typed-3-'
}

@test "who connects to the watch socket looks, and does nothing else" {
	start_prog seen
	[ "$(mode_of /run/ptyhead/seen.watch.sock)" = 'root root 600' ]
	tm_start 80x24 "$SD_IN" ptyhead-attach -r seen.watch
	tm_wait 5 '^ready>'
	tm_keys 'echo watcher-typed' Enter
	# The roles that it does not admit.
	run sd timeout -s KILL 5 ptyhead-attach seen.watch
	[ "$status" -eq 1 ]
	run sd timeout -s KILL 5 s6-ptyexec -n other seen.watch true
	[ "$status" -eq 111 ]
	# By the time that this was typed and seen, the watcher's line would have been.
	tm_stop
	attach_and_see seen
	tm_keys 'echo typed-$((1 + 2))-' Enter
	tm_wait 5 '^typed-3-'
	tm_shows_not 'watcher'
	# A watcher does not set the size.
	tm_stop
	tm_start 40x10 "$SD_IN" ptyhead-attach -r seen.watch
	tm_wait 5 'typed-3-'
	[ "$(sd stty -F "$(sd readlink "/proc/$MAIN/fd/0")" size)" = '24 80' ]
}

@test "stopping a socket takes its file away and nothing else; a restart of the head brings it back as it now shall be" {
	start_prog late
	local pid=$MAIN socket
	attach_and_see late
	tm_keys 'echo before-$((1 + 2))-' Enter
	tm_wait 5 '^before-3-'
	for socket in ptyhead ptyhead-watch; do
		sd mkdir -p "/etc/systemd/system/$socket@late.socket.d"
		printf '[Socket]\nSocketMode=0666\n' | sd tee "/etc/systemd/system/$socket@late.socket.d/mode.conf" >/dev/null
	done
	sd systemctl daemon-reload
	sd systemctl stop ptyhead@late.socket ptyhead-watch@late.socket
	[ -z "$(sd sh -c 'ls /run/ptyhead/late.*' 2>/dev/null)" ]
	sd_is ptyhead@late.service active
	tm_keys 'echo between-$((1 + 2))-' Enter
	tm_wait 5 '^between-3-'

	sd systemctl restart ptyhead@late.service
	[ "$(mode_of /run/ptyhead/late.sock)" = 'root root 666' ]
	[ "$(mode_of /run/ptyhead/late.watch.sock)" = 'root root 666' ]
	prog_is_up late
	[ "$MAIN" = "$pid" ]
	# The viewer who was there goes on, as does one who comes.
	tm_keys 'echo after-$((1 + 2))-' Enter
	tm_wait 5 '^after-3-'
	run as_nobody timeout -s KILL 1 ptyhead-attach -r late.watch </dev/null
	[[ $output = *before-3-*between-3-*after-3-* ]]
}

@test "stopping the head hangs up the program, and it comes back with its terminal" {
	start_prog gone
	local pid=$MAIN
	another() { prog_is_up gone && [ "$MAIN" != "$pid" ]; }
	sd systemctl stop ptyhead@gone.service
	wait_for 5 another
	attach_and_see gone
	tm_keys 'echo pid-$$-' Enter
	tm_wait 5 "^pid-$MAIN-"
}

# said NAME REGEX : a line of the program's journal is just that.
said() {
	sd_journal -o cat -u "$1.service" >"$T/said"
	has "$T/said" "$2"
}

# logs NAME SCRIPT : a service that runs that script of sh on NAME's terminal, with its log.
logs() {
	printf "%s\n" "$2" >"$BATS_FILE_TMPDIR/$1.sh"
	chmod go+rX "$BATS_FILE_TMPDIR/$1.sh"
	printf '%s\n' '[Unit]' "Wants=ptyhead@$1.socket" "After=ptyhead@$1.socket ptyhead@$1.service" \
		'[Service]' 'SyslogLevelPrefix=no' "ExecStart=s6-ptyexec -l $1 sh $BATS_FILE_TMPDIR/$1.sh" |
		sd tee "/etc/systemd/system/$1.service" >/dev/null
	sd systemctl daemon-reload
	sd systemctl start "$1.service"
}

@test "the journal of a unit with s6-ptyexec -l has what the program writes, as lines; the head's has nothing of it" {
	logs talk 'printf "\033[31mred\033[m words\n<0>not urgent\n"; for i in 1 2 3; do printf "\r$i of 3"; done; echo; exit 3'
	wait_for 8 said talk '^3 of 3$'
	wait_for 8 sd_is talk.service failed
	[ "$(sd_journal -o cat -u talk.service _TRANSPORT=stdout)" = $'red words\n<0>not urgent\n3 of 3' ]
	[ "$(sd_prop talk.service ExecMainStatus)" = 3 ]
	# Its priority is the unit's to say, and not the program's.
	run -0 sd_journal -p warning -u talk.service _TRANSPORT=stdout
	[ -z "$output" ]
	not eval 'sd_journal -o cat -u ptyhead@talk | grep -q words'
}

@test "a life without trouble, in this test and those above, leaves no warning in the journal" {
	start_prog calm
	attach_and_see calm
	sd systemctl restart ptyhead@calm.service
	sd systemctl stop prog@calm.service ptyhead@calm.socket ptyhead-watch@calm.socket ptyhead@calm.service
	# But for the test above, whose program ends with 3.
	run eval 'sd_journal -p warning | grep -v "talk\.service: Failed with result"'
	echo "$output"
	[ -z "$output" ]
	# What the programs say on stderr has no priority of its own.
	run -0 sd_journal -u prog@calm.service -u ptyhead@calm.service
	echo "$output"
	[[ $output = *'Started ptyhead@calm.service'* ]]
	[[ ! $output =~ warning:|fatal:|Sanitizer|'runtime error' ]]
}

@test "a journald that stands still, or dies, stops no program, and the log goes on" {
	logs much "echo first
		until [ -e /run/flood ]; do sleep 0.05; done
		timeout 2 yes 'a line of a flood, of which there are many'
		date +%s >/run/flooded
		until [ -e /run/over ]; do [ ! -e /run/say ] || { cat /run/say; rm /run/say; }; sleep 0.05; done"
	wait_for 5 said much '^first$'
	local journald from
	journald=$(sd_prop systemd-journald.service MainPID)
	[ "$journald" -gt 1 ]
	sd kill -STOP "$journald"
	from=$SECONDS
	sd touch /run/flood
	wait_for 20 sd test -e /run/flooded
	[ $((SECONDS - from)) -le 8 ]
	sd kill -CONT "$journald"
	wait_for 10 said much '^\[[0-9]+ lines left out\]$'
	goes_on() { echo "$1" | sd tee /run/say >/dev/null && sleep 0.3 && said much "^$1$"; }
	wait_for 15 goes_on again
	sd kill -KILL "$journald"
	wait_for 10 goes_on 'after its death'
	sd touch /run/over
}

@test "a user's own manager does it as well" {
	sd systemctl start manager.service
	local user=("$SD_IN" setpriv --reuid nobody --regid nogroup --clear-groups env XDG_RUNTIME_DIR=/run/user/nobody)
	wait_for 5 gives running "${user[@]}" systemctl --user is-system-running
	"${user[@]}" systemctl --user start ptyhead-watch@mine.socket prog@mine.service
	pid_mine() { "${user[@]}" systemctl --user show -P MainPID prog@mine.service; }
	mine_is_up() { [[ $(sd_exe "$(pid_mine)") = */bash ]]; }
	wait_for 5 mine_is_up
	[ "$(mode_of /run/user/nobody/ptyhead)" = 'nobody nogroup 700' ]
	tm_start 80x24 "${user[@]}" ptyhead-attach mine
	tm_wait 5 '^ready>'
	tm_keys 'echo pid-$$-' Enter
	tm_wait 5 "^pid-$(pid_mine)-"
	"${user[@]}" systemctl --user restart ptyhead@mine.service
	tm_again "${user[@]}" ptyhead-attach -r mine.watch
	tm_wait 5 "^pid-$(pid_mine)-"
	# Its programs log as the system's do.
	logged() { sd_journal -o cat _SYSTEMD_UNIT=manager.service >"$T/said"; has "$T/said" '^ready> echo pid-..-$'; }
	wait_for 5 logged
	# Of the manager itself: this one has no bus.
	run -0 sd_journal -p warning _SYSTEMD_UNIT=manager.service
	echo "$output"
	! grep -v -e "Failed to connect to system bus" -e "^$" <<<"$output" || false
}
