#!/usr/bin/env bash
# Runs collector as a job array on Slurm, one shard of the inventory a task, and a job that merges them when all have ended.
#
#     submit.sh [-r] -n SHARDS -d FOLDER -o OUT [-o OUT …] [-s SBATCH-OPTION …] -- COLLECTOR-OPTION …
#
#   -n SHARDS   tasks of the array; hosts are shared out by their names, so that each host is in exactly one of them
#   -d FOLDER   for the shards' results, journals and logs; on a file system that all nodes see, empty or new
#   -o OUT      the merged result (.json .jsonl .csv, also .gz .zst); repeatable
#   -r          goes on with the run of FOLDER, all else being as before: a shard that has its result is not run again
#   -s OPTION   for sbatch, of both jobs: -s --partition=admin -s --time=01:00:00; repeatable
#   -- …        what collector is to do: -i hosts.ini -p ssh-facts; not --shard, --output, --resume
#
# Prints the ids of the two jobs. COLLECTOR: the program on the nodes (collector).
# Secrets go in files that the nodes can read (--password-file, --identity), never on the command line.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
usage() { sed -n '4,13s/^# \{0,1\}//p' "$0" >&2; exit 2; }

shards='' folder='' outputs='' again='' options=()
while getopts n:d:o:s:r option; do
    case $option in
    n) shards=$OPTARG ;;
    d) folder=$OPTARG ;;
    o) outputs+=$(realpath -m -- "$OPTARG")$'\n' ;;
    s) options+=("$OPTARG") ;;
    r) again=yes ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
if ! [[ $shards =~ ^[1-9][0-9]*$ ]] || [ -z "$folder" ] || [ -z "$outputs" ] || [ $# -eq 0 ]; then usage; fi
# One that is there keeps its mode: it may be anybody's.
if [ ! -d "$folder" ]; then
    mkdir -p -- "$folder"
    chmod 700 "$folder"
fi
folder=$(realpath -- "$folder")
if compgen -G "$folder/shard-*.json.zst" > /dev/null; then
    if [ -z "$again" ]; then
        echo "submit.sh: $folder has results of an earlier run: give it an empty folder, or -r to go on with that run" >&2
        exit 2
    fi
    # Another number of shards would share out the hosts in another way.
    before=$(cat "$folder/shards" 2> /dev/null || true)
    if [ "$before" != "$shards" ]; then
        echo "submit.sh: the run of $folder is in ${before:-other} shards: -n $shards does not go on with it" >&2
        exit 2
    fi
fi
echo "$shards" > "$folder/shards"

export COLLECTOR_RESULTS=$folder COLLECTOR_OUTPUTS=$outputs
COLLECTOR_SHARDS=$(seq -s ' ' "$shards")
export COLLECTOR_SHARDS
array=$(sbatch --parsable "${options[@]}" --array="1-$shards" --output="$folder/shard-%a.log" "$here/collector-array.sbatch" "$@")
array=${array%%;*}
merge=$(sbatch --parsable "${options[@]}" --dependency="afterany:$array" --output="$folder/merge.log" "$here/collector-merge.sbatch")
echo "array $array, merge ${merge%%;*}: logs in $folder"
