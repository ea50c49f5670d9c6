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
    [ -z "$_vxid" ] || p "$_vxid"
    # The first processor tells what is emulated; on POWER the last lines do.
    if [ -e /proc/device-tree/hypervisor ]; then
        c cpuinfo grep -E '^machine' /proc/cpuinfo
    else
        h 10 /proc/cpuinfo
    fi
    h 60 /proc/sysinfo
    # What stands in /proc/modules has a state; what is built in has none.
    m 'C modules'
    for _o in kvm vboxdrv virtio; do
        [ ! -e "/sys/module/$_o/initstate" ] || p "$_o"
    done
}
