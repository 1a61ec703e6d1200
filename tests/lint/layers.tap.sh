#!/usr/bin/env bash
# The layering that ptyhead-service/ARCHITECTURE.md states, as TAP. Reads the
# sources (with comments and strings taken out where they could mislead) and the
# objects that a build left. A first argument names another tree to look at,
# which is how layers-can-fail shows that each rule can fail; a second one the
# folder of the build (default: build).
set -uo pipefail
shopt -s lastpipe
cd "${1:-$(dirname "$0")/../..}" || exit 111
S=ptyhead-service B=${2:-build}
n=0 bad=0

# result NAME : ok when standard input is empty; else its lines say what is wrong.
result() {
	local found
	found=$(cat)
	n=$((n + 1))
	if [ -z "$found" ]; then
		echo "ok $n - $1"
	else
		bad=$((bad + 1))
		echo "not ok $n - $1"
		head -n 20 <<<"$found" | sed 's/^/#   /'
	fi
}

tracked() {
	if [ -e .git ]; then
		git ls-files --cached --others --exclude-standard -- "$@" | while read -r f; do [ -f "$f" ] && echo "$f"; done
	else
		find "$@" -type f
	fi
}

# Product sources: path:line:code, without comments, and with strings emptied
# but on lines of #include. One awk for all of them, once.
code=$(mktemp)
trap 'rm -f "$code"' EXIT
# shellcheck disable=SC2046 # names without spaces
awk '
	FNR == 1 { inside = 0 }
	{
		line = $0
		if (line !~ /^[ \t]*#[ \t]*include/) {
			gsub(/\\./, "", line)
			gsub(/"[^"]*"/, "\"\"", line)
		}
		out = ""
		while (line != "") {
			if (inside) {
				if (!(at = index(line, "*/"))) { line = ""; break }
				line = substr(line, at + 2); inside = 0
			} else if ((at = index(line, "/*"))) {
				out = out substr(line, 1, at - 1); line = substr(line, at + 2); inside = 1
			} else { out = out line; line = "" }
		}
		sub(/\/\/.*/, "", out)
		if (out ~ /[^ \t]/) print FILENAME ":" FNR ":" out
	}' $(tracked $S s6-ptyexec | grep '\.[ch]$') >"$code"

# Main files: one a program.
main="^($S/head/ptyhead|$S/viewer/tools/(ptyhead-[a-z]+|tool|remote|fleet)|s6-ptyexec/main)\.c:"

# ---- what may include what ---------------------------------------------------

# headers OWN LAYER... : the names of their headers, as alternatives of a regular
# expression; of the other layers not those that are private (_int.h).
headers() {
	local own=$1 layer f list=
	for layer; do
		for f in "$layer"/*.h; do
			[ -e "$f" ] || continue
			case $layer:$f in "$own":*) ;; *_int.h) continue ;; esac
			list+="|${f##*/}"
		done
	done
	list=${list#|}
	echo "${list//./\\.}"
}
own_includes() { grep -E "^$1/[a-z_0-9-]+\.[ch]:[0-9]+:[ 	]*#[ 	]*include[ 	]*\"" "$code"; }

ruled=()
may() {
	local dir=$1 name=$2
	shift 2
	ruled+=("$dir")
	own_includes "$dir" | grep -vE "\"($(headers "$dir" $S/base "$@"))\"" | result "$name"
}
# base is for everybody.
may $S/base 'base includes nothing but base'
may $S/screen 'screen includes nothing but screen'
may $S/tape 'tape includes nothing but tape'
may $S/wire 'wire includes nothing but wire'
may $S/replay 'replay includes replay, tape and screen' $S/tape $S/screen
may $S/client 'client includes client, wire and tape' $S/wire $S/tape
# Of the viewers' folders each may also include those before it.
V=$S/viewer
below=("$S/replay" "$S/tape" "$S/screen")
may $V/format 'viewer/format includes its own, replay, tape and screen' "${below[@]}"
below+=("$V/format" "$S/client")
may $V/follow 'viewer/follow includes its own, format, client, replay, tape and screen' "${below[@]}"
below+=("$V/follow")
may $V/attach 'viewer/attach includes what follow may, and follow' "${below[@]}"
may $V/log 'viewer/log includes what attach may' "${below[@]}"
below+=("$V/attach" "$V/log")
may $V/tools 'viewer/tools includes what attach and log may, and both' "${below[@]}"
may $S/head 'head includes head, wire, replay, tape and screen' $S/wire $S/replay $S/tape $S/screen
may s6-ptyexec 's6-ptyexec includes its own and client' $S/client
cut -d: -f1 "$code" | sed 's|/[^/]*$||' | sort -u | grep -vxF "$(printf '%s\n' "${ruled[@]}")" | result 'each folder of sources has such a rule'
cut -d: -f1 "$code" | sort -u | sed 's|.*/||' | sort | uniq -d | result 'no two source files of one name'

