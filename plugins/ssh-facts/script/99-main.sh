# shellcheck shell=sh
# sweep SIGNAL: to everything of our process group or session but ourselves, and whoever sweeps.
_cut=') '
sweep() {
    _swept=
    [ "$O" = Linux ] || {
        # Where /proc says nothing of the kind: who is in our group.
        ps -A -o pid= -o pgid= | while read -r _p _a; do
            [ "$_a" != "$$" ] || [ "$_p" = "$$" ] || [ "$_p" = "${W1-}" ] || kill -s "$1" "$_p"
        done
        _swept=1
        return
    }
    read -r _me _a </proc/self/stat
    _k=$1
    for _d in /proc/[0-9]*; do
        IFS= read -r _l <"$_d/stat" || continue
        _p=${_l%% *}
        # state ppid group session: what follows the name, which may hold anything.
        # shellcheck disable=SC2086
        set -- ${_l##*"$_cut"}
        if [ "${3-}" = "$$" ] || [ "${4-}" = "$$" ]; then
            [ "$_p" = "$$" ] || [ "$_p" = "$_me" ] || [ "$_p" = "${W1-}" ] || {
                kill -s "$_k" "$_p"
                _swept=1
            }
        fi
    done
}

# What was given up and may still run holds our output open, and until it is gone the answer does not end.
clear_up() {
    [ -n "$_late" ] || return
    _late=
    sweep TERM
    [ -z "$_swept" ] || {
        sleep 2
        sweep KILL
    }
}

# One watchdog for all. In a group of our own, it ends the group; else our descendants, found in /proc. A TERM first, as in g: our own shell
# lets out what it has gathered, and is gone.
reap() {
    trap '' TERM
    _p=
    if [ -r "/proc/$$/stat" ]; then
        IFS= read -r _l <"/proc/$$/stat"
        # shellcheck disable=SC2086
        set -- ${_l##*"$_cut"}
        _p=${3-}
    else
        _p=$(ps -o pgid= -p $$)
    fi
    # shellcheck disable=SC2086
    if [ "$((_p))" = $$ ]; then
        kill -TERM -$$
        sleep 2
        kill -9 -$$
    else
        read -r _me _a </proc/self/stat
        _kin=" $$ "
        for _i in 1 2 3 4; do
            for _d in /proc/[0-9]*; do
                IFS= read -r _l <"$_d/stat" || continue
                _p=${_l%% *}
                set -- ${_l##*"$_cut"}
                case $_kin in
                *" $_p "*) ;;
                *" ${2-} "*) [ "$_p" = "$_me" ] || _kin="$_kin$_p " ;;
                esac
            done
        done
        kill -TERM $_kin
        sleep 2
        kill -9 $_kin
    fi
}
{ slept "$D" && reap; } >/dev/null &
W1=$!

renice -n 10 -p $$ >/dev/null
# Not the idle class: on a disk that is never idle a read would not end, and what T is for would be over.
! has ionice || ionice -c 2 -n 7 -p $$

for _section in $S; do
    m "B $_section"
    # A disk or driver that hangs may hold whoever looks at it for ever, and what is still here would never leave. One line at the very
    # beginning tells that we are asked, and of what.
    case $_section in "${S%% *}" | devices | network) o ;; esac
    # The clock is read last of all; nothing may stand between it and the end of the answer, whose time it is held against.
    [ "$_section" != date_time ] || clear_up
    "s_$_section"
    m "E $_section"
done
m Z
o
kill -9 "$W1"
wait "$W1"
clear_up
exit 0
}
