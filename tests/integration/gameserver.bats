#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031 # for other shells; each test has its own
# The example examples/gameserver as it stands: under a systemd of its own,
# installed as its README says, and under a real s6-svscan.

# shellcheck disable=SC2016,SC2317 # expanded elsewhere; called by name
load ../helpers/common
load ../helpers/s6
load ../helpers/systemd

EXAMPLE=$REPO/examples/gameserver

# One machine for the tests of the units, each with the server up before it.
setup_file() {
	common_setup "$BATS_FILE_TMPDIR"
	sd_units "$T/units" "$REPO"/systemd/*.service "$REPO"/systemd/*.socket
	sd_boot "$T/units"
	sd useradd --system game
	sd groupadd --system operators
	sd useradd --system --groups operators helen
	local f
	sd install -m 755 "$EXAMPLE/server" /usr/local/bin/gameserver
	for f in backup record; do sd install -m 755 "$EXAMPLE/$f" "/usr/local/bin/gameserver-$f"; done
	sd sh -c 'cp -r "$0"/* /etc/systemd/system/' "$EXAMPLE/systemd"
	sd systemctl daemon-reload
	sd systemctl --quiet enable gameserver gameserver-record gameserver-backup.timer
	sd systemctl start gameserver gameserver-record gameserver-backup.timer
}
teardown_file() { sd_halt; }
setup() { common_setup; }
teardown() { common_teardown; }

as_helen() { sd setpriv --reuid helen --regid helen --init-groups "$@"; }

# asked COMMAND... : the server answers what that ptyhead-send asks.
asked() { "$@" -t 5 -w 'There are 2 of a max of 20 players' "$ADDRESS" list; }

# saves WORLD : how often it was saved, when all of its files say the same; a copy
# that was taken within a save says nothing.
saves() {
	[ "$(cat "$1"/region/* | wc -l)" = 16 ] || return
	cat "$1"/region/* "$1/level" | cut -d' ' -f2 | sort -u | awk '{ n = $0 } END { if (NR == 1) print n; exit NR != 1 }'
}
newest() { find "$1" -mindepth 1 -maxdepth 1 -name '2*T*' | sort | tail -n 1; }
copies() { find "$1" -mindepth 2 -maxdepth 2 -path '*/backups/*' | wc -l; }

# copied DIR SAVE : the newest copy is of that save, whole, and was made after it.
copied() {
	local new
	new=$(newest "$1/backups")
	[ "$(saves "$new")" = "$2" ]
	# The files' times are kept; the folder was renamed when all was copied.
	[ "$(stat -c %Y "$new/level")" = "$(stat -c %Y "$1/world/level")" ]
	[ "$(stat -c %.9Z "$new")" \> "$(stat -c %.9Y "$1/world/level")" ]
	[ ! -e "$1/backups/.new" ]
}

# scrolled COMMAND... : what is typed there is no longer on the screen.
scrolled() {
	"$@" -t 5 -w 'INFO.: .Server. said while nobody recorded$' "$ADDRESS" 'say said while nobody recorded' >"$T/sent"
	printf 'list\n%.0s' {1..30} | "$@" -t 5 "$ADDRESS"
	"$@" -t 5 -w 'INFO.: .Server. off the screen$' "$ADDRESS" 'say off the screen' >"$T/sent"
}

# play CAST : what a terminal gets of it, in $T/played. asciinema wants a terminal to
# be there.
play() { script -qec "asciinema cat '$1' >'$T/played'" /dev/null </dev/null >"$T/script.log" 2>&1; }

# ---- systemd ---------------------------------------------------------------

GAME=/var/lib/gameserver
# In the machine, the functions above.
inside() { sd bash -euc "$(declare -f saves newest copies copied); \"\$@\"" inside "$@"; }
world_saves() { sd sh -c 'if [ -e "$0" ]; then cut -d" " -f2 "$0"; else echo 0; fi' "$GAME/world/level"; }
server_up() { MAIN=$(sd_prop gameserver.service MainPID) && [[ $(sd_exe "$MAIN") = */bash ]]; }
units_up() {
	ADDRESS=gameserver
	sd systemctl start gameserver
	wait_for 5 server_up
	asked sd ptyhead-send >"$T/asked"
}
head_of() { sd_prop ptyhead@gameserver.service MainPID; }
head_is_not() { local h; h=$(head_of) && [ "$h" -gt 0 ] && [ "$h" != "$1" ]; }
ended() { sd_is "$1" inactive || sd_is "$1" failed; }

