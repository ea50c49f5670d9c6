# shellcheck shell=sh
# One watchdog for all. In a group of our own, it kills the group; else our descendants, found in /proc.
reap() {
    _p=
    [ ! -r "/proc/$$/stat" ] || read -r _a _a _a _a _p _a <"/proc/$$/stat"
    [ -n "$_p" ] || _p=$(ps -o pgid= -p $$)
    # shellcheck disable=SC2086
    if [ "$((_p))" = $$ ]; then
        kill -9 -$$
    else
        read -r _me _a </proc/self/stat
        _kin=" $$ "
        for _i in 1 2 3 4; do
            for _d in /proc/[0-9]*; do
                read -r _p _a _a _k _a <"$_d/stat" || continue
                case $_kin in
                *" $_p "*) ;;
                *" $_k "*) [ "$_p" = "$_me" ] || _kin="$_kin$_p " ;;
                esac
            done
        done
        kill -9 $_kin
    fi
}
(
    trap 'kill "$_sw"; exit 0' TERM
    sleep "$D" &
    _sw=$!
    # Only a sleep that has slept counts: there may be none.
    wait "$_sw" && reap
) >/dev/null &
W=$!

renice -n 10 -p $$ >/dev/null
! has ionice || ionice -c 3 -p $$

for _section in $S; do
    m "B $_section"
    "s_$_section"
    m "E $_section"
done
m Z
kill "$W"
wait "$W"
exit 0
}
