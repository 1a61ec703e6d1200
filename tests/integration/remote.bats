#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Terminals of another machine, by ssh: a real server on loopback, in a mount namespace of
# its own, so that the keys, the home folder and the programs there are the test's. It is
# dropbear, and then OpenSSH's sshd.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # for other shells; each test has its own
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/head
load ../helpers/tmux

setup() {
	head_setup
	mkdir -p "$T/home/.ssh" "$T/bin"
	chmod 700 "$T/home" "$T/home/.ssh"
	ssh-keygen -q -t ed25519 -N '' -f "$T/key"
	ssh-keygen -q -t ed25519 -N '' -f "$T/looks"
	cp "$T/key.pub" "$T/home/.ssh/authorized_keys"
	dropbearkey -t ed25519 -f "$T/hostkey" >/dev/null 2>&1
	ssh-keygen -q -t ed25519 -N '' -f "$T/hostkey.openssh"
	# The user's own configuration, in a place of the test's.
	cat >"$T/bin/ssh" <<-EOS
		#!/bin/sh
		exec $(command -v ssh) -F '$T/config' "\$@"
	EOS
	chmod +x "$T/bin/ssh"
	PATH=$T/bin:$PATH
}
teardown() {
	server_stop
	common_teardown
}

server_up() { (exec 9<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; }

# server_start KIND : what is there as `far`, `near` and `eyes`.
server_start() {
	PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	server_again "$1"
	local name key
	for name in far near eyes; do
		key=key
		if [ $name = eyes ]; then key=looks; fi
		cat <<-EOC
			Host $name
			  HostName 127.0.0.1
			  Port $PORT
			  User root
			  IdentityFile $T/$key
			  IdentitiesOnly yes
			  UserKnownHostsFile $T/known
			  StrictHostKeyChecking no
			  LogLevel ERROR
		EOC
	done >"$T/config"
}

server_again() {
	cat >"$T/sshd_config" <<-EOC
		Port $PORT
		ListenAddress 127.0.0.1
		HostKey $T/hostkey.openssh
		AuthorizedKeysFile $T/home/.ssh/authorized_keys
		StrictModes no
		UsePAM no
		PidFile none
		SetEnv PATH=/usr/local/bin:/usr/bin:/bin
	EOC
	local command="exec dropbear -F -E -s -j -k -p 127.0.0.1:$PORT -r '$T/hostkey'"
	if [ "$1" = openssh ]; then command="mkdir -p /run/sshd; exec /usr/sbin/sshd -D -e -f '$T/sshd_config'"; fi
	start unshare -m sh -c "mount --make-rprivate / && mount --bind '$T/home' /root && mount --bind '$PTYHEAD_BUILD' /usr/local/bin && $command" 2>>"$T/sshd.log"
	SERVER=$STARTED
	wait_for 10 server_up
}

# The server, and the connections that it serves.
server_stop() {
	[ "${SERVER-}" ] || return 0
	pkill -KILL -P "$SERVER" 2>/dev/null || :
	kill -KILL "$SERVER" 2>/dev/null || :
	wait_for 5 not alive "$SERVER"
	SERVER=
}

all_tools() {
	[ "$(ptyhead-send "ssh://far/$S" "it's \$(touch $T/pwned) \"x\" ;*"; echo $?)" = 0 ]
	wait_for 5 eval "ptyhead-show --host far '$S' | grep -qF \"it's \\\$(touch $T/pwned) \\\"x\\\" ;*\""
	[ ! -e "$T/pwned" ]
	[ "$(ptyhead-show "ssh://root@127.0.0.1:$PORT/$S" 2>&1 | tail -n 1 | grep -c 'ermission denied\|verification')" = 1 ]
	ptyhead-wait -t 10 -F 'later words' "ssh://far/$S" &
	waiter=$!
	wait_for 10 gives 1 eval "ptyhead-list --json '$S' | grep -c '\"watchers\": 1'"
	ptyhead-send "ssh://far/$S" 'later words'
	wait "$waiter"
	run -99 ptyhead-wait -t 0.2 -F 'never said' --host=far "$S"
	run -1 ptyhead-show "ssh://far/$S:none"
	[[ $output = *'no such terminal'* || $output = *'no terminal'* ]]
	ptyhead-log "ssh://far/$S" | grep -qF 'later words'
	ptyhead-record --from start --to now "ssh://far/$S" >"$T/cast"
	head -n 1 "$T/cast" | python3 -c 'import json, sys; assert json.load(sys.stdin)["version"] == 2'
	ptyhead-show --json --host far "$S" | python3 -m json.tool >/dev/null
}

@test "each tool reaches a terminal of another machine, with the words as they are and its exit code" {
	head_start
	program sh -c 'stty -echo; exec cat'
	local kind
	for kind in dropbear openssh; do
		server_start "$kind"
		all_tools
		server_stop
	done
}

@test "a viewer there: its size, its key, and the terminal as it was at the end" {
	head_start
	program sh -c 'printf "\033[?1049h\033[?1000h\033[?2004hthe program\r\n"; stty size; exec cat'
	local kind
	for kind in dropbear openssh; do
		server_start "$kind"
		PTYHEAD_ESCAPE='^X' tm_start 70x20 sh -c 'echo before; "$@"; echo "code $?"; read x' sh ptyhead-attach -q "ssh://far/$S"
		tm_wait 20 'the program'
		[ "$(tm display-message -p '#{alternate_on}#{mouse_any_flag}')" = 11 ]
		tm_resize 90x25
		wait_for 10 gives 1 eval "ptyhead-list --json '$S' | grep -c '\"columns\": 90, \"rows\": 25'"
		tm_keys C-x
		tm_wait 10 'code 0'
		[ "$(tm display-message -p '#{alternate_on}#{mouse_any_flag}')" = 00 ]
		tm kill-server
		wait_for 5 gives 1 eval "ptyhead-list --json '$S' | grep -c '\"viewers\": 0'"
		server_stop
	done
}

@test "a connection that is lost leaves the terminal as it was, and is made again" {
	head_start
	program sh -c 'printf "\033[?1049h\033[?1000h\033[?25lthe program"; exec cat'
	server_start dropbear
	tm_start 110x20 sh -c 'echo before; "$@"; echo "code $?"; read x' sh ptyhead-attach -q --host far "$S"
	tm_wait 20 'the program'
	server_stop
	tm_wait 10 'the connection to far is lost'
	tm capture-pane -p -S - | grep -qx before
	[ "$(tm display-message -p '#{alternate_on}#{mouse_any_flag}#{cursor_flag}')" = 001 ]
	server_again dropbear
	tm_wait 20 'the program'
	[ "$(tm display-message -p '#{alternate_on}#{mouse_any_flag}')" = 11 ]
	tm_keys abc
	wait_for 5 eval "ptyhead-show '$S' | grep -q abc"
	# Once more, and the person has had enough.
	server_stop
	tm_wait 10 'tried again in 2 s'
	tm_keys q
	tm_wait 10 'code 255'
}

@test "ssh's failures are told from the tools'" {
	head_start
	server_start dropbear
	run -255 ptyhead-show ssh://nowhere.invalid/app
	run -111 ptyhead-show "ssh://far/$T/none.sock"
	tm_start 70x20 sh -c '"$@"; echo "code $?"; read x' sh ptyhead-attach "ssh://far/$T/none.sock"
	tm_wait 20 'unable to reach a head'
	tm_wait 10 'code 111'
	tm kill-server
	rm "$T/home/.ssh/authorized_keys"
	run -255 ptyhead-wait --exit "ssh://far/$S"
	local bad
	for bad in ssh:// ssh:///app ssh://far ssh://far/ ssh://-oProxyCommand=x/app ssh://u@-x/app ssh://far:x1/app ssh://far:999999999/app \
		ssh://far:0/app ssh://far:65536/app 'ssh://[::1]x/app' 'ssh://[::1/app' 'ssh://[]/app' 'ssh://[-x]/app' 'ssh://far]x/app' 'ssh://f[ar/app'; do
		run -100 ptyhead-show "$bad"
		[[ $output = *'is not an address'* || $output = *'no terminal is named'* ]]
	done
	run -100 ptyhead-show --host -oProxyCommand=x app
	run -100 ptyhead-show --host far ssh://far/app
	run -100 ptyhead-record -o "$T/file" ssh://far/app
	[[ $output = *'standard output'* ]]
	PATH=/nowhere run -127 "$PTYHEAD_BUILD/ptyhead-show" ssh://far/app
	[[ $output = *openssh-client* ]]
}

# eyes_only_watch : who comes with the key of eyes sees the program, and can do nothing else.
eyes_only_watch() {
	tm_start 70x20 ssh -t eyes
	tm_wait 20 'the program'
	tm_keys typed Enter
	# Whatever it asks for, it gets that.
	run timeout 3 ssh -T eyes "touch $T/pwned; cat $T/key" </dev/null
	[ ! -e "$T/pwned" ]
	[[ $output != *PRIVATE* ]]
	[ "$(ptyhead-show "$S" | grep -c typed)" = 0 ]
	tm_keys C-\\
	tm_end 10
	[ "$TM_STATUS" = 0 ]
}

@test "a key that may only look at one terminal" {
	head_given all:watch "$S" "$T/s.watch.sock"
	program sh -c 'echo the program; exec cat'
	wait_for 5 eval "ptyhead-show '$S' | grep -q program"
	server_start dropbear
	echo "command=\"ptyhead-attach -r $T/s.watch.sock\",no-port-forwarding,no-agent-forwarding,no-X11-forwarding $(cat "$T/looks.pub")" >>"$T/home/.ssh/authorized_keys"
	eyes_only_watch
}

@test "README's line for a key that may only watch, with OpenSSH's sshd" {
	head_given all:watch "$S" "$T/s.watch.sock"
	program sh -c 'echo the program; exec cat'
	local line
	line=$(sed -n 's/^ *\(restrict,pty,command=.*\) ssh-ed25519 AAAA.*/\1/p' "$REPO/README.md")
	[ "$line" = 'restrict,pty,command="ptyhead-attach -r app"' ]
	server_start openssh
	echo "${line/ app/ $T/s.watch.sock} $(cat "$T/looks.pub")" >>"$T/home/.ssh/authorized_keys"
	eyes_only_watch
}

@test "the terminals of several machines in one list; one that cannot be reached costs its own" {
	head_start
	program cat
	server_start dropbear
	run -255 --separate-stderr ptyhead-list --json "ssh://far/$S" "ssh://near/$S" "$S" ssh://nowhere.invalid/
	python3 -c '
import json, sys
seen = [(t["host"], t["address"].split("/")[2] if t["host"] else "", t["terminal"]) for t in json.load(sys.stdin)]
assert seen == [("far", "far", "main"), ("near", "near", "main"), (None, "", "main")], seen' <<<"$output"
	[[ $stderr = *'nowhere.invalid: ssh did not reach it'* ]]
	run -0 --separate-stderr ptyhead-list "ssh://far/$S" "$S"
	[ "${#lines[@]}" = 3 ]
	# In columns.
	[ "$(printf '%s\n' "${lines[@]}" | sed -E 's/^(.*) (STATE|up) .*/\1/' | awk '{ print length }' | sort -u | wc -l)" = 1 ]
	onpty 24x80 "$T/onpty" ptyhead-list "ssh://far/$S" "$S" </dev/null >/dev/null
	tr -d '\r' <"$T/onpty" >"$T/narrow"
	[ "$(wc -l <"$T/narrow")" = 3 ]
	[ "$(wc -L <"$T/narrow")" -le 80 ]
	[ "$(sed -E 's/^(.*) (STATE|up) .*/\1/' "$T/narrow" | wc -L)" = "$(head -n 1 "$T/narrow" | sed 's/ STATE.*//' | wc -L)" ]
	has "$T/narrow" '^ssh://[^ ]*…[^ ]* +up '
	[ "$(ptyhead-list --names "ssh://far/$S" "$S" | wc -l)" = 2 ]
	ptyhead-send "$(ptyhead-list --names "ssh://far/$S")" 'by its name'
	wait_for 5 eval "ptyhead-show '$S' | grep -q 'by its name'"
	[ "$(ptyhead-list --names --host far "$S")" = "ssh://far/$S" ]
	run -0 ptyhead-list --host far
}

# Whatever the connection does: silent, without end, deaf to being told.
@test "a machine that hangs, and one that says anything, cost no more than their bound" {
	head_start
	program cat
	cat >"$T/bin/ssh" <<-'EOS'
		#!/bin/sh
		trap '' TERM
		case "$*" in
		*deaf*) exec >&- ;;
		*noise*) exec tr '\0' x </dev/zero ;;
		*esc*) printf '\033]0;taken\007x up 1\n'; exit 0 ;;
		esac
		sleep 1000 &
		echo $! >>"$T/sleeps"
		wait
	EOS
	export T
	local before=$SECONDS
	run --separate-stderr ptyhead-list ssh://noise/ ssh://esc/ "$S" ssh://silent/ ssh://deaf/
	# shellcheck disable=SC2046 # words
	kill -KILL $(cat "$T/sleeps")
	[ $((SECONDS - before)) -lt 20 ]
	[ "$status" = 99 ] || { echo "$status"; return 1; }
	[[ $stderr = *'silent: no list in 15 s'*'deaf: no list in 15 s'* ]]
	[[ $output = *"$S"* ]]
	[[ $output != *taken* ]]
}

@test "another machine's list speaks for that machine alone, and is valid whatever it says" {
	head_start
	program cat
	cat >"$T/bin/ssh" <<-'EOS'
		#!/bin/sh
		case "$*" in
		*liar*) cat <<-'EOT' ;;
			[
			 {"address": "a"}, {"host": "far", "address": "ssh://far/forged"},
			 {"address": "b", "host": "far"},
			 {"address": "c", "address": "d"},
			 {"address": "e", "h\u006fst": "far"},
			 {"address": "f" "state": "up"},
			 {"address": "g"]},
			 {"address": "}
			 {"address": "h", "command": [{"deep": "\u00e9\""}], "run": 1.5e3}
			]
		EOT
		*::1*) printf '[\n {"address": "six"}\n]\n' ;;
		esac
	EOS
	run -0 --separate-stderr ptyhead-list --json ssh://liar/ 'ssh://me@[::1]:2222/' "$S"
	python3 -c '
import json, sys
seen = [(t["host"], t["address"]) for t in json.load(sys.stdin)]
assert seen == [("liar", "ssh://liar/h"), ("me@[::1]:2222", "ssh://me@[::1]:2222/six"), (None, sys.argv[1])], seen' "$S" <<<"$output"
}
