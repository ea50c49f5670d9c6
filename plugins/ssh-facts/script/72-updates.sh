# shellcheck shell=sh
# From the caches that are there: nothing is fetched, no lock is taken.
s_updates() {
    if has apt-get && [ -d /var/lib/apt/lists ]; then
        g apt apt-get -s -o Debug::NoLocking=true -o APT::Get::Show-User-Simulation-Note=false dist-upgrade
        m 'C stamps'
        o
        for _o in /var/lib/apt/periodic/update-success-stamp /var/lib/apt/lists /var/log/dpkg.log; do
            [ ! -e "$_o" ] || stat -c '%Y %n' "$_o"
        done
    elif has dnf; then
        g dnf dnf -q -C list --upgrades
        g dnf-security dnf -q -C updateinfo list --security
        m 'C stamps'
        o
        for _o in /var/cache/dnf /var/lib/dnf/history.sqlite; do
            [ ! -e "$_o" ] || stat -c '%Y %n' "$_o"
        done
    elif has yum; then
        g yum yum -q -C list updates
    elif has zypper; then
        g zypper zypper --no-refresh --non-interactive --quiet list-updates
    elif has apk; then
        g apk apk version -l '<'
    elif has pacman; then
        g pacman pacman -Qu
    elif has checkupdates; then
        g checkupdates checkupdates -n
    fi
}

s_repositories() {
    h 500 /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources /etc/yum.repos.d/*.repo \
        /etc/zypp/repos.d/*.repo /etc/apk/repositories /etc/pacman.conf /etc/opkg/distfeeds.conf /etc/pkg/*.conf \
        /usr/local/etc/pkg/repos/*.conf
}
