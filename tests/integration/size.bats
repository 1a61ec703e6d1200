#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Whose size a terminal has: ptyhead -s, with viewers on terminals of their own.

# shellcheck disable=SC2016,SC2317  # for the program's shell; called by name
bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/head

setup() { head_setup; }
teardown() { common_teardown; }

# sizer OPTION... : a program that writes its terminal's size down, always anew.
sizer() {
	start s6-ptyexec "$@" "$S" bash -c "$AT_EACH_SIZE" bash '
		stty raw -echo
		stty size >"$2/new"
		mv "$2/new" "$2/size"' "$T" >>"$T/program.log" 2>&1
}

type_in() { order "$1" "send 78"; }

size_is() { wait_for 5 gives "$1" cat "$T/size"; }
size_stays() {
	sleep 0.3
	[ "$(cat "$T/size")" = "$1" ]
}

@test "latest: the size is that of the viewer that came or typed last" {
	head_start
	sizer
	onlooker a 30x90
	size_is '30 90'
	onlooker b 20x100
	size_is '20 100'
	type_in a
	size_is '30 90'
	type_in b
	size_is '20 100'
	order b 'size 25x101'
	size_is '25 101'
	leaves b
	size_is '30 90'
	leaves a
	size_stays '30 90'
}

@test "latest: what a terminal says by itself takes no size, a click does and is not the program's" {
	head_start
	start s6-ptyexec "$S" bash -c "$AT_EACH_SIZE" bash '
		stty raw -echo
		stty size >"$2/new"
		mv "$2/new" "$2/size"' "$T" >>"$T/program.log" 2>&1
	onlooker a 30x90
	size_is '30 90'
	onlooker b 20x100
	size_is '20 100'
	order a 'send 1b 5b 4f'                       # focus out
	order a 'send 1b 5b 3c 33 35 3b 35 3b 33 4d'         # motion without a button
	order a 'send 1b 5b 3f 39 39 37 3b 31 6e'           # the colour scheme
	order a 'send 1b 5b 33 3b 37 52'                     # where its cursor is
	order a 'send 1b 5b 3f 35 75'                        # its keyboard's flags
	order a 'send 1b 5b 39 37 3b 31 3a 33 75'            # a key that goes up
	order a 'send 1b 5d 31 31 3b 72 67 62 3a 30 2f 30 2f 30 1b 5c'
	size_stays '20 100'
	order a 'send 1b 5b 3c 30 3b 35 3b 33 4d'           # a click
	size_is '30 90'
}

# asker : sizer, which asks for 30x90 first.
asker() {
	start s6-ptyexec "$@" "$S" bash -c "$AT_EACH_SIZE" bash '
		stty raw -echo
		printf "\033[8;30;90t"
		stty size >"$2/new"
		mv "$2/new" "$2/size"' "$T" >>"$T/program.log" 2>&1
}

@test "a program gets the size that it asks for, when nobody is there" {
	head_start
	asker -s 20x70
	size_is '30 90'
	onlooker a 25x80
	size_is '25 80'
	size_stays '25 80' # it asked again, in vain
}

@test "a program gets the size that it asks for, when sizes are fixed, and viewers see it" {
	head_start -s fixed
	sizer -s 20x70
	size_is '20 70'
	onlooker a 40x100
	size_stays '20 70'
	kill "$STARTED"
	wait_for 5 not alive "$STARTED"
	asker -s 20x70
	size_is '30 90'
	wait_for 5 gives '30 90' shown_size
}

shown_size() { ptyhead-show --json "$S" | python3 -c 'import json, sys; z = json.load(sys.stdin); print(z["rows"], z["columns"])'; }

@test "latest is said with -s latest, and nothing else is taken" {
	head_start -s latest
	sizer
	onlooker a 31x91
	size_is '31 91'
	run -100 ptyhead -s widest "$T/other.sock"
	[[ $output == *"option -s wants latest, smallest, largest or fixed, not widest"* ]]
}

@test "smallest: of each dimension; who leaves counts no more" {
	head_start -s smallest
	sizer
	onlooker a 30x90
	size_is '30 90'
	onlooker b 20x100
	size_is '20 90'
	type_in a
	size_stays '20 90'
	order b 'size 40x80'
	size_is '30 80'
	leaves b
	size_is '30 90'
	leaves a
	size_stays '30 90'
}

@test "largest: of each dimension" {
	head_start --size=largest
	sizer
	onlooker a 30x90
	size_is '30 90'
	onlooker b 20x100
	size_is '30 100'
	type_in b
	size_stays '30 100'
	leaves a
	size_is '20 100'
}

@test "fixed: the program's own, whoever looks" {
	head_start -s fixed
	sizer -s 33x77
	onlooker a 30x90
	size_stays '33 77'
	type_in a
	onlooker b 20x100
	size_stays '33 77'
}

@test "fixed: without a size of the program's it stays what it is at first" {
	head_start -s fixed
	onlooker a 30x90
	sizer
	size_is '24 80'
	type_in a
	size_stays '24 80'
}

@test "a watcher never counts, under any policy" {
	for policy in latest smallest largest; do
		head_start -s "$policy"
		sizer
		onlooker "a$policy" 30x90
		size_is '30 90'
		onlooker "w$policy" 10x200 -r
		type_in "w$policy"
		size_stays '30 90'
		stop_started
		rm -f "$S" "$T/size"
	done
}
