# shellcheck shell=sh
s_pkg_mgr() {
    m 'C exists'
    x /usr/bin/rpm-ostree /usr/bin/yum /usr/bin/dnf /usr/bin/dnf-3 /usr/bin/dnf5 /usr/bin/microdnf /usr/bin/apt-get /usr/bin/zypper \
        /usr/sbin/urpmi /usr/bin/pacman /bin/opkg /usr/pkg/bin/pkgin /usr/local/bin/brew /sbin/apk /usr/sbin/pkg /usr/sbin/swlist /usr/bin/emerge /usr/sbin/pkgadd \
        /usr/bin/pkg /usr/bin/xbps-install /usr/local/sbin/pkg /usr/bin/swupd /usr/sbin/sorcery /usr/bin/installp \
        /QOpenSys/pkgs/bin/yum /run/ostree-booted /usr/bin/rpm
    # Of illumos and macOS; on Linux what lies below /opt may be a server's.
    [ "$O" = Linux ] || x /opt/local/bin/pkgin /opt/tools/bin/pkgin /opt/local/bin/port /opt/homebrew/bin/brew
    # An apt-get that belongs to an rpm package: ALT Linux.
    [ -e /var/lib/dpkg/status ] || [ ! -x /usr/bin/rpm ] || [ ! -x /usr/bin/apt-get ] || g apt_rpm /usr/bin/rpm -q --whatprovides /usr/bin/apt-get
}

s_service_mgr() {
    f /proc/1/comm
    [ -r /proc/1/comm ] || c ps ps -p 1 -o comm
    m 'C exists'
    x /run/systemd/system /dev/.run/systemd /dev/.systemd /etc/init /sbin/openrc /etc/init.d
    has systemctl && p systemctl
    has initctl && p initctl
    # Only where the first process does not say what it is.
    read -r _l </proc/1/comm
    case $_l in
    init | *sh | '') [ -d /run/systemd/system ] || [ ! -h /sbin/init ] || c init ls -ld /sbin/init ;;
    esac
}

s_user() {
    if [ -n "$G" ]; then
        m 'C ids'
        p "$U $E $G $H"
    else
        c id id
    fi
    # An entry of /etc/passwd without a process; only where there is none, the directory services, which may hang.
    m 'C passwd'
    _k=
    while IFS=: read -r _n _a _i _l; do
        if [ "$_i" = "$U" ]; then
            p "$_n:x:$_i:$_l"
            _k=1
            break
        fi
    done </etc/passwd
    [ -n "$_k" ] || g getent getent passwd "$U"
}

s_env() {
    c env env
}

s_python() {
    m 'C exists'
    for _d in /usr/bin /usr/local/bin /usr/libexec; do
        x "$_d"/python3 "$_d"/python2 "$_d"/python "$_d"/platform-python
        # One look into the folder, which is long.
        for _f in "$_d"/python[23].*; do
            case $_f in *python[23].[0-9] | *python3.[0-9][0-9]) x "$_f" ;; esac
        done
    done
}
