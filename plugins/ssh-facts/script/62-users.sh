# shellcheck shell=sh
s_users() {
    if [ "$O" = Darwin ]; then
        g dscl dscl . -readall /Users UniqueID PrimaryGroupID NFSHomeDirectory UserShell RealName
    fi
    h 20000 /etc/passwd /etc/group
}

# Whose keys open an account: types and bodies of public keys, from which the fingerprints are made over here.
s_access() {
    while IFS=: read -r _n _a _i _l; do
        [ "$_i" != 0 ] || {
            m 'C uid0'
            p "$_n"
        }
    done </etc/passwd
    g keys flushed keys
    # find sees what a folder holds that only root may look into.
    if [ -x /usr/bin/sha256sum ]; then
        # shellcheck disable=SC1083
        root sudoers /usr/bin/find /etc/sudoers /etc/sudoers.d -type f -exec /usr/bin/sha256sum {} +
    else
        m 'M tool_missing sudoers'
    fi
}

# A home may lie on a server that does not answer.
keys() {
    while IFS=: read -r _n _a _i _k _o _d _l; do
        case $_d in /* ) ;; *) continue ;; esac
        for _o in "$_d/.ssh/authorized_keys" "$_d/.ssh/authorized_keys2"; do
            if [ -r "$_o" ] && [ -f "$_o" ]; then
                m "C keys $_n"
                while IFS= read -r _l || [ -n "$_l" ]; do
                    p "$_l"
                done <"$_o"
            elif [ -d "$_d/.ssh" ] && [ ! -x "$_d/.ssh" ]; then
                m "M denied keys $_n"
            fi
        done
    done </etc/passwd
}
