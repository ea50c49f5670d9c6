# shellcheck shell=sh
# What watches over the machine, and what its memory and controllers say.
s_bmc() {
    [ "$O" = Linux ] || return
    m 'C bmc'
    for _b in /sys/devices/platform/ipmi_bmc*; do
        [ -e "$_b/firmware_revision" ] || continue
        p "@${_b##*/}"
        a "$_b" firmware_revision ipmi_version manufacturer_id product_id device_id guid
    done
    _k=
    if [ -e /dev/ipmi0 ]; then
        for _o in /usr/bin /usr/sbin; do
            [ -x "$_o/ipmitool" ] || continue
            root ipmitool "$_o/ipmitool" lan print
            _k=1
            break
        done
        [ -n "$_k" ] || m 'M tool_missing ipmitool'
    fi
    m 'C scsi'
    for _b in /sys/class/scsi_host/*; do
        [ -r "$_b/proc_name" ] || continue
        p "@${_b##*/}"
        a "$_b" proc_name model board_name version_fw firmware_revision firmware_version host_fw_model host_fw_version hba_bios_version \
            serial_number vendor lockup_detected
    done
    m 'C edac'
    for _b in /sys/devices/system/edac/mc/mc*; do
        [ -e "$_b/ce_count" ] || continue
        p "@${_b##*/}"
        a "$_b" mc_name size_mb ce_count ue_count
    done
}

# smartctl only where we are root: each disk is an argument, and none of them belongs into sudoers.
s_disk_health() {
    [ "$O" = Linux ] || return
    m 'C disks'
    _far=
    for _b in /sys/block/*; do
        [ -e "$_b/device" ] || continue
        _o=${_b##*/}
        p "@$_o"
        a "$_b/device" state ioerr_cnt raid_level
        for _i in "$_b"/device/hwmon*/temp1_input "$_b"/device/hwmon/hwmon*/temp1_input; do
            [ ! -r "$_i" ] || a "${_i%/*}" temp1_input
        done
        case $_o in sd* | nvme*) _far="$_far $_o" ;; esac
    done
    h 400 /var/lib/smartmontools/smartd.*.state
    has smartctl || {
        m 'M tool_missing smartctl'
        return
    }
    if [ "$U" = 0 ]; then
        for _b in $_far; do
            g "smart $_b" smartctl -H -n standby "/dev/$_b"
        done
    else
        m 'M denied smartctl'
    fi
}
