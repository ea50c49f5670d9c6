# shellcheck shell=sh
s_containers() {
    for _o in docker podman; do
        ! has "$_o" || g "$_o" "$_o" ps -a --no-trunc --format '{{.ID}}|{{.Names}}|{{.Image}}|{{.Status}}'
    done
    ! has crictl || g crictl crictl ps -a
    ! has lxc-ls || g lxc lxc-ls -f -F NAME,STATE
    ! has lxc || g lxd lxc list -c ns -f csv
    ! has incus || g incus incus list -c ns -f csv
    ! has machinectl || [ ! -d /run/systemd/system ] || g machinectl machinectl list --no-legend --no-pager
    ! has virsh || g virsh virsh -r list --all --uuid --name
    ! has qm || g qm qm list
    ! has pct || g pct pct list
    ! has vzlist || g vzlist vzlist -a -H -o ctid,status,hostname
    ! has jls || c jls jls -n jid name path
    ! has zoneadm || c zoneadm zoneadm list -cp
}
