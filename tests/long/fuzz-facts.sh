#!/bin/sh
# Each parser of ssh-facts under libFuzzer for SECONDS, from the answers in tests/data as seeds; stops at the first finding.
# fuzz-facts.sh [SECONDS] [BUILD_DIR] [SECTION…]     (tests/fuzz/CMakeLists.txt says how to build it)
set -e
root=$(cd "$(dirname "$0")/../.." && pwd)
seconds=${1:-60}
build=${2:-$root/build/fuzz}
[ $# -lt 2 ] || shift 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for seeds in "$root"/tests/data/answers/*; do
    section=${seeds##*/}
    [ $# = 0 ] || case " $* " in *" $section "*) ;; *) continue ;; esac
    mkdir "$scratch/$section"
    echo "$section"
    # Findings stay where the script was started.
    UBSAN_OPTIONS=halt_on_error=1 COLLECTOR_FUZZ_SECTION=$section "$build/fuzz/fuzz_facts" -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=2048 \
        -print_funcs=0 -verbosity=0 -dict="$root/tests/fuzz/facts.dict" -artifact_prefix="facts-$section-" "$scratch/$section" "$seeds"
    find "$scratch/$section" -type f | wc -l
done
