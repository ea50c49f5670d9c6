# shellcheck shell=sh
s_dmi() {
    [ "$O" = Linux ] || {
        s_dmi_elsewhere
        return
    }
    if [ -e /sys/class/dmi/id/sys_vendor ] || [ -e /sys/class/dmi/id/product_name ]; then
        m 'C dmi'
        a /sys/class/dmi/id bios_date bios_vendor bios_version board_asset_tag board_name board_serial board_vendor board_version \
            chassis_asset_tag chassis_serial chassis_type chassis_vendor chassis_version product_name product_serial product_uuid \
            product_version product_family product_sku sys_vendor
        if [ "$U" != 0 ]; then
            # Which of them there are: cat prints no names.
            m 'C exists'
            x /sys/class/dmi/id/product_serial /sys/class/dmi/id/product_uuid /sys/class/dmi/id/board_serial \
                /sys/class/dmi/id/chassis_serial
            root serials /bin/cat /sys/class/dmi/id/product_serial /sys/class/dmi/id/product_uuid \
                /sys/class/dmi/id/board_serial /sys/class/dmi/id/chassis_serial
        fi
    elif [ -r /proc/device-tree/model ]; then
        # These end in a NUL, which read drops.
        m 'C device-tree'
        a /proc/device-tree model serial-number compatible
    fi
    h 60 /proc/sysinfo
}
