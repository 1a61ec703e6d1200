# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# neighbour.bash: another terminal of the head under attack. Its program asks the
# head a question, again and again; how soon the answers come tells whether the
# attack costs others anything. After head.bash.
#   neighbour_start; ATTACK; neighbour_served WHAT

# The worst answer may take so many ms. It tells a head that works from one that
# hangs, on a loaded machine too; how well it works is printed, not judged.
case $PTYHEAD_BUILD in
*/asan) NEIGHBOUR_LIMIT=4000 ;;
*) NEIGHBOUR_LIMIT=2000 ;;
esac

# neighbour_start [ADDRESS] : on the head at $S; its pid in $NEIGHBOUR.
neighbour_start() {
	start s6-ptyexec -n neighbour "${1:-$S}" badprog raw ask "$T/neighbour" >>"$T/neighbour.log" 2>&1
	NEIGHBOUR=$STARTED
	wait_for 10 test -s "$T/neighbour"
	neighbour_anew
}

neighbour_read() { read -r ANEW ANSWERS MEDIAN WORST TURN <"$T/neighbour"; }
neighbour_is_anew() { neighbour_read && [ "$ANEW" -gt "$1" ]; }

# It forgets what was before.
neighbour_anew() {
	neighbour_read
	local was=$ANEW
	kill -USR1 "$NEIGHBOUR"
	wait_for 5 neighbour_is_anew "$was"
}

neighbour_has() { neighbour_read && [ "$ANSWERS" -ge "$1" ]; }

# neighbour_served WHAT [N] : it gets N (30) answers from now on, none of them and none
# before too late; what there was is said. Counting begins anew.
neighbour_served() {
	local rc=0
	neighbour_read
	wait_for $((NEIGHBOUR_LIMIT / 1000 + 2)) neighbour_has $((ANSWERS + ${2:-30})) || rc=1
	neighbour_read
	echo "# $1: $ANSWERS answers to the neighbour, median $MEDIAN ms, worst $WORST ms${TURN:+ ($TURN)}" >&3
	[ "${WORST%.*}" -lt "$NEIGHBOUR_LIMIT" ] || rc=1
	[ "$rc" -ne 0 ] || neighbour_anew
	return "$rc"
}
