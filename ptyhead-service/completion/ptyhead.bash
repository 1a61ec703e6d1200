# SPDX-License-Identifier: ISC
# bash completion for ptyhead's tools: options, keys, and the terminals that
# there are now (each head within reach is asked, for at most a second).
#
# Names of sockets and terminals come from other people. They are compared and
# inserted as text: no word list (`compgen -W` expands it), no eval; a name with
# any character outside those of an address is left out.
# shellcheck shell=bash

# _ptyhead_addresses WORD : the addresses that begin with WORD into COMPREPLY.
_ptyhead_addresses() {
	local LC_ALL=C cur=$1 quote='' name shown prefix
	# A backslash only as systemd writes it: -, for one, is \x2d.
	local re='^([A-Za-z0-9_@+/]|\\x[0-9a-f]{2})([A-Za-z0-9._@+/:-]|\\x[0-9a-f]{2})*$'
	if [[ $cur == */* ]]; then
		# A path: readline's own completion, which quotes what it inserts.
		compopt -o default 2>/dev/null
		return
	fi
	# After an open quote readline inserts what we say into it as it is.
	case $cur in [\'\"]*) quote=${cur:0:1} cur=${cur:1} ;; esac
	while IFS= read -r name; do
		[[ $name =~ $re ]] || continue
		shown=$name
		if [[ -z $quote ]]; then shown=${name//\\/\\\\}; fi
		if [[ $shown == "$cur"* ]]; then COMPREPLY+=("$shown"); fi
	done < <(timeout 2 ptyhead-list --names 2>/dev/null)
	# Readline parts words at : and @, unless COMP_WORDBREAKS says otherwise: what
	# stands before the last one is on the line already, and the : too. Inside quotes
	# it does not.
	if [[ -z $quote && $cur == *[:@]* ]]; then
		prefix=$cur
		while [[ -n $prefix && ($prefix != *[:@] || $COMP_WORDBREAKS != *"${prefix: -1}"*) ]]; do prefix=${prefix%?}; done
		COMPREPLY=("${COMPREPLY[@]#"${prefix%@}"}")
	fi
}

_ptyhead_keys() {
	mapfile -t COMPREPLY < <(compgen -W 'Enter Escape Tab BTab BSpace Space Up Down Left Right Home End PPage NPage IC DC
		F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 C-a C-c C-d C-l C-z M-x S-Tab KPEnter' -- "$1")
}

_ptyhead() {
	local tool=${1##*/} word='' prev='' i options valued
	# The word under the cursor with the colons and @ that readline parted it at,
	# and the option before it.
	word=${COMP_WORDS[COMP_CWORD]}
	i=$COMP_CWORD
	while ((i > 1)) && [[ $word == [:@]* || ${COMP_WORDS[i - 1]} == [:@] ]]; do
		((i--)) || :
		word=${COMP_WORDS[i]}$word
	done
	prev=${COMP_WORDS[i - 1]}
	COMPREPLY=()
	case $tool in
	ptyhead-attach) options='-r --read-only -L --lossless -e --escape -p --past -H --history -1 --once -q --quiet' valued='-e --escape -p --past -H --history' ;;
	ptyhead-show) options='-e --escapes -t --times -H --history --run --at --store --json --html' valued='-H --history --run --at' ;;
	ptyhead-list) options='--json --names' valued= ;;
	ptyhead-send) options='-k --key -n --no-enter -p --paste -r --raw -w --wait -W --wait-fixed --or-exit -o --offset -t --timeout -L --lossless' valued='-w --wait -W --wait-fixed -t --timeout' ;;
	ptyhead-wait) options='-e --regex -F --fixed --idle --exit --start --or-exit -s --screen --since -t --timeout -L --lossless -w --for-terminal' valued='-e --regex -F --fixed --idle -t --timeout' ;;
	ptyhead-log) options='-f --follow -n --lines -r --runs -t --times -T --tai64n --raw --since --run -L --lossless -u --unlimited --store' valued='-n --lines --since --run' ;;
	ptyhead-record) options='-f --format --from --to -r --read-only -o --output --append -T --timing --title --store' valued=--title ;;
	ptyhead-run) options='-a --attach -n --name --end' valued='-n --name' ;;
	*) options='' valued='' ;;
	esac
	if [[ $tool != ptyhead-run ]]; then options+=' --host' valued+=' --host'; fi
	case $tool:$prev in
	ptyhead-send:-k | ptyhead-send:--key) _ptyhead_keys "$word" && return ;;
	ptyhead-wait:--since) mapfile -t COMPREPLY < <(compgen -W 'now run start' -- "$word") && return ;;
	ptyhead-record:-f | ptyhead-record:--format) mapfile -t COMPREPLY < <(compgen -W 'asciicast asciicast3 script' -- "$word") && return ;;
	ptyhead-record:--from) mapfile -t COMPREPLY < <(compgen -W 'start now' -- "$word") && return ;;
	ptyhead-record:--to) mapfile -t COMPREPLY < <(compgen -W 'now exit' -- "$word") && return ;;
	ptyhead-record:-o | ptyhead-record:-T | ptyhead-record:--output | ptyhead-record:--timing | *:--store)
		compopt -o default 2>/dev/null
		return
		;;
	esac
	# Of the program everything is its own.
	if [[ $tool == ptyhead-run && $prev != --end && $word != -* && " $valued " != *" $prev "* ]]; then
		for ((i = 1; i < COMP_CWORD; i++)); do
			case ${COMP_WORDS[i]} in
			-n | --name) ((i++)) || : ;;
			-*) ;;
			*)
				compopt -o default 2>/dev/null
				return
				;;
			esac
		done
		mapfile -t COMPREPLY < <(compgen -c -- "$word")
		return
	fi
	# An option's value is the user's to think of.
	if [[ -n $prev && " $valued " == *" $prev "* ]]; then return; fi
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options --help --version" -- "$word")
	else
		_ptyhead_addresses "$word"
	fi
}

complete -F _ptyhead ptyhead-attach ptyhead-list ptyhead-send ptyhead-show ptyhead-wait ptyhead-record ptyhead-log ptyhead-run
