#!/usr/bin/env bash
# debian.sh BUILD SOURCE: the Debian packages, in a Debian that has nothing of it: a debootstrap chroot below BUILD. Installed with what
# they depend on, run as an unprivileged user and against a throw-away sshd, removed, purged. Root, debootstrap and Debian's archive are
# needed; 77 without the first two.
set -euo pipefail
build=$1
source=$2
[ "$(id -u)" = 0 ] || { echo "skipped: not root"; exit 77; }
for tool in debootstrap dpkg-shlibdeps file unshare; do
    command -v "$tool" > /dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
export LC_ALL=C.UTF-8

packages=$build/packages
rm -rf "$packages"
(umask 077 && cd "$build" && cpack -G DEB > "$build/tests/cpack.log" 2>&1) || { cat "$build/tests/cpack.log" >&2; exit 1; }
ls -l "$packages"/*.deb
for name in collector collector-dev; do
    [ "$(dpkg-deb -f "$packages/${name}_"*.deb Package)" = $name ]
done
# Nothing of -dev in the program's package, and the other way round.
if dpkg-deb -c "$packages"/collector_*.deb | grep -E '/include/|/cmake/'; then exit 1; fi
if dpkg-deb -c "$packages"/collector-dev_*.deb | grep -E '/bin/|/etc/|/plugins/'; then exit 1; fi
dpkg-deb -c "$packages"/collector_*.deb | grep './etc/collector/collector.conf' > /dev/null
# Whatever the umask was, others may read all of it but the credentials.
for package in "$packages"/*.deb; do
    closed=$(dpkg-deb -c "$package" | grep -v ' \./etc/collector/credentials/$' | grep -vE '^(d......r.x|l|-......r)' || true)
    [ -z "$closed" ] || { echo "closed to others: $closed" >&2; exit 1; }
done

root=$build/tests/debian
rm -rf --one-file-system "$root"
trap 'rm -rf --one-file-system "$root"' EXIT
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
debootstrap --variant=minbase "$suite" "$root" > "$build/tests/debootstrap.log" 2>&1 || { tail -n 20 "$build/tests/debootstrap.log" >&2; exit 1; }
# How this machine reaches the archive is how the chroot does.
cp -L /etc/resolv.conf /etc/hosts "$root/etc/" 2> /dev/null || true
cp -r /etc/apt/apt.conf.d "$root/etc/apt/" 2> /dev/null || true
rm -f "$root"/etc/apt/apt.conf.d/*docker*
cp "$packages"/*.deb "$root/root/"
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
cp "$source/tests/package/inside.sh" "$root/root/inside.sh"

# A mount namespace of its own, and a process namespace: whatever is started in there ends with it.
# shellcheck disable=SC2016
unshare --mount --pid --fork --kill-child bash -ec '
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    mount -t tmpfs tmpfs "$1/run"
    exec chroot "$1" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 bash /root/inside.sh' bash "$root"
