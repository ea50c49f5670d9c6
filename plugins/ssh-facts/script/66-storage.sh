# shellcheck shell=sh
s_storage() {
    f /proc/mdstat
    if [ -e /dev/zfs ] && has zpool; then
        g zpool zpool list -Hp -o name,size,allocated,free,capacity,health,guid
        [ "$_r" = 137 ] || ! has zfs || g zfs zfs list -Hp -o name,used,available,referenced,mountpoint,type
    fi
}
