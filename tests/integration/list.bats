#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031,SC2054 # for other shells; each test has its own; capabilities
# ptyhead-list: what heads hold, as a table, as JSON, as names; its exit codes.

# shellcheck disable=SC2154,SC2317  # set by run; called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/head

setup() {
	common_setup
	export XDG_RUNTIME_DIR=$T/run
	mkdir -p "$T/run/ptyhead"
	S=$T/run/ptyhead/app.sock
}
teardown() { common_teardown; }

json() { ptyhead-list --json "$@" | python3 -c 'import json,sys; a=json.load(sys.stdin); print(eval(sys.argv[1]))' "$EXPR"; }
shows() { ptyhead-list "${@:2}" 2>/dev/null | grep -qE -e "$1"; }

@test "a program: its pid, command, size, viewers, bytes and the last end" {
	head_start
	run -3 s6-ptyexec "$S" sh -c 'printf 12345; exit 3'
	start s6-ptyexec -s 33x99 "$S" sh -c 'echo hi; exec cat' 'a b' $'c\e[31m\xff' 2>"$T/err" || :
	local pid=$STARTED
	wait_for 5 shows "^app +up .* $pid "
	start tapecat -n 9 "$S" >"$T/one"
	start tapecat -n 9 -w "$S" >"$T/two"
	wait_for 5 has "$T/one" attached
	wait_for 5 has "$T/two" attached
	wait_for 5 shows "^app +up +[0-9]+s +$pid +[0-9]+x[0-9]+ +1\\+1 +2 +9 exit 3 +[0-9]+s sh -c \"echo hi; exec cat\" \"a b\" \"c.u001b\\[31m.ufffd\"\$"  || { ptyhead-list; cat "$T/err"; return 1; }
	EXPR='a[0]["pid"], a[0]["command"], a[0]["run"], a[0]["exit_code"], a[0]["signal"], a[0]["state"], a[0]["viewers"], a[0]["watchers"]'
	[ "$(json)" = "($pid, ['sh', '-c', 'echo hi; exec cat', 'a b', 'c\\x1b[31m�'], 2, 3, None, 'up', 1, 1)" ] || { json; return 1; }
	EXPR='0 <= __import__("time").time() - a[0]["since"] < 60'
	[ "$(json app)" = True ]
}

@test "ends by a code, by a signal; a terminal that is new" {
	head_start
	start tapecat -w "$S" >"$T/one"
	wait_for 5 has "$T/one" attached
	shows '^app +new +- +- +80x24 +0\+1 +0 +0 - +- -$'
	run -137 s6-ptyexec -n killed "$S" sh -c 'kill -KILL $$'
	run -0 s6-ptyexec -n well "$S" true
	wait_for 5 shows '^app:killed +ended +- +- .* signal 9 '
	wait_for 5 shows '^app:well +ended +- +- .* exit 0 '
	EXPR='[(x["terminal"], x["state"], x["pid"], x["exit_code"], x["signal"]) for x in a]'
	[ "$(json app)" = "[('killed', 'ended', None, None, 9), ('main', 'new', None, None, None), ('well', 'ended', None, 0, None)]" ]
	[ "$(json app:well)" = "[('well', 'ended', None, 0, None)]" ]
}

@test "more terminals than a frame holds, with long commands, are all there in order" {
	local i long
	head_start -n 400
	long=$(printf '%0900d' 0)
	for i in {100..219}; do s6-ptyexec -n "t$i" "$S" true "$long"; done
	[ "$(ptyhead-list --names)" = "$(printf 'app:t%d\n' {100..219})" ]
	[ "$(ptyhead-list app | grep -c " true $long")" -eq 120 ]
}

