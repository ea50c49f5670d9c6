#!/usr/bin/env bash
# The main job, on this machine: installs what is missing, builds, starts a throw-away sshd on loopback, asks 20 "hosts" (20 addresses
# of 127.0.0.0/8, all of them this machine) what they are, and shows the result.
#
#     quickstart.sh [--keep]
#
# Debian 12 and newer, root or sudo. May be run again; leaves nothing running, unless --keep asks for the sshd to stay. The files stay in
# build/quickstart/.
set -euo pipefail
keep=
case "$*" in
'') ;;
--keep) keep=1 ;;
*)
    echo "quickstart.sh [--keep]: --keep leaves the sshd running, to try further commands on" >&2
    exit 2
    ;;
esac
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

step "packages"
. tests/packages.sh
install_packages "${build_packages[@]}" openssh-server openssh-client

step "build (the first time a quarter of an hour and more, on two cores)"
cmake --preset release
cmake --build build/release --target program
collector=build/release/bin/collector

step "a throw-away sshd on loopback"
dir=$PWD/build/quickstart
rm -rf "$dir"
mkdir -p "$dir"
chmod 700 "$dir"
ssh-keygen -q -t ed25519 -N '' -f "$dir/hostkey"
ssh-keygen -q -t ed25519 -N '' -f "$dir/id"
cp "$dir/id.pub" "$dir/authorized_keys"
[ "$(id -u)" != 0 ] || mkdir -p /run/sshd

# An account that is locked, as root is where Debian was installed with sudo alone, is let in with its key only where sshd asks PAM.
pam=no
case $(getent shadow "$(id -un)" || true) in *:!*) pam=yes ;; esac

servers=()
stop_servers() {
    local server
    for server in "${servers[@]}"; do
        kill "$server" 2> /dev/null || true
        wait "$server" 2> /dev/null || true
    done
    servers=()
}
trap stop_servers EXIT

# start_server PORT FIRST LAST: an sshd on the addresses 127.0.1.FIRST to 127.0.1.LAST. One takes at most 16 of them.
start_server() {
    local port=$1 first=$2 last=$3 i
    local config=$dir/sshd_config.$first log=$dir/sshd.$first.log
    {
        for i in $(seq "$first" "$last"); do echo "ListenAddress 127.0.1.$i:$port"; done
        cat << EOF
HostKey $dir/hostkey
AuthorizedKeysFile $dir/authorized_keys
PidFile none
StrictModes no
UsePAM $pam
PasswordAuthentication no
MaxStartups 100
EOF
    } > "$config"
    /usr/sbin/sshd -D -e -f "$config" 2> "$log" &
    servers+=($!)
    for _ in $(seq 1 100); do
        [ "$(grep -c 'Server listening' "$log" 2> /dev/null)" != $((last - first + 1)) ] || return 0
        kill -0 "${servers[-1]}" 2> /dev/null || return 1
        sleep 0.1
    done
    return 1
}

port=''
for try in 22222 32222 42222 52222; do
    if start_server $try 1 10 && start_server $try 11 20; then
        port=$try
        break
    fi
    stop_servers
done
[ -n "$port" ] || { cat "$dir"/sshd.*.log >&2; echo "sshd did not start: see above" >&2; exit 1; }
echo "sshd (processes ${servers[*]}) listens on port $port of 127.0.1.1 to 127.0.1.20"

step "an inventory of 20 hosts: build/quickstart/hosts.ini"
{
    echo '[web]'
    for i in $(seq 1 12); do printf 'web%02d ansible_host=127.0.1.%d\n' "$i" "$i"; done
    printf '\n[db]\n'
    for i in $(seq 13 20); do printf 'db%02d ansible_host=127.0.1.%d\n' "$((i - 12))" "$i"; done
    printf '\n[all:vars]\nansible_port=%s\nansible_user=%s\nansible_ssh_private_key_file=%s\n' "$port" "$(id -un)" "$dir/id"
} > "$dir/hosts.ini"
read -r keytype key _ < "$dir/hostkey.pub"
for i in $(seq 1 20); do echo "[127.0.1.$i]:$port $keytype $key"; done > "$dir/known_hosts"
head -n 4 "$dir/hosts.ini"
echo '…'

step "the main job"
common=(--inventory build/quickstart/hosts.ini --plugin ssh-facts --known-hosts build/quickstart/known_hosts --ssh-config none)
echo "$collector ${common[*]} -o build/quickstart/assets.json -o build/quickstart/assets.csv"
"$collector" "${common[@]}" -o build/quickstart/assets.json -o build/quickstart/assets.csv

step "once more, as a table"
"$collector" "${common[@]}" --quiet --format table \
    --columns host,address,status,distribution,distribution_version,kernel,processor_vcpus,memtotal_mb

cat <<EOF

The files: build/quickstart/assets.json and build/quickstart/assets.csv.
Next: $collector --help
EOF
[ -n "$keep" ] || exit 0
trap - EXIT
disown -a
cat << EOF

The sshd stays; its hosts have new keys each time. To type what README.md shows:
    mkdir -p -m 700 ~/.ssh && cat build/quickstart/known_hosts >> ~/.ssh/known_hosts
    cd build/quickstart
    alias collector=$PWD/$collector
And to end it: kill ${servers[*]}
EOF
