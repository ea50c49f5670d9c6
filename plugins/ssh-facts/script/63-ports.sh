# shellcheck shell=sh
# Sockets that listen (0A) or are not connected (07 of UDP); on a busy server those are few among many.
s_ports() {
    if [ -r /proc/net/tcp ]; then
        if has grep; then
            c proc grep -E ' 0+:0000 0[A7] ' /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6
        else
            h 5000 /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6
        fi
    else
        case $O in
        FreeBSD) c sockstat sockstat -46lLn ;;
        *) c netstat netstat -an ;;
        esac
    fi
}