@test "systemd: who looks after the server asks it, and others cannot" {
	units_up
	ADDRESS=gameserver
	run asked as_helen ptyhead-send
	[ "$status $output" = '0 There are 2 of a max of 20 players' ]
	run as_helen ptyhead-send -t 5 -w 'Unknown command: [a-z]+' gameserver fly
	[ "$status $output" = '0 Unknown command: fly' ]
	run as_helen ptyhead-show gameserver
	[[ $output = *'ERROR]: Unknown command: fly. Type help for help.'* ]]
	[[ $(as_helen ptyhead-list gameserver) = *' gameserver /var/lib/gameserver/world'* ]]
	run sd setpriv --reuid nobody --regid nogroup --clear-groups ptyhead-send -t 5 gameserver list
	[ "$status" -eq 111 ]
}

@test "systemd: the nightly job copies what was just saved" {
	units_up
	[[ $(sd systemctl list-timers --no-legend gameserver-backup.timer) = *' 03:00:00 '*gameserver-backup.service* ]]
	# The job that the timer starts.
	[ "$(sd_prop gameserver-backup.timer Unit)" = gameserver-backup.service ]
	before=$(world_saves)
	sd systemctl start gameserver-backup
	[ "$(sd_prop gameserver-backup.service Result)" = success ]
	inside copied "$GAME" $((before + 1))
	# All of it was said on the console, by the server.
	sd ptyhead-show -H 100 gameserver >"$T/shown"
	has "$T/shown" 'INFO\]: \[Server\] Backup 2.*T.* begins$'
	has "$T/shown" 'INFO\]: Saved the game$'
	has "$T/shown" 'INFO\]: \[Server\] Backup 2.*T.* done$'
	# And is in the journal.
	journal() { sd_journal -o cat -u gameserver >"$T/journal"; has "$T/journal" '^\[..:..:.. INFO\]: \[Server\] Backup 2.*T.* done$'; }
	wait_for 5 journal
	has "$T/journal" '^> save-all$'
	not has "$T/journal" $'\e|##|[0-9]%'
	# Only so many are kept.
	sd sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do cp -a "$0" "$1/backups/2001-01-${i}T030000"; done' \
		"$(inside newest "$GAME/backups")" "$GAME"
	sd systemctl start gameserver-backup
	[ "$(inside copies "$GAME")" = 14 ]
	inside copied "$GAME" $((before + 2))
}

@test "systemd: a server that hangs fails the job with 99, and the next one is right" {
	units_up
	sd mkdir -p /run/systemd/system/gameserver-backup.service.d
	sd sh -c 'printf "[Service]\nEnvironment=GAME_SECONDS=0.5\n" >/run/systemd/system/gameserver-backup.service.d/soon.conf'
	sd systemctl daemon-reload
	before=$(inside copies "$GAME")
	sd systemctl kill -s STOP gameserver
	run sd systemctl start gameserver-backup
	[ "$status" -ne 0 ]
	[ "$(sd_prop gameserver-backup.service ActiveState)" = failed ]
	[ "$(sd_prop gameserver-backup.service ExecMainStatus)" = 99 ]
	[[ $(sd_journal -u gameserver-backup) = *'status=99'* ]]
	[ "$(inside copies "$GAME")" = "$before" ]
	sd rm -r /run/systemd/system/gameserver-backup.service.d
	sd systemctl daemon-reload
	# It goes on while the next job waits already.
	sd systemctl start --no-block gameserver-backup
	wait_for 5 sd_is gameserver-backup.service activating
	now=$(world_saves)
	sd systemctl kill -s CONT gameserver
	wait_for 10 ended gameserver-backup.service
	[ "$(sd_prop gameserver-backup.service Result)" = success ]
	inside copied "$GAME" $((now + 1))
	# The job that failed had left no command to save: by the time that this is
	# answered all that was typed has been done.
	asked sd ptyhead-send >"$T/asked"
	[ "$(world_saves)" = $((now + 1)) ]
}

@test "systemd: a head that is killed within a save does not harm the job" {
	units_up
	main=$MAIN head=$(head_of)
	now=$(world_saves)
	at=$(sd ptyhead-send -o gameserver list)
	sd systemctl start --no-block gameserver-backup
	sd ptyhead-wait -t 10 --since "$at" -e '] +[2-6][0-9]%' gameserver
	sd systemctl kill -s KILL ptyhead@gameserver.service
	[ "$(sd_prop gameserver-backup.service ActiveState)" = activating ]
	wait_for 10 head_is_not "$head"
	wait_for 10 ended gameserver-backup.service
	[ "$(sd_prop gameserver-backup.service Result)" = success ]
	inside copied "$GAME" $((now + 1))
	server_up
	[ "$MAIN" = "$main" ]
}

