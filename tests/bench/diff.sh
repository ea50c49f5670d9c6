#!/usr/bin/env bash
# `collector diff` of two results of 10,000 hosts with 200 facts each, beside `jq -c '.hosts[]'` reading the same two files: CPU as a
# ratio (at most 0.5), the best of three rounds each, and memory (at most 64 MB and 200 B a host).
#     tests/bench/diff.sh [PROGRAM [HOSTS]]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=${1:-$here/../../build/release/bin/collector}
hosts=${2:-10000}
for tool in jq /usr/bin/time; do
    command -v "$tool" > /dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for night in 1 2; do
    awk -v hosts="$hosts" -v night="$night" -f "$here/makeresult.awk" > "$dir/$night.json"
done

# The CPU seconds of a command, user and system, and its peak memory in KB; its output and status do not matter.
cost() { /usr/bin/time -o "$dir/time" -f '%U %S %M' "$@" > "$dir/out" 2> "$dir/err" || true; tail -n 1 "$dir/time"; }
best() { sort -n | head -n 1; }

for _ in 1 2 3; do
    cost "$program" diff "$dir/1.json" "$dir/2.json" | awk '{ print $1 + $2 }' >> "$dir/diff"
    { cost jq -c '.hosts[]' "$dir/1.json"; cost jq -c '.hosts[]' "$dir/2.json"; } | awk '{ sum += $1 + $2 } END { print sum }' >> "$dir/jq"
done
memory=$(cost "$program" diff "$dir/1.json" "$dir/2.json" | awk '{ print $3 }')
grep -q 'default_ipv4.address' "$dir/out" || { echo "diff told nothing of what changed:"; head "$dir/out" "$dir/err"; exit 1; }

diff=$(best < "$dir/diff")
jq=$(best < "$dir/jq")
limit=$((64 * 1024 + hosts * 200 / 1024))
awk -v diff="$diff" -v jq="$jq" -v memory="$memory" -v limit="$limit" -v hosts="$hosts" 'BEGIN {
    printf "%d hosts: diff %.2f s, jq %.2f s: ratio %.2f (limit 0.50); memory %.1f MB (limit %.1f MB)\n",
           hosts, diff, jq, diff / jq, memory / 1024, limit / 1024
    exit !(diff <= jq / 2 && memory <= limit)
}'
