# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# common.bash: what every bats file here starts from.
#   load ../helpers/common
#   setup() { common_setup; }
#   teardown() { common_teardown; }
# The programs under test come first in PATH, from $PTYHEAD_BUILD (default:
# build/). Every process that a test starts carries PTYHEAD_TEST in its
# environment, so that one left behind is found, ended and made the test fail.

REPO=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
: "${PTYHEAD_BUILD:=$REPO/build}"
export REPO PTYHEAD_BUILD

# Set up T, a scratch folder of the test's own, and PATH. Also fit for
# setup_file, with the folder as the argument.
common_setup() {
	T=${1:-$BATS_TEST_TMPDIR}
	PTYHEAD_TEST=$T
	PATH=$PTYHEAD_BUILD:$PTYHEAD_BUILD/tests/helpers:$PATH
	# A shell's prompt and a program's looks must not hang on who runs the tests.
	unset XDG_RUNTIME_DIR LISTEN_FDS LISTEN_PID LISTEN_FDNAMES NOTIFY_SOCKET TMUX
	TERM=xterm-256color LC_ALL=C.UTF-8
	# What a sanitized build finds is found by common_teardown. Leaks only where no
	# supervisor ends the process: each sends SIGCONT behind its SIGTERM, and that
	# undoes the SIGSTOP by which the leak checker stops the world; it hangs.
	mkdir -p "$T/sanitizer"
	chmod 1777 "$T/sanitizer"
	ASAN_OPTIONS=detect_leaks=0:log_path=$T/sanitizer/asan UBSAN_OPTIONS=print_stacktrace=1:log_path=$T/sanitizer/ubsan
	export T PTYHEAD_TEST PATH TERM LC_ALL ASAN_OPTIONS UBSAN_OPTIONS
	[ $# -gt 0 ] || limited
}

# A test that hangs fails: after TEST_LIMIT seconds, far beyond what any takes,
# all that it started is ended.
TEST_LIMIT=300
limited() {
	{
		trap 'kill $! 2>/dev/null; exit' TERM
		env -u PTYHEAD_TEST sleep "$TEST_LIMIT" &
		if wait $!; then
			echo "over $TEST_LIMIT s: ended"
			end_marked 'still running'
		fi
	} >&2 3>&- &
	LIMITER=$!
}

# Ask the supervisors to stop, end what is left, and complain of it. Every
# failure is in the exit status: bats knows no set -e in a teardown.
common_teardown() {
	local stop rc=0
	for stop in tm_stop s6_stop runit_stop sd_stop; do
		if declare -F "$stop" >/dev/null; then "$stop" || rc=1; fi
	done
	stop_started || rc=1
	if [ "${LIMITER-}" ]; then kill "$LIMITER" 2>/dev/null || :; fi
	no_leftovers || rc=1
	if [ -n "$(ls -A "$T/sanitizer")" ]; then
		cat "$T"/sanitizer/* >&2
		rc=1
	fi
	return "$rc"
}

# wait_for SECONDS COMMAND... : poll until it succeeds; fail, and say what was
# waited for, when the time is over. PTYHEAD_PATIENCE times as long, where the machine has
# other things to do.
wait_for() {
	local limit=$(($1 * ${PTYHEAD_PATIENCE:-1})) end
	shift
	end=$((${EPOCHREALTIME/[.,]/} + limit * 1000000))
	until "$@"; do
		if [ "${EPOCHREALTIME/[.,]/}" -ge "$end" ]; then
			echo "waited $limit s in vain for: $*" >&2
			return 1
		fi
		sleep 0.02
	done
}

# gives TEXT COMMAND... : it prints just that.
gives() {
	local want=$1
	shift
	[ "$("$@" 2>/dev/null)" = "$want" ]
}

# The negation as a command, for wait_for.
not() { ! "$@"; }

# has FILE REGEX : the file is there and a line of it matches.
has() { [ -e "$1" ] && grep -qaE -e "$2" -- "$1"; }

# count FILE REGEX : how many lines match.
count() { grep -caE -e "$2" -- "$1" || :; }

# count_is FILE REGEX N : as many lines match, for wait_for.
count_is() { [ "$(count "$1" "$2")" = "$3" ]; }

# A program for bash -c: runs its first argument now and after each change of
# the terminal's size. The trap only sets a flag: bash forgets a signal that
# comes while its trap runs.
# shellcheck disable=SC2016,SC2034  # for that bash; used by the tests
AT_EACH_SIZE='trap changed=1 WINCH
	changed=1
	while :; do
		if [ "$changed" ]; then
			changed=
			eval "$1"
		fi
		sleep 0.05
	done'

# alive PID : it runs and is no zombie.
alive() {
	local state
	state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) || return 1
	case $state in '' | Z | X) return 1 ;; esac
}

# sockets_of PID : how many it holds.
sockets_of() { find "/proc/$1/fd" -lname 'socket:*' 2>/dev/null | wc -l; }

# foreground COMMAND... : become it, with SIGINT and SIGQUIT as they are in the
# foreground: what a shell starts with & ignores them, and so would whatever runs
# on a terminal below.
foreground() { exec env --default-signal=INT,QUIT "$@"; }

# start COMMAND... : in the background, without bats' fd 3; its pid in
# $STARTED. Redirect at the call.
start() {
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=1 foreground "$@" 3>&- &
	STARTED=$!
	echo "$STARTED" >>"$T/.started"
}

stop_started() {
	local pid rc=0
	[ -e "$T/.started" ] || return 0
	while read -r pid; do
		kill -TERM "$pid" 2>/dev/null || continue
		# A head without a store waits for its programs, until it is told again.
		wait_for 1 not alive "$pid" 2>/dev/null || kill -TERM "$pid" 2>/dev/null || :
		wait_for 5 not alive "$pid" || {
			kill -KILL "$pid"
			rc=1
		}
		wait "$pid" 2>/dev/null || :
	done <"$T/.started"
	rm -f "$T/.started"
	return "$rc"
}

# Pids that carry this test's mark.
marked() {
	local pid
	while IFS=/ read -r _ _ pid _; do
		if [ "$pid" != "$$" ] && alive "$pid"; then echo "$pid"; fi
	done < <(env -u PTYHEAD_TEST grep -lzxF -e "PTYHEAD_TEST=$PTYHEAD_TEST" /proc/[0-9]*/environ 2>/dev/null)
}

none_marked() { [ -z "$(marked)" ]; }

# end_marked WHY : all of them, said on standard error.
end_marked() {
	local pid
	for pid in $(marked); do
		echo "$1: $pid $(tr '\0' ' ' <"/proc/$pid/cmdline")" >&2
		kill -KILL "$pid" 2>/dev/null || :
	done
}

no_leftovers() {
	wait_for 3 none_marked && return
	end_marked 'left behind'
	return 1
}

# is_program PID NAME : the pid is that program itself, by its executable.
is_program() {
	local exe
	exe=$(readlink "/proc/$1/exe") || return 1
	[ "${exe##*/}" = "$2" ] || [ "$exe" = "$(readlink -f "$(command -v "$2")")" ]
}

# tty_of PID : what its standard input is.
tty_of() { readlink "/proc/$1/fd/0"; }

parent_of() { sed -n 's/^PPid:[[:space:]]*//p' "/proc/$1/status"; }
name_of() { cat "/proc/$1/comm"; }
