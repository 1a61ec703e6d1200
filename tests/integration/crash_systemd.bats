#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The head is killed, restarted, replaced by one that does not start: under the
# real systemd, whose fd store keeps what must outlive it.

# shellcheck disable=SC2317 # called by name
load ../helpers/common
load ../helpers/keep
load ../helpers/systemd

setup() {
	common_setup
	sd_units "$T/units" "$REPO"/systemd/ptyhead@.service "$REPO"/systemd/ptyhead@.socket "$REPO"/systemd/ptyhead-watch@.socket
	write_program
	: >"$T/trouble"
	chmod 666 "$T/trouble"
	sd_boot "$T/units"
	sd systemctl start ptyhead@app.socket
}
teardown() { common_teardown; }

# run_program N : as a service of its own, a lossless reader before it.
run_program() {
	start "$SD_IN" ptyhead-attach -L -1 app >"$T/out" 2>"$T/viewer.log" </dev/null
	VIEWER=$STARTED
	wait_for 5 has "$T/viewer.log" 'no program is running'
	cat >"$T/units/prog.service" <<-EOU
		[Service]
		ExecStart=/usr/local/bin/s6-ptyexec -t 20000 app $T/program $1 $T/trouble
	EOU
	sd systemctl daemon-reload
	sd systemctl start prog.service
	PROGRAM=$(sd_prop prog.service MainPID)
}

head_now() { sd_prop ptyhead@app.service MainPID; }
other_head() { local now; now=$(head_now); [ "$now" != "$1" ] && [ "$now" != 0 ] && sd_is ptyhead@app.service active; }
program_runs() { [ "$(sd_prop prog.service MainPID)" = "$PROGRAM" ]; }
program_over() { ! sd_is prog.service active; }

all_well() {
	wait_for 60 program_over
	wait_for 20 not alive "$VIEWER"
	cat "$T/trouble" "$T/viewer.log"
	[ "$(sd_prop prog.service ExecMainStatus)" = 7 ]
	[ ! -s "$T/trouble" ]
	expected "$1" | cmp - "$T/out"
}

@test "killed by chance within a flood: every byte once, in order, and the status" {
	local n=500000 kills=0 was
	run_program "$n"
	while [ "$kills" -lt 12 ] && program_runs; do
		was=$(head_now)
		sd systemctl kill -s KILL ptyhead@app.service
		wait_for 10 other_head "$was"
		kills=$((kills + 1))
	done
	echo "kills: $kills"
	[ "$kills" -ge 3 ]
	all_well "$n"
}

@test "systemctl restart, and a binary that does not start for two seconds" {
	local n=100000 was i watchers=()
	for i in {1..10}; do
		start "$SD_IN" ptyhead-attach -r app >/dev/null 2>"$T/watcher.$i" </dev/null
		watchers+=("$STARTED")
	done
	run_program "$n"
	was=$(head_now)
	sd systemctl restart ptyhead@app.service
	wait_for 10 other_head "$was"
	# A broken upgrade: what is there ends at once; then the whole one is back.
	sd mv /usr/local/bin/ptyhead /usr/local/bin/ptyhead.good
	sd cp /bin/false /usr/local/bin/ptyhead
	was=$(head_now)
	sd systemctl kill -s KILL ptyhead@app.service
	failed_often() { [ "$(sd_prop ptyhead@app.service NRestarts)" -ge 3 ]; }
	wait_for 10 failed_often
	sd mv -f /usr/local/bin/ptyhead.good /usr/local/bin/ptyhead
	wait_for 10 other_head "$was"
	all_well "$n"
	# Who only watched has seen the end too, and nobody left.
	for i in {1..10}; do
		wait_for 10 has "$T/watcher.$i" 'the program ended with exit code 7'
		alive "${watchers[i - 1]}"
	done
}

# The last run's end, as ptyhead-list has it.
last_end() { sd ptyhead-list --json app | python3 -c 'import json, sys; t = json.load(sys.stdin)[0]; print(t["state"], t["last_end"], t["exit_code"], t["signal"])'; }
up_after() { [[ $(last_end) = "up "*" $1" ]]; }

@test "the next head knows how the last run ended, and when, also while another runs" {
	local was old
	sd s6-ptyexec app sh -c 'kill -TERM $$' || :
	sd systemd-run --quiet --unit=long s6-ptyexec -t 10000 app sleep 1000
	wait_for 10 up_after 'None 15'
	was=$(last_end)
	for _ in 1 2; do
		old=$(head_now)
		sd systemctl kill -s KILL ptyhead@app.service
		wait_for 10 other_head "$old"
		wait_for 10 up_after 'None 15'
		[ "$(last_end)" = "$was" ]
	done
}
