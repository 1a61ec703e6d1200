# bash completion for ptyhead's tools: options, keys, and the terminals that
# there are now (each head within reach is asked, for at most a second).
# shellcheck shell=bash

# _ptyhead_addresses : into COMPREPLY, those that begin with $1.
_ptyhead_addresses() {
	local cur=$1 prefix
	if [[ $cur == */* ]]; then
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "$(timeout 1 ptyhead-list --names 2>/dev/null)" -- "$cur")
	# A colon parts words, unless COMP_WORDBREAKS says otherwise: what stands
	# before it is on the line already.
	if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
		prefix=${cur%"${cur##*:}"}
		COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
	fi
}

_ptyhead_keys() {
	mapfile -t COMPREPLY < <(compgen -W 'Enter Escape Tab BTab BSpace Space Up Down Left Right Home End PPage NPage IC DC
		F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 C-a C-c C-d C-l C-z M-x S-Tab KPEnter' -- "$1")
}

_ptyhead() {
	local tool=${1##*/} word='' prev='' i options valued
	# The word under the cursor with the colons that readline parted it at, and
	# the option before it.
	word=${COMP_WORDS[COMP_CWORD]}
	i=$COMP_CWORD
	while ((i > 1)) && [[ $word == :* || ${COMP_WORDS[i - 1]} == : ]]; do
		((i--)) || :
		word=${COMP_WORDS[i]}$word
	done
	prev=${COMP_WORDS[i - 1]}
	COMPREPLY=()
	case $tool in
	ptyhead-attach) options='-r --read-only -L --lossless -e --escape -H --history -1 --once -q --quiet' valued='-e --escape -H --history' ;;
	ptyhead-show) options='-e --escapes -H --history --json --html' valued='-H --history' ;;
	ptyhead-list) options='--json --names' valued= ;;
	ptyhead-send) options='-k --key -n --no-enter -p --paste -r --raw -w --wait -W --wait-fixed -o --offset -t --timeout -L --lossless' valued='-w --wait -W --wait-fixed -t --timeout' ;;
	ptyhead-wait) options='-e --regex -F --fixed --idle --exit --start -s --screen --since -t --timeout -L --lossless' valued='-e --regex -F --fixed --idle -t --timeout' ;;
	ptyhead-record) options='-f --format --from --to -r --read-only -o --output -T --timing --title' valued=--title ;;
	*) options='' valued='' ;;
	esac
	case $tool:$prev in
	ptyhead-send:-k | ptyhead-send:--key) _ptyhead_keys "$word" && return ;;
	ptyhead-wait:--since) mapfile -t COMPREPLY < <(compgen -W 'now run' -- "$word") && return ;;
	ptyhead-record:-f | ptyhead-record:--format) mapfile -t COMPREPLY < <(compgen -W 'asciicast script' -- "$word") && return ;;
	ptyhead-record:--from) mapfile -t COMPREPLY < <(compgen -W 'start now' -- "$word") && return ;;
	ptyhead-record:--to) mapfile -t COMPREPLY < <(compgen -W 'now exit' -- "$word") && return ;;
	ptyhead-record:-o | ptyhead-record:-T | ptyhead-record:--output | ptyhead-record:--timing)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$word") && return
		;;
	esac
	# An option's value is the user's to think of.
	if [[ -n $prev && " $valued " == *" $prev "* ]]; then return; fi
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options --help --version" -- "$word")
	else
		_ptyhead_addresses "$word"
	fi
}

complete -F _ptyhead ptyhead-attach ptyhead-list ptyhead-send ptyhead-show ptyhead-wait ptyhead-record
