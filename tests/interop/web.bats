#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# examples/web in use: the gateway, socket-activated, and its page in a headless Chromium.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # for other shells; each test has its own
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/head
load ../helpers/s6
load ../helpers/keep
load ../helpers/systemd

TOKEN=correct-horse-battery-staple

# The example as its README has it set up, once.
setup_file() {
	export WEB=$BATS_FILE_TMPDIR/web
	mkdir "$WEB"
	(cd "$REPO/examples/web" && cp -r page ptyhead-web package.json package-lock.json .npmrc "$WEB")
	(cd "$WEB" && npm ci --ignore-scripts --no-audit --no-fund >"$BATS_FILE_TMPDIR/npm.log" 2>&1) || {
		cat "$BATS_FILE_TMPDIR/npm.log" >&2
		return 1
	}
}

setup() {
	head_setup
	export LD_LIBRARY_PATH=$PTYHEAD_BUILD
	echo "$TOKEN" >"$T/token"
	PORT=$(free_port)
}
teardown() { common_teardown; }

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# web_start [-r] ADDRESS : started by the first connection; its pid in $GATEWAY.
web_start() {
	# (A shell gives what runs in the background another standard input.)
	start sh -c 'exec "$@" <"$0"' "$T/token" systemd-socket-activate -E LD_LIBRARY_PATH -E ASAN_OPTIONS -E PTYHEAD_TEST \
		-l "127.0.0.1:$PORT" "$WEB/ptyhead-web" "$@" 2>>"$T/web.log"
	GATEWAY=$STARTED
	wait_for 5 has "$T/web.log" "Listening on 127.0.0.1:$PORT"
}

# hello [TOKEN] : what the page says first.
hello() { echo "{\"token\": \"${1-$TOKEN}\", \"size\": [24, 80]}"; }

# browser_start : a Chromium with an empty page, for `browser`.
browser_start() {
	start /usr/lib/chromium/chromium-headless-shell --no-sandbox --disable-gpu --user-data-dir="$T/chromium" \
		--remote-debugging-port=0 --window-size=800,500 about:blank >"$T/chromium.log" 2>&1
	wait_for 20 test -s "$T/chromium/DevToolsActivePort"
	DEVTOOLS=$(head -n 1 "$T/chromium/DevToolsActivePort")
}
browser() { /usr/bin/python3 "$REPO/tests/interop/browser.py" "$DEVTOOLS" "$@"; }

page_text() {
	browser eval 'Array.from({ length: term.rows }, (_, i) => term.buffer.active.getLine(term.buffer.active.baseY + i).translateToString(true)).join("\n")'
}
page_shows() { grep -qE -e "$1" <<<"$(page_text)"; }
state_says() { grep -qE -e "$1" <<<"$(browser eval 'at("state").textContent')"; }
page_is() { gives "$1" browser eval '`${term.rows} ${term.cols}`'; }

# page_open [TOKEN] : the page, with the token behind the #.
page_open() { browser go "http://127.0.0.1:$PORT/#${1-$TOKEN}"; }

@test "attach, type, resize, the program's restart, and a person's look at it" {
	head_start
	web_start "$S"
	browser_start
	program sh -c 'printf "\033[1;32mgreen\033[0m \346\227\245\346\234\254 \342\224\200\342\224\200\n"; while read -r line; do case $line in size) stty size ;; bye) exit 3 ;; *) echo "got <$line>" ;; esac; done'
	page_open
	wait_for 20 page_shows 'green 日本 ──'
	state_says '^connected$'
	browser type 'hello there'
	browser key Enter
	wait_for 10 page_shows '^got <hello there>$'
	# The terminal is as large as the page has room for, and follows it.
	local before after
	before=$(browser eval '`${term.rows} ${term.cols}`')
	browser type size
	browser key Enter
	wait_for 10 page_shows "^$before\$"
	browser size 1000 700
	wait_for 10 not page_is "$before"
	after=$(browser eval '`${term.rows} ${term.cols}`')
	[ "${after% *}" -gt "${before% *}" ]
	[ "${after#* }" -gt "${before#* }" ]
	browser type size
	browser key Enter
	wait_for 10 page_shows "^$after\$"
	browser shot "${WEB_SHOT:-$T/shot.png}"
	# Its end, and another program, in the page that is open.
	browser type bye
	browser key Enter
	wait_for 10 state_says 'has ended, exit code 3'
	program sh -c 'echo second; exec sleep 1000'
	wait_for 10 page_shows '^second$'
	state_says 'has started'
	# Nothing came from elsewhere, and the token stands nowhere.
	[ "$(browser eval 'performance.getEntriesByType("resource").filter(r => !r.name.startsWith(location.origin + "/")).length')" = 0 ]
	[ "$(browser eval 'location.href')" = "http://127.0.0.1:$PORT/" ]
	[ "$(grep -c "$TOKEN" "$T/web.log")" = 0 ]
}

