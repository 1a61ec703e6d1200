#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The units, under a systemd of their own, with every kind of NAME that systemd takes
# for an instance: it works as it is, or fails at once and says which drop-in it needs,
# and then works with that.

# shellcheck disable=SC2317 # called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/systemd

setup_file() {
	common_setup "$BATS_FILE_TMPDIR"
	sd_units "$T/units" "$REPO"/systemd/*.service "$REPO"/systemd/*.socket
	cat >"$T/units/prog@.service" <<-'EOS'
		[Unit]
		Wants=ptyhead@%i.socket
		After=ptyhead@%i.socket ptyhead@%i.service
		[Service]
		ExecStart=s6-ptyexec %i cat
	EOS
	sd_units "$T/user" "$REPO"/systemd/user/*
	cp "$T/units/prog@.service" "$T/user/"
	chmod -R go+rX "$T"
	sd_login_units "$T/login"
	sd_boot "$T/units" "$T/login"
}
teardown_file() { sd_halt; }
setup() { common_setup; }
teardown() { common_teardown; }

# A repeated n.
n() { printf "%$1s" '' | tr ' ' n; }

FAIR=(a 9 A_b-c _x x- "$(n 23)" root)
ODD=(mc.survival 'my\x2dapp' a@b x..y "$(n 24)" "$(n 89)")

# works NAME : its program echoes what is typed.
works() { [ "$(sd ptyhead-send -t 5 -W "seen-$1" "$1" "seen-$1")" = "seen-$1" ]; }

@test "names of which a user can be called work as they are" {
	local name
	for name in "${FAIR[@]}"; do
		sd systemctl start "prog@$name.service"
		wait_for 5 works "$name"
		[ "$(sd_prop "ptyhead@$name.service" User)" = "ptyhead-$name" ]
	done
	# What the check said of these: nothing.
	[ -z "$(sd sh -c 'ls /run/ptyhead | grep needs')" ]
}

# tells_dropin NAME : standard input says why, and which drop-in helps.
tells_dropin() {
	cat >"$T/said"
	local part
	for part in "o user can be called ptyhead-$1" "systemctl edit ptyhead@$1.service" User=ptyhead-SHORT \
		"systemctl restart ptyhead@$1.service"; do
		if ! grep -qF "$part" "$T/said"; then
			cat "$T/said" >&2
			return 1
		fi
	done
}
# rests NAME : its head is not there, and nothing tries to start it.
rests() {
	sd_is "ptyhead@$1.service" inactive
	[ "$(sd_prop "ptyhead@$1.service" NRestarts)" = 0 ]
	[ -z "$(sd_prop "ptyhead@$1.service" Job)" ]
}

@test "other names fail at once, say which drop-in they need, and work with it" {
	local name short=0 uids
	for name in "${ODD[@]}"; do
		echo "# $name"
		run ! sd systemctl start "ptyhead@$name.socket"
		run ! sd systemctl start "ptyhead-watch@$name.socket"
		# As systemctl advises then.
		sd systemctl status --no-pager --lines=20 "ptyhead@$name.socket" | tells_dropin "$name"
		rests "$name"
		run ! sd systemctl restart "ptyhead@$name.service"
		sd systemctl status --no-pager "ptyhead@$name.service" | grep -F "$name.needs-User= was not met"
		rests "$name"
		# The program's own unit, and what the tools say.
		sd systemctl start "prog@$name.service"
		wait_for 5 sd_is "prog@$name.service" failed
		sd_journal -u "prog@$name.service" | tells_dropin "$name"
		run ! sd ptyhead-attach "$name"
		tells_dropin "$name" <<<"$output"
		rests "$name"
		# What that is, with systemctl edit's hands.
		short=$((short + 1))
		sd mkdir -p "/etc/systemd/system/ptyhead@$name.service.d"
		printf '[Service]\nUser=ptyhead-odd%s\n' "$short" | sd tee "/etc/systemd/system/ptyhead@$name.service.d/override.conf" >"$T/written"
		sd systemctl daemon-reload
		sd systemctl restart "ptyhead@$name.service"
		sd systemctl start "prog@$name.service"
		wait_for 5 works "$name"
	done
	[ -z "$(sd sh -c 'ls /run/ptyhead | grep needs')" ]
	# A user of its own for each.
	uids=$(for name in "${ODD[@]}"; do sd stat -c %u "/proc/$(sd_prop "ptyhead@$name.service" MainPID)"; done | sort -u | wc -l)
	[ "$uids" -eq "${#ODD[@]}" ]
}

@test "a drop-in whose user cannot be either is refused in the same way" {
	sd mkdir -p "/etc/systemd/system/ptyhead@still.odd.service.d"
	printf '[Service]\nUser=ptyhead-still.odd\n' | sd tee "/etc/systemd/system/ptyhead@still.odd.service.d/override.conf" >"$T/written"
	sd systemctl daemon-reload
	run ! sd systemctl restart "ptyhead@still.odd.service"
	rests still.odd
}

@test "names that are no addresses, or whose path is too long for a socket, fail at once" {
	local name
	for name in x.watch none:b "$(n 90)" "$(n 200)"; do
		run ! sd systemctl start "ptyhead@$name.socket"
		run ! sd systemctl is-active "ptyhead@$name.socket"
		rests "$name"
		run ! sd timeout 5 s6-ptyexec "$name" true
	done
	status_says() { sd systemctl status --no-pager ptyhead@x.watch.socket | grep -qF 'x.watch.sock is the socket of ptyhead-watch@x.socket'; }
	wait_for 10 status_says
}

@test "in a user's own manager every name works as it is" {
	sd_user gamer "$BATS_FILE_TMPDIR/user"
	local name
	for name in "${FAIR[@]}" "${ODD[@]:0:5}"; do
		sd_as_user systemctl --user start "prog@$name.service"
		for_user() { [ "$(sd_as_user ptyhead-send -t 5 -W "seen-$1" "$1" "seen-$1")" = "seen-$1" ]; }
		wait_for 5 for_user "$name"
	done
}