@test "several heads: by name, by path; a socket for watching; one that is no head" {
	head_start
	S="$T/run/ptyhead/other.sock" head_start
	S="$T/elsewhere" head_start
	s6-ptyexec "$S" true
	s6-ptyexec -n x "$T/run/ptyhead/other.sock" true
	s6-ptyexec "$T/elsewhere" true
	[ "$(ptyhead-list --names | grep -v '^/run')" = $'app\nother:x' ]
	[ "$(ptyhead-list --names "$T/elsewhere")" = "$T/elsewhere" ]
	[ "$(ptyhead-list --names other)" = other:x ]
	socat UNIX-LISTEN:"$T/run/ptyhead/web.sock" SYSTEM:'echo HTTP/1.1 400' 3>&- &
	echo $! >>"$T/.started"
	wait_for 5 test -S "$T/run/ptyhead/web.sock"
	run --separate-stderr -0 ptyhead-list --json
	[[ $stderr == *"warning: unable to ask the head at $T/run/ptyhead/web.sock"* ]]
	[[ $output == *'"other:x"'* ]]
}

# unsafe FILE : something in it would be obeyed by a terminal, or breaks or turns a line.
unsafe() { LC_ALL=C grep -qaP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]' "$1"; }

@test "names that are nobody's friend: shown in hexadecimal, one line each, valid JSON" {
	local name dir=$T/run/ptyhead
	for name in $'new\nline' $'esc\e]0;pwned\a' $'turn\u202eed' $'bad\xff\xc2' $'csi\u009b2J' '$(touch pwned)' 'a b:c'; do
		start ptyhead "$dir/$name.sock" 2>>"$T/head.log"
		wait_for 20 test -S "$dir/$name.sock"
		# What has a : is no address.
		[ "$name" = 'a b:c' ] || wait_for 20 s6-ptyexec "$dir/$name.sock" true
	done
	S=$dir/ok.sock
	head_start
	start s6-ptyexec "$S" sh -c "exec cat" $'turn\u202eed' $'mark\u200f' $'csi\u009b' 2>>"$T/err"
	wait_for 20 shows "^ok +up "

	run --separate-stderr -0 ptyhead-list
	printf '%s\n' "$output" >"$T/table"
	not unsafe "$T/table"
	[ "$(wc -l <"$T/table")" -eq 8 ] # with the one of titles
	has "$T/table" "^$dir/new.x0aline\\.sock +ended "
	has "$T/table" "^$dir/esc.x1b]0;pwned.x07\\.sock +ended "
	has "$T/table" "^$dir/turn.xe2.x80.xaeed\\.sock +ended "
	has "$T/table" "^$dir/bad.xff.xc2\\.sock +ended "
	has "$T/table" ' sh -c "exec cat" "turn.u202eed" "mark.u200f" "csi.u009b"$'

	ptyhead-list --json >"$T/json"
	not unsafe "$T/json"
	EXPR='len(a), sorted(x["socket"] for x in a)[-1], [x["command"] for x in a if x["state"] == "up"]'
	[ "$(json)" = "(7, '$dir/turn\\u202eed.sock', [['sh', '-c', 'exec cat', 'turn\\u202eed', 'mark\\u200f', 'csi\\x9b']])" ] || { json; return 1; }

	# Of these only what can be given to the other tools.
	[ "$(ptyhead-list --names)" = "$dir/\$(touch pwned).sock"$'\nok' ] || { ptyhead-list --names; return 1; }
	[ ! -e pwned ]
}

@test "a name, and a path, of the greatest length" {
	local dir=$T/run/ptyhead long
	long=$(printf '%0250d' 7)
	S=$dir/x.sock
	head_start
	mv "$S" "$dir/$long.sock" # sun_path does not hold it
	s6-ptyexec "$dir/$long.sock" true
	[ "$(ptyhead-list --names)" = "$long" ]
	ptyhead-list | grep -q "^$long  *ended "
	[ "$(EXPR='a[0]["address"]' json)" = "$long" ]
	[ "$(ptyhead-list --names "$dir/$long.sock")" = "$dir/$long.sock" ]
}

