# fish completion for ptyhead's tools: options, and the terminals that there are
# now. Names of sockets and terminals come from other people: only what is an
# address is offered, and fish quotes it.
function __ptyhead_is_path
	string match -q '*/*' -- (commandline -ct)
end
function __ptyhead_addresses
	timeout 2 ptyhead-list --names 2>/dev/null | string match -r '^[A-Za-z0-9_@+\\\\/][A-Za-z0-9._@+\\\\/:-]*$'
end
for tool in attach list send show wait record log
	complete -c ptyhead-$tool -n 'not __ptyhead_is_path' -f -a '(__ptyhead_addresses)'
	# What has a slash is a path.
	complete -c ptyhead-$tool -n __ptyhead_is_path -F
	complete -c ptyhead-$tool -l host -x -a '(__fish_print_hostnames)'
	complete -c ptyhead-$tool -l help
	complete -c ptyhead-$tool -l version
end
complete -c ptyhead-attach -s r -l read-only
complete -c ptyhead-attach -s L -l lossless
complete -c ptyhead-attach -s e -l escape -x
complete -c ptyhead-attach -s p -l past -x
complete -c ptyhead-attach -s H -l history -x
complete -c ptyhead-attach -s 1 -l once
complete -c ptyhead-attach -s q -l quiet
complete -c ptyhead-list -l json
complete -c ptyhead-list -l names
complete -c ptyhead-send -s k -l key -x -a 'Enter Escape Tab BSpace Space Up Down Left Right Home End PPage NPage IC DC F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 C-c C-d M-x S-Tab'
complete -c ptyhead-send -s n -l no-enter
complete -c ptyhead-send -s p -l paste
complete -c ptyhead-send -s r -l raw
complete -c ptyhead-send -s w -l wait -x
complete -c ptyhead-send -s W -l wait-fixed -x
complete -c ptyhead-send -l or-exit
complete -c ptyhead-send -s o -l offset
complete -c ptyhead-send -s t -l timeout -x
complete -c ptyhead-send -s L -l lossless
complete -c ptyhead-show -s e -l escapes
complete -c ptyhead-show -s t -l times
complete -c ptyhead-show -s H -l history -x
complete -c ptyhead-show -l run -x
complete -c ptyhead-show -l at -x
complete -c ptyhead-show -l json
complete -c ptyhead-show -l html
complete -c ptyhead-wait -s e -l regex -x
complete -c ptyhead-wait -s F -l fixed -x
complete -c ptyhead-wait -l idle -x
complete -c ptyhead-wait -l exit
complete -c ptyhead-wait -l start
complete -c ptyhead-wait -l or-exit
complete -c ptyhead-wait -s s -l screen
complete -c ptyhead-wait -l since -x -a 'now run start'
complete -c ptyhead-wait -s t -l timeout -x
complete -c ptyhead-wait -s L -l lossless
complete -c ptyhead-wait -s w -l for-terminal
complete -c ptyhead-record -s f -l format -x -a 'asciicast asciicast3 script'
complete -c ptyhead-record -l from -x -a 'start now'
complete -c ptyhead-record -l to -x -a 'now exit'
complete -c ptyhead-record -s o -l output -r -F
complete -c ptyhead-record -l append
complete -c ptyhead-record -s T -l timing -r -F
complete -c ptyhead-record -s r -l read-only
complete -c ptyhead-record -l title -x
complete -c ptyhead-log -s f -l follow
complete -c ptyhead-log -s n -l lines -x
complete -c ptyhead-log -s r -l runs
complete -c ptyhead-log -s t -l times
complete -c ptyhead-log -s T -l tai64n
complete -c ptyhead-log -l raw
complete -c ptyhead-log -l since -x -a 'run'
complete -c ptyhead-log -l run -x
complete -c ptyhead-log -s L -l lossless
complete -c ptyhead-log -s u -l unlimited
complete -c ptyhead-run -l help
complete -c ptyhead-run -l version
complete -c ptyhead-run -s a -l attach
complete -c ptyhead-run -s n -l name -x
complete -c ptyhead-run -l end -x -a '(__ptyhead_addresses)'
complete -c ptyhead-run -n __fish_is_first_token -a '(__fish_complete_command)'
for tool in show log record
	complete -c ptyhead-$tool -l store -r -F
end
