#!/usr/bin/env bash
# Two nights of a small fleet, and the morning after: diff, merge, tables, report.
#
# The hosts are simulated (tests/fleet: addresses of 127.0.0.0/8, on an unprivileged port). Between the nights, some are changed,
# lost, renamed and reinstalled; the morning has to tell exactly that. The files stay in build/nightly/. Nothing else is left behind.
#
#     examples/nightly/nightly.sh            # builds what is missing first
#     examples/nightly/nightly.sh --no-build
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD/examples/nightly
build=${BUILD_DIR:-$PWD/build/release}
dir=${NIGHTLY_DIR:-$PWD/build/nightly}
collector=$build/bin/collector

step() { printf '\n== %s\n' "$*"; }
show() { echo "\$ collector $*"; }

if [ "${1:-}" != --no-build ]; then
    step "build"
    . tests/packages.sh
    install_packages "${build_packages[@]}" openssh-client
    cmake --preset release > /dev/null
    cmake --build "$build" --target program fleet
fi
rm -rf "$dir"
mkdir -p "$dir"
chmod 700 "$dir"

# host NAME ADDRESS MACHINE-ID KERNEL VERSION MEMORY(kB): one of tonight's hosts: a line of the inventory, and what it says of itself.
host() {
    local name=$1 address=$2 id=$3 kernel=$4 version=$5 memory=$6
    echo "$name ansible_host=$address" >> "$dir/$night.hosts"
    cat > "$dir/$address.sed" <<SED
s/^osrelease=.*/osrelease=$kernel/
s/^hostname=.*/hostname=$name/
s/^MemTotal:.*/MemTotal: $memory kB/
/^[0-9a-f]* F \/etc\/debian_version\$/{n;s/.*/$version/}
s/^VERSION_ID=.*/VERSION_ID="${version%%.*}"/
/^[0-9a-f]* F .*\/machine-id\$/{N;d}
s/^\([0-9a-f]*\) E platform\$/\1 F \/etc\/machine-id\n$id\n&/
SED
}
two() { printf '%02d' "$1"; }
id() { printf '%s' "$1" | md5sum | cut -d ' ' -f 1; }

fleet=''
stop_fleet() { [ -z "$fleet" ] || { kill "$fleet" 2> /dev/null; wait "$fleet" 2> /dev/null; } || true; fleet=''; }
trap stop_fleet EXIT

# run_night NUMBER: starts the fleet with tonight's faults and asks it.
run_night() {
    night=$1
    : > "$dir/fleet.out" # which the first look below may come upon before the fleet does
    NIGHTLY=$dir "$build/tests/fleet" --run --shell "$here/host.sh" --environment "NIGHTLY=$dir" --known-hosts "$dir/known_hosts" \
        --fault-map "$dir/$night.faults" --host-key "$dir/host_key" ${port:+--port "$port"} > "$dir/fleet.out" 2> "$dir/fleet.err" &
    fleet=$!
    for _ in $(seq 1 100); do
        port=$(sed -n 's/^listening //p' "$dir/fleet.out")
        [ -z "$port" ] || break
        kill -0 "$fleet" 2> /dev/null || { cat "$dir/fleet.err" >&2; exit 1; }
        sleep 0.1
    done
    { echo '[all]'; cat "$dir/$night.hosts"; printf '\n[all:vars]\nansible_port=%s\nansible_user=ops\n' "$port"; } > "$dir/$night.ini"
    set -- -i "$dir/$night.ini" -p ssh-facts --facts platform,distribution,memory --identity "$dir/id" --known-hosts "$dir/known_hosts" \
        --ssh-config none --retries 0 --quiet -o "$dir/$night.json"
    show "$@"
    "$collector" "$@" || echo "(exit status $?: some hosts are not ok)"
    stop_fleet
}

ssh-keygen -q -t ed25519 -N '' -f "$dir/id"
ssh-keygen -q -t ed25519 -N '' -f "$dir/host_key"
port=''
old=6.1.0-25-amd64
new=6.1.0-26-amd64

step "the first night: 20 hosts, of which db02 is down"
night=monday
echo '127.0.3.2 http' > "$dir/monday.faults"
for i in $(seq 12); do host "web$(two "$i")" "127.0.2.$i" "$(id "web$i")" $old 12.6 8388608; done
for i in $(seq 8); do host "db$(two "$i")" "127.0.3.$i" "$(id "db$i")" $old 12.6 33554432; done
run_night monday

step "the second night: kernels were upgraded, one host grew, others were lost, renamed, reinstalled, bought, sold"
night=tuesday
echo '127.0.2.12 http' > "$dir/tuesday.faults"                      # web12 does not answer as SSH any more; db02 is back
for i in $(seq 8); do host "web$(two "$i")" "127.0.2.$i" "$(id "web$i")" $new 12.6 8388608; done # upgraded
host web09 127.0.2.9 "$(id web9-again)" $new 13.1 8388608           # reinstalled: another machine id, another release
for i in 10 11 12; do host "web$i" "127.0.2.$i" "$(id "web$i")" $old 12.6 8388608; done
host web13 127.0.2.13 "$(id web13)" $new 12.6 8388608               # bought
for i in $(seq 5); do host "db$(two "$i")" "127.0.3.$i" "$(id "db$i")" $old 12.6 33554432; done
host db06 127.0.3.6 "$(id db6)" $old 12.6 67108864                  # has twice the memory
host ledger 127.0.3.7 "$(id db7)" $old 12.6 33554432                # was db07; db08 is sold
run_night tuesday

step "what changed"
show diff "$dir/monday.json" "$dir/tuesday.json"
"$collector" diff "$dir/monday.json" "$dir/tuesday.json" || true
show diff --fail-on identity "$dir/monday.json" "$dir/tuesday.json"
"$collector" diff --fail-on identity --format json "$dir/monday.json" "$dir/tuesday.json" > "$dir/diff.json" && status=0 || status=$?
echo "(exit status $status: who somebody is has changed)"

step "one inventory of both nights"
show merge "$dir/monday.json" "$dir/tuesday.json" -o "$dir/assets.json" -o "$dir/assets.csv" --tables "$dir/tables"
"$collector" merge "$dir/monday.json" "$dir/tuesday.json" -o "$dir/assets.json" -o "$dir/assets.csv" --tables "$dir/tables"
echo "web12 cannot be reached; its facts are those of Monday:"
grep '"host":"web12"' "$dir/assets.json" | grep -o -e '"facts_from":{[^}]*}}' -e '"failing_since":"[^"]*"'
echo "ledger looks like db07, and is marked, not joined:"
grep '"host":"ledger"' "$dir/assets.json" | grep -o '"same_asset_[a-z]*":\[[^]]*\]'

step "the page for the morning"
show report "$dir/assets.json" --since "$dir/monday.json" -o "$dir/report.html"
"$collector" report "$dir/assets.json" --since "$dir/monday.json" -o "$dir/report.html"
echo "open $dir/report.html"
