# shellcheck shell=sh
# Each is asked only where there is somebody to answer: some of these tools would else make what they ask for.
s_containers() {
    _o=1
    # It makes a folder in the home of who asks, and leaves a process, where it was never used.
    ! has podman || [ "$U" = 0 ] || [ -d "${XDG_DATA_HOME:-${HOME-}/.local/share}/containers" ] || _o=
    { has docker && docker_is_podman; } || listed docker
    [ -z "$_o" ] || listed podman
    ! has crictl || g crictl crictl ps -a
    ! has lxc-ls || g lxc lxc-ls -f -F NAME,STATE
    # Ubuntu's lxc installs LXD where there is none.
    for _o in /var/snap/lxd/common/lxd/unix.socket /var/snap/lxd/common/lxd-user/unix.socket /var/lib/lxd/unix.socket; do
        if has lxc && [ -e "$_o" ]; then
            g lxd lxc list -c ns -f csv
            break
        fi
    done
    ! has incus || g incus incus list -c ns -f csv
    ! has machinectl || [ ! -d /run/systemd/system ] || g machinectl machinectl list --no-legend --no-pager
    ! has virsh || libvirt
    ! has qm || g qm qm list
    ! has pct || g pct pct list
    ! has vzlist || g vzlist vzlist -a -H -o ctid,status,hostname
    ! has jls || c jls jls -n jid name path
    ! has zoneadm || c zoneadm zoneadm list -cp
}

listed() {
    ! has "$1" || g "$1" "$1" ps -a --no-trunc --format '{{.ID}}|{{.Names}}|{{.Image}}|{{.Status}}'
}

# As podman-docker's docker is, a short script.
docker_is_podman() {
    has podman || return 1
    _n=0
    while IFS= read -r _l; do
        case $_n$_l in
        0'#!'*) ;;
        0*) return 1 ;;
        *podman*) return 0 ;;
        esac
        _n=$((_n + 1))
        [ "$_n" -lt 50 ] || break
    done <"$(command -v docker)"
    return 1
}

# The daemons of the system, where they listen. Without a name virsh asks that of the user, starts it, and hears of no guest.
libvirt() {
    LIBVIRT_AUTOSTART=0
    export LIBVIRT_AUTOSTART
    _k=
    [ ! -r /proc/xen/capabilities ] || read -r _k </proc/xen/capabilities
    _i=
    for _b in /run/libvirt /var/run/libvirt; do
        if [ -e "$_b/libvirt-sock-ro" ] && [ "$_k" != control_d ] || [ -e "$_b/virtqemud-sock-ro" ]; then
            _i="$_i virsh=qemu:///system"
        fi
        if [ -e "$_b/libvirt-sock-ro" ] && [ "$_k" = control_d ] || [ -e "$_b/virtxend-sock-ro" ]; then
            _i="$_i virsh-xen=xen:///system"
        fi
        [ ! -e "$_b/virtlxcd-sock-ro" ] || _i="$_i virsh-lxc=lxc:///system"
        # The one is a link to the other as a rule.
        [ -z "$_i" ] || break
    done
    [ -n "$_i" ] || m 'M unsupported virsh'
    for _b in $_i; do
        g "${_b%%=*}" virsh -r -c "${_b#*=}" list --all --uuid --name
    done
}
