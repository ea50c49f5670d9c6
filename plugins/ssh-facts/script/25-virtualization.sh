# shellcheck shell=sh
s_virtualization() {
    [ "$O" = Linux ] || {
        s_virtualization_elsewhere
        return
    }
    h 100 /proc/1/cgroup
    if [ -r /proc/1/environ ]; then
        c environ tr '\0' '\n' </proc/1/environ
    else
        m 'M denied environ'
    fi
    f /run/systemd/container /proc/xen/capabilities /sys/hypervisor/type
    m 'C exists'
    x /proc/vz /proc/lve /proc/bc /.dockerenv /.dockerinit /run/.containerenv /proc/xen /dev/kvm /rhev
    m 'C dmi'
    a /sys/class/dmi/id product_name sys_vendor product_family bios_vendor
    m 'C vxid'
    while read -r _k _l; do
        case $_k in VxID:) p "$_l" ;; esac
    done </proc/self/status
    if has grep; then
        c cpuinfo grep -E '^(model name.*(QEMU Virtual CPU|UML)|vendor_id.*(User Mode Linux|PowerVM Lx86|IBM/S390)|machine.*CHRP)' /proc/cpuinfo
        c modules grep -E '^(kvm|vboxdrv|virtio) ' /proc/modules
    else
        h 2000 /proc/modules
    fi
}
