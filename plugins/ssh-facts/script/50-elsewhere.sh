# shellcheck shell=sh
# What sections ask where Linux' files are not there: FreeBSD, OpenBSD, NetBSD, DragonFly, macOS, Solaris, AIX.
s_cpu_elsewhere() {
    case $O in
    SunOS) c psrinfo psrinfo -pv ;;
    AIX)
        g prtconf prtconf
        c smt lsattr -El proc0 -a smt_threads
        ;;
    *)
        c sysctl sysctl hw.model hw.ncpu hw.ncpuonline hw.physicalcpu hw.logicalcpu hw.packages kern.smp.cores \
            kern.smp.threads_per_core machdep.cpu.brand_string machdep.cpu.features
        # What the kernel said of its processors when it started.
        [ ! -r /var/run/dmesg.boot ] || c dmesg grep -E '^(CPU:|  .*Features2?=|FreeBSD/SMP: [0-9]+ package)' /var/run/dmesg.boot
        ;;
    esac
}

s_memory_elsewhere() {
    case $O in
    SunOS)
        g prtconf prtconf
        c swap swap -s
        ;;
    AIX)
        g prtconf prtconf
        c vmstat-v vmstat -v
        ;;
    *)
        c sysctl sysctl hw.memsize hw.physmem hw.physmem64 hw.usermem hw.pagesize vm.stats.vm.v_page_size vm.stats.vm.v_page_count \
            vm.stats.vm.v_free_count vm.swapusage
        case $O in
        FreeBSD | DragonFly) c swapinfo swapinfo -k ;;
        OpenBSD)
            c swapctl swapctl -sk
            c vmstat vmstat
            ;;
        NetBSD) c swapctl swapctl -sk ;;
        Darwin) c vm_stat vm_stat ;;
        esac
        ;;
    esac
}

s_mounts_elsewhere() {
    if [ "$O" = SunOS ]; then h 2000 /etc/mnttab; else c mount mount; fi
    case $O in
    AIX) g df df -P -k ;;
    *) g df df -P -k -l ;;
    esac
}

s_devices_elsewhere() {
    case $O in
    FreeBSD | DragonFly) c geom geom disk list ;;
    OpenBSD | NetBSD) c sysctl sysctl hw.disknames ;;
    esac
}

s_network_elsewhere() {
    c ifconfig ifconfig -a
    c netstat netstat -rn
    # Its ifconfig tells no hardware addresses.
    [ "$O" != AIX ] || c netstat-in netstat -in
}

s_dmi_elsewhere() {
    case $O in
    SunOS)
        g prtconf prtconf
        has prtdiag || PATH=$PATH:/usr/platform/$(uname -i)/sbin
        g prtdiag prtdiag
        ;;
    AIX) g prtconf prtconf ;;
    *)
        c sysctl sysctl hw.vendor hw.product hw.version hw.serialno hw.uuid hw.model kern.uuid machdep.dmi
        case $O in
        FreeBSD | DragonFly) c kenv kenv ;;
        Darwin) g system_profiler system_profiler SPHardwareDataType ;;
        esac
        ;;
    esac
}

s_virtualization_elsewhere() {
    case $O in
    SunOS) c zonename zonename ;;
    AIX) ;;
    *)
        c sysctl sysctl kern.vm_guest security.jail.jailed hw.vendor hw.product machdep.dmi.system-vendor \
            machdep.dmi.system-product kern.hv_vmm_present
        ;;
    esac
}
