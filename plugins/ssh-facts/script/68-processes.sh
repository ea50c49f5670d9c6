# shellcheck shell=sh
s_processes() {
    if ps -A -o pid= >/dev/null; then
        g ps ps -A -o pid= -o ppid= -o user= -o rss= -o comm=
    else
        m 'C stat'
        for _o in /proc/[0-9]*; do
            IFS= read -r _l <"$_o/stat" && p "$_l"
        done
    fi
}

# Command lines hold passwords now and then: only asked for by name, and masked over here.
s_process_arguments() {
    # The kernel may hang on the command line of a process that hangs.
    g args ps -A -o pid= -o args=
}
