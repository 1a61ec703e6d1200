#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Programs that end and leave others on their terminal: launchers of Type=forking units,
# servers that put themselves into the background, children that outlive their parent.

# shellcheck disable=SC2016,SC2317 # for other shells; called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/systemd
load ../helpers/tmux

setup_file() {
	common_setup "$BATS_FILE_TMPDIR"
	# Says what it reads, until it is told to quit.
	cat >"$T/server" <<-'EOS'
		echo $$ >"$0.$1"
		echo "$1 up"
		while read -r line; do
			echo "$1 got $line"
			case $line in
			quit) break ;;
			close) exec </dev/null >/dev/null 2>&1; exec sleep 1000 ;;
			ask) stty -echo -icanon min 1 time 5; printf '\033[6n'; dd bs=32 count=1 2>/dev/null | grep -q R && echo answered; stty sane ;;
			size) stty size ;;
			esac
		done
		echo "$1 down"
	EOS
	# Starts it in a session of its own and ends, as daemons do that fork twice.
	cat >"$T/launcher" <<-EOS
		for name; do setsid -f sh $T/server "\$name"; done
		echo launched
	EOS
	sd_units "$T/units" "$REPO"/systemd/*.service "$REPO"/systemd/*.socket
	for name in fork forklog; do
		cat >"$T/units/$name.service" <<-EOS
			[Unit]
			Wants=ptyhead@$name.socket
			After=ptyhead@$name.socket ptyhead@$name.service
			StartLimitIntervalSec=0
			[Service]
			Type=forking
			ExecStart=s6-ptyexec $name env --ignore-signal=HUP sh $T/launcher server
			Restart=always
			RestartSec=100ms
		EOS
	done
	sed -i 's/s6-ptyexec /&-l /' "$T/units/forklog.service"
	echo "PIDFile=$T/server.server" >>"$T/units/forklog.service"
	chmod -R go+rX "$T"
	sd_boot "$T/units"
}
teardown_file() { sd_halt; }
setup() {
	common_setup
	S=$T/s
}
teardown() { common_teardown; }

head_starts() {
	start ptyhead -v 2 "$S" 2>"$T/head.log"
	HEAD=$STARTED
	wait_for 5 test -S "$S"
}
# launch NAME... : servers of those names, left behind on the terminal.
launch() { s6-ptyexec "$S" env --ignore-signal=HUP sh "$BATS_FILE_TMPDIR/launcher" "$@"; }
# ends PID STATUS : what was started does.
ends() {
	local status=0
	wait "$1" || status=$?
	echo "$1 ended with $status"
	[ "$status" = "$2" ]
}
state() { ptyhead-list "$S" | awk 'NR == 2 { print $2 }'; }
# looked_at VIEWERS WATCHERS : what was started is there.
looked_at() { ptyhead-list --json "$S" | grep -q "\"viewers\": $1, \"watchers\": $2,"; }
state_is() { [ "$(state)" = "$1" ]; }

@test "a server that a launcher left behind is typed to, answered, sized and shown, until it closes the terminal" {
	head_starts
	launch server
	wait_for 5 state_is left
	ptyhead-wait -t 5 --since start --or-exit -F 'server up' "$S"
	[ "$(ptyhead-send -t 5 -w '^server got .*' "$S" hello)" = 'server got hello' ]
	tm_start 70x20 ptyhead-attach "$S"
	tm_wait 5 '^server got hello'
	tm_keys size Enter
	tm_wait 5 '^20 70'
	[ "$(ptyhead-send -t 5 -w '^answered' "$S" ask)" = answered ]
	run -0 ptyhead-wait -t 5 --exit "$S"
	run -0 ptyhead-wait -t 5 --start "$S"
	run -99 ptyhead-wait -t 0.3 --or-exit -F nothing "$S"
	run -1 ptyhead-show --run 0 "$S"
	start timeout 20 ptyhead-wait --or-exit -F nothing "$S"
	local waiting=$STARTED
	start timeout 20 ptyhead-attach -1 "$S" </dev/null >"$T/one"
	local one=$STARTED
	start timeout 20 ptyhead-record --to exit -o "$T/cast" "$S"
	local recording=$STARTED
	start timeout 20 ptyhead-log -rf --run 0 "$S" >"$T/lines"
	local log=$STARTED
	wait_for 5 has "$T/lines" 'server got ask'
	wait_for 5 has "$T/one" 'server got ask'
	wait_for 5 looked_at 3 2
	ptyhead-send "$S" quit
	ends "$waiting" 98
	ends "$one" 0
	ends "$recording" 0
	ends "$log" 0
	[[ $(<"$T/lines") = *'server down'*'what the program left behind has closed the terminal'* ]]
	has "$T/cast" 'server down'
	tm_wait 5 'what the program left behind has closed the terminal'
	state_is ended
	run -1 ptyhead-send "$S" more
	run -98 ptyhead-wait -t 5 --or-exit -F nothing "$S"
	# The screen of its end is the server's.
	[[ $(ptyhead-show --run 0 "$S" 2>"$T/when") = *'server down'* ]]
	has "$T/head.log" 'run 1 ended, wait status 0x0000; others have the terminal open'
	has "$T/head.log" 'what run 1 left behind has closed the terminal'
}

@test "two servers hold the terminal: it is theirs until the second has closed it" {
	head_starts
	launch one two
	ptyhead-wait -t 5 --since start -F 'one up' "$S"
	ptyhead-wait -t 5 --since start -F 'two up' "$S"
	# Both would read what is typed, a byte each by turns: they are told otherwise.
	kill "$(cat "$BATS_FILE_TMPDIR/server.one")"
	wait_for 5 not alive "$(cat "$BATS_FILE_TMPDIR/server.one")"
	# It is looked at again after the head has had time to see it.
	ptyhead-send -t 5 -w '^two got here' "$S" here
	state_is left
	kill "$(cat "$BATS_FILE_TMPDIR/server.two")"
	wait_for 5 state_is ended
}

@test "a server that closes its terminal has left it, though it lives" {
	head_starts
	launch server
	ptyhead-wait -t 5 --since start -F 'server up' "$S"
	ptyhead-send -t 5 "$S" close
	wait_for 5 state_is ended
	run -1 ptyhead-send "$S" more
	# The mark of this test is on its sleep.
	end_marked 'as it should' 2>"$T/left"
	has "$T/left" 'sleep 1000'
}

@test "a launcher that fails or is killed: who it left is typed to, but nobody waits for more of the run" {
	head_starts
	local how want
	for how in 'exit 3' 'kill -KILL $$'; do
		s6-ptyexec "$S" env --ignore-signal=HUP sh -c "setsid -f sh $BATS_FILE_TMPDIR/server server; until [ -e $T/go ]; do sleep 0.02; done; $how" &
		want=$!
		ptyhead-wait -t 5 --since start -F 'server up' "$S"
		touch "$T/go"
		wait "$want" || :
		wait_for 5 state_is left
		run -98 ptyhead-wait -t 5 --or-exit -F nothing "$S"
		run -99 ptyhead-wait -t 0.3 --start "$S"
		[ "$(ptyhead-send -t 5 -w '^server got .*' "$S" hello)" = 'server got hello' ]
		ptyhead-send -t 5 -w '^server down' "$S" quit
		wait_for 5 state_is ended
		rm "$T/go"
	done
}

@test "the next program takes the terminal of a server that was left behind" {
	head_starts
	launch server
	ptyhead-wait -t 5 --since start -F 'server up' "$S"
	start timeout 20 ptyhead-wait --or-exit -F nothing "$S"
	local waiting=$STARTED
	start timeout 20 ptyhead-attach -1 "$S" </dev/null >"$T/one"
	local one=$STARTED
	wait_for 5 has "$T/one" 'server up'
	wait_for 5 looked_at 1 1
	start s6-ptyexec "$S" cat
	wait_for 5 state_is up
	ends "$waiting" 98
	ends "$one" 0
	# cat alone echoes what it reads, and the terminal's line what is typed.
	ptyhead-send -t 5 -w '^for cat$' "$S" 'for cat'
	not ptyhead-wait -t 0.3 --since run -F 'server got' "$S"
}

@test "a head without a store that is told to end waits for who was left behind" {
	head_starts
	launch server
	wait_for 5 state_is left
	kill "$HEAD"
	wait_for 5 has "$T/head.log" 'waits up to 10 s for the programs on main'
	alive "$HEAD"
	ptyhead-send "$S" quit
	wait_for 5 not alive "$HEAD"
}

# ---- under systemd ---------------------------------------------------------------

state_in() { [ "$(sd ptyhead-list "$1" | awk 'NR == 2 { print $2 }')" = "$2" ]; }
said() { [ "$(sd ptyhead-send -t 5 -w "^server got $2\$" "$1" "$2")" = "server got $2" ]; }
main_of() { sd_prop "$1.service" MainPID; }
another_head() { [ "$(main_of "ptyhead@$1")" -gt 0 ] && [ "$(main_of "ptyhead@$1")" != "$2" ]; }

@test "Type=forking: systemd's main process is the server; a head that is restarted or killed goes on with it" {
	sd systemctl start fork
	wait_for 5 state_in fork left
	local main head how
	main=$(main_of fork)
	[ "$main" -gt 1 ]
	sd ptyhead-wait -t 5 --since start -F 'server up' fork
	tm_start 80x24 "$SD_IN" ptyhead-attach fork
	tm_wait 5 '^server up'
	for how in restart kill restart; do
		head=$(main_of ptyhead@fork)
		if [ "$how" = restart ]; then sd systemctl restart ptyhead@fork; else sd kill -KILL "$head"; fi
		wait_for 5 another_head fork "$head"
		state_in fork left
		said fork "$how"
		tm_wait 5 "^server got $how"
	done
	[ "$(main_of fork)" = "$main" ]
	# The viewer types to it, too.
	tm_keys 'by hand' Enter
	tm_wait 5 '^server got by hand'
	# It ends while no head is there.
	head=$(main_of ptyhead@fork)
	sd kill -STOP "$head"
	sd kill -KILL "$main"
	sd kill -KILL "$head"
	wait_for 5 another_head fork "$head"
	# Restart=always has another one started.
	another() { [ "$(main_of fork)" -gt 1 ] && [ "$(main_of fork)" != "$main" ]; }
	wait_for 5 another
	sd ptyhead-wait -t 5 --since start -F 'server up' fork
	said fork again
	tm_wait 5 '^server got again'
	sd systemctl stop fork
	wait_for 5 state_in fork ended
	[ "$(sd_prop fork.service ActiveState)" = inactive ]
}

@test "Type=forking with s6-ptyexec -l and PIDFile=: the main process is the server, whose lines the journal has across a restart of the head" {
	rm -f "$BATS_FILE_TMPDIR/server.server"
	sd systemctl start forklog
	wait_for 5 state_in forklog left
	[ "$(main_of forklog)" = "$(sd cat "$BATS_FILE_TMPDIR/server.server")" ]
	said forklog one
	local head
	head=$(main_of ptyhead@forklog)
	sd kill -KILL "$head"
	wait_for 5 another_head forklog "$head"
	said forklog two
	logged() { sd_journal -o cat -u forklog.service >"$T/said"; has "$T/said" "$1"; }
	wait_for 5 logged '^server got two$'
	sd systemctl stop forklog
	# The logger has ended as well.
	[ "$(sd_prop forklog.service Result)" = success ]
	not eval "sd_journal -u forklog.service | grep -E 'SIGKILL|timed out'"
}
