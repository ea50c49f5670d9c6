# shellcheck shell=sh
s_kernel() {
    m 'C exists'
    x /run/reboot-required /var/run/reboot-required
    f /run/reboot-required.pkgs
    m 'C kernels'
    for _o in /boot/vmlinuz-* /boot/vmlinux-* /boot/kernel-* /lib/modules/*/kernel /usr/lib/modules/*/kernel; do
        [ ! -e "$_o" ] || p "$_o"
    done
    ! has freebsd-version || c freebsd-version freebsd-version -k
    m 'C vulnerabilities'
    for _o in /sys/devices/system/cpu/vulnerabilities/*; do
        [ ! -r "$_o" ] || a /sys/devices/system/cpu/vulnerabilities "${_o##*/}"
    done
    m 'C kernel'
    a /proc/sys/kernel tainted
    a /sys/kernel/security lockdown
    a /sys/devices/system/cpu/microcode version
    m 'C efi'
    x /sys/firmware/efi /sys/class/dmi/id
    for _o in /sys/firmware/efi/efivars/SecureBoot-*; do
        [ ! -r "$_o" ] || c secure-boot od -An -t u1 "$_o"
    done
}
