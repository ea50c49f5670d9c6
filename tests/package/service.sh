#!/usr/bin/env bash
# service.sh BUILD SOURCE: collector.service as it is installed, in a Debian that systemd-nspawn boots: set up as nightly.conf says, with a
# key and a password in /etc/collector/credentials; one host takes the key, one the password, one is down. Three of the statuses of a night
# are seen: some hosts not ok (a success), echo requests from within the sandbox, nobody ok (a failure). The container has a network of
# its own, of which there is loopback alone. Root, debootstrap, systemd-nspawn and Debian's archive are needed; 77 without the first three.
set -euo pipefail
build=$1
source=$2
[ "$(id -u)" = 0 ] || { echo "skipped: not root"; exit 77; }
for tool in debootstrap dpkg-shlibdeps systemd-nspawn ssh-keygen; do
    command -v "$tool" > /dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
export LC_ALL=C.UTF-8
dir=$build/tests/service
root=$dir/root
rm -rf --one-file-system "$dir"
mkdir -p "$dir"
trap 'rm -rf --one-file-system "$dir"' EXIT

(cd "$build" && cpack -G DEB > "$dir/cpack.log" 2>&1) || { cat "$dir/cpack.log" >&2; exit 1; }
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,openssh-server,openssh-client "$suite" "$root" \
    > "$dir/debootstrap.log" 2>&1 || { tail -n 20 "$dir/debootstrap.log" >&2; exit 1; }
cp -L /etc/resolv.conf /etc/hosts "$root/etc/" 2> /dev/null || true
cp -r /etc/apt/apt.conf.d "$root/etc/apt/" 2> /dev/null || true
rm -f "$root"/etc/apt/apt.conf.d/*docker*
cp "$build"/packages/collector_*.deb "$root/root/"
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
chroot "$root" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c \
    'apt-get -q update && apt-get -q -y install --no-install-recommends /root/collector_*.deb' > "$dir/apt.log" 2>&1 ||
    { tail -n 20 "$dir/apt.log" >&2; exit 1; }
rm "$root/usr/sbin/policy-rc.d" "$root"/etc/apt/apt.conf.d/*

# Whom the night asks: two of its own users, and a port on which nobody listens.
chroot "$root" useradd --create-home --shell /bin/sh inventory
chroot "$root" useradd --create-home --shell /bin/sh word
echo 'word:correct horse' | chroot "$root" chpasswd
mkdir -m 700 "$root/home/inventory/.ssh"
ssh-keygen -q -t ed25519 -N '' -f "$dir/id"
cp "$dir/id.pub" "$root/home/inventory/.ssh/authorized_keys"
chroot "$root" chown -R inventory: /home/inventory/.ssh

# What nightly.conf tells its reader to do.
install -m 600 "$dir/id" "$root/etc/collector/credentials/id_ed25519"
(umask 077 && echo 'correct horse' > "$root/etc/collector/credentials/password")
read -r type key _ < "$root/etc/ssh/ssh_host_ed25519_key.pub"
echo "127.0.0.1 $type $key" >> "$root/etc/collector/known_hosts"
cat > "$root/etc/collector/hosts.ini" <<'INI'
[all]
key ansible_host=127.0.0.1
word ansible_host=127.0.0.1 ansible_user=word
down ansible_host=127.0.0.1 ansible_port=9
INI
sed -i -e 's/^# identity =/identity =/' -e 's/^# password-file =/password-file =/' -e 's/^# user =/user =/' "$root/etc/collector/nightly.conf"
echo 'retries = 0' >> "$root/etc/collector/nightly.conf"

cp "$source/tests/package/night.sh" "$root/root/night.sh"
cat > "$root/etc/systemd/system/night.service" <<'UNIT'
[Unit]
Wants=ssh.service
After=multi-user.target ssh.service
[Service]
Type=oneshot
ExecStart=/bin/bash /root/night.sh
StandardOutput=file:/root/night.log
StandardError=inherit
ExecStopPost=/bin/systemctl --no-block poweroff
[Install]
WantedBy=multi-user.target
UNIT
chroot "$root" systemctl --quiet enable night.service
timeout 600 systemd-nspawn --quiet --register=no --keep-unit --private-network --boot --directory="$root" > "$dir/boot.log" 2>&1 < /dev/null ||
    { tail -n 20 "$dir/boot.log" >&2; exit 1; }
cat "$root/root/night.log"
grep -qx 'all of it' "$root/root/night.log"
