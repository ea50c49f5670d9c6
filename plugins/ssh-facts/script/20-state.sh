# shellcheck shell=sh
# What is short and in /proc.
s_state() {
    f /proc/uptime /proc/loadavg
    [ -r /proc/uptime ] || {
        c loadavg sysctl -n vm.loadavg
        c uptime uptime
    }
}

s_cmdline() {
    f /proc/cmdline
}

s_date_time() {
    # Last in the last section: between this time stamp and its arrival there is hardly more than half a round trip.
    # TZ goes before the machine's own, for date as well: a file's name, or a rule.
    _z=/etc/localtime
    case ${TZ-} in
    '') ;;
    :/* | /*) _z=${TZ#:} ;;
    *) _z=/usr/share/zoneinfo/${TZ#:} ;;
    esac
    if [ -f "$_z" ] && [ -r "$_z" ]; then
        # The last line is a rule in text; what stands before it is for machines.
        m 'C localtime'
        _k=
        while IFS= read -r _l || [ -n "$_l" ]; do
            _k=$_l
            _l=
        done <"$_z"
        p "$_k"
    elif [ -n "${TZ-}" ]; then
        m 'C localtime'
        p "$TZ"
    fi
    # Once more, beside the clock: the boot was the one less the other, however long all sections took.
    case $O in
    Linux) f /proc/uptime ;;
    SunOS) c boottime kstat -p unix:0:system_misc:boot_time ;;
    AIX) ;;
    *) c boottime sysctl -n kern.boottime ;;
    esac
    c date date '+%s %Z %z %Y %m %d %H %M %S %w %j %N'
}
