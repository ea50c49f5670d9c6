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
printf 'ListenAddress 127.0.0.1\nHostKey %s/hostkey\nAuthorizedKeysFile %s/authorized_keys\nPidFile none\nStrictModes no\nUsePAM no\n' \
    "$HOME" "$HOME" > sshd_config
sshd=''
trap '[ -z "$sshd" ] || kill "$sshd"' EXIT
# The network is the machine's: another may have the port.
for port in $(shuf -i 20000-29999 -n 5); do
    /usr/sbin/sshd -D -e -f sshd_config -p "$port" 2> sshd.log &
    sshd=$!
    for _ in $(seq 1 100); do
        grep -q 'listening on' sshd.log && break 2
        kill -0 "$sshd" 2> /dev/null || break
        sleep 0.1
    done
    sshd=''
done
[ -n "$sshd" ] || { cat sshd.log >&2; exit 1; }
read -r type key rest < hostkey.pub
echo "[127.0.0.1]:$port $type $key" > known_hosts
collector -i 127.0.0.1, -p ssh-facts --port "$port" --identity id --known-hosts known_hosts --ssh-config none -o facts.json -q
grep -q '"distribution":"Debian"' facts.json
echo "ssh-facts as $(id -un): ok"
collector -i 127.0.0.1, -p ping -f jsonl -q | grep -q '"alive":true'
echo "ping as $(id -un): ok"
TRY
su - someone -c 'sh try.sh'
# With a capability of its own, the program still finds its library and its plugins.
quiet apt-get -q -y install --no-install-recommends libcap2-bin
setcap cap_net_raw+ep /usr/bin/collector
su - someone -c 'collector -i 127.0.0.1, -p ping --method icmp -f jsonl -q' | grep -q '"alive":true'
setcap -r /usr/bin/collector
echo "ping with CAP_NET_RAW: ok"
[ "$(stat -c %a:%U /etc/collector/credentials)" = 700:root ]
[ "$(stat -c %a:%U /etc/collector/known_hosts)" = 644:root ]
# The night as delivered: nobody is in the inventory, so nobody is contacted.
status=0
su -s /bin/sh collector -c 'collector --config /etc/collector/nightly.conf' || status=$?
[ "$status" = 2 ]

quiet apt-get -q -y install --no-install-recommends /root/collector-dev_*.deb
test -e /usr/include/collector/plugin.h
grep -q 'Your own plugin' /usr/share/doc/collector-dev/README.md
test -s /usr/share/doc/collector-dev/SDK.md
test -e /usr/share/doc/collector-dev/examples/uptime/CMakeLists.txt
quiet apt-get -q -y purge collector-dev
# As on a machine, though systemd does not run here.
quiet apt-get -q -y install --no-install-recommends systemd
quiet systemctl enable collector.timer
enabled=/etc/systemd/system/timers.target.wants/collector.timer
test -L $enabled
mkdir -p /var/lib/systemd/timers
touch /var/lib/systemd/timers/stamp-collector.timer
quiet apt-get -q -y remove collector
test ! -e /usr/bin/collector
[ ! -L $enabled ] || { echo "the timer stays enabled" >&2; exit 1; }
test -e /etc/collector/collector.conf
quiet apt-get -q -y purge collector
left=$(find /etc/collector /usr/lib/collector /usr/lib/libcollector* /var/lib/collector \
    /var/lib/systemd/timers/stamp-collector.timer 2> /dev/null || true)
[ -z "$left" ] || { echo "left behind: $left" >&2; exit 1; }
echo "removed and purged: nothing left"
