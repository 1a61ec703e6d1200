#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The units, under a systemd of their own: whatever order of start, stop and restart
# of socket, head and program a person types, the terminal works in the end, or every
# tool names the one command that mends it, and that command does.

# shellcheck disable=SC2317 # called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/systemd

setup_file() {
	common_setup "$BATS_FILE_TMPDIR"
	sd_units "$T/units" "$REPO"/systemd/*.service "$REPO"/systemd/*.socket
	# As README's.
	cat >"$T/units/app.service" <<-'EOS'
		[Unit]
		Wants=ptyhead@app.socket
		After=ptyhead@app.socket ptyhead@app.service
		StartLimitIntervalSec=0
		[Service]
		ExecStart=s6-ptyexec app cat
		Restart=always
		RestartSec=100ms
		[Install]
		WantedBy=multi-user.target
	EOS
	SD_LIMIT=900 sd_boot "$T/units"
}
teardown_file() { sd_halt; }
setup() { common_setup; }
teardown() { common_teardown; }

MEND='systemctl restart ptyhead@app.service'

# The program echoes what is typed.
echoes() {
	TYPED=$((${TYPED-0} + 1))
	[ "$(sd ptyhead-send -t 5 -W "typed-$TYPED-" app "typed-$TYPED-" 2>"$T/said")" = "typed-$TYPED-" ]
}
# Whether a program runs or not: the terminal can be reached.
reached() { sd ptyhead-list app >"$T/listed" 2>"$T/said"; }
program_runs() { sd_is app.service active; }
works() { if [ "$WANTED" ]; then echoes; else reached; fi; }

# mended : it works, or the tool that fails says how to mend it, and so it does.
mended() {
	if reached; then
		# A head that is just being restarted shows in a moment whether all is well.
		wait_for 10 works
		return
	fi
	grep -qF "$MEND" "$T/said" || {
		cat "$T/said" >&2
		return 1
	}
	sd sh -c "$MEND"
	wait_for 10 works
}

OPERATIONS=()
for verb in start stop restart; do
	for unit in ptyhead@app.socket ptyhead@app.service app.service; do OPERATIONS+=("$verb $unit"); done
done

# operate OPERATION : as a person types it. It may fail, and then says so itself.
operate() {
	# shellcheck disable=SC2086 # verb and unit
	sd systemctl $1 2>"$T/operated" || grep -q . "$T/operated"
	case $1 in
	'stop app.service') WANTED= ;;
	*' app.service') WANTED=1 ;;
	esac
}

# all_well : from anywhere.
all_well() {
	WANTED=1
	sd systemctl start app.service
	mended
}

# pairs_from VERB : each operation with that verb, then each of all.
pairs_from() {
	local one two
	for one in "${OPERATIONS[@]}"; do
		[[ $one = "$1 "* ]] || continue
		for two in "${OPERATIONS[@]}"; do
			all_well
			operate "$one"
			operate "$two"
			mended || {
				echo "after: $one; $two" >&2
				return 1
			}
		done
	done
}

@test "each operation after a start" { pairs_from start; }
@test "each operation after a stop" { pairs_from stop; }
@test "each operation after a restart" { pairs_from restart; }

@test "many operations, one after the other, without a pause" {
	RANDOM=${ORDERS_SEED:-1}
	all_well
	for _ in {1..15}; do
		local done=()
		for _ in {1..6}; do
			done+=("${OPERATIONS[RANDOM % ${#OPERATIONS[@]}]}")
			operate "${done[-1]}"
		done
		mended || {
			printf 'after: %s\n' "${done[@]}" >&2
			return 1
		}
	done
}

@test "a restart of the socket is refused, says what to type instead, and that takes a drop-in up" {
	all_well
	local pid
	pid=$(sd_prop app.service MainPID)
	sd mkdir -p /etc/systemd/system/ptyhead@app.socket.d
	printf '[Socket]\nSocketMode=0666\n' | sd tee /etc/systemd/system/ptyhead@app.socket.d/override.conf >"$T/written"
	sd systemctl daemon-reload
	run ! sd systemctl restart ptyhead@app.socket
	# What systemctl advises to look at.
	sd systemctl status --no-pager ptyhead@app.socket | grep -F "$MEND"
	sd_journal -u ptyhead@app.socket | grep -F "Failed to listen on ptyhead@app.socket - Terminal of app (if stopped or refused: $MEND)"
	sd sh -c "$MEND"
	[ "$(sd stat -c %a /run/ptyhead/app.sock)" = 666 ]
	echoes
	[ "$(sd_prop app.service MainPID)" = "$pid" ]
}

@test "a program that restarts all the time while its socket is gone leaves the socket usable" {
	all_well
	run ! sd systemctl restart ptyhead@app.socket
	sd systemctl restart app.service
	often() { [ "$(sd_prop app.service NRestarts)" -ge 12 ]; }
	wait_for 20 often
	sd sh -c "$MEND"
	wait_for 10 echoes
}

@test "systemctl isolate leaves the terminals of programs that stay" {
	all_well
	sd systemctl enable -q app.service
	local pid head
	pid=$(sd_prop app.service MainPID)
	head=$(sd_prop ptyhead@app.service MainPID)
	# (This machine has few targets: what it booted with stays.)
	sd systemctl add-wants -q multi-user.target t.target
	sd systemctl isolate multi-user.target
	echoes
	[ "$(sd_prop app.service MainPID) $(sd_prop ptyhead@app.service MainPID)" = "$pid $head" ]
	sd_is ptyhead@app.socket active
	sd_is ptyhead-watch@app.socket active
}