@test "what is wrong is told in one line, whatever the name" {
	local t
	for t in attach show list record 'wait -e x' 'send'; do
		# shellcheck disable=SC2086 # options
		run -111 ptyhead-$t "$T/no"$'\e[2J\n\u202e\xff'
		[ "${#lines[@]}" -eq 1 ] || { echo "$t: $output"; return 1; }
		[[ $output == *'no\x1b[2J\x0a\xe2\x80\xae\xff'* ]]
		# shellcheck disable=SC2086
		run -100 ptyhead-$t $'--nix\e\n'
		[[ $output == *'there is no option --nix\x1b\x0a'* ]]
	done
	run -111 s6-ptyexec "$T/no"$'\e[2J\n' true
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *'no\x1b[2J\x0a'* ]]
	run -100 s6-ptyexec -s $'\e1' "$T/no" true
	[[ $output == *"not a size: '\\x1b1'"* ]]
	head_start
	run -127 s6-ptyexec "$S" $'nix\e\n'
	[[ $output == *'unable to exec nix\x1b\x0a: No such file'* ]]
}

@test "a socket that only takes exports does not list; one for watching does" {
	head_given watch:export "$T/run/ptyhead/app.watch.sock" "$T/export"
	wait_for 5 s6-ptyexec "$T/export" true
	[ "$(ptyhead-list --names)" = app.watch ]
	run -1 ptyhead-list "$T/export"
	[[ $output == *'this socket takes exports only'* ]]
}

@test "silent heads cost a second in all, neither the list nor the completion" {
	local i heads=()
	for i in {1..6}; do
		S=$T/run/ptyhead/silent$i.sock head_start
		heads+=("$HEAD")
	done
	head_start
	wait_for 5 s6-ptyexec "$S" true
	kill -STOP "${heads[@]}"
	# One after the other they would take 30 seconds.
	run --separate-stderr -99 timeout 15 ptyhead-list
	[[ $output == *$'\napp '*'ended '* ]]
	[ "$(grep -c "unable to ask the head at .*/silent.*: Connection timed out" <<<"$stderr")" -eq 6 ]
	run --separate-stderr -99 timeout 15 ptyhead-list --names
	[ "$output" = app ]
	# shellcheck disable=SC2016 # for that bash
	completed() { [ "$(bash -c 'source "$0"; COMP_WORDS=(ptyhead-show ""); COMP_CWORD=1; _ptyhead ptyhead-show "" ptyhead-show 2>/dev/null; echo "${COMPREPLY[@]}"' "$PTYHEAD_BUILD/completion/ptyhead.bash")" = app ]; }
	wait_for 10 completed
	kill -CONT "${heads[@]}"
}

@test "descriptors that are enough for one head are enough for all, one after the other" {
	local i n few=(bash -c 'exec 3<&- 4<&-; ulimit -n "$0"; exec ptyhead-list --names "$@"')
	for i in 1 2 3 4; do
		S=$T/run/ptyhead/h$i.sock
		head_start
		s6-ptyexec "$S" true
	done
	for n in {6..40}; do
		run --separate-stderr "${few[@]}" "$n" h1
		[ "$status" -ne 0 ] || break
		[[ $stderr = *'Too many open files'* || $status = 127 ]] || { echo "$n: $stderr"; return 1; }
	done
	[ "$output" = h1 ]
	run -0 "${few[@]}" "$n"
	[ "$output" = "$(printf 'h%d\n' 1 2 3 4)" ]
}

