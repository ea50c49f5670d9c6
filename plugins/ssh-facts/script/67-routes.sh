# shellcheck shell=sh
s_routes() {
    if [ "$O" = Linux ]; then
        if has ip; then
            if has head; then
                m 'C route4'
                o
                ip -4 route show | head -n 2000
                m 'C route6'
                o
                ip -6 route show | head -n 2000
            else
                c route4 ip -4 route show
                c route6 ip -6 route show
            fi
        else
            h 2000 /proc/net/route /proc/net/ipv6_route
        fi
    else
        c netstat netstat -rn
    fi
}
