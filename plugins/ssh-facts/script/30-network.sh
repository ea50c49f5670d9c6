# shellcheck shell=sh
# @name opens an interface; then attribute=value.
s_network() {
    [ -d /sys/class/net ] || {
        s_network_elsewhere
        return
    }
    m 'C net'
    _tools=
    for _b in /sys/class/net/*; do
        [ -e "$_b/ifindex" ] || continue
        _o=${_b##*/}
        p "@$_o"
        a "$_b" address mtu operstate type speed duplex flags ifindex iflink carrier tun_flags
        if [ -e "$_b/bridge" ]; then
            p 'bridge=1'
            a "$_b/bridge" bridge_id stp_state
            for _i in "$_b"/brif/*; do
                [ ! -e "$_i" ] || p "port=${_i##*/}"
            done
        fi
        if [ -e "$_b/bonding" ]; then
            p 'bonding=1'
            a "$_b/bonding" slaves mode miimon lacp_rate primary all_slaves_active
        fi
        [ ! -e "$_b/bonding_slave" ] || a "$_b/bonding_slave" perm_hwaddr
        if [ -e "$_b/device" ]; then
            l device "$_b/device"
            [ ! -e "$_b/device/driver" ] || l driver "$_b/device/driver"
            [ ! -e "$_b/device/driver/module" ] || l module "$_b/device/driver/module"
        fi
        for _i in "$_b"/lower_* "$_b"/upper_*; do
            [ ! -e "$_i" ] || p "${_i##*/}"
        done
        while read -r _l; do
            case $_l in DEVTYPE=*) p "$_l" ;; esac
        done <"$_b/uevent"
    done
    cd /
    if has ip; then
        # All in one process, where ip knows how; busybox's does not.
        _l=$(w 'addr show
route get 8.8.8.8
route get 2404:6800:400a:800::1012
route show table local
' | ip -force -batch -)
        if [ -n "$_l" ]; then
            m 'C ip'
            p "$_l"
        else
            c addr ip addr show
            c route4 ip -4 route get 8.8.8.8
            c route6 ip -6 route get 2404:6800:400a:800::1012
            c local4 ip -4 route show table local
        fi
        local6
    else
        m 'M tool_missing addr'
        [ ! -e /proc/net/fib_trie ] || c ifconfig ifconfig -a
        h 20000 /proc/net/fib_trie /proc/net/if_inet6
        h 2000 /proc/net/route /proc/net/ipv6_route
    fi
    if has ethtool; then
        # Two processes for each, and some sixty words, twice: of hundreds, which a host of guests or a concentrator has, they would take all
        # sections their time, and the record is full before the list of interfaces is in it. Hardware first.
        _j=0
        for _k in 1 0; do
            for _b in /sys/class/net/*; do
                _i=0
                [ ! -e "$_b/device" ] || _i=1
                if [ "$_i" != "$_k" ] || [ ! -e "$_b/ifindex" ]; then continue; fi
                [ "$_j" -lt 64 ] || break
                _j=$((_j + 1))
                c "ethtool-k ${_b##*/}" ethtool -k "${_b##*/}"
                c "ethtool-T ${_b##*/}" ethtool -T "${_b##*/}"
            done
        done
    else
        m 'M tool_missing ethtool'
    fi
    f /proc/net/vlan/config
}

# Flags from 80000000 on: an address of our own.
local6() {
    m 'C local6hex'
    [ -r /proc/net/ipv6_route ] || return
    _n=0
    while read -r _a _k _i _i _i _i _i _i _e _l; do
        case $_e in [89a-f]*) p "$_a $_k" ;; esac
        _n=$((_n + 1))
        [ "$_n" -lt 100 ] || {
            c local6 ip -6 route show table local
            break
        }
    done </proc/net/ipv6_route
}

s_dns() {
    f /etc/resolv.conf
    # Where systemd's stub is asked, the servers behind it.
    f /run/systemd/resolve/resolv.conf
}

s_fabric() {
    m 'C fc'
    for _b in /sys/class/fc_host/*; do
        [ ! -d "$_b" ] || a "$_b" port_name
    done
    f /etc/iscsi/initiatorname.iscsi /etc/nvme/hostnqn
}
