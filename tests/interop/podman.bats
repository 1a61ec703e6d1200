#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# examples/container in use: an image of a Debian root, built by podman, and its pod.

# shellcheck disable=SC2016
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/tmux

setup() {
	common_setup
	# Its limits are those that it may set; everything of it is in this test's folder.
	cat >"$T/containers.conf" <<-'EOC'
		[containers]
		default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
		[engine]
		runtime = "runc"
		cgroup_manager = "cgroupfs"
		events_logger = "file"
	EOC
	export CONTAINERS_CONF=$T/containers.conf
	POD=(env -u PTYHEAD_TEST podman --root "$T/store" --runroot "$T/run" --storage-driver overlay)
}
teardown() {
	pod kube down "$T/pod.yaml" >/dev/null 2>&1
	pod pod rm -f -a >/dev/null 2>&1
	common_teardown
}
pod() { "${POD[@]}" "$@" 3>&-; }
inside() { pod exec app-app "$@"; }
shows() { inside ptyhead-show app | grep -qE -e "$1"; }

@test "the image is built, its pod is played, and exec attaches" {
	mmdebstrap --quiet --variant=minbase --include=s6,execline,procps bookworm "$T/debian.tar"
	pod import "$T/debian.tar" localhost/debian >/dev/null 2>&1
	mkdir "$T/context"
	make -s -C "$REPO" B="$PTYHEAD_BUILD" DESTDIR="$T/context/root" PREFIX=/usr/local install
	cp -r "$REPO/examples/s6" "$T/context/s6"
	rm "$T/context/s6/README.md"
	pod build --layers=false --isolation chroot --build-arg BASE=localhost/debian -t localhost/app \
		-f "$REPO/examples/container/Containerfile" "$T/context" >"$T/build.log" 2>&1 || {
		tail -20 "$T/build.log"
		return 1
	}
	# The network is this machine's: podman's own wants programs that make bridges.
	sed 's/^spec:/spec:\n  hostNetwork: true/' "$REPO/examples/container/pod.yaml" >"$T/pod.yaml"
	pod kube play "$T/pod.yaml" >"$T/play.log" 2>&1 || {
		cat "$T/play.log"
		return 1
	}
	wait_for 20 shows 'load average'
	tm_start 80x24 env CONTAINERS_CONF="$CONTAINERS_CONF" "${POD[@]}" exec -it app-app ptyhead-attach app
	tm_wait 20 'load average'
	# The log of `s6-ptyexec -l` is one, too.
	wait_for 10 eval "inside ptyhead-list --json | grep -q '\"viewers\": 2'"
	# Its head is killed: top and the viewer go on.
	local top
	top=$(inside pidof top)
	inside s6-svc -k /service/ptyhead-app
	tm_keys V
	tm_wait 20 'Forest|forest|load average'
	tm_keys C-\\
	tm_end 20
	[ "$(inside pidof top)" = "$top" ]
	pod kube down "$T/pod.yaml" >/dev/null
}
