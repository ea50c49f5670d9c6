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
    [ ! -f /etc/localtime ] || c localtime tail -n 1 /etc/localtime
    c date date '+%s %Z %z %Y %m %d %H %M %S %w %j %N'
}