# For the wire the viewers and s6-ptyexec have libptyhead.
above="^($V|s6-ptyexec)/"
grep -E "$above" "$code" | grep -E '(^|[^a-zA-Z0-9_])(wire_[a-z0-9_]+|WIRE_[A-Z0-9_a-z]+|conn_[a-z_]+|CONN_[A-Z_]+|struct[ 	]+conn)([^a-zA-Z0-9_]|$)' |
	result 'viewer and s6-ptyexec do not name what belongs to wire'
sed -nE 's|^([^:]*/)([a-z_0-9-]+\.[ch]):[0-9]+:[ 	]*#[ 	]*include[ 	]*"([a-z_0-9-]+\.h)".*|\1 \2 \3|p' "$code" |
	awk -v above="$above" '
		function reach(file, way, part, n, i) {
			if (file ~ /^(wire|conn|codec)\.h$/) { print way; return }
			if (file in seen) return
			seen[file]
			n = split(included[file], part, " ")
			for (i = 1; i <= n; i++) reach(part[i], way " includes " part[i])
		}
		{ included[$2] = included[$2] " " $3 }
		$1 ~ above { from[$2] }
		END { for (file in from) reach(file, file) }' |
	result 'viewer and s6-ptyexec do not reach the headers of wire, through other headers neither'

grep -E "^$S/wire/(wire|codec)\.[ch]:.*#[ 	]*include" "$code" | grep -vE '<(stdbool|stddef|stdint|string)\.h>|"(wire|codec)\.h"' |
	result 'the wire codec does no input or output: nothing but memory in what it includes'
# tape/reader: mmap and what looks at a descriptor; no clock, no socket.
grep -E "^$S/(tape/(reader|crc)|screen/[a-z_]+)\.[ch]:.*#[ 	]*include[ 	]*[<\"]" "$code" |
	grep -E '<(sys/(socket|epoll|ioctl|wait|un)|time|signal|poll|termios|systemd/.*|s6/.*|skalibs/.*|linux/.*)(\.h)?>|"clock\.h"' |
	result 'screen and the reader of tapes stay pure'

systemd_files="^$S/head/(keep_systemd|activation)\.c:"
grep -E '#[ 	]*include[ 	]*<systemd/' "$code" | grep -vE "$systemd_files" |
	result 'libsystemd only in head/keep_systemd.c and head/activation.c'
grep -E '#[ 	]*include[ 	]*<s6/' "$code" | grep -vE "^($S/head/keep_fdholder|s6-ptyexec/handover)\.c:" |
	result 's6 only in head/keep_fdholder.c and s6-ptyexec/handover.c'
grep -E '#[ 	]*include[ 	]*<(skalibs|execline)/' "$code" | grep -vE "^($S/head/keep_fdholder\.c|s6-ptyexec/)" |
	result 'skalibs only in head/keep_fdholder.c and s6-ptyexec'

# ---- the layers of the head ----------------------------------------------------

# Their order is a table of ARCHITECTURE.md: the second column of the rows that
# begin with a number, lowest first. One line a file: its place, its name.
order=$(mktemp)
trap 'rm -f "$code" "$order"' EXIT
sed -n '/^## The head in layers/,/^## /s/^| *[0-9][0-9]* *|\([^|]*\)|.*/\1/p' $S/ARCHITECTURE.md |
	grep -oE '[a-z_0-9]+' | awk '{ print NR, $1 }' >"$order"
{
	tracked $S/head | sed -n 's|.*/\([a-z_0-9]*\)\.[ch]$|\1|p' | grep -v '_int$' | sort -u |
		awk 'FILENAME != "-" { placed[$2] = 1; next } !($1 in placed) { print "no place for " $1 }' "$order" -
	while read -r _ name; do
		[ -e "$S/head/$name.c" ] || [ -e "$S/head/$name.h" ] || echo "no such file: $name"
	done <"$order"
	awk '{ print $2 }' "$order" | sort | uniq -d | sed 's/^/named twice: /'
} | result 'ARCHITECTURE.md gives each file of head/ one place in the order of its layers'

