# shellcheck shell=sh
s_selinux() {
    [ "$O" = Linux ] || return
    m 'C exists'
    x /sys/fs/selinux/enforce /selinux/enforce
    m 'C selinux'
    if [ -e /sys/fs/selinux/enforce ]; then
        a /sys/fs/selinux enforce policyvers
    else
        # Red Hat's 6.
        a /selinux enforce policyvers
    fi
    f /etc/selinux/config
}

s_apparmor() {
    m 'C exists'
    x /sys/kernel/security/apparmor
    m 'C module'
    a /sys/module/apparmor/parameters enabled
}

s_fips() {
    f /proc/sys/crypto/fips_enabled
}

s_chroot() {
    # Who may see the first process's root compares the two; others know the number that the root of a file system has.
    if [ -e /proc/1/root/. ]; then
        m 'C same'
        # shellcheck disable=SC3013
        if [ / -ef /proc/1/root/. ]; then p yes; else p no; fi
    else
        c inode ls -id /
    fi
    case $O in
    Linux)
        # What is mounted at the root last; `-` where nothing is, though there are mounts: it is a folder of something else.
        m 'C fstype'
        _k=
        while read -r _a _a _a _a _at _a _l; do
            case $_at in
            /) _k=${_l##*- } ;;
            *) _k=${_k:--} ;;
            esac
        done </proc/self/mountinfo
        p "$_k"
        ;;
    SunOS)
        m 'C fstype'
        while read -r _a _at _k _l; do
            [ "$_at" != / ] || p "$_k"
        done </etc/mnttab
        ;;
    *) c mount mount ;;
    esac
    m 'C env'
    p "${debian_chroot-}"
}

s_caps() {
    m 'C caps'
    p "$_caps"
}

s_ssh_keys() {
    for _d in /etc/ssh /etc/openssh /etc; do
        f "$_d/ssh_host_dsa_key.pub" "$_d/ssh_host_rsa_key.pub" "$_d/ssh_host_ecdsa_key.pub" "$_d/ssh_host_ed25519_key.pub"
    done
}
