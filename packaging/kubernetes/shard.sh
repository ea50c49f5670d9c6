#!/bin/sh
# One shard: an index of the Indexed Job. A pod that was lost is started again and goes on where the journal on the volume ends.
set -u
program=${COLLECTOR:-collector}
config=${CONFIG:-/config}
result=${RESULTS:-/results}/shard-$JOB_COMPLETION_INDEX.json.zst
if [ -e "$result" ]; then
    echo "shard $JOB_COMPLETION_INDEX is there already: $result"
    exit 0
fi

# The options, one a line, as in the configuration map.
set --
while IFS= read -r option || [ -n "$option" ]; do
    case $option in '' | '#'*) continue ;; esac
    set -- "$@" "$option"
done < "$config/options"

# TERM (an eviction, the deadline) is handed on: collector writes down what it has.
"$program" "$@" --shard auto --output "$result" --resume --progress off &
child=$!
trap 'kill -TERM $child' TERM
while kill -0 $child 2> /dev/null; do
    wait $child
    status=$?
done
# Hosts that are not ok are no failure of the pod: the merge tells of them.
case $status in
3 | 4) exit 0 ;;
*) exit "$status" ;;
esac
