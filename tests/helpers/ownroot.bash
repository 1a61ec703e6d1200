# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# ownroot.bash: a supervisor with /run, /usr/local, the folders of its services and a user
# `ptyhead` to itself, so that an example runs as its README installs it. After common.bash;
# needs root.
#   ownroot_start LOG SETUP COMMAND... ; own ptyhead-list ; own_pid

# ownroot_start LOG SETUP COMMAND... : COMMAND in mounts of its own, after the shell text
# SETUP, with the programs under test installed in /usr/local/bin.
ownroot_start() {
	local log=$1 setup=$2
	shift 2
	# shellcheck disable=SC2016 # for the shell there
	start unshare -m --propagation private sh -euc '
		for d in /run /usr/local /var/log; do mount -t tmpfs -o mode=755 own "$d"; done
		for d in passwd group; do
			cp "/etc/$d" "/run/$d"
			mount --bind "/run/$d" "/etc/$d"
		done
		echo ptyhead:x:64990:64990::/nonexistent:/usr/sbin/nologin >>/etc/passwd
		echo ptyhead:x:64990: >>/etc/group
		mkdir /usr/local/bin /usr/local/libexec /run/lock
		cp "$PTYHEAD_BUILD"/ptyhead "$PTYHEAD_BUILD"/ptyhead-* "$PTYHEAD_BUILD"/s6-ptyexec /usr/local/bin
		PATH=/usr/local/bin:$PATH
		eval "$1"
		shift
		exec "$@"' sh "$setup" "$@" </dev/null >"$log" 2>&1
	OWNROOT=$STARTED
}

# own COMMAND... : there.
own() { nsenter -t "$OWNROOT" -m -- env PATH="/usr/local/bin:$PATH" "$@"; }
