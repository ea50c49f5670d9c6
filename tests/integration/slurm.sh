#!/usr/bin/env bash
# packaging/slurm on a real Slurm of one node, started here on loopback with folder, ports and keys of its own: a job array of four
# shards, of which one is requeued in mid-run and one is killed and then requeued, and the merge that waits for them. The union must be
# what a single run has. Skipped (77) where Slurm or munge is not installed.
#     slurm.sh BUILD-DIR
set -euo pipefail
build=${1:?BUILD-DIR}
root=$(cd "$(dirname "$0")/../.." && pwd)
for tool in slurmctld slurmd sbatch munged jq zstd ssh-keygen; do
    command -v "$tool" > /dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
# slurmd does not come up without control groups, nor where the root is no mount point: in a chroot.
for point in / /sys/fs/cgroup; do
    mountpoint -q $point || { echo "skipped: Slurm wants $point to be a mount point"; exit 77; }
done
dir=$(mktemp -d /tmp/collector-slurm.XXXXXX)
pids=()
finish() {
    local pid
    [ ! -e "$dir/slurm.conf" ] || scancel --full --user="$(id -un)" 2> /dev/null || true
    for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2> /dev/null || true; done
    [ -n "${KEEP:-}" ] || rm -rf "$dir"
}
trap finish EXIT
fail() {
    echo "FAIL: $*" >&2
    tail -n 15 "$dir"/*.log "$dir"/results/*.log >&2 2> /dev/null || true
    exit 1
}
# eventually SECONDS COMMAND…
eventually() {
    local until=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $until ] || return 1
        sleep 0.2
    done
}

# Slurm.
mkdir "$dir/state" "$dir/spool"
mkdir -m 700 "$dir/munge"
(umask 077 && head -c 1024 /dev/urandom > "$dir/munge/key")
munged --foreground --force --num-threads=2 --key-file="$dir/munge/key" --socket="$dir/munge/socket" --pid-file="$dir/munge/pid" \
    --log-file="$dir/munge/log" --seed-file="$dir/munge/seed" > "$dir/munged.log" 2>&1 &
pids+=($!)
base=$((20000 + RANDOM % 10000))
cat > "$dir/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$base
SlurmdPort=$((base + 1))
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/linear
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
KillWait=20
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,batch_sched_delay=1
NodeName=localhost NodeHostName=$(hostname) NodeAddr=127.0.0.1 Port=$((base + 1)) CPUs=4 State=UNKNOWN
PartitionName=main Nodes=localhost Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:8
CONF
export SLURM_CONF=$dir/slurm.conf
eventually 10 test -S "$dir/munge/socket" || fail "munged did not start"
slurmctld -D -c > "$dir/slurmctld.out.log" 2>&1 &
pids+=($!)
slurmd -D -N localhost > "$dir/slurmd.out.log" 2>&1 &
pids+=($!)
is_idle() { sinfo -h -o %t 2> /dev/null | grep -q '^idle'; }
eventually 60 is_idle || fail "Slurm did not come up: $(sinfo 2>&1)"
echo "ok: Slurm is up"

# Hosts, each slow enough for something to happen meanwhile.
"$build/tests/fleet" --delay 250 --known-hosts "$dir/known_hosts" --fault-map <(echo '127.0.9.9 http') --log "$dir/fleet.events" \
    > "$dir/fleet.out" 2> "$dir/fleet.err.log" &
pids+=($!)
eventually 10 grep -q '^listening' "$dir/fleet.out" || fail "the fleet did not start"
port=$(sed -n 's/^listening //p' "$dir/fleet.out")
ssh-keygen -q -t ed25519 -N '' -f "$dir/id"
{
    for i in $(seq 1 80); do echo "host$i ansible_host=127.0.9.$i"; done
    printf '\n[all:vars]\nansible_port=%s\nansible_user=ops\n' "$port"
} > "$dir/hosts.ini"
job=(-i "$dir/hosts.ini" -p ssh-command --command uname --identity "$dir/id" --known-hosts "$dir/known_hosts" --ssh-config none --retries 0)

export COLLECTOR=$build/bin/collector
submitted=$("$root/packaging/slurm/submit.sh" -n 4 -d "$dir/results" -o "$dir/all.json.zst" -o "$dir/all.csv" -- "${job[@]}" --concurrency 1) ||
    fail "submit.sh: $submitted"
array=$(sed -n 's/^array \([0-9]*\),.*/\1/p' <<< "$submitted")
merge=$(sed -n 's/.*merge \([0-9]*\):.*/\1/p' <<< "$submitted")
if [ -z "$array" ] || [ -z "$merge" ]; then fail "submit.sh said: $submitted"; fi

# Shard 2 is requeued; of shard 3 the program is killed, the shard is lost, and then it is requeued.
records() { wc -l 2> /dev/null < "$dir/results/.shard-$1.json.zst.journal" || echo 0; }
has_some() { [ "$(records "$1")" -gt 4 ]; }
is_in_state() { scontrol -o show job "$1" 2> /dev/null | grep -q "JobState=$2"; }
eventually 60 has_some 2 || fail "shard 2 has no records: $(squeue 2>&1)"
scontrol requeue "${array}_2" || fail "shard 2 cannot be requeued"
eventually 60 has_some 3 || fail "shard 3 has no records"
victim=$(pgrep -f -- "--output $dir/results/shard-3.json.zst" | while read -r pid; do
    [ "$(readlink "/proc/$pid/exe")" != "$(readlink -f "$COLLECTOR")" ] || echo "$pid"
done)
[ -n "$victim" ] || fail "nobody runs shard 3"
kill -KILL "$victim"
eventually 30 is_in_state "${array}_3" FAILED || fail "shard 3 was killed and did not fail: $(scontrol -o show job "${array}_3" | head -n 1)"
[ ! -e "$dir/results/shard-3.json.zst" ] || fail "a killed shard left a result under its name"
scontrol requeue "${array}_3" || fail "shard 3 cannot be requeued"
echo "ok: one shard requeued, one lost and requeued"

ended() { ! squeue -h -j "$merge" 2> /dev/null | grep -q .; }
eventually 180 ended || fail "the merge did not end: $(squeue 2>&1)"
is_in_state "$merge" COMPLETED || fail "the merge ended as $(scontrol -o show job "$merge" | grep -o 'JobState=[A-Z_]*'): $(cat "$dir/results/merge.log")"
echo "ok: the merge waited for all of them"

"$COLLECTOR" "${job[@]}" --quiet -o "$dir/single.json" || [ $? = 3 ] || fail "the single run"
summary='[.hosts[] | {host, status, cause, stdout: .facts.ssh_command.stdout}] | sort_by(.host)'
zstd -dc "$dir/all.json.zst" | jq "$summary" > "$dir/all.txt"
jq "$summary" "$dir/single.json" > "$dir/single.txt"
cmp -s "$dir/all.txt" "$dir/single.txt" || fail "the union of the shards is not the single run: $(diff "$dir/all.txt" "$dir/single.txt" | head -n 20)"
[ "$(zstd -dc "$dir/all.json.zst" | jq -c '.summary | [.hosts, .ok, .unreachable]')" = '[80,79,1]' ] || fail "the summary is wrong"
[ "$(grep -c '^host[0-9]' "$dir/all.csv")" = 80 ] || fail "the CSV has $(grep -c '^host[0-9]' "$dir/all.csv") hosts"
echo "ok: the union of the shards is the single run"
for shard in 1 2 3 4; do
    [ "$(zstd -dc "$dir/results/shard-$shard.json.zst" | jq -r .run.shard)" = "$shard/4" ] || fail "shard $shard does not say which it is"
done
echo "ok: each shard says which it is"

# A shard that left no result: the merge says so and fails, and submit.sh -r has that one again, and no other.
rm "$dir/results/shard-2.json.zst" "$dir"/all.*
others=$(stat -c %Y:%i "$dir"/results/shard-[134].json.zst)
again=(-n 4 -d "$dir/results" -o "$dir/all.json.zst" -- "${job[@]}")
! "$root/packaging/slurm/submit.sh" "${again[@]}" 2> /dev/null || fail "submit.sh writes over an earlier run"
! "$root/packaging/slurm/submit.sh" -r "${again[@]/#4/5}" 2> /dev/null || fail "submit.sh goes on with another number of shards"
COLLECTOR_RESULTS=$dir/results COLLECTOR_SHARDS='1 2 3 4' COLLECTOR_OUTPUTS=$dir/all.json.zst \
    bash "$root/packaging/slurm/collector-merge.sbatch" 2> "$dir/lacking" && fail "a merge that lacks a shard is a success"
grep -q '^shards 2 left no result: .*submit.sh -r' "$dir/lacking" || fail "the merge said: $(cat "$dir/lacking")"
[ -e "$dir/all.incomplete.json.zst" ] || fail "what there is was not merged"
submitted=$("$root/packaging/slurm/submit.sh" -r "${again[@]}") || fail "submit.sh -r: $submitted"
merge=$(sed -n 's/.*merge \([0-9]*\):.*/\1/p' <<< "$submitted")
eventually 180 ended || fail "the second merge did not end: $(squeue 2>&1)"
zstd -dc "$dir/all.json.zst" | jq "$summary" | cmp -s - "$dir/single.txt" || fail "what submit.sh -r has made is not the single run"
[ "$others" = "$(stat -c %Y:%i "$dir"/results/shard-[134].json.zst)" ] || fail "shards that had their result were run again"
echo "ok: a shard without a result is had again, alone"
