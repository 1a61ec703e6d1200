# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# systemd.bash: the real systemd as PID 1 of namespaces of its own, booted in
# well under a second with nothing but the units under test. After common.bash;
# needs root and a writable cgroup2. One machine at a time:
#   sd_boot FOLDER... ; sd systemctl start x.service ; sd_halt
# It ends after $SD_LIMIT (300) seconds, come what may.
# State is in exported SD_*, so setup_file may boot and teardown_file halt.

# Where cgroup2 is mounted: the whole tree, or beside version 1.
sd_cgroup_root() {
	awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts
}

# The inside, as PID 1 before systemd is: mounts of its own. $1: scratch,
# $2: SYSTEMD_UNIT_PATH.
sd_inside() {
	set -eu
	local scratch=$1 path=$2 d
	mount --make-rprivate /
	mkdir -p "$scratch/fs"
	mount -t tmpfs -o mode=755 fs "$scratch/fs"
	for d in etc var; do
		mkdir "$scratch/fs/$d" "$scratch/fs/$d.work"
		mount -t overlay -o "lowerdir=/$d,upperdir=$scratch/fs/$d,workdir=$scratch/fs/$d.work" "$d" "/$d"
	done
	# An id of its own, or journald writes into another boot's folder.
	rm -rf /var/log/journal /etc/systemd/system /etc/systemd/user
	mkdir -p /etc/systemd/system /etc/systemd/system.conf.d
	# The leak checker of a sanitized build wants ptrace, which a hardened unit
	# has not.
	printf '[Manager]\nDefaultEnvironment=ASAN_OPTIONS=detect_leaks=0\n' >/etc/systemd/system.conf.d/asan.conf
	tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id

	mkdir "$scratch/fs/dev"
	mount -t tmpfs -o mode=755 dev "$scratch/fs/dev"
	for d in null zero full random urandom tty; do
		: >"$scratch/fs/dev/$d"
		mount --bind "/dev/$d" "$scratch/fs/dev/$d"
	done
	mkdir "$scratch/fs/dev/pts" "$scratch/fs/dev/shm"
	mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$scratch/fs/dev/pts"
	mount -t tmpfs -o mode=1777 shm "$scratch/fs/dev/shm"
	ln -s pts/ptmx "$scratch/fs/dev/ptmx"
	ln -s /proc/self/fd "$scratch/fs/dev/fd"
	ln -s /proc/self/fd/0 "$scratch/fs/dev/stdin"
	ln -s /proc/self/fd/1 "$scratch/fs/dev/stdout"
	ln -s /proc/self/fd/2 "$scratch/fs/dev/stderr"
	mount --rbind "$scratch/fs/dev" /dev

	umount -R /sys/fs/cgroup
	mount -t cgroup2 -o nsdelegate cgroup2 /sys/fs/cgroup
	mount -t tmpfs -o mode=755 run /run
	# A /tmp of its own, for PrivateTmp=, in which only ours is seen.
	mkdir -m 1777 "$scratch/fs/tmp"
	for d in "$T" "$REPO" "$PTYHEAD_BUILD"; do
		case $d in
		/tmp/*)
			mkdir -p "$scratch/fs$d"
			mount --bind "$d" "$scratch/fs$d"
			;;
		esac
	done
	mount --rbind "$scratch/fs/tmp" /tmp
	# What is under test is installed here. (Not bound from where it was built:
	# ProtectHome= may hide that.)
	mkdir "$scratch/fs/bin"
	for d in "$PTYHEAD_BUILD"/*; do
		if [ -f "$d" ] && [ -x "$d" ]; then cp "$d" "$scratch/fs/bin/"; fi
	done
	cp "$REPO/systemd/check-name" "$REPO/systemd/pace" "$scratch/fs/bin/"
	mount --bind "$scratch/fs/bin" /usr/local/bin
	for d in /lib/systemd/system-generators /lib/systemd/user-generators /lib/systemd/system-environment-generators; do
		if [ -d "$d" ]; then mount -t tmpfs none "$d"; fi
	done
	exec env -i PATH="$SD_PATH" LANG=C.UTF-8 container=t SYSTEMD_UNIT_PATH="$path" \
		/lib/systemd/systemd --unit=t.target --log-target=journal --show-status=no
}

# The few units of the distribution that a boot here wants, as links.
sd_base_units() {
	local dir=$1 u
	mkdir -p "$dir"
	for u in basic sysinit sockets timers paths slices shutdown umount final poweroff reboot exit \
		local-fs local-fs-pre network multi-user swap; do
		ln -s "/lib/systemd/system/$u.target" "$dir/"
	done
	for u in systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket \
		systemd-poweroff.service systemd-exit.service; do
		ln -s "/lib/systemd/system/$u" "$dir/"
	done
	cat >"$dir/t.target" <<-'EOU'
		[Unit]
		Description=Booted for a test
		Requires=basic.target systemd-journald.service
		After=basic.target systemd-journald.service
	EOU
}

# sd_boot FOLDER... : boot with the units in these folders, first one first.
sd_boot() {
	local path=/etc/systemd/system:/run/systemd/system dir
	[ "$(id -u)" -eq 0 ] || {
		echo 'systemd as PID 1 needs root' >&2
		return 1
	}
	SD_DIR=$T/machine
	mkdir -p "$SD_DIR"
	sd_base_units "$SD_DIR/base"
	for dir; do path+=:$dir; done
	path+=:$SD_DIR/base

	SD_CGROUP=$(sd_cgroup_root)/ptyhead-test.$$
	mkdir "$SD_CGROUP"
	SD_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	export SD_DIR SD_CGROUP SD_PATH
	# Its own cgroup is entered before the cgroup namespace is made, so that it
	# is the root of what systemd sees. No fd but 0 to 2 goes in.
	# shellcheck disable=SC2016
	bash -c '
		for fd in /proc/self/fd/*; do
			fd=${fd##*/}
			if [ "$fd" -gt 2 ]; then eval "exec $fd>&-"; fi
		done 2>/dev/null
		echo $$ >"$SD_CGROUP/cgroup.procs"
		exec timeout -s KILL "${SD_LIMIT:-300}" unshare -m -p -u -i -n -C --fork --kill-child=KILL --mount-proc \
			bash -c "$1; sd_inside \"\$@\"" sd_inside "$2" "$3"
	' bash "$(declare -f sd_inside)" "$SD_DIR" "$path" </dev/null >"$SD_DIR/boot.log" 2>&1 3>&- &
	SD_BOOT=$!
	export SD_BOOT
	disown "$SD_BOOT"
	if ! wait_for 10 sd_find_pid1 || ! wait_for 20 sd_is_up; then
		cat "$SD_DIR/boot.log" >&2
		[ -z "${SD_IN-}" ] || sd systemctl list-jobs >&2
		return 1
	fi
}

