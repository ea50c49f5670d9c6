# shellcheck shell=bash
# Run by service.sh inside the container, as a unit.
set -euo pipefail
trap 'journalctl --unit collector --no-pager --output cat | tail -n 30' ERR
systemctl enable --now collector.timer
systemctl list-timers --no-pager collector.timer | grep collector.service > /dev/null
echo "ok: the timer waits"

# ssh is up when its port is.
for _ in $(seq 1 300); do
    (: < /dev/tcp/127.0.0.1/22) 2> /dev/null && break
    sleep 0.1
done
systemctl start collector.service
[ "$(systemctl show --property ExecMainStatus --value collector.service)" = 3 ]
[ "$(systemctl show --property Result --value collector.service)" = success ]
echo "ok: a night in which a host is down is a success"
grep -c '"status":"ok"' /var/lib/collector/assets.json | grep -qx 2
grep '"host":"down"' /var/lib/collector/assets.json | grep -q '"cause":"refused"'
grep '"host":"key"' /var/lib/collector/assets.json | grep -q '"auth":"publickey"'
grep '"host":"word"' /var/lib/collector/assets.json | grep -q '"auth":"\(password\|keyboard-interactive\)"'
[ "$(stat -c %a:%U /var/lib/collector/assets.json)" = 600:collector ]
echo "ok: one by key, one by password, both from credentials"
if journalctl --unit collector --no-pager | grep -q 'correct horse'; then false; fi

sed -i -e 's/^plugin = .*/plugin = ping/' -e '/^output/d' /etc/collector/nightly.conf
echo 'output = /var/lib/collector/ping.jsonl' >> /etc/collector/nightly.conf
systemctl start collector.service
[ "$(grep -c '"method":"icmp"' /var/lib/collector/ping.jsonl)" = 3 ]
echo "ok: echo requests from within the sandbox"

sed -i 's/^plugin = .*/plugin = ssh-facts/' /etc/collector/nightly.conf
printf '[all]\ndown ansible_host=127.0.0.1 ansible_port=9\n' > /etc/collector/hosts.ini
if systemctl start collector.service; then false; fi
[ "$(systemctl show --property ExecMainStatus --value collector.service)" = 4 ]
echo "ok: a night in which nobody is ok is a failure"
systemctl disable --now collector.timer
echo "all of it"