@test "a socket that is not for the caller: who only looks takes the one for watching" {
	local watch=$T/run/ptyhead/app.watch.sock tool weak=(setpriv --bounding-set=-dac_override,-dac_read_search)
	head_given all:watch "$S" "$watch"
	program sh -c 'echo here; read -r _'
	wait_for 5 shows '^app +up'
	chmod 0 "$S"
	run -0 "${weak[@]}" ptyhead-show app
	[[ $output == here* ]]
	run -0 "${weak[@]}" ptyhead-list app
	[[ $output == *$'\napp '* ]]
	run -0 "${weak[@]}" ptyhead-wait -t 5 --since 0 -F here app
	start "${weak[@]}" ptyhead-attach -r -1 app >"$T/seen" </dev/null
	wait_for 5 has "$T/seen" here
	run -111 "${weak[@]}" ptyhead-attach app
	[[ $output == *'; looking is allowed (ptyhead-attach -r)'* ]]
	ptyhead-send "$S" end
	run -0 "${weak[@]}" ptyhead-wait -t 5 --exit "$S"
	wait_for 5 not alive "$STARTED"
	# That one, too, says who may.
	chmod 0 "$watch"
	run -111 "${weak[@]}" ptyhead-show app
	[[ $output == *"unable to reach a head at $S: Permission denied; the socket belongs to root"* ]]
	[ "$("${weak[@]}" ptyhead-list --names)" = '' ]
}

# on_columns N ADDRESS... : the list, as a terminal of N columns gets it.
on_columns() {
	local n=$1
	shift
	rm -f "$T/onpty"
	onpty "24x$n" "$T/onpty" ptyhead-list "$@" </dev/null >/dev/null
	tr -d '\r' <"$T/onpty"
}
# fits N : no line of standard input is longer than N characters, and each has the columns
# STATE and AGO where the title has them.
fits() {
	python3 -c '
import re, sys
lines = sys.stdin.read().splitlines()
n = int(sys.argv[1])
assert len(lines) > 1 and max(map(len, lines)) <= n, lines
state, ago = lines[0].index(" STATE"), lines[0].index(" AGO") + 4
for l in lines[1:]:
    assert l[state:].split()[0] in ("up", "ended") and l[state] == " " and l[state + 1] != " ", l
    assert re.fullmatch(r"-|[0-9]+[smhd]", l[:ago].split()[-1]) and l[ago] == " ", l' "$1"
}

@test "on a terminal the columns stay aligned and no line is too long; a pipe gets all of it" {
	local long=$T/run/a-head-whose-name-is-longer-than-its-column.sock n
	start ptyhead "$long" 2>"$T/head.log"
	wait_for 5 test -S "$long"
	s6-ptyexec -n killed "$long" sh -c 'kill -TERM $$' || :
	s6-ptyexec "$long" true
	start s6-ptyexec -n three "$long" sh -c 'exec sleep 1000' 'with a long' command that no terminal of eighty columns has room for
	wait_for 5 shows '^[^ ]*:three +up' "$long"
	for n in 80 90 120 150 300; do
		on_columns "$n" "$long" | fits "$n"
	done
	on_columns 300 "$long" >"$T/wide"
	has "$T/wide" "^$long:three "
	has "$T/wide" '"with a long" command .* has room for$'
	on_columns 80 "$long" >"$T/narrow"
	has "$T/narrow" '^/[^ ]*…[^ ]*:three up .* sh'
	has "$T/narrow" '…$'
	# Where it fits as it is, it is as it is.
	head_start
	s6-ptyexec "$S" true
	[ "$(on_columns 300 app)" = "$(ptyhead-list app)" ]
	# Narrower than all columns: cut.
	on_columns 30 "$long" >"$T/cut"
	[ "$(wc -l <"$T/cut")" = 4 ]
	[ "$(wc -L <"$T/cut")" -le 30 ]
	ptyhead-list "$long" >"$T/pipe"
	has "$T/pipe" "^$long:three +up .* has room for$"
}

@test "PTYHEAD_DIR: names are looked up there first, by each tool and by s6-ptyexec" {
	head_start
	s6-ptyexec "$S" true
	export PTYHEAD_DIR=$T/other
	mkdir "$PTYHEAD_DIR"
	start ptyhead "$PTYHEAD_DIR/mine.sock" 2>"$T/other.log"
	wait_for 5 test -S "$PTYHEAD_DIR/mine.sock"
	s6-ptyexec mine echo by its name
	[ "$(ptyhead-show mine)" = 'by its name' ]
	[ "$(ptyhead-list --names)" = mine ]
	run -111 ptyhead-show app
	# It is the folder of the heads that ptyhead-run starts.
	ptyhead-run -n third sh -c 'echo there; exec sleep 1000' >"$T/run.log"
	wait_for 5 test -S "$PTYHEAD_DIR/third.sock"
	ptyhead-wait -t 5 --since start -F there third
	ptyhead-run --end third
	PTYHEAD_DIR=/run/ptyhead ptyhead-list --names >"$T/names"
	has "$T/names" '^app$'
}