@test "systemd: stop is typed and waited for, and a typed stop is a restart" {
	units_up
	main=$MAIN
	now=$(world_saves)
	sd systemctl stop gameserver
	[ "$(sd_prop gameserver.service Result)" = success ]
	# Saved, and not by a signal.
	[ "$(inside saves "$GAME/world")" = $((now + 1)) ]
	sd ptyhead-show -H 100 gameserver >"$T/shown"
	[[ $(grep -a 'Stopping the server' "$T/shown" | tail -n 1) = *'(asked on the console)' ]]
	# A job meanwhile fails at once, and says why.
	run sd systemctl start gameserver-backup
	[ "$(sd_prop gameserver-backup.service ExecMainStatus)" = 1 ]
	units_up
	[ "$MAIN" != "$main" ]
	main=$MAIN
	sd ptyhead-send gameserver stop
	sd ptyhead-wait -t 10 --exit gameserver
	another() { server_up && [ "$MAIN" != "$main" ]; }
	wait_for 10 another
	sd ptyhead-wait -t 5 --since run -e "World loaded, saved $((now + 2)) times" gameserver
}

# Has to be the last with that machine: it plays what the others did.
@test "systemd: the recording plays, with each save in it once" {
	units_up
	sd systemctl is-active --quiet gameserver-record
	sd systemctl start gameserver-backup
	complete() {
		sd sh -c 'cat "$0"/recordings/*.cast' "$GAME" >"$T/cast" && play "$T/cast" &&
			tail -n 5 "$T/played" | grep -qa 'Backup 2.* done'
	}
	wait_for 5 complete
	# As many saves as the world tells of.
	now=$(world_saves)
	[ "$(grep -acE $'\e\\[0m: (Saved the game|The world is saved, goodbye)\r?$' "$T/played")" = "$now" ]
	has "$T/played" 'Saved the game'
	# A recorder that is started again begins with what it missed.
	sd systemctl stop gameserver-record
	scrolled sd ptyhead-send
	sd systemctl start gameserver-record
	missed() {
		sd sh -c 'cat "$(ls -t "$0"/recordings/*.cast | head -n 1)"' "$GAME" >"$T/cast" && play "$T/cast" &&
			has "$T/played" 'Server. said while nobody recorded'
	}
	wait_for 5 missed
}

@test "systemd: systemd-analyze verify finds nothing to say of the units" {
	mkdir "$T/system"
	export XDG_RUNTIME_DIR=$T
	for f in "$EXAMPLE"/systemd/*.service "$EXAMPLE"/systemd/*.timer "$REPO"/systemd/*.service "$REPO"/systemd/*.socket; do
		# It looks for programs in a PATH of its own.
		sed -E -e "s#@BINDIR@#$PTYHEAD_BUILD#g" -e "s#@LIBEXECDIR@#$REPO/systemd#g" -e "s#^(Exec.*=-?)(s6-ptyexec|ptyhead-[a-z]+) #\1$PTYHEAD_BUILD/\2 #" \
			-e "s#^ExecStart=gameserver-(.*)#ExecStart=$EXAMPLE/\1#" "$f" >"$T/system/${f##*/}"
	done
	for unit in gameserver.service gameserver-record.service gameserver-backup.service gameserver-backup.timer; do
		run systemd-analyze verify --man=no --recursive-errors=one "$T/system/$unit"
		[ "$status $output" = '0 ' ]
	done
}

# ---- s6 --------------------------------------------------------------------

# The programs of the test's own, and users that are there.
programs_up() {
	export PTYHEAD_DIR=$T/run GAME_DIR=$T/game PTYHEAD_LOGS=$T/logs PTYHEAD_USER=nobody GAME_USER=games
	export ADDRESS=$PTYHEAD_DIR/gameserver.sock
	mkdir -p "$T/run"
	s6_programs
	install -m 755 "$EXAMPLE/server" "$T/bin/gameserver"
	for f in backup record; do install -m 755 "$EXAMPLE/$f" "$T/bin/gameserver-$f"; done
}

