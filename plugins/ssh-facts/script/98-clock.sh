# shellcheck shell=sh
s_clock() {
    m 'C exists'
    x /run/systemd/timesync/synchronized /run/chrony/chronyd.pid /run/chrony.pid /run/ntpd.pid /var/run/ntpd.pid /run/openntpd.pid
    f /run/chrony.conf.d/sources /etc/systemd/timesyncd.conf
    m 'C adjtime'
    a /sys/devices/system/clocksource/clocksource0 current_clocksource
}
