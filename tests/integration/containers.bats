#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Consoles of real containers: runc's and crun's, at the units' own head under systemd.

# shellcheck disable=SC2016,SC2317 # for other shells; called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/systemd
load ../helpers/tmux

setup_file() {
	common_setup "$BATS_FILE_TMPDIR"
	sd_units "$T/units" "$REPO"/systemd/*.service "$REPO"/systemd/*.socket
	# A root file system with a shell, and a bundle of it for each runtime.
	local p lib root=$T/rootfs
	mkdir -p "$root"/{bin,proc,dev,sys}
	for p in /bin/bash /bin/cat; do
		cp "$p" "$root/bin/"
		for lib in $(ldd "$p" | grep -o '/[^ ]*'); do
			mkdir -p "$root${lib%/*}"
			cp -n "$lib" "$root$lib"
		done
	done
	for p in runc crun; do
		mkdir "$T/$p"
		(cd "$T/$p" && "$p" spec)
		sed -i 's#"sh"#"bash", "--norc"#; s#"path": "rootfs"#"path": "'"$root"'"#; s#"/bin/sh"#"bash", "--norc"#' "$T/$p/config.json"
	done
	sd_boot "$T/units"
}
teardown_file() { sd_halt; }
setup() { common_setup; }
teardown() { common_teardown; }

runtime() {
	case $1 in
	runc) sd runc --root /run/runc "${@:2}" ;;
	crun) sd crun --cgroup-manager=disabled --root /run/crun "${@:2}" ;;
	esac
}
pid_of() { sd ptyhead-list --json "$1" | sed -n 's/.*"pid": \([0-9]*\).*/\1/p'; }
end_is() { sd ptyhead-list "$1" | awk 'NR == 2 { print $2, $9, $10 }' | grep -qx "$2"; }

# A container's whole life, by one of the runtimes.
life() {
	local how=$1 name=ctr-$1 pid
	sd systemctl start "ptyhead@$name.socket"
	runtime "$how" run -d --console-socket "/run/ptyhead/$name.sock" -b "$BATS_FILE_TMPDIR/$how" "$name" >"$T/run" 2>&1 || {
		cat "$T/run"
		return 1
	}
	# Whose pid it is: the container's process, as the runtime itself names it.
	sd ptyhead-wait -t 5 --start "$name" >"$T/pid"
	pid=$(<"$T/pid")
	[ "$pid" = "$(runtime "$how" state "$name" | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p')" ]
	[ "$pid" = "$(pid_of "$name")" ]
	[ "$(sd ptyhead-send -t 5 -w '^pid-.*' "$name" 'echo pid-$$-')" = pid-1- ]
	tm_start 70x20 "$SD_IN" ptyhead-attach "$name"
	tm_wait 5 '^pid-1-'
	tm_keys 'echo $COLUMNS-$LINES-$(stty size 2>/dev/null)' Enter
	tm_wait 5 '^70-20-'

	# Beside it, another process of the container: a terminal of its own.
	runtime "$how" exec -d -t --console-socket "/run/ptyhead/$name.sock" "$name" bash --norc
	sd ptyhead-wait -t 5 --start "$name:main-2"
	[ "$(sd ptyhead-send -t 5 -w '^second-[0-9]' "$name:main-2" 'echo second-$((3 + 4))')" = second-7 ]
	[ "$(pid_of "$name:main-2")" != "$pid" ]
	# Its name is free for the next one when it has ended.
	sd ptyhead-send -t 5 "$name:main-2" 'exit 3'
	wait_for 10 end_is "$name:main-2" 'ended exit 3'
	runtime "$how" exec -d -t --console-socket "/run/ptyhead/$name.sock" "$name" bash --norc
	sd ptyhead-wait -t 5 --start "$name:main-2"

	# The head is killed: all of it goes on, the status too.
	local head
	head=$(sd_prop "ptyhead@$name.service" MainPID)
	sd kill -KILL "$head"
	[ "$(sd ptyhead-send -t 5 -w '^again-[0-9]' "$name" 'echo again-$((3 + 4))')" = again-7 ]
	start timeout 20 "$SD_IN" ptyhead-wait --exit "$name"
	local waits=$STARTED status=0
	sleep 0.2
	sd ptyhead-send -t 5 "$name" 'exit 5'
	wait "$waits" || status=$?
	[ "$status" = 5 ]
	wait_for 10 end_is "$name" 'ended exit 5'
	# The container's end is that of all in it.
	wait_for 10 end_is "$name:main-2" 'ended signal 9'
	runtime "$how" delete "$name"
}

@test "runc: the container's process is the run's, with its status; exec beside it has a terminal of its own" {
	life runc
}

@test "crun: the container's process is the run's, with its status; exec beside it has a terminal of its own" {
	life crun
}

@test "a container that is created first and started later is on its terminal from the first byte" {
	sd systemctl start ptyhead@later.socket
	runtime runc create --console-socket /run/ptyhead/later.sock -b "$BATS_FILE_TMPDIR/runc" later
	sd ptyhead-wait -t 5 --start later >"$T/pid"
	runtime runc start later
	[ "$(sd ptyhead-send -t 5 -w '^pid-.*' later 'echo pid-$$-')" = pid-1- ]
	[ "$(runtime runc state later | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p')" = "$(<"$T/pid")" ]
	runtime runc kill later KILL
	wait_for 10 end_is later 'ended signal 9'
	runtime runc delete later
}
