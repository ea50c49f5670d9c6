# shellcheck shell=sh
s_units() {
    if [ -d /run/systemd/system ]; then
        c version systemctl --version
        g failed systemctl list-units --failed --no-legend --plain --no-pager
    fi
}

s_services() {
    if [ -d /run/systemd/system ]; then
        g units systemctl list-units --all --type=service --no-legend --plain --no-pager
        g unit-files systemctl list-unit-files --type=service --no-legend --no-pager
        return
    fi
    if has rc-status; then
        g rc-status rc-status -a
        g rc-update rc-update show
    fi
    if has launchctl; then
        g launchctl launchctl list
    fi
    case $O in
    FreeBSD | DragonFly | NetBSD)
        g service-e service -e
        g service-l service -l
        ;;
    OpenBSD)
        g rcctl-on rcctl ls on
        g rcctl-started rcctl ls started
        g rcctl-failed rcctl ls failed
        ;;
    SunOS) g svcs svcs -aH -o STATE,FMRI ;;
    AIX) g lssrc lssrc -a ;;
    esac
    if [ -d /etc/init.d ]; then
        m 'C init.d'
        for _o in /etc/init.d/*; do
            [ ! -x "$_o" ] || [ -d "$_o" ] || p "${_o##*/}"
        done
        m 'C rc.d'
        for _o in /etc/rc[2345].d/S* /etc/rc.d/rc[2345].d/S* /etc/rc.d/S*; do
            [ ! -e "$_o" ] || p "$_o"
        done
    fi
}

s_timers() {
    [ ! -d /run/systemd/system ] || g timers systemctl show --property=Id,NextElapseUSecRealtime,LastTriggerUSec,Unit,ActiveState '*.timer'
}