@test "a killed head, a gateway that ends, and no head at all: the page goes on by itself" {
	keep_start
	web_start "$T/s"
	start s6-ptyexec "$T/s" sh -c 'echo ready; while read -r line; do echo "got <$line>"; done'
	browser_start
	page_open
	wait_for 20 page_shows '^ready$'
	head_is_up
	local first=$HEAD
	keep_kill
	wait_for 10 another_head "$first"
	browser type one
	browser key Enter
	wait_for 10 page_shows '^got <one>$'
	wait_for 10 state_says '^connected$'
	# No head for a while.
	s6-svc -d "$T/service/head"
	wait_for 10 state_says 'the head is away'
	s6-svc -u "$T/service/head"
	wait_for 10 state_says '^connected$'
	# The gateway ends as systemd ends it; the next one has the same port and token.
	kill "$GATEWAY"
	wait_for 10 not alive "$GATEWAY"
	wait_for 10 state_says 'trying again'
	web_start "$T/s"
	wait_for 20 state_says '^connected$'
	browser type two
	browser key Enter
	wait_for 10 page_shows '^got <two>$'
	[ "$(page_text | grep -c 'got <one>')" = 1 ]
	# A reload has the token, too.
	browser eval 'location.reload()'
	wait_for 20 page_shows '^got <two>$'
}

@test "without a head the page says so, and is connected once there is one" {
	web_start "$S"
	browser_start
	page_open
	wait_for 20 state_says 'no connection \(No such file or directory\): trying again'
	head_start
	program sh -c 'echo here; exec sleep 1000'
	wait_for 20 page_shows '^here$'
}

@test "read-only: nothing is typed, whatever the browser sends, and the size is the terminal's" {
	head_start
	web_start -r "$S"
	browser_start
	program -s 20x60 sh -c 'echo ready; while read -r line; do echo "got <$line>"; done'
	page_open
	wait_for 20 page_shows '^ready$'
	page_is '20 60'
	[ "$(browser eval 'at("mode").textContent')" = read-only ]
	browser type nothing
	browser key Enter
	# Past the page's own check.
	browser eval 'socket.send(encoder.encode("forced\r")); socket.send(JSON.stringify({ size: [50, 200] })); 0' >/dev/null
	ptyhead-send "$S" 'from elsewhere'
	wait_for 10 page_shows '^got <from elsewhere>$'
	page_is '20 60'
	[ "$(page_text | grep -cE 'nothing|forced')" = 0 ]
}

@test "a wrong token is refused in words, is in no log, and the right one can be given then" {
	head_start
	web_start "$S"
	browser_start
	program sh -c 'echo secret; exec sleep 1000'
	page_open guessed-by-someone-else
	wait_for 20 gives 'the token is wrong' browser eval 'at("why").textContent'
	[ "$(page_text | grep -c secret)" = 0 ]
	[ "$(ptyhead-list --json "$S" | grep -c '"viewers": 0')" = 1 ]
	browser eval "at('token').value = '$TOKEN'; at('ask').requestSubmit(); 0" >/dev/null
	wait_for 10 page_shows '^secret$'
	[ "$(grep -cE "$TOKEN|guessed" "$T/web.log")" = 0 ]
}

