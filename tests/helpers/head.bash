# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# head.bash: a head at $S, what runs on its terminal, and who looks at it, for
# tests without a supervisor.
# shellcheck disable=SC2034 # what it sets is for the tests
#   load ../helpers/head
#   setup() { head_setup; }

head_setup() {
	common_setup
	S=$T/s.sock
}

head_listens() { socat -u OPEN:/dev/null "UNIX-CONNECT:$S" 2>/dev/null; }

# head_start OPTION... : its pid in $HEAD.
# shellcheck disable=SC2120 # not all have options to give
head_start() {
	start ptyhead -g 0 "$@" "$S" 2>>"$T/head.log"
	HEAD=$STARTED
	wait_for 5 head_listens
}

# program [-s ROWSxCOLS] COMMAND... : on the head's main terminal; its pid in $PROGRAM.
program() {
	local stated=()
	if [ "$1" = -s ]; then
		stated=(-s "$2")
		shift 2
	fi
	start s6-ptyexec "${stated[@]}" "$S" "$@" >>"$T/program.log" 2>&1
	PROGRAM=$STARTED
}

# onlooker NAME ROWSxCOLS OPTION... : a viewer, one of several; its pid in V_NAME, what it
# writes in NAME.seen.
onlooker() {
	local name=$1 size=$2
	shift 2
	mkfifo "$T/$name.orders"
	# Both ways, so that neither side waits for the other.
	foreground onpty "$size" "$T/$name.seen" ptyhead-attach "$@" "$S" <>"$T/$name.orders" >"$T/$name.modes" 2>"$T/$name.err" 3>&- &
	echo $! >>"$T/.started"
	printf -v "V_$name" %s $!
	wait_for 5 test -s "$T/$name.seen"
}

# order NAME ORDER : to its onpty.
order() { echo "$2" >"$T/$1.orders"; }

# leaves NAME : by its key; its terminal is as it was.
leaves() {
	local pid=V_$1
	order "$1" "send 1c"
	wait_for 5 not alive "${!pid}"
	has "$T/$1.modes" '^modes same$'
}

# head_given ROLE:ROLE PATH PATH : a head with two sockets that it is given, as
# sd_listen_fds(3) says, for what their names say.
head_given() {
	start env LISTEN_FDS=2 LISTEN_FDNAMES="$1" python3 -c '
import os, socket, sys
for fd, path in ((3, sys.argv[1]), (4, sys.argv[2])):
    s = socket.socket(socket.AF_UNIX); s.bind(path); s.listen()
    if s.fileno() != fd: os.dup2(s.fileno(), fd)
    else: os.set_inheritable(fd, True); s.detach()
os.environ["LISTEN_PID"] = str(os.getpid())
os.execvp("ptyhead", ["ptyhead"])' "$2" "$3" 2>>"$T/head.log"
	HEAD=$STARTED
	wait_for 20 test -S "$3"
}