# sd_units TARGET FILE... : the unit files as make install leaves them.
sd_units() {
	local dir=$1 f
	shift
	mkdir -p "$dir"
	for f; do
		sed -E 's#@(BINDIR|LIBEXECDIR)@#/usr/local/bin#g' "$f" >"$dir/${f##*/}" || return
	done
}

# sd_login_units FOLDER : dbus, logind and the users' own managers, for sd_boot; and
# what starts them with it.
sd_login_units() {
	local dir=$1 u
	mkdir -p "$dir/t.target.wants"
	for u in dbus.service dbus.socket systemd-logind.service dbus-org.freedesktop.login1.service user.slice \
		user@.service user-runtime-dir@.service; do
		ln -s "/lib/systemd/system/$u" "$dir/"
	done
	ln -s ../dbus.socket ../systemd-logind.service "$dir/t.target.wants/"
}

# sd_user NAME FOLDER : a user with a lingering manager that has the units of FOLDER;
# its uid in $SD_UID. For sd_as_user.
sd_user() {
	# Its home is in /var, which is the machine's own.
	sd useradd -m -d "/var/lib/$1" -s /bin/bash "$1"
	SD_UID=$(sd id -u "$1")
	SD_USER=$1
	sd mkdir -p /etc/systemd/user
	sd cp -r "$2/." /etc/systemd/user/
	sd loginctl enable-linger "$1"
	wait_for 20 sd_user_is_up
}
sd_user_is_up() { [[ $(sd_as_user systemctl --user is-system-running 2>/dev/null) = @(running|degraded) ]]; }

# sd_as_user COMMAND... : as that user, with what a login shell has.
sd_as_user() {
	sd setpriv --reuid "$SD_USER" --regid "$SD_USER" --init-groups env HOME="/var/lib/$SD_USER" \
		XDG_RUNTIME_DIR="/run/user/$SD_UID" "$@"
}

# The first process below unshare, which is below timeout, seen from outside.
sd_find_pid1() {
	local unshare
	unshare=$(pgrep -x -P "$SD_BOOT" unshare) && SD_PID=$(pgrep -x -P "$unshare" systemd) || return
	SD_IN=$SD_DIR/in
	cat >"$SD_IN" <<-EOI
		#!/bin/sh
		exec nsenter -t $SD_PID -m -p -u -i -n -C -- env -i PATH=$SD_PATH TERM=$TERM LANG=C.UTF-8 HOME=/root "\$@"
	EOI
	chmod +x "$SD_IN"
	export SD_PID SD_IN
}

sd_is_up() {
	[ "$(sd systemctl is-active t.target 2>/dev/null)" = active ]
}

# sd COMMAND... : in the machine. As one word, for others to run: $SD_IN.
sd() { "$SD_IN" "$@" 3>&-; }

# sd_prop UNIT PROPERTY : its value.
sd_prop() { sd systemctl show -P "$2" "$1"; }

# sd_is UNIT STATE : for wait_for.
sd_is() { [ "$(sd_prop "$1" ActiveState)" = "$2" ]; }

# sd_exe PID : which executable the machine's pid runs.
sd_exe() { [ "${1:-0}" -gt 0 ] && sd readlink "/proc/$1/exe"; }

# sd_outside PID : what the world outside calls the machine's pid.
sd_outside() {
	local p
	for p in $(pgrep --ns "$SD_PID" --nslist pid); do
		if grep -qE "^NSpid:.*[[:space:]]$1\$" "/proc/$p/status" 2>/dev/null; then echo "$p"; fi
	done
}

# sd_journal [ARGUMENT]... : what was logged.
sd_journal() {
	sd journalctl --sync
	sd journalctl -q --no-pager -o short-monotonic "$@"
}

# sd_stop : what common_teardown calls; a machine of setup_file's stays.
sd_stop() {
	case ${SD_DIR-} in "$T"/*) sd_halt ;; esac
}

# sd_halt : end it, whatever it runs, and take its cgroup away.
sd_halt() {
	[ -n "${SD_CGROUP-}" ] || return 0
	if [ -e "$SD_CGROUP/cgroup.kill" ]; then
		echo 1 >"$SD_CGROUP/cgroup.kill"
	else
		kill -KILL "$SD_BOOT"
	fi
	local cgroup=$SD_CGROUP
	SD_CGROUP=
	wait_for 10 not alive "$SD_BOOT" && wait_for 10 sd_cgroup_gone "$cgroup"
}

sd_cgroup_gone() {
	find "$1" -depth -type d -exec rmdir {} + 2>/dev/null
	[ ! -d "$1" ]
}
