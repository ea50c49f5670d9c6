# shellcheck shell=sh
# Numbers, not names: those of vendors are looked up by who reads them.
s_pci() {
    [ "$O" = Linux ] || return
    m 'C pci'
    for _b in /sys/bus/pci/devices/*; do
        [ -e "$_b/class" ] || continue
        p "@${_b##*/}"
        a "$_b" class vendor device subsystem_vendor subsystem_device revision
        [ ! -e "$_b/driver" ] || l driver "$_b/driver"
    done
    m 'C usb'
    for _b in /sys/bus/usb/devices/*; do
        [ -e "$_b/idVendor" ] || continue
        p "@${_b##*/}"
        a "$_b" idVendor idProduct manufacturer product serial bDeviceClass
    done
    cd /
}
