# shellcheck shell=sh
# What an unchanged list costs: when the database was written, how many packages, and a hash.
s_package_summary() {
    for _o in /var/lib/dpkg/status /lib/apk/db/installed /usr/lib/opkg/status /var/lib/rpm/rpmdb.sqlite \
        /usr/lib/sysimage/rpm/rpmdb.sqlite /usr/lib/sysimage/rpm/Packages.db /var/lib/rpm/Packages.db /var/lib/rpm/Packages \
        /var/lib/pacman/local /var/db/pkg/local.sqlite /var/db/xbps /usr/pkg/pkgdb /var/db/pkg; do
        [ -e "$_o" ] || continue
        # A tool of another family leaves its own, without a word in it: dpkg on a host of rpm's.
        case $_o in */status | */installed) [ -s "$_o" ] || continue ;; esac
        case $O in
        Linux) c "changed $_o" stat -c '%Y %s' "$_o" ;;
        *) c "changed $_o" stat -f '%m %z' "$_o" ;;
        esac
        case $_o in
        *dpkg/status)
            c count grep -c '^Status: .* installed$' "$_o"
            c sum sha256sum "$_o"
            ;;
        */installed)
            c count grep -c '^P:' "$_o"
            c sum sha256sum "$_o"
            ;;
        *opkg/status)
            c count grep -c '^Package:' "$_o"
            c sum sha256sum "$_o"
            ;;
        */rpm/*) long names rpm -qa --nosignature --nodigest --qf '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\n' ;;
        *local.sqlite) g names pkg query '%n-%v' ;;
        *pacman/local) folders "$_o"/*/ ;;
        */xbps) ! has xbps-query || g names xbps-query -l ;;
        */pkg | */pkgdb)
            # Gentoo has a folder for each category.
            case $O in Linux) folders "$_o"/*/*/ ;; *) folders "$_o"/*/ ;; esac
            ;;
        esac
        return
    done
    case $O in
    NetBSD) g names pkg_info ;;
    Darwin) folders /opt/homebrew/Cellar/*/*/ /usr/local/Cellar/*/*/ ;;
    SunOS) g names pkg list -H ;;
    AIX) g names lslpp -Lcq ;;
    esac
}

# Names of folders, without a process: a package each.
folders() {
    m 'C names'
    for _i; do
        [ ! -d "$_i" ] || p "${_i%/}"
    done
    m 'X 0 names'
}

s_packages() {
    if [ -s /var/lib/dpkg/status ] && [ -r /var/lib/dpkg/status ]; then
        if has sed; then
            c dpkg sed -n -e '/^Package: /p' -e '/^Status: /p' -e '/^Version: /p' -e '/^Architecture: /p' -e '/^Section: /p' \
                -e '/^Source: /p' -e '/^$/p' /var/lib/dpkg/status
        else
            h 200000 /var/lib/dpkg/status
        fi
    fi
    [ ! -s /lib/apk/db/installed ] || c apk grep -E '^([PVAo]:|$)' /lib/apk/db/installed
    for _o in /usr/lib/opkg/status /var/lib/opkg/status; do
        [ ! -s "$_o" ] || c opkg grep -E '^(Package|Version|Architecture|Status):|^$' "$_o"
    done
    if has rpm && [ ! -s /var/lib/dpkg/status ]; then
        long rpm rpm -qa --nosignature --nodigest --qf '%{NAME}|%{EPOCH}|%{VERSION}|%{RELEASE}|%{ARCH}|%{INSTALLTIME}|%{VENDOR}\n'
    fi
    # As root it would make a database where there is none, on another family's host.
    ! has pacman || [ ! -e /var/lib/pacman/local/ALPM_DB_VERSION ] || g pacman pacman -Q
    ! has xbps-query || g xbps xbps-query -l
    case $O in
    FreeBSD | DragonFly) g pkg pkg query '%n %v %q' ;;
    NetBSD | SunOS)
        if has pkgin; then
            g pkgin pkgin -p list
        elif [ "$O" = NetBSD ]; then
            g pkgin pkg_info
        fi
        ! has pkginfo || g pkginfo pkginfo -l
        [ "$O" != SunOS ] || ! has pkg || g pkg5 pkg list -H
        ;;
    OpenBSD) c pkg_info ls /var/db/pkg ;;
    AIX) g lslpp lslpp -Lcq ;;
    Darwin)
        for _o in /opt/homebrew/Cellar /usr/local/Cellar; do
            [ ! -d "$_o" ] || {
                m 'C brew'
                for _i in "$_o"/*/*; do p "${_i#"$_o"/}"; done
            }
        done
        ;;
    esac
}
