#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The Debian packages: built and read by lintian, then installed, used under systemd and under
# s6, upgraded and removed in a bare Debian with systemd as PID 1.

# shellcheck disable=SC2016 # for a shell in the bare Debian
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/bare

setup_file() {
	bare_make >&2
	(cd "$REPO" && make -s deb) >"$BATS_FILE_TMPDIR/made" 2>&1 || { tail -n 40 "$BATS_FILE_TMPDIR/made" >&2; return 1; }
	mkdir "$BATS_FILE_TMPDIR/debs"
	cp "$REPO"/build/deb/*.deb "$BATS_FILE_TMPDIR/debs"
	rm -f "$BATS_FILE_TMPDIR"/debs/*-dbgsym_*
	newer
	bare_boot "$BATS_FILE_TMPDIR" /lib/systemd/systemd --show-status=no --log-target=journal
	export BARE_BOOT BARE_PID BARE_WORK BARE_CGROUP
	wait_for 30 booted
	bare apt-get update -q >&2
}
teardown_file() { bare_halt; }
setup() { common_setup; }
teardown() { common_teardown; }

booted() { [[ $(bare systemctl is-system-running 2>/dev/null) = @(running|degraded) ]]; }
install() { bare sh -c 'DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"' sh "$@" >"$T/apt" 2>&1 || { cat "$T/apt"; return 1; }; }
prop() { bare systemctl show -P "$2" "$1"; }
said() { bare cat /run/seen 2>/dev/null | grep -q "$1"; }
s6_pid_of() { bare s6-svstat -o pid "/run/scan/$1" 2>/dev/null; }
s6_up() { [ "$(s6_pid_of "$1")" -gt 0 ] 2>/dev/null; }
s6_said() { bare cat /run/s6.seen 2>/dev/null | grep -q "$1"; }
files() { bare find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /var/lib -o -path /var/cache -o -path /var/log \) -prune -o -print | sort; }

# packages FOLDER : their names in the bare Debian, in $PACKAGES.
packages() { mapfile -t PACKAGES < <(cd "$BATS_FILE_TMPDIR" && printf '/srv/s6-ptyexec/%s\n' "$1"/*.deb); }

# The same packages, a version later.
newer() {
	local deb dir=$BATS_FILE_TMPDIR/unpacked
	mkdir "$BATS_FILE_TMPDIR/newer"
	for deb in "$BATS_FILE_TMPDIR"/debs/*.deb; do
		rm -rf "$dir"
		dpkg-deb -R "$deb" "$dir"
		sed -i 's/^Version: .*/&+1/; s/^\(Depends:.*libptyhead0 (= [^)]*\))/\1+1)/' "$dir/DEBIAN/control"
		dpkg-deb --root-owner-group -b "$dir" "$BATS_FILE_TMPDIR/newer" >/dev/null
	done
}

@test "installed, used, upgraded while a program and a viewer are there, removed without a trace" {
	files >"$T/before"
	# What they depend on stays; it is not theirs.
	install libsystemd0 s6 execline libskarnet2.13
	files >"$T/needed"
	packages debs
	install "${PACKAGES[@]}"
	bare ptyhead-attach --version
	[ "$(bare ls /usr/share/doc/ptyhead/examples | grep -c systemd)" = 1 ]
	bare test -e /usr/share/bash-completion/completions/ptyhead-attach
	bare test -e /usr/share/man/man8/ptyhead.8.gz
	# Without systemd's part in it.
	bare sh -c 'ptyhead /run/plain & head=$!
		while [ ! -S /run/plain ]; do sleep 0.1; done
		s6-ptyexec /run/plain echo by hand; ptyhead-show /run/plain; kill "$head"; wait "$head"' >"$T/plain"
	has "$T/plain" '^by hand'
	bare sh -c 'cat >/etc/systemd/system/app.service' <<-'EOS'
		[Unit]
		Wants=ptyhead@app.socket
		After=ptyhead@app.socket ptyhead@app.service
		[Service]
		ExecStart=s6-ptyexec app sh -c 'while read -r l; do echo "got $l"; done'
	EOS
	bare systemctl daemon-reload
	bare systemctl start app
	bare sh -c 'exec setsid ptyhead-attach app </dev/null >/run/seen 2>&1 & echo $! >/run/viewer'
	bare ptyhead-send -t 10 -w '^got one$' app one
	wait_for 10 said '^got one'
	# Beside it under s6, by the installed examples.
	bare mkdir /run/scan
	bare /usr/share/doc/ptyhead/examples/s6/new-service /run/scan six sh -c 'while read -r l; do echo "took $l"; done'
	bare sh -c 'exec setsid s6-svscan /run/scan </dev/null >/run/svscan.log 2>&1 & echo $! >/run/svscan'
	wait_for 10 bare test -S /run/ptyhead/six.sock
	bare ptyhead-wait -t 10 -w --start six
	bare sh -c 'exec setsid ptyhead-attach six </dev/null >/run/s6.seen 2>&1 & echo $! >/run/s6.viewer'
	bare ptyhead-send -t 10 -w '^took one$' six one
	wait_for 10 s6_said '^took one'
	[ "$(bare sh -c 'stat -c %U "/proc/$0"' "$(s6_pid_of ptyhead-six)")" = ptyhead ]
	local program head s6_program s6_head
	program=$(prop app MainPID) head=$(prop ptyhead@app MainPID)
	s6_program=$(s6_pid_of six) s6_head=$(s6_pid_of ptyhead-six)
	packages newer
	install "${PACKAGES[@]}"
	another() { [ "$(prop ptyhead@app MainPID)" -gt 0 ] && [ "$(prop ptyhead@app MainPID)" != "$head" ]; }
	wait_for 10 another
	[ "$(prop app MainPID)" = "$program" ]
	bare ptyhead-send -t 10 -w '^got two$' app two
	wait_for 10 said '^got two'
	bare sh -c 'kill -0 "$(cat /run/viewer)"'
	# Under s6 the administrator restarts the head. Until then the old one serves.
	[ "$(s6_pid_of ptyhead-six)" = "$s6_head" ]
	bare ptyhead-send -t 10 -w '^took two$' six two
	bare s6-svc -r /run/scan/ptyhead-six
	s6_another() { s6_up ptyhead-six && [ "$(s6_pid_of ptyhead-six)" != "$s6_head" ]; }
	wait_for 10 s6_another
	bare ptyhead-send -t 10 -w '^took three$' six three
	wait_for 10 s6_said '^took three'
	[ "$(s6_pid_of six)" = "$s6_program" ]
	bare sh -c 'kill -0 "$(cat /run/s6.viewer)"'
	bare grep -q 'took three$' /var/log/ptyhead/six/current
	bare s6-svscanctl -t /run/scan
	wait_for 20 bare sh -c '! kill -0 "$(cat /run/svscan)" 2>/dev/null'
	bare sh -c 'rm -r /run/scan /var/log/ptyhead /run/ptyhead/six* /run/ptyhead/fdholder*'
	bare systemctl stop app
	bare rm /etc/systemd/system/app.service
	bare systemctl daemon-reload
	bare sh -c 'DEBIAN_FRONTEND=noninteractive apt-get purge -y -q ptyhead s6-ptyexec libptyhead0 libptyhead-dev ptyhead-doc' >"$T/purge" 2>&1
	files >"$T/after"
	diff "$T/needed" "$T/after"
	[ -z "$(bare ls -A /run/ptyhead 2>/dev/null)" ]
	[ "$(bare systemctl list-units --all --plain --no-legend 'ptyhead*' | wc -l)" = 0 ]
}
