# shellcheck shell=sh
# collector ssh-facts: reads what this host is, prints it, changes nothing. The line before this one sets
#   N  the nonce that marks our lines   T  seconds for one command that may hang   D  seconds for everything
#   S  the sections to print            B  sudo or doas: raise listed reads        X  further folders of tools
#   W  the password for B, where one is wanted
# Every line that begins with the nonce is ours; all between two of them is as it was read.
{
LC_ALL=C
export LC_ALL
unset LANG LANGUAGE ENV BASH_ENV CDPATH GREP_OPTIONS
PATH=$PATH${X:+:$X}
export PATH
umask 077
# The shell has read all of the script by now (one brace group): nothing below can eat the rest of it.
exec </dev/null 2>/dev/null
_late=
_r=
# g's clock; and reap, when D is over: what was gathered goes out.
_ticks=
trap '_ticks=$_ticks.' USR1
trap 'o; exit 143' TERM

# w TEXT: written at once, as it is. ksh and mksh would start a process for each printf.
if [ -n "${KSH_VERSION-}${SH_VERSION-}${ERRNO-}" ]; then
    # shellcheck disable=SC3061
    eval 'w() { print -rn -- "$1"; }; here() { o; w "$1="; pwd -P; }'
else
    w() { printf '%s' "$1"; }
    # mksh's PWD is not where cd -P went.
    here() { p "$1=$PWD"; }
fi

# p TEXT: a line. Gathered, since each write is a packet that sshd has to make: o lets out what there is, before whatever
# prints by itself or may hang.
_buf=
p() {
    _buf="$_buf$1
"
    [ ${#_buf} -lt 8000 ] || o
}

o() {
    [ -z "$_buf" ] || w "$_buf"
    _buf=
}

# m WORDS: a line of ours. What was printed before may lack its newline.
m() {
    p "
$N $1"
}

has() {
    command -v "$1" >/dev/null
}

# h LINES FILE…: files that are short, with builtins only.
h() {
    _max=$1
    shift
    for _f; do
        if [ -f "$_f" ]; then
            if [ -r "$_f" ]; then
                m "F $_f"
                _k=0
                while IFS= read -r _l || [ -n "$_l" ]; do
                    p "$_l"
                    _k=$((_k + 1))
                    [ "$_k" -lt "$_max" ] || break
                    _l=
                done <"$_f"
            else
                m "M denied $_f"
            fi
        fi
    done
}

f() {
    h 500 "$@"
}

# a FOLDER NAME…: NAME=first line of FOLDER/NAME, !NAME where it may not be read.
a() {
    _d=$1
    shift
    for _a; do
        if [ -r "$_d/$_a" ]; then
            _l=
            IFS= read -r _l <"$_d/$_a"
            [ -z "$_l" ] || p "$_a=$_l"
        elif [ -e "$_d/$_a" ]; then
            p "!$_a"
        fi
    done
}

# l NAME FOLDER: where a link to a folder leads, without a process for it.
l() {
    cd -P "$2" && here "$1"
}

# x PATH…: those that exist.
x() {
    for _f; do
        [ ! -e "$_f" ] || p "$_f"
    done
}

# c LABEL COMMAND…: output and status of a command that cannot hang.
c() {
    _n=$1
    shift
    if has "$1"; then
        m "C $_n"
        o
        "$@"
        m "X $? $_n"
    else
        m "M tool_missing $_n"
    fi
}

# slept SECONDS: whether so many have passed, for a child that is killed when its time is of no more interest. It is not sent a TERM: mksh loses one
# that comes before its trap is set. What is left of it then is a sleep of a second.
slept() {
    _sl=$1
    while [ "$_sl" -gt 0 ]; do
        # Only a sleep that has slept counts: there may be none.
        sleep 1 || return 1
        # Our shell is gone where it wrote into a connection that is lost: there is nothing to watch, and its number may be another's soon.
        kill -s 0 $$ || return 1
        _sl=$((_sl - 1))
    done
}

# g LABEL COMMAND…: the same for one that can. A second after T it is sent a TERM, which lets a database be closed in order, two seconds later
# a KILL. What is not gone a second after that hangs in the kernel, on a disk or a server that does not answer: it is left there. The child
# that counts wakes our `wait` by a signal, once when T is over, once more when even KILL was of no use.
g() {
    _n=$1
    shift
    if ! has "$1"; then
        m "M tool_missing $_n"
        _r=127
        return
    fi
    m "C $_n"
    o
    _ticks=
    "$@" &
    _c=$!
    # It lies quiet for a moment behind each signal: bash forgets a child that ends while a signal wakes it, and waits for it for ever.
    # Braces: around parentheses yash puts a second process, which would go on when the first is killed.
    { slept "$T" && {
        kill -USR1 $$
        sleep 1
        kill "$_c"
        sleep 2
        kill -9 "$_c"
        sleep 1
        kill -USR1 $$
        sleep 9
    }; } >/dev/null &
    _w=$!
    wait "$_c"
    _r=$?
    [ "$_ticks" != . ] || wait "$_c"
    kill -9 "$_w"
    wait "$_w"
    # What it has started may still run, and hold our output open: swept away at the end. So may what was killed by somebody else.
    [ -z "$_ticks" ] || _r=137
    m "X $_r $_n"
    [ "$_r" -lt 128 ] || _late=1
}

# long LABEL COMMAND…: one that may read for longer: four times T.
long() {
    T=$((T * 4))
    g "$@"
    T=$((T / 4))
}

# flushed FUNCTION…: one of ours as a command of g: paths may lie where nobody answers, and then a builtin hangs as a program does.
flushed() {
    "$@"
    o
}

# root LABEL PROGRAM ARGUMENT…: a read that only root may do. The program has its full path, so that a sudoers line can name it.
root() {
    _n=$1
    if [ ! -x "$2" ]; then
        m "M tool_missing $_n"
    elif [ "$U" = 0 ]; then
        shift
        g "$_n" "$@"
    elif [ -n "$B" ]; then
        shift
        raise "$_n" "$@"
    else
        m "M denied $_n"
    fi
}

raise() {
    _n=$1
    shift
    has "$B" || {
        m "M refused $_n"
        return
    }
    case $B in
    doas) g "$_n" raised doas -n "$@" ;;
    *)
        if [ -n "$W" ]; then
            g "$_n" raised raised_with "$@"
        else
            g "$_n" raised sudo -n -- "$@"
        fi
        ;;
    esac
    [ "$_r" != 126 ] || m "M refused $_n"
}

# Output of a password by a builtin only: no process list shows it. With -k it is not kept for whoever asks next.
raised_with() {
    w "$W
" | sudo -k -S -p '' -- "$@"
}

# raised COMMAND…: the status of what sudo or doas has run, 126 where they did not. That of a refusal is 1, as is that of many a program
# that fails by itself: only the words on stderr tell. Whoever still holds that open, it ends with the line behind the command.
raised() {
    {
        "$@"
        w "
$N $?
" >&2
    } 2>&1 >&4 | {
        _no=
        _rc=1
        while IFS= read -r _l; do
            case $_l in
            "$N "*)
                _rc=${_l##* }
                break
                ;;
            # Told beside what it runs all the same.
            'sudo: unable to resolve host'* | 'sudo: setrlimit('*) ;;
            sudo:* | sudo-rs:* | doas:* | Sorry,* | *' is not in the sudoers file'* | *' is not allowed to run sudo on '*) _no=1 ;;
            esac
        done
        [ "$_rc" != 1 ] || [ -z "$_no" ] || _rc=126
        exit "$_rc"
    }
} 4>&1

# Who we are, and where: builtins where they know.
O=
[ ! -r /proc/sys/kernel/ostype ] || read -r O </proc/sys/kernel/ostype
[ -n "$O" ] || O=$(uname -s)
# What lies below /opt may be a server's: not for each tool that is looked for.
[ "$O" != Linux ] || PATH=${PATH%:/opt/homebrew/bin}
U=
E=
G=
H=
# Real and effective numbers of user and group, and what sections want of the same file.
_caps=
_cpus=
_vxid=
if [ "$O" = Linux ] && [ -r /proc/self/status ]; then
    while read -r _k _i _e _l; do
        case $_k in
        Uid:)
            U=$_i
            E=$_e
            ;;
        Gid:)
            G=$_i
            H=$_e
            ;;
        Cap???:)
            _caps="$_caps$_k $_i
"
            ;;
        Cpus_allowed_list:) _cpus=$_i ;;
        VxID:) _vxid=$_i ;;
        esac
    done </proc/self/status
else
    # NetBSD and Solaris have files of these names, which say other things.
    U=$(id -u)
fi
