# shellcheck shell=sh
s_cpu_elsewhere() {
    case $O in
    *BSD | DragonFly | Darwin)
        c sysctl sysctl hw
        ;;
    esac
}

s_memory_elsewhere() {
    case $O in
    *BSD | DragonFly | Darwin)
        c sysctl sysctl hw vm
        c swap swapctl -sk
        ;;
    esac
}

s_mounts_elsewhere() {
    c mount mount
    c df df -P -k
}

s_devices_elsewhere() {
    :
}

s_network_elsewhere() {
    c ifconfig ifconfig -a
    c netstat netstat -rn
}

s_virtualization_elsewhere() {
    :
}
