# shellcheck shell=bash
# Run by debian.sh inside the chroot, as root.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
quiet() { "$@" > /tmp/log 2>&1 || { tail -n 30 /tmp/log >&2; exit 1; }; }
quiet apt-get -q -y update
quiet apt-get -q -y install --no-install-recommends /root/collector_*.deb
quiet apt-get -q -y install --no-install-recommends openssh-server openssh-client

getent passwd collector
collector --version
for plugin in ping ssh-command ssh-facts; do
    collector plugins | grep "^$plugin "
done
# As a user without rights, against an sshd of that user's own.
useradd --create-home --shell /bin/sh someone
mkdir -p /run/sshd
cat > /home/someone/try.sh <<'TRY'
set -eu
cd
ssh-keygen -q -t ed25519 -N '' -f hostkey
ssh-keygen -q -t ed25519 -N '' -f id
cp id.pub authorized_keys
printf 'Port 22922\nListenAddress 127.0.0.1\nHostKey %s/hostkey\nAuthorizedKeysFile %s/authorized_keys\nPidFile none\nStrictModes no\nUsePAM no\n' \
    "$HOME" "$HOME" > sshd_config
/usr/sbin/sshd -D -f sshd_config &
sshd=$!
trap 'kill $sshd' EXIT
sleep 1
read -r type key rest < hostkey.pub
echo "[127.0.0.1]:22922 $type $key" > known_hosts
collector -i 127.0.0.1, -p ssh-facts --port 22922 --identity id --known-hosts known_hosts --ssh-config none -o facts.json -q
grep -q '"distribution":"Debian"' facts.json
echo "ssh-facts as $(id -un): ok"
collector -i 127.0.0.1, -p ping -f jsonl -q | grep -q '"alive":true'
echo "ping as $(id -un): ok"
TRY
su - someone -c 'sh try.sh'
# The night as delivered: nobody is in the inventory, so nobody is contacted.
status=0
su -s /bin/sh collector -c 'collector --config /etc/collector/nightly.conf' || status=$?
[ "$status" = 2 ]

quiet apt-get -q -y install --no-install-recommends /root/collector-dev_*.deb
test -e /usr/include/collector/plugin.h
quiet apt-get -q -y purge collector-dev
quiet apt-get -q -y remove collector
test ! -e /usr/bin/collector
test -e /etc/collector/collector.conf
quiet apt-get -q -y purge collector
left=$(find /etc/collector /usr/lib/collector /usr/lib/libcollector* /var/lib/collector 2> /dev/null || true)
[ -z "$left" ] || { echo "left behind: $left" >&2; exit 1; }
echo "removed and purged: nothing left"