# The scan directory, as it stands.
scan_up() {
	programs_up
	# As cron's line does it: with next to nothing in the environment.
	JOB=(env -i PATH="$T/bin:/usr/bin:/bin" HOME=/ PTYHEAD_TEST="$PTYHEAD_TEST" ASAN_OPTIONS="$ASAN_OPTIONS"
		GAME_DIR="$GAME_DIR" GAME_ADDRESS="$ADDRESS" s6-setuidgid games)
	cp -r "$EXAMPLE/s6" "$T/scan"
	s6_start "$T/scan"
	wait_for 10 server_runs
	asked ptyhead-send >"$T/asked"
}
server_runs() { PID=$(s6_pid gameserver) && [ "$PID" -gt 0 ] && is_program "$PID" bash && [ "$(name_of "$PID")" = gameserver ]; }
@test "s6: the job copies what was just saved, and the recording has it" {
	scan_up
	[ "$(stat -c %U "/proc/$PID")" = games ]
	[ "$(stat -c '%U %a' "$ADDRESS")" = 'games 600' ]
	recorded() { play "$GAME_DIR"/recordings/*.cast && has "$T/played" "$1"; }
	wait_for 10 recorded 'There are 2'
	run "${JOB[@]}" gameserver-backup
	[ "$status" -eq 0 ]
	[ "$output" != "${output%"$(newest "$GAME_DIR/backups")"}" ]
	copied "$GAME_DIR" 1
	[ "$(stat -c %U "$(newest "$GAME_DIR/backups")")" = games ]
	wait_for 5 recorded 'Saved the game'
	wait_for 5 recorded 'Backup 2.* done'
	# Also what it was not there for.
	s6-svc -wD -T 5000 -d "$T/scan/gameserver-record"
	scrolled ptyhead-send
	rm "$GAME_DIR"/recordings/*
	s6-svc -u "$T/scan/gameserver-record"
	wait_for 5 recorded 'Server. said while nobody recorded'
	# And so has the log: as lines, the bar of the save being none.
	LOG=$PTYHEAD_LOGS/gameserver/current
	wait_for 5 has "$LOG" ' \[..:..:.. INFO\]: \[Server\] Backup 2.* done$'
	has "$LOG" ' > save-all$'
	has "$LOG" ' \[..:..:.. INFO\]: Saved the game$'
	not has "$LOG" $'\e|##|[0-9]%'
}

@test "s6: the recorder may start before the server has made their folder" {
	programs_up
	cp -r "$EXAMPLE/s6/gameserver-record" "$T/alone"
	# There is no service that it could wait for, and no head.
	(cd "$T/alone" && timeout 20 ./run) >"$T/recorder" 2>&1 || :
	[ "$(stat -c %U "$GAME_DIR/recordings")" = games ] || { cat "$T/recorder"; return 1; }
	not has "$T/recorder" 'mkdir|install'
}

@test "s6: a server that hangs within its save fails the job with 99" {
	scan_up
	at=$(ptyhead-send -o "$ADDRESS" list)
	start "${JOB[@]}" env GAME_SECONDS=2 gameserver-backup >"$T/job" 2>&1
	ptyhead-wait -t 10 --since "$at" -e '] +[2-6][0-9]%' "$ADDRESS"
	s6-svc -p "$T/scan/gameserver"
	rc=0
	wait "$STARTED" || rc=$?
	[ "$rc" -eq 99 ]
	[ "$(copies "$GAME_DIR")" = 0 ]
	# What it began it ends, and then obeys the next.
	s6-svc -c "$T/scan/gameserver"
	"${JOB[@]}" gameserver-backup
	copied "$GAME_DIR" 2
}

@test "s6: a head that is killed within a save does not harm the job; a typed stop ends all" {
	scan_up
	first=$PID head=$(s6_pid ptyhead-gameserver)
	at=$(ptyhead-send -o "$ADDRESS" list)
	start "${JOB[@]}" gameserver-backup >"$T/job" 2>&1
	ptyhead-wait -t 10 --since "$at" -e '] +[2-6][0-9]%' "$ADDRESS"
	s6-svc -k "$T/scan/ptyhead-gameserver"
	wait "$STARTED"
	copied "$GAME_DIR" 1
	server_runs
	[ "$PID" = "$first" ]
	[ "$(s6_pid ptyhead-gameserver)" != "$head" ]
	# For good, by its own command, with what it exits with.
	s6-svc -O "$T/scan/gameserver"
	ptyhead-send "$ADDRESS" stop
	ptyhead-wait -t 10 --exit "$ADDRESS"
	s6-svwait -D -t 5000 "$T/scan/gameserver"
	gives 'false 0' s6-svstat -o up,exitcode "$T/scan/gameserver"
	[ "$(saves "$GAME_DIR/world")" = 2 ]
	s6-svc -u "$T/scan/gameserver"
	ptyhead-wait -t 5 --since run -F 'World loaded, saved 2 times' "$ADDRESS"
}