@test "exit codes" {
	head_start
	run -0 ptyhead-list
	run -0 ptyhead-list --json
	[ "$output" = '[]' ]
	run -0 ptyhead-list --help
	run -0 ptyhead-list --version
	run -1 ptyhead-list app:nix
	run -100 ptyhead-list --nix
	run -100 ptyhead-list 'a b'
	run -111 ptyhead-list "$T/nix"
	[[ $output == *'start the ptyhead that listens there' ]]
	kill -STOP "$HEAD"
	run -99 ptyhead-list app
	run -99 ptyhead-list
	kill -CONT "$HEAD"
	run -111 sh -c 'ptyhead-list --json >/dev/full'
}

# options TOOL : its long ones.
options() { "ptyhead-$1" --help | sed -nE 's/^ {2,6}(-., )?(--[a-z-]+).*/\2/p'; }

@test "completion in bash: addresses that there are now, options, keys" {
	head_start
	s6-ptyexec "$S" true
	s6-ptyexec -n two "$S" true
	cat >"$T/complete" <<'EOF'
source "$PTYHEAD_BUILD/completion/ptyhead.bash"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_ptyhead "$1" "${!#}" "${COMP_WORDS[$# - 2]}" 2>/dev/null
printf '%s ' "${COMPREPLY[@]}"
EOF
	completes() {
		local want=$1
		shift
		[ "$(bash "$T/complete" "$@")" = "$want" ] || { bash "$T/complete" "$@"; return 1; }
	}
	completes 'app app:two ' ptyhead-attach ''
	completes 'app app:two ' ptyhead-send -n ap
	completes 'two ' ptyhead-wait -e x app : t
	completes '--json ' ptyhead-list --j
	completes 'PPage ' ptyhead-send -k PP
	completes 'now ' ptyhead-wait --since n
	completes 'script ' ptyhead-record -f s
	completes '--append ' ptyhead-record --a
	completes ' ' ptyhead-wait -e ap
	completes 'app app:two ' ptyhead-run --end ''
	completes '--end ' ptyhead-run --e
	completes 's6-ptyexec ' ptyhead-run -a s6-ptyexe
	local t o
	for t in attach list send show wait record run; do
		for o in $(options "$t"); do bash "$T/complete" "ptyhead-$t" "$o" | grep -qE -- "(^| )$o " || { echo "$t $o"; return 1; }; done
	done
}

@test "installed and uninstalled: programs, pages, completions, examples" {
	# What npm has put beside an example stays where it is.
	mkdir "$T/src"
	cp -a "$REPO"/{Makefile,README.md,examples,ptyhead-service,s6-ptyexec,systemd} "$T/src"
	mkdir -p "$T/src/examples/web/node_modules/one"
	: >"$T/src/examples/web/node_modules/one/index.js"
	make -s -C "$T/src" B="$PTYHEAD_BUILD" install DESTDIR="$T/dest" PREFIX=/usr >"$T/make.log" 2>&1
	local tool
	for tool in send wait record list; do
		[ -x "$T/dest/usr/bin/ptyhead-$tool" ]
		[ -e "$T/dest/usr/share/man/man1/ptyhead-$tool.1" ]
		[ -e "$T/dest/usr/share/bash-completion/completions/ptyhead-$tool" ]
	done
	[ -e "$T/dest/usr/share/zsh/site-functions/_ptyhead" ]
	[ -e "$T/dest/usr/share/doc/ptyhead/examples/web/README.md" ]
	[ -e "$T/dest/usr/share/doc/ptyhead/examples/s6-rc/app/dependencies.d/ptyhead-app" ]
	[ ! -e "$T/dest/usr/share/doc/ptyhead/examples/web/node_modules" ]
	make -s -C "$REPO" uninstall DESTDIR="$T/dest" PREFIX=/usr
	[ -z "$(find "$T/dest" -type f)" ]
}

