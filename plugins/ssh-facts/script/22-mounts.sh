# shellcheck shell=sh
# Sizes of local file systems in one call; should that hang, one for each. What lies on a network or behind a process may never answer: each of those gets
# a child of its own, whose output goes through a pipe, so that one that cannot even be killed holds neither us nor the channel.
# Nothing below an autofs mount point that is not mounted is ever touched.
s_mounts() {
    if [ -r /proc/self/mountinfo ]; then
        m 'C mountinfo'
    else
        s_mounts_elsewhere
        return
    fi
    # A node of a cluster may have ten thousand: each that is added to a long list costs as much as all before it.
    _near=
    _part=
    _far=
    _more=
    _n=0
    _k=0
    _j=0
    # shellcheck disable=SC2094
    while IFS= read -r _l; do
        p "$_l"
        _n=$((_n + 1))
        [ "$_n" -lt 20000 ] || break
        _at=${_l#* * * * }
        _l=${_at#* * }
        _at=${_at%% *}
        case $_l in
        '- '*) _l=${_l#- } ;;
        *) _l=${_l##* - } ;;
        esac
        _e=${_l%% *}
        _l=${_l#* }
        case $_e@${_l%% *} in *@/* | *:/* | zfs@*) ;; *) continue ;; esac
        case $_at in *\\*) _at=$(printf '%b' "$_at") ;; esac
        case $_e in
        autofs) ;;
        nfs | nfs4 | cifs | smb* | ncpfs | 9p | afs | ceph | glusterfs | lustre | gpfs | beegfs | ocfs2 | gfs2 | davfs | \
            coda | pvfs2 | panfs | virtiofs | fuse*) far "$_at" ;;
        *)
            _k=$((_k + 1))
            [ "$_k" -gt 4000 ] || _part="$_part
$_at"
            [ ${#_part} -lt 4000 ] || {
                _near=$_near$_part
                _part=
            }
            ;;
        esac
    done </proc/self/mountinfo
    _l=$IFS
    IFS='
'
    set -f
    # shellcheck disable=SC2086
    set -- $_near$_part
    set +f
    IFS=$_l
    if [ $# -gt 0 ]; then
        g statfs stat -f -c '%s %S %b %a %c %d %n' -- "$@"
        # 1 is one of them that may not be asked; a stat that has no -c says more.
        if [ "$_r" = 137 ]; then
            for _at; do
                far "$_at"
            done
        elif [ "$_r" -gt 1 ] || { [ "$_r" = 1 ] && ! stat -f -c %S / >/dev/null; }; then
            g df df -P -k "$@"
            [ "$_r" = 137 ] || g df-i df -P -i "$@"
        fi
    fi
    [ -z "$_far" ] || far_mounts
}

# Five hundred children are enough; from which on none is asked, the answer says.
far() {
    _j=$((_j + 1))
    if [ "$_j" -le 500 ]; then
        _far="$_far
$1"
    elif [ "$_j" = 501 ]; then
        _more=$1
    fi
}

far_mounts() {
    m 'C far'
    [ -z "$_more" ] || p "unasked $_more"
    o
    {
        IFS='
'
        set -f
        _i=0
        for _at in $_far; do
            _i=$((_i + 1))
            {
                if _l=$(exec stat -f -c '%s %S %b %a %c %d' -- "$_at"); then
                    w "$_i size $_l $_at
"
                else
                    w "$_i denied $_at
"
                fi
            } &
            w "0 pid $!
"
        done
        {
            slept "$T" && w '0 late
'
        } &
        w "0 clock $! $_i
"
    } | {
        _pids=
        _clock=
        _left=-1
        _done=0
        while read -r _i _k _l; do
            case $_k in
            pid) _pids="$_pids $_l" ;;
            clock)
                _clock=${_l% *}
                _left=${_l#* }
                ;;
            late) break ;;
            *)
                w "$_k $_l
"
                _done=$((_done + 1))
                ;;
            esac
            [ "$_done" != "$_left" ] || break
        done
        kill -9 "$_clock"
        # shellcheck disable=SC2086
        kill -9 $_pids
    }
    m 'X 0 far'
}
