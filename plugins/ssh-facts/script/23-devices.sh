# shellcheck shell=sh
# @name opens a device, @name/partition a partition; then attribute=value.
s_devices() {
    [ -d /sys/block ] || {
        s_devices_elsewhere
        return
    }
    m 'C block'
    for _b in /sys/block/*; do
        [ -e "$_b/size" ] || continue
        _o=${_b##*/}
        p "@$_o"
        l path "$_b"
        a "$_b" dev size removable ro hidden
        a "$_b/queue" discard_granularity rotational logical_block_size hw_sector_size scheduler
        if [ -e "$_b/device" ]; then
            p 'device=1'
            a "$_b/device" vendor model serial sas_address sas_device_handle rev firmware_rev wwid
        fi
        [ ! -e "$_b/wwid" ] || a "$_b" wwid
        a "$_b/dm" name uuid
        a "$_b/md" level raid_disks degraded array_state
        for _i in "$_b"/slaves/* "$_b"/holders/*; do
            [ -e "$_i" ] || continue
            case $_i in */slaves/*) p "slave=${_i##*/}" ;; *) p "holder=${_i##*/}" ;; esac
        done
        udev "$_b"
        for _i in "$_b/$_o"*; do
            [ -e "$_i/partition" ] || continue
            p "@$_o/${_i##*/}"
            a "$_i" dev start size ro
            for _j in "$_i"/holders/*; do
                [ ! -e "$_j" ] || p "holder=${_j##*/}"
            done
            udev "$_i"
        done
    done
    cd /
    if [ -d /dev/disk ]; then
        c links ls -l /dev/disk/by-id /dev/disk/by-uuid /dev/disk/by-label
    fi
    if has lspci; then
        c lspci lspci -D
    fi
}

# What udev's database, which is world-readable, says of the block device of a folder.
udev() {
    _l=
    [ ! -r "$1/dev" ] || read -r _l <"$1/dev"
    [ -n "$_l" ] && [ -r "/run/udev/data/b$_l" ] || return
    while IFS= read -r _l; do
        case $_l in
        E:ID_SERIAL_SHORT=* | E:ID_SERIAL=* | E:ID_WWN=* | E:ID_MODEL=* | E:ID_VENDOR=* | E:ID_REVISION=* | E:ID_FS_UUID=* | \
            E:ID_FS_LABEL=* | E:ID_FS_TYPE=* | E:ID_BUS=* | E:ID_SCSI_SERIAL=* | E:ID_ATA_ROTATION_RATE_RPM=* | E:ID_PART_ENTRY_NAME=*) p "$_l" ;;
        esac
    done <"/run/udev/data/b$_l"
}
