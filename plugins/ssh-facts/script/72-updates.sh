# shellcheck shell=sh
# From the caches that are there: nothing is fetched. README tells which of these write into a log all the same.
s_updates() {
    if has apt-get && [ -d /var/lib/apt/lists ]; then
        # As root it would write down how it came to its answer, and its caches anew.
        long apt apt-get -s -o Debug::NoLocking=true -o APT::Get::Show-User-Simulation-Note=false -o Dir::Log::Planner=/dev/null \
            -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= dist-upgrade
        m 'C exists'
        for _o in /var/lib/apt/lists/*_Packages* /var/lib/apt/lists/*pkglist*; do
            [ ! -e "$_o" ] || {
                p "$_o"
                break
            }
        done
        stamps /var/lib/apt/periodic/update-success-stamp /var/lib/apt/lists /var/log/dpkg.log
    elif has dnf; then
        # By root alone: anybody else's makes a cache and logs of its own, in /var/tmp or in the home.
        T=$((T * 4))
        root dnf /usr/bin/dnf -q -C check-update
        T=$((T / 4))
        root dnf-security /usr/bin/dnf -q -C updateinfo list --security
        stamps /var/cache/dnf /var/cache/libdnf5 /var/lib/dnf/history.sqlite /usr/lib/sysimage/libdnf5/transaction_history.sqlite
    elif has yum; then
        T=$((T * 4))
        root yum /usr/bin/yum -q -C check-update
        T=$((T / 4))
        root yum-security /usr/bin/yum -q -C updateinfo list security
        stamps /var/cache/yum /var/lib/yum/history
    elif has zypper; then
        # Else root's takes the lock of all that install, and writes down what it thinks.
        ZYPP_READONLY_HACK=1
        ZYPP_LOGFILE=/dev/null
        export ZYPP_READONLY_HACK ZYPP_LOGFILE
        long zypper zypper --no-refresh --non-interactive --quiet list-updates
        long zypper-security zypper --no-refresh --non-interactive --quiet list-patches --category security
        c enabled grep -hE '^(\[|enabled *=)' /etc/zypp/repos.d/*.repo
        stamps /var/cache/zypp/solv /var/log/zypp/history
    elif has apk; then
        g apk apk version -l '<'
        g exists flushed apk_indexes
        stamps /var/cache/apk /etc/apk/cache /lib/apk/db/installed
    elif has pacman && [ -e /var/lib/pacman/local/ALPM_DB_VERSION ]; then
        g pacman pacman -Qu
        m 'C exists'
        x /var/lib/pacman/sync/*.db
        stamps /var/lib/pacman/sync /var/lib/pacman/local
    fi
}

apk_indexes() {
    x /var/cache/apk/*INDEX.* /etc/apk/cache/*INDEX.* /media/*/apks/*/*INDEX.*
}

# When each of these was written: caches first, then what changes with an installation.
stamps() {
    m 'C stamps'
    o
    for _o; do
        [ ! -e "$_o" ] || stat -c '%Y %n' "$_o"
    done
}

s_repositories() {
    h 500 /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources /etc/yum.repos.d/*.repo \
        /etc/zypp/repos.d/*.repo /etc/apk/repositories /etc/pacman.conf /etc/opkg/distfeeds.conf /etc/pkg/*.conf \
        /usr/local/etc/pkg/repos/*.conf /usr/share/xbps.d/*.conf /etc/xbps.d/*.conf /etc/portage/repos.conf /etc/portage/repos.conf/*.conf \
        /etc/installurl
}
