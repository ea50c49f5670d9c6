# shellcheck shell=sh
# What DMI and cloud-init's files know; no metadata service is asked.
s_cloud() {
    m 'C dmi'
    a /sys/class/dmi/id sys_vendor bios_vendor bios_version product_name board_asset_tag chassis_asset_tag product_uuid
    m 'C hypervisor'
    a /sys/hypervisor uuid
    f /var/lib/cloud/data/instance-id /run/cloud-init/cloud-id /var/lib/cloud/data/previous-instance-id
    [ ! -r /run/cloud-init/instance-data.json ] || c instance-data grep -E \
        '^ *"(region|availability_zone|availability-zone|cloud_name|cloud-name|platform|instance_id|instance-id|instance_type|machine_type)":' \
        /run/cloud-init/instance-data.json
}