# asks HEADER... : the status of the page, or with Upgrade of the WebSocket.
asks() {
	local path=$1 h args=()
	shift
	for h; do args+=(-H "$h"); done
	curl -s -o "$T/answer" -D "$T/headers" -w '%{http_code}' --max-time 5 "${args[@]}" "http://127.0.0.1:$PORT$path" || :
}
WEBSOCKET=('Connection: Upgrade' 'Upgrade: websocket' 'Sec-WebSocket-Version: 13' 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==')

@test "other sites' pages and names, other files, and what is no socket or token are refused" {
	head_start
	web_start "$S"
	[ "$(asks /)" = 200 ]
	grep -qi "^content-security-policy: default-src 'none'" "$T/headers"
	grep -qi '^referrer-policy: no-referrer' "$T/headers"
	[ "$(asks /xterm.js)" = 200 ]
	[ "$(asks / "Host: localhost:$PORT")" = 200 ]
	[ "$(asks / 'Host: rebound.example')" = 403 ]
	[ "$(asks / "Host: 127.0.0.1.example:$PORT")" = 403 ]
	[ "$(asks / 'Host: [')" != 200 ]
	[ "$(asks /ptyhead-web)" = 404 ]
	[ "$(asks /..%2fptyhead-web)" = 404 ]
	[ "$(asks /socket "${WEBSOCKET[@]}")" = 403 ]
	[ "$(asks /socket "${WEBSOCKET[@]}" 'Origin: http://rebound.example')" = 403 ]
	[ "$(asks /socket "${WEBSOCKET[@]}" 'Origin: null')" = 403 ]
	[ "$(asks /socket "${WEBSOCKET[@]}" "Origin: http://127.0.0.1:$PORT")" = 101 ]
	[ "$(asks /socket "Origin: http://127.0.0.1:$PORT")" = 400 ]
	[ "$(grep -c Traceback "$T/web.log")" = 0 ]
	# A gateway for the network, with no token or a short one, does not start.
	run -1 listening 0.0.0.0
	[[ $output = *'not one of the loopback interface'* ]]
	echo short >"$T/token"
	run -1 listening 127.0.0.1
	[[ $output = *'no token of 16'* ]]
	: >"$T/token"
	run -1 listening 127.0.0.1
	[[ $output = *'no token of 16'* ]]
	run -1 "$WEB/ptyhead-web" "$S"
	[[ $output = *'no listening socket'* ]]
}

# listening ADDRESS : a gateway that is given a socket of that address.
listening() {
	python3 -c '
import os, socket, sys
s = socket.socket(); s.bind((sys.argv[1], 0)); s.listen()
if s.fileno() != 3: os.dup2(s.fileno(), 3)
else: os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[2], sys.argv[2:])' "$1" "$WEB/ptyhead-web" "$S" 3>&- <"$T/token"
}

rss_of() { sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }

@test "nonsense on the socket, and a browser that does not read: bounded, and nobody waits" {
	head_start
	web_start "$S"
	program sh -c 'read -r go; seq 1 3000000; echo done; read -r line; echo "got <$line>"; exec sleep 1000'
	start /usr/bin/python3 "$REPO/tests/interop/slow.py" "$PORT" "$TOKEN" >"$T/slow" 2>&1
	wait_for 20 has "$T/slow" '^nonsense: 12 refused$'
	wait_for 10 has "$T/slow" '^begun$'
	local before after
	before=$(rss_of "$GATEWAY")
	ptyhead-send "$S" go
	# 23 MB: the program is through long before the browser, which waits.
	wait_for 20 eval "ptyhead-show '$S' | grep -qx 'done'"
	after=$(rss_of "$GATEWAY")
	[ $((after - before)) -lt 8192 ] || { echo "grew by $((after - before)) KB" >&2; false; }
	# What it types arrives all the same; it reads on, and has the screen as it is.
	wait_for 10 eval "ptyhead-show '$S' | grep -qx 'got <still here>'"
	kill -USR1 "$STARTED"
	wait_for 20 has "$T/slow" '^shown: done, got <still here>$'
	[ "$(grep -c Traceback "$T/web.log")" = 0 ]
}

@test "under systemd: the units as they stand, with a head of its own user" {
	sd_units "$T/units" "$REPO"/systemd/*.service "$REPO"/systemd/*.socket "$REPO"/examples/web/ptyhead-web.*
	mkdir "$T/units/ptyhead@app.socket.d"
	printf '[Socket]\nSocketGroup=operators\nSocketMode=0660\n' >"$T/units/ptyhead@app.socket.d/access.conf"
	sed -i "s|/opt/ptyhead-web|/usr/local/lib/ptyhead-web|" "$T/units/ptyhead-web.service"
	sd_boot "$T/units"
	sd ip link set lo up
	sd groupadd --system operators
	sd sh -c 'umask 077; echo "$1" >/etc/ptyhead-web.token' sh "$TOKEN"
	sd mount -t tmpfs -o mode=755 tmpfs /usr/local/lib
	cp -r "$WEB" "$T/web"
	sd cp -r "$T/web" /usr/local/lib/ptyhead-web
	sd sh -c 'cp "$1"/libptyhead.so.0 /usr/local/lib/ && chmod -R go+rX /usr/local/lib && ldconfig' sh "$PTYHEAD_BUILD"
	sd systemctl start ptyhead@app.socket ptyhead-web.socket
	sd systemd-run --unit=app s6-ptyexec app sh -c 'echo begun; exec sleep 1000'
	PORT=7681
	sd ptyhead-wait -t 10 --start app
	start "$SD_IN" timeout 60 /usr/bin/python3 "$REPO/tests/interop/websocket.py" 7681 "$(hello)" >"$T/heard" 2>&1
	wait_for 20 has "$T/heard" begun || { sd_journal -u ptyhead-web >&2; false; }
	has "$T/heard" '"what": "begin".*"alive": true'
	# No privilege, and no network but what it was given.
	local pid
	pid=$(sd_prop ptyhead-web.service MainPID)
	[ "$(sd sed -n 's/^CapEff:[[:space:]]*0*$/none/p' "/proc/$pid/status")" = none ]
	[ "$(sd sed -n 's/^Uid:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$pid/status")" -gt 1000 ]
	# It is started again, and asks anew.
	sd kill -KILL "$pid"
	wait_for 10 eval "[ \"\$(sd_prop ptyhead-web.service MainPID)\" != $pid ]"
	[ "$(sd timeout 20 /usr/bin/python3 "$REPO/tests/interop/websocket.py" 7681 "$(hello wrong-wrong-wrong-wrong)")" = 'closed 4003' ]
}
