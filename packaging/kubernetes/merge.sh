#!/bin/sh
# Waits for the shards of the Indexed Job, on the volume that they share, and makes one result of them. It asks nothing of the
# cluster, so it needs no rights there; activeDeadlineSeconds of its job ends the waiting where a shard never comes.
set -eu
program=${COLLECTOR:-collector}
results=${RESULTS:-/results}
shards=${JOB_COMPLETIONS:?number of shards}
missing() {
    shard=0
    while [ "$shard" -lt "$shards" ]; do
        [ -e "$results/shard-$shard.json.zst" ] || printf '%s ' "$shard"
        shard=$((shard + 1))
    done
}
waiting=''
while rest=$(missing) && [ -n "$rest" ]; do
    [ "$rest" = "$waiting" ] || echo "waiting for shards $rest"
    waiting=$rest
    sleep "${INTERVAL:-5}"
done
set --
shard=0
while [ "$shard" -lt "$shards" ]; do
    set -- "$@" "$results/shard-$shard.json.zst"
    shard=$((shard + 1))
done
exec "$program" merge "$@" --output "$results/assets.json.zst" --output "$results/assets.csv"
