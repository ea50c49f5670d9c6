# shellcheck shell=sh
s_platform() {
    if [ -r /proc/sys/kernel/ostype ]; then
        m 'C kernel'
        a /proc/sys/kernel ostype osrelease version hostname domainname
    else
        c uname-s uname -s
        c uname-r uname -r
        c uname-v uname -v
        c uname-n uname -n
        c uname-p uname -p
        [ "$O" != AIX ] || c machine-architecture getconf MACHINE_ARCHITECTURE
    fi
    if [ -r /proc/sys/kernel/arch ]; then
        h 1 /proc/sys/kernel/arch
    else
        c uname-m uname -m
    fi
    # Where a shell of 64 bits has its stack, no address of 32 bits reaches. Else the fifth byte of a program tells, and the sixth in which
    # order its words have their bytes, which MIPS' name does not; what comes up to the first newline holds both.
    _k=
    [ ! -r /proc/cpuinfo ] || IFS= read -r _k </proc/cpuinfo
    _l=
    [ ! -r /proc/self/stat ] || IFS= read -r _l </proc/self/stat
    # shellcheck disable=SC2086
    set -- ${_l##*"$_cut"}
    if [ "$O" = Linux ] && [ $# -gt 25 ] && shift 25 && [ ${#1} -gt 10 ]; then
        m 'C stack'
        p "$1"
        case $_k in 'system type'*) elf ;; esac
    elif [ "$O" = Linux ] && [ -r /bin/sh ]; then
        elf
    else
        c long-bit getconf LONG_BIT
    fi
    f /var/lib/dbus/machine-id /etc/machine-id
    h 300 /etc/hosts
}

elf() {
    m 'C elf'
    _l=
    IFS= read -r _l </bin/sh
    p "$_l"
}
