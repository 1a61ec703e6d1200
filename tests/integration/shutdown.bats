#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Servers that save for three seconds when they are told to stop, under a systemd
# of their own: at poweroff, at a stop of program and head together, and at the end
# of a user's manager they finish, and nobody waits for long.

# shellcheck disable=SC2016,SC2317 # for a unit; called by name
load ../helpers/common
load ../helpers/saver
load ../helpers/systemd

setup() {
	common_setup
	saver_write
	sd_units "$T/units" "$REPO"/systemd/*.service "$REPO"/systemd/*.socket
	sd_units "$T/user" "$REPO"/systemd/user/*
	# The head's end, too, is told. (+: outside of its sandbox.)
	local kind
	for kind in units user; do
		mkdir "$T/$kind/ptyhead@.service.d"
		printf '[Service]\nExecStopPost=%s/bin/sh -c "echo $$(date +%%%%s.%%%%6N) %%i.head ended >>%s"\n' "$([ "$kind" = user ] || echo +)" "$T/events" \
			>"$T/$kind/ptyhead@.service.d/told.conf"
	done
}
teardown() { common_teardown; }

# unit FOLDER NAME BY [SECTION-LINE]... : NAME.service, a server as README says.
unit() {
	local folder=$1 name=$2 by=$3
	{
		printf '[Unit]\nWants=ptyhead@%s.socket\nAfter=ptyhead@%s.socket\n' "$name" "$name"
		printf '%s\n' "${@:4}"
		printf '[Service]\nExecStart=s6-ptyexec -l %s %s/saver %s %s 3 %s\nRestart=always\n' "$name" "$T" "$name" "$by" "$T/events"
		if [ "$by" = typed ]; then
			printf 'ExecStop=-ptyhead-send -t 10 %s stop\nExecStop=-ptyhead-wait -t 60 --exit %s\n' "$name" "$name"
		fi
	} >"$T/$folder/$name.service"
}
machine_gone() { not alive "$SD_BOOT"; }
all_up() {
	local name
	for name; do wait_for 10 saver_told "$name" up; done
}

@test "poweroff: servers save, by what is typed and by SIGTERM, before their heads go" {
	unit units typed typed 'After=ptyhead@typed.service'
	unit units signal SIGTERM 'After=ptyhead@signal.service'
	# Also those that say nothing of their head, as who wrote them did not know better.
	unit units typed-plain typed
	unit units signal-plain SIGTERM
	sd_boot "$T/units"
	local all=(typed signal typed-plain signal-plain) name from
	sd systemctl start "${all[@]}"
	all_up "${all[@]}"
	from=$EPOCHREALTIME
	sd systemctl poweroff
	wait_for 60 machine_gone
	took 'poweroff, to the last head' "$from" ended
	took 'poweroff, to the end of the machine' "$from"
	for name in "${all[@]}"; do
		saver_well "$name" "$(case $name in t*) echo typed ;; *) echo SIGTERM ;; esac)"
		after "$name.head" ended "$name" saved
	done
}

@test "systemctl stop of program and head together: the program first, and it saves" {
	unit units typed typed 'After=ptyhead@typed.service'
	unit units signal SIGTERM 'After=ptyhead@signal.service'
	sd_boot "$T/units"
	local name from what
	for what in 'typed typed' 'signal SIGTERM'; do
		name=${what% *}
		sd systemctl start "$name"
		all_up "$name"
		from=$EPOCHREALTIME
		sd systemctl stop "$name" "ptyhead@$name"
		took "stop $name ptyhead@$name" "$from"
		saver_well "$name" "${what#* }"
		after "$name.head" ended "$name" saved
		sd_is "$name.service" inactive
		sd_is "ptyhead@$name.service" inactive
	done
}

@test "systemctl restart of program and head together: the program saves, and both are back" {
	unit units signal SIGTERM 'After=ptyhead@signal.service'
	sd_boot "$T/units"
	sd systemctl start signal
	all_up signal
	sd systemctl restart signal ptyhead@signal
	twice() { count_is "$T/events" ' signal up$' 2; }
	wait_for 10 twice
	after signal.head ended signal saved
	sd ptyhead-wait -t 10 -s -e '^> ' signal
	not has "$T/events" 'hit by'
}

# boot_users : a machine with a lingering user whose own manager runs both servers.
boot_users() {
	unit user typed typed 'After=ptyhead@typed.service'
	unit user signal SIGTERM 'After=ptyhead@signal.service'
	unit user typed-plain typed
	unit user signal-plain SIGTERM
	ALL=(typed signal typed-plain signal-plain)
	chmod -R go+rX "$T"
	sd_login_units "$T/login"
	sd_boot "$T/units" "$T/login"
	sd_user gamer "$T/user"
	sd_as_user systemctl --user start "${ALL[@]}"
	all_up "${ALL[@]}"
}
users_are_well() {
	local name
	for name in "${ALL[@]}"; do
		saver_well "$name" "$(case $name in t*) echo typed ;; *) echo SIGTERM ;; esac)"
		after "$name.head" ended "$name" saved
	done
}

@test "the end of a lingering user's manager: servers save before their heads go" {
	boot_users
	local from=$EPOCHREALTIME
	sd systemctl stop "user@$SD_UID.service"
	took 'end of the manager' "$from"
	users_are_well
}

@test "poweroff with a lingering user's manager: servers save before their heads go" {
	boot_users
	local from=$EPOCHREALTIME
	sd systemctl poweroff
	wait_for 60 machine_gone
	took 'poweroff, to the last head' "$from" ended
	took 'poweroff, to the end of the machine' "$from"
	users_are_well
}