# For the two below to offer.
here_are_terminals() {
	head_start
	s6-ptyexec "$S" true
	s6-ptyexec -n two "$S" true
	wait_for 5 gives $'app\napp:two' ptyhead-list --names
}

@test "completion in fish: addresses that there are now, options, keys" {
	here_are_terminals
	local t
	mkdir -p "$T/fish"
	for t in attach list send show wait record run; do cp "$PTYHEAD_BUILD/completion/ptyhead.fish" "$T/fish/ptyhead-$t.fish"; done
	# completes LINE CANDIDATE... : with nothing but these.
	completes() {
		local line=$1 want
		want=$(printf '%s\n' "${@:2}")
		HOME=$T run -0 fish --no-config -c "set -p fish_complete_path $T/fish; complete -C '$line'"
		[ "$(cut -f 1 <<<"$output")" = "$want" ] || { echo "$line: $output"; return 1; }
	}
	for t in attach list send show wait record; do completes "ptyhead-$t " app app:two; done
	completes 'ptyhead-attach app:t' app:two
	completes 'ptyhead-wait -e x ap' app app:two
	completes "ptyhead-show $S" "$S"
	completes 'ptyhead-send -k PP' PPage
	completes 'ptyhead-record --from ' now start
	completes 'ptyhead-attach --hi' --history
	# Each option that the tools have.
	for t in attach list send show wait record run; do
		for o in $(options "$t"); do
			HOME=$T fish --no-config -c "set -p fish_complete_path $T/fish; complete -C 'ptyhead-$t $o'" | grep -qE -- "^$o" || { echo "$t $o"; return 1; }
		done
	done
}

@test "completion in zsh: addresses that there are now, options, keys" {
	here_are_terminals
	# A zsh on a terminal of ours, where Tab is typed.
	S="$T/z" head_start
	cat >"$T/.zshrc" <<-EOS
		fpath=("$PTYHEAD_BUILD/completion" \$fpath)
		autoload -U compinit && compinit -D
		unsetopt beep auto_menu list_ambiguous
		PROMPT='ready> '
	EOS
	start env HOME="$T" ZDOTDIR="$T" s6-ptyexec -T xterm-256color -s 40x100 "$T/z" zsh -d -i
	ptyhead-wait -t 10 -s -e '^ready>' "$T/z"
	# completes LINE REGEX... : after a Tab, a line of the screen matches each.
	completes() {
		local line=$1 want
		ptyhead-send -n -k C-u -k C-l "$T/z" "$line"
		ptyhead-wait -t 10 -s -F "$line" "$T/z"
		ptyhead-send -n -k Tab "$T/z"
		for want in "${@:2}"; do
			ptyhead-wait -t 10 -s -e "$want" "$T/z" >"$T/waited" || { ptyhead-show "$T/z"; return 1; }
		done
	}
	local t o
	for t in attach list send show wait record; do completes "ptyhead-$t " "^ready> ptyhead-$t app" '^app +app:two'; done
	completes 'ptyhead-attach app:t' '^ready> ptyhead-attach app:two'
	completes 'ptyhead-wait -e x app:t' 'x app:two'
	completes "ptyhead-show ${S%.sock}" "^ready> ptyhead-show $S"
	completes 'ptyhead-send -k PP' '-k PPage'
	completes 'ptyhead-record --from s' '--from start'
	for t in attach list send show wait record run; do
		completes "ptyhead-$t --"
		for o in $(options "$t"); do
			ptyhead-wait -t 10 -s -e "^(.* )?$o( |$)" "$T/z" >"$T/waited" || { echo "$t $o"; ptyhead-show "$T/z"; return 1; }
		done
	done
}
