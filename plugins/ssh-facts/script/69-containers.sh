# shellcheck shell=sh
# Each is asked only where somebody is there to answer, and where the question leaves nothing: the first use of such a tool makes folders
# in the home or below /var/lib, and the first connection to a socket that systemd keeps starts a daemon, which makes its own.
s_containers() {
    if has docker && ! docker_is_podman && unsnapped docker docker; then
        if docker_is_down; then
            m 'M unsupported docker'
        else
            listed docker
            [ "$_r" != 1 ] || docker_is_refused || m 'M unsupported docker'
        fi
    fi
    if has podman; then
        if podman_is_used; then listed podman; elif podman_has_stores; then m 'M unsupported podman'; fi
    fi
    ! has crictl || cri
    ! has lxc-ls || g lxc lxc-ls -f -F NAME,STATE
    # Ubuntu's lxc installs LXD where there is none.
    ! has lxc || daemon lxd lxc /var/snap/lxd/common/lxd /var/lib/lxd
    ! has incus || daemon incus incus /var/lib/incus
    if has machinectl; then
        # A question would start its daemon, which is there where a machine is.
        for _o in /run/systemd/machines/*; do
            [ ! -e "$_o" ] || {
                g machinectl machinectl list --no-legend --no-pager
                break
            }
        done
    fi
    ! has virsh || libvirt
    ! has qm || g qm qm list
    ! has pct || g pct pct list
    ! has vzlist || g vzlist vzlist -a -H -o ctid,status,hostname
    ! has jls || c jls jls -n jid name path
    ! has zoneadm || c zoneadm zoneadm list -cp
}

# daemon LABEL CLIENT FOLDER…: LXD or Incus, where its daemon was started before, as its database tells, and by its own socket: that of
# ordinary users makes a project for whoever asks. Without --force-local the client makes a folder in the home, and may ask another host.
daemon() {
    _n=$1
    _k=$2
    shift 2
    for _b; do
        if [ ! -e "$_b/unix.socket" ] || [ ! -e "$_b/database" ]; then
            continue
        elif [ ! -w "$_b/unix.socket" ]; then
            m "M denied $_n"
        elif unsnapped "$_k" lxd; then
            g "$_n" "$_k" --force-local list -c ns -f csv
        else
            m "M unsupported $_n"
        fi
        return
    done
}

# unsnapped TOOL SNAP: it is none of a snap's, or the home has the folders that are made for each revision of that snap.
unsnapped() {
    _l=$(command -v "$1")
    case $_l in
    */snap/bin/*)
        _l=$(cd -P "${_l%/bin/*}/$2/current" && pwd -P)
        [ -n "$_l" ] && [ -d "${HOME-}/snap/$2/${_l##*/}" ]
        ;;
    esac
}

# systemd would start it for us. A unit that runs has a control group; systemctl asks the bus, where an answer may never come.
docker_is_down() {
    [ -z "${DOCKER_HOST-}" ] && [ -d /run/systemd/system ] && [ -e /run/docker.sock ] && [ ! -e /run/docker.pid ] &&
        [ ! -d /sys/fs/cgroup/system.slice/docker.service ] && [ ! -d /sys/fs/cgroup/systemd/system.slice/docker.service ]
}

# Refused: there is a socket that is not ours to write to. Else it is down.
docker_is_refused() {
    [ -n "${DOCKER_HOST-}" ] || { [ -e /run/docker.sock ] && [ ! -w /run/docker.sock ]; }
}

# Since the last start: else it makes what it needs below /run, and where it was never used all that lies below its stores.
podman_is_used() {
    if [ "$U" = 0 ]; then
        [ -e /run/libpod/alive ]
    else
        [ -e "${XDG_RUNTIME_DIR:-/run/user/$U}/libpod/tmp/alive" ] || [ -e "/tmp/podman-run-$U/libpod/tmp/alive" ]
    fi
}

podman_has_stores() {
    _l=${XDG_DATA_HOME:-${HOME-}/.local/share}
    [ "$U" != 0 ] || _l=/var/lib
    [ -e "$_l/containers/storage/libpod/bolt_state.db" ] || [ -e "$_l/containers/storage/db.sql" ]
}

# What Kubernetes talks to. Only root may ask, and anybody else's question makes k3s unpack all that it has into the home.
cri() {
    for _b in containerd:containerd/containerd cri-o:crio/crio containerd:k3s/containerd/containerd containerd:k0s/containerd; do
        [ -e "/run/${_b#*:}.sock" ] || continue
        if [ "$U" = 0 ]; then
            g "${_b%%:*}" crictl -r "unix:///run/${_b#*:}.sock" ps -a -o json
        else
            m "M denied ${_b%%:*}"
        fi
    done
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
