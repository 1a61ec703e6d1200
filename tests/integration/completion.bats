#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Completion in real shells, on a terminal, where sockets and files have names
# that were made to be executed: nothing that comes from outside is run, and
# what is completed reaches the tool as the one word that it is.

# shellcheck disable=SC1003,SC2016 # what is typed at a shell
load ../helpers/common
load ../helpers/tmux

# What no completion may offer as an address, and each would leave a file
# `pwned` behind if it were executed.
HOSTILE=('$(touch pwned)a' '`touch pwned`a' 'a$(touch pwned)' 'a;touch pwned;' 'a&touch pwned&' 'a|touch pwned'
	'a b' "a'b" 'a"b' $'a\ntouch pwned\nb' $'a\tb' '-a' '--help' '*' '?' '[a]' '~' 'a<b' 'a>pwned' '{a,b}' '!!' '#a'
	'(touch pwned)' '$PATH' '${x:=y}' $'a\e]0;title\ab' '<(touch pwned)' 'a\' $'\xff')
# What is an address. (Backslashes are systemd's: my-app@1 is my\x2dapp@1 there.)
FAIR=('fair.one' 'fair\x2dtwo' 'fair@three')

setup() {
	common_setup
	export XDG_RUNTIME_DIR=$T/run HOME=$T/home
	local d=$XDG_RUNTIME_DIR/ptyhead
	mkdir -p "$d" "$HOME" "$T/dir"
	local paths=() name
	for name in "${HOSTILE[@]}" "${FAIR[@]}"; do
		paths+=("$d/$name.sock")
		# Files that look the same, for the completion of paths.
		: >"$T/dir/$name.sock"
	done
	start ptyhead "${paths[@]}" 2>"$T/head.log"
	wait_for 5 test -S "$d/fair@three.sock"
	s6-ptyexec "$d/fair.one.sock" true
	s6-ptyexec -n 'four' "$d/fair.one.sock" true
	ptyhead-list --names >"$T/names"
	# It is what it says it is: the names do come out of ptyhead-list.
	grep -qF 'fair\x2dtwo' "$T/names"
	cd "$T" || return
}
teardown() { common_teardown; }

# The tool, for the shells below: what words it was given.
words='for w; do printf "[%s]\n" "$w"; done >"$T/words.new"; mv "$T/words.new" "$T/words"'

# On the screen of a shell whose prompt is `ready> `: clear the line, type LINE, Tab.
type_and_tab() {
	tm_keys C-e C-u
	tm_keys C-l
	# (A ; at the end is one for tmux.)
	if [[ $1 = *\; ]]; then tm_keys -l "${1%;}\\;"; else tm_keys -l "$1"; fi
	wait_for 5 line_is "$1" || {
		tm_screen >&2
		return 1
	}
	tm_keys Tab
}
# The screen's last prompt has it. (tmux leaves blanks at the end out.)
line_is() {
	local line
	line=$(tm_screen | grep -a '^ready>' | tail -n 1)
	[ "$line" = "ready> ${1%"${1##*[! ]}"}" ]
}

# given LINE WORD... : LINE, Tab and Enter give the tool these words.
given() {
	rm -f "$T/words"
	local line=$1 want
	want=$(printf '[%s]\n' "${@:2}")
	type_and_tab "$line"
	# Tab's work is done before the shell reads on, so Enter may follow at once.
	tm_keys Enter
	wait_for 5 test -e "$T/words" || {
		tm_screen >&2
		return 1
	}
	[ "$(cat "$T/words")" = "$want" ] || {
		diff <(echo "$want") "$T/words" >&2
		tm_screen >&2
		return 1
	}
}

nothing_ran() { [ -z "$(find "$T" -name pwned)" ]; }

# What each shell shall do.
all_of_it() {
	local name
	tm_wait 10 '^ready>'
	# Offered are those that are addresses, and no others.
	type_and_tab 'ptyhead-attach '
	tm_wait 5 'fair\.one:four'
	for name in 'fair.one' 'fair.*x2dtwo' 'fair@three'; do tm_shows "$name"; done
	tm_screen >"$T/offered"
	nothing_ran
	not has "$T/offered" 'pwned|PATH|\(|;|^ *-|title'
	for name in '$' '`' '$(' '\$' a "'" '"' '-' '*' '~' '{' '!' '#' '<' 'a;'; do
		type_and_tab "ptyhead-attach $name"
	done
	tm_keys C-e C-u
	# Words come through as what they are.
	given 'ptyhead-attach fair.o' fair.one
	given 'ptyhead-attach fair@' fair@three
	given 'ptyhead-attach fair.one:f' fair.one:four
	given 'ptyhead-attach fair\\x' 'fair\x2dtwo'
	given "ptyhead-attach 'fair\\x2dtwo:" 'fair\x2dtwo:four'
	given "ptyhead-attach \"fair\\x2dtwo:" 'fair\x2dtwo:four'
	# And paths: whatever they hold, they are one word.
	given 'ptyhead-attach ./dir/a\;' './dir/a;touch pwned;.sock'
	given 'ptyhead-attach ./dir/\`' './dir/`touch pwned`a.sock'
	given 'ptyhead-attach ./dir/\$\(' './dir/$(touch pwned)a.sock'
	given 'ptyhead-record -o ./dir/\$\(' -o './dir/$(touch pwned)a.sock'
	type_and_tab 'ptyhead-record -o ./dir/'
	tm_keys C-e C-u
	# By the time that this is answered all of the above has been.
	given 'ptyhead-attach last' last
	nothing_ran
}

@test "bash: names that others made are text, and never run" {
	cat >"$T/rc" <<-EOS
		PS1='ready> '
		source "$PTYHEAD_BUILD/completion/ptyhead.bash"
		ptyhead-attach() { $words; }
		ptyhead-record() { $words; }
		bind 'set show-all-if-ambiguous on' 'set page-completions off' 'set completion-query-items 0' 'set bell-style none'
	EOS
	tm_start 100x50 env T="$T" bash --noprofile --rcfile "$T/rc" -i
	all_of_it
}

@test "zsh: names that others made are text, and never run" {
	cat >"$T/.zshrc" <<-EOS
		fpath=("$PTYHEAD_BUILD/completion" \$fpath)
		autoload -U compinit && compinit -D
		unsetopt beep auto_menu list_ambiguous prompt_sp
		LISTMAX=1000
		PROMPT='ready> '
		ptyhead-attach() { $words; }
		ptyhead-record() { $words; }
	EOS
	tm_start 100x50 env T="$T" ZDOTDIR="$T" zsh -d -i
	all_of_it
}

@test "fish: names that others made are text, and never run" {
	mkdir -p "$T/fish" "$HOME/.config/fish"
	cp "$PTYHEAD_BUILD/completion/ptyhead.fish" "$T/fish/ptyhead-attach.fish"
	cp "$PTYHEAD_BUILD/completion/ptyhead.fish" "$T/fish/ptyhead-record.fish"
	cat >"$T/rc.fish" <<-EOS
		set -p fish_complete_path $T/fish
		function fish_prompt; printf 'ready> '; end
		function fish_right_prompt; end
		set -g fish_greeting
		set -g fish_autosuggestion_enabled 0
		for tool in attach record
			function ptyhead-\$tool; for w in \$argv; printf '[%s]\n' \$w; end >\$T/words.new; mv \$T/words.new \$T/words; end
		end
	EOS
	tm_start 100x50 env T="$T" fish --no-config --init-command "source $T/rc.fish" -i
	all_of_it
}