# One line a reference: who refers, whose symbol it is, the symbol. Some files have
# no object, since one of two is built (SYSTEMD=no, S6=no).
calls=$(find "$B/obj/$S/head" -name '*.o' 2>/dev/null | while read -r f; do
	name=${f##*/}
	[ ! -e "$S/head/${name%.o}.c" ] || nm "$f" | sed "s/^/${name%.o} /"
done | awk '
	$(NF - 1) == "U" { used[$1 " " $NF] = 1; next }
	$(NF - 1) ~ /^[A-TV-Z]$/ { owner[$NF] = $1 }
	END {
		for (u in used) {
			split(u, part, " ")
			if ((part[2] in owner) && owner[part[2]] != part[1]) print part[1], owner[part[2]], part[2]
		}
	}')
{
	tracked $S/head | sed -n 's|.*/\([a-z_0-9]*\)\.c$|\1|p' | grep -vE '^(activation|activation_plain|keep_systemd|keep_fdholder)$' |
		while read -r name; do
			[ -e "$B/obj/$S/head/$name.o" ] || echo "no object of $name.c: make all"
		done
	[ -z "$calls" ] || awk 'FILENAME != "-" { if (!place[$2]) place[$2] = $1; next } place[$1] < place[$2] { print $1 ".c refers to " $3 " of " $2 ".c" }' "$order" - <<<"$calls"
} | result 'no file of head/ refers to a symbol of a file in a layer above it'
if [ -n "$calls" ]; then
	cut -d' ' -f1,2 <<<"$calls" | tsort 2>&1 >/dev/null
fi | sed 's/^tsort: //' | result 'no files of head/ call each other in a circle'

# A header has the place of the lowest file that it declares something of: x.h is
# of x.c and of each x_*.c.
sed -nE "s|^$S/head/([a-z_0-9]+)\.[ch]:[0-9]+:[ 	]*#[ 	]*include[ 	]*\"([a-z_0-9]+)\.h\".*|\1 \2|p" "$code" |
	awk '
		function of(name, n, best) {
			sub(/_int$/, "", name)
			best = 0
			for (n in place)
				if ((n == name || index(n, name "_") == 1) && (!best || place[n] < best)) best = place[n]
			return best
		}
		FILENAME != "-" { if (!($2 in place)) place[$2] = $1; next }
		{ from = ($1 in place) ? place[$1] : of($1); to = of($2); if (to > from) print $1 " includes " $2 ".h" }' "$order" - |
	result 'no file of head/ includes a header of a layer above it'
grep -E "^$S/head/.*#[ 	]*include[ 	]*\"[a-z_0-9]+_int\.h\"" "$code" |
	grep -vE "^$S/head/([a-z0-9]+)(_[a-z_0-9]+)?\.[ch]:.*\"\1_int\.h\"" |
	result 'a header …_int.h of head/ is included by the files of its name alone'

# ---- who prints, who ends, what is kept ---------------------------------------

grep -E '(^|[^a-zA-Z0-9_>.])(printf|fprintf|vprintf|vfprintf|dprintf|vdprintf|puts|fputs|putchar|fputc|putc|perror|fwrite|warnx?|errx?|syslog|strerr_[a-z0-9]+|buffer_put[a-z]*)[ 	]*\(|(^|[^a-zA-Z0-9_])(stdout|stderr)([^a-zA-Z0-9_]|$)' "$code" |
	grep -vE "$main" | grep -vE '__attribute__|#[ 	]*include' | result 'only main files print'
grep -E '#[ 	]*include[ 	]*"tool\.h"' "$code" | grep -vE "$main" | result 'only main files speak through viewer/tools/tool.h'
# client/ctty.c: the child that is forked, to leave a group that it leads, ends there;
# logger.c: the two that it forks to start a logger.
grep -E '(^|[^a-zA-Z0-9_>.])(exit|_exit|_Exit|quick_exit|abort)[ 	]*\(' "$code" | grep -vE "$main" |
	grep -vE '^(ptyhead-service/client/ctty|s6-ptyexec/logger)\.c:[0-9]+:[ 	]*_exit\(0\);$' | result 'only main files end the process'

# Symbols in sections that can be written to, out of the objects of the plain
# build (a sanitized one has its own); .data.rel.ro is constant once relocated.
# An object whose source is gone is of an older day.
objects=$(find "$B/obj/$S" "$B/obj/s6-ptyexec" -name '*.o' 2>/dev/null | while read -r f; do
	f=${f#"$B"/obj/}
	[ ! -e "${f%.o}.c" ] || echo "$B/obj/$f"
done)
{
	if [ -z "$objects" ]; then
		echo "no objects in $B/obj: make all"
	else
		# shellcheck disable=SC2086 # names without spaces
		objdump -t $objects | awk '
			/file format/ { file = $1; sub(/:$/, "", file); sub(/.*\/obj\//, "", file); sub(/\.o$/, ".c", file); next }
			/ \.(data|bss|tdata|tbss)(\.[^ \t]*)?\t/ && !/ \.data\.rel\.ro/ && $NF !~ /^\./ { print file ": " $NF }
			/\*COM\*/ { print file ": " $NF }' | sed -E 's/^([^:]*): /\1:: /' | grep -vE "$main"
	fi
} | result 'no variables outside functions but constants, except in main files'

# ---- descriptors ---------------------------------------------------------------

# flagged CALL FLAG : calls (up to their semicolon) without the flag.
flagged() {
	awk -F: -v call="$1" -v flag="$2" '
		function done() { if (want && text !~ flag) print where text; want = 0 }
		{
			body = substr($0, length($1) + length($2) + 3)
			if (want) text = text " " body
			else if (match(body, "(^|[^a-zA-Z0-9_>.])" call "[ \t]*\\(")) { want = 1; text = substr(body, RSTART); where = $1 ":" $2 ": " }
			if (want && text ~ /;|\{[ \t]*$/) done()
		}' "$code"
}
{
	flagged '(open|openat|posix_openpt)' 'O_CLOEXEC|PTY_FLAGS'
	flagged '(socket|socketpair|accept4)' 'SOCK_CLOEXEC'
	flagged 'memfd_create' 'MFD_CLOEXEC'
	flagged 'epoll_create1' 'EPOLL_CLOEXEC'
	flagged 'signalfd' 'SFD_CLOEXEC'
	flagged 'timerfd_create' 'TFD_CLOEXEC'
	flagged 'eventfd' 'EFD_CLOEXEC'
	flagged '(pipe2|dup3)' 'O_CLOEXEC'
	flagged 'recvmsg' 'MSG_CMSG_CLOEXEC'
	flagged 'fopen' '"[rwa]\+?e"'
	grep -E 'define[ 	]+PTY_FLAGS' "$code" | grep -v O_CLOEXEC
	# These have no flag; dup2 makes standard descriptors: a program's, its logger's, this process's.
	grep -E '(^|[^a-zA-Z0-9_>.])(pipe|dup|accept|epoll_create|creat|popen|mkstemp|F_DUPFD)[ 	]*[(,)]' "$code"
	grep -E '(^|[^a-zA-Z0-9_>.])dup2[ 	]*\(' "$code" | grep -vE '^(s6-ptyexec/(main|logger)|ptyhead-service/(client/adopt|viewer/tools/ptyhead-run))\.c:'
} | result 'every descriptor is opened O_CLOEXEC'

# ---- the tree --------------------------------------------------------------------

# A Debian source package has a debian/ of its own.
tracked . | grep -v "^\(\./\)\?build/" | sed 's|^\./||; s|/.*||' | sort -u |
	grep -vE '^(LICENSE|debian|\..*|s6-ptyexec|ptyhead-service|systemd|examples|tests|Makefile|README\.md)$' |
	result 'the top level holds what ARCHITECTURE.md names'
tracked . | grep -vE "^(\./)?build/|\.(raw|bin)$" | tr '\n' '\0' |
	xargs -0 grep -nIE '(^|[^a-zA-Z0-9_.~$}"])/(work|home/[a-z]+|tmp/[a-z]+\.[A-Za-z0-9]{6,})/' -- 2>/dev/null |
	grep -vE '^(\./)?tests/(oracle/(streams|expected|cases)/|lint/layers)' | result 'no path of one machine in any file'

tracked . | grep -E '\.(c|h|py|bash|bats)$' | grep -vE '^(\./)?(build/|tests/(oracle/(streams|expected|cases|demo)|helpers/oldpeer))' |
	tr '\n' '\0' | xargs -0 grep -L 'SPDX-License-Identifier: ISC' -- | result 'each source file names its licence'

echo "1..$n"
[ "$bad" -eq 0 ]
