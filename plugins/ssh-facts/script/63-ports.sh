# shellcheck shell=sh
# Sockets that listen (0A) or are not connected (07 of UDP). Those that listen stand first: the rest, of which a busy server has a
# hundred thousand, is not even read.
s_ports() {
    if [ -r /proc/net/tcp ]; then
        m 'C proc'
        for _o in tcp tcp6 udp udp6; do
            [ -r "/proc/net/$_o" ] || continue
            _n=0
            while read -r _k _i _j _e _l; do
                case $_o$_e in
                tcp*0A | udp*07) p "/proc/net/$_o: $_k $_i $_j $_e $_l" ;;
                *st) ;;
                tcp*) break ;;
                esac
                _n=$((_n + 1))
                [ "$_n" -lt 2000 ] || break
            done <"/proc/net/$_o"
        done
        m 'X 0 proc'
    else
        case $O in
        FreeBSD) c sockstat sockstat -46lLn ;;
        *) c netstat netstat -an ;;
        esac
    fi
}
