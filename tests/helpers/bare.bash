# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# bare.bash: a bare Debian on a layer of its own, in namespaces of its own. Needs root,
# mmdebstrap and a network. The Debian is made once, in build/newcomer ($NEWCOMER_ROOT).
#   bare_make; bare_boot FOLDER INIT...; bare COMMAND...; bare_halt

BARE_REPO=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
BARE_ROOT=${NEWCOMER_ROOT-$BARE_REPO/build/newcomer}
# What a file's setup exported is kept when a test loads this again.
BARE_CGROUP=${BARE_CGROUP-$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)/ptyhead-bare.$$}
BARE_WORK=${BARE_WORK-}
BARE_BOOT=${BARE_BOOT-}
BARE_PID=${BARE_PID-}

bare_make() {
	[ ! -d "$BARE_ROOT" ] || return 0
	"$BARE_REPO/tests/helpers/need" newcomer
	mkdir -p "${BARE_ROOT%/*}"
	mmdebstrap --quiet --variant=minbase --include=systemd,systemd-sysv,dbus,ca-certificates bookworm "$BARE_ROOT"
}

# As PID 1 of its namespaces: the bare Debian on a layer of its own.
bare_inside() {
	set -eu
	local root=$1 work=$2 given=$3 d
	shift 3
	mount --make-rprivate /
	mount -t tmpfs -o mode=755 layer "$work"
	mkdir "$work/up" "$work/work" "$work/root"
	mount -t overlay -o "lowerdir=$root,upperdir=$work/up,workdir=$work/work" root "$work/root"
	cd "$work/root"
	mount -t proc proc proc
	mount --rbind /sys sys
	umount -R sys/fs/cgroup 2>/dev/null || :
	mount -t cgroup2 -o nsdelegate cgroup2 sys/fs/cgroup
	mount -t tmpfs -o mode=755 run run
	mount -t tmpfs -o mode=755 dev dev
	mkdir dev/pts dev/shm
	for d in null zero full random urandom tty; do
		: >"dev/$d"
		mount --bind "/dev/$d" "dev/$d"
	done
	mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
	mount -t tmpfs -o mode=1777 shm dev/shm
	ln -s pts/ptmx dev/ptmx
	ln -s /proc/self/fd dev/fd
	ln -s /proc/self/fd/0 dev/stdin
	ln -s /proc/self/fd/1 dev/stdout
	ln -s /proc/self/fd/2 dev/stderr
	# How this machine reaches Debian's packages.
	cp /etc/resolv.conf /etc/hosts etc/
	cp -n /etc/apt/apt.conf.d/* etc/apt/apt.conf.d/ 2>/dev/null || :
	rm -f etc/apt/apt.conf.d/*listchanges* etc/apt/apt.conf.d/*appstream* etc/apt/apt.conf.d/*packagekit*
	mkdir srv/s6-ptyexec
	mount --bind "$given" srv/s6-ptyexec
	pivot_root . mnt
	umount -l /mnt
	exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin container=t "$@"
}

# bare_boot FOLDER INIT... : FOLDER is its /srv/s6-ptyexec, INIT its PID 1.
bare_boot() {
	local given=$1
	shift
	BARE_WORK=$(mktemp -d)
	mkdir -p "$BARE_CGROUP"
	bash -c '
		echo $$ >"$1/cgroup.procs"
		exec unshare -m -p -u -i -C --fork --kill-child=KILL bash -c "$2; bare_inside \"\$@\"" bare_inside "${@:3}"
	' bash "$BARE_CGROUP" "$(declare -f bare_inside)" "$BARE_ROOT" "$BARE_WORK" "$given" "$@" </dev/null >"$BARE_WORK.log" 2>&1 3>&- &
	BARE_BOOT=$!
	for _ in {1..100}; do
		BARE_PID=$(pgrep -P "$BARE_BOOT" || :)
		if [ -n "$BARE_PID" ] && [ -d "/proc/$BARE_PID/root/srv/s6-ptyexec" ] && [ ! -d "/proc/$BARE_PID/root/mnt/proc/1" ] &&
			[ -n "$(ls -A "/proc/$BARE_PID/root/srv/s6-ptyexec")" ]; then return 0; fi
		sleep 0.1
	done
	cat "$BARE_WORK.log"
	return 1
}

# What comes before a command that is to run in it, in $BARE_IN. (bats exports no array.)
bare_in() {
	BARE_IN=(nsenter -t "$BARE_PID" -m -p -u -i -C -- env -i TERM=xterm-256color HOME=/root
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
}

# bare COMMAND... : in it.
bare() {
	bare_in
	"${BARE_IN[@]}" LC_ALL=C.UTF-8 "$@"
}

bare_halt() {
	[ -z "$BARE_BOOT" ] || kill -KILL "$BARE_BOOT" 2>/dev/null || :
	if [ -d "$BARE_CGROUP" ]; then
		echo 1 >"$BARE_CGROUP/cgroup.kill" || :
		for _ in {1..50}; do
			find "$BARE_CGROUP" -depth -type d -exec rmdir {} + 2>/dev/null || :
			[ -d "$BARE_CGROUP" ] || break
			sleep 0.1
		done
	fi
	[ -z "$BARE_BOOT" ] || wait "$BARE_BOOT" 2>/dev/null || :
	[ -z "$BARE_WORK" ] || rm -rf --one-file-system "$BARE_WORK" "$BARE_WORK.log"
	BARE_BOOT='' BARE_WORK=''
}
