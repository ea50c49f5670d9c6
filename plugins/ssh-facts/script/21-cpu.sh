# shellcheck shell=sh
s_cpu() {
    if [ -r /proc/cpuinfo ]; then
        # The first processor in full, of the others what tells them apart: with 256 of them the flags alone are half a megabyte.
        _l=
        [ ! -r /sys/devices/system/cpu/present ] || read -r _l </sys/devices/system/cpu/present
        if [ "$_l" = 0 ] || [ "$_l" = 0-1 ]; then
            h 500 /proc/cpuinfo
        elif has sed; then
            c cpuinfo sed -n -e '1,/^[[:space:]]*$/{' -e 'p;d' -e '}' -e '/^[Pp]rocessor/p' -e '/^model name/p' \
                -e '/^[Vv]endor/p' -e '/^cpu[[:space:]]*:/p' -e '/^physical id/p' -e '/^core id/p' -e '/^cpu cores/p' \
                -e '/^siblings/p' -e '/^# processors/p' -e '/^ncpus active/p' -e '/^machine/p' -e '/^model[[:space:]]*:/p' \
                -e '/^Hardware/p' -e '/^[Ss]erial/p' -e '/^Revision/p' -e '/^clock/p' -e '/^platform/p' -e '/^hart/p' \
                -e '/^uarch/p' -e '/^CPU /p' -e '/^system type/p' -e '/^isa/p' /proc/cpuinfo
        else
            h 20000 /proc/cpuinfo
        fi
        m 'C exists'
        x /proc/xen
        f /sys/hypervisor/type
        m 'C affinity'
        p "$_cpus"
        m 'C online'
        a /sys/devices/system/cpu online present
        a /sys/fs/cgroup cpu.max memory.max
        # Control groups of the first version.
        a /sys/fs/cgroup/cpu cpu.cfs_quota_us cpu.cfs_period_us
        a /sys/fs/cgroup/memory memory.limit_in_bytes
        # One line a processor: package, core.
        m 'C topology'
        for _i in /sys/devices/system/cpu/cpu[0-9]*; do
            if [ -r "$_i/topology/core_id" ]; then
                read -r _k <"$_i/topology/physical_package_id"
                read -r _l <"$_i/topology/core_id"
                p "${_i##*/cpu} $_k $_l"
            fi
        done
    else
        s_cpu_elsewhere
    fi
}

s_memory() {
    if [ -r /proc/meminfo ]; then
        f /proc/meminfo
        f /proc/swaps
    else
        s_memory_elsewhere
    fi
}
