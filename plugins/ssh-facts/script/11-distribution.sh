# shellcheck shell=sh
s_distribution() {
    f /etc/altlinux-release /etc/oracle-release /etc/slackware-version /etc/centos-release /etc/redhat-release \
        /etc/vmware-release /etc/openwrt_release /etc/os-release /etc/system-release /etc/alpine-release \
        /etc/arch-release /etc/SuSE-release /etc/gentoo-release /etc/lsb-release /etc/sourcemage-release \
        /usr/lib/os-release /etc/coreos/update.conf /etc/debian_version /etc/release /etc/product
    # Those of smaller distributions, such as openEuler-release.
    for _o in /etc/*-release; do
        case $_o in
        */altlinux-* | */oracle-* | */centos-* | */redhat-* | */vmware-* | */os-* | */system-* | */alpine-* | */arch-* | */SuSE-* | \
            */gentoo-* | */lsb-* | */sourcemage-*) ;;
        *) h 3 "$_o" ;;
        esac
    done
    [ ! -h /etc/products.d/baseproduct ] || c baseproduct ls -l /etc/products.d/baseproduct
    m 'C exists'
    ! has lsb_release || p lsb_release
    case $O in
    AIX) c oslevel oslevel ;;
    Darwin) c sw_vers sw_vers ;;
    OpenBSD | NetBSD | DragonFly) c kern.version sysctl -n kern.version ;;
    esac
}
