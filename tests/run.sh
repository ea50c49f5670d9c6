#!/usr/bin/env bash
# tests/run.sh         installs what is missing, builds, runs the tests; those whose peer is not installed are skipped by name
# tests/run.sh --all   also installs the peers (other SSH servers, Ansible, …), checks format and scripts, runs clang-tidy on what has
#                      changed, and the tests that bear the labels under sanitizers
#
# Debian 12 and newer, root or sudo. May be run again; leaves nothing running. The last line is ctest's.
set -euo pipefail
cd "$(dirname "$0")/.."

all=no
case "$#:${1:-}" in
0:) ;;
1:--all) all=yes ;;
1:-h | 1:--help)
    sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
*)
    echo "usage: tests/run.sh [--all]" >&2
    exit 2
    ;;
esac

. tests/packages.sh
export LC_ALL=C.UTF-8
jobs=$(nproc)
began=$SECONDS
step() { printf '\n== %s (%d min)\n' "$*" $(((SECONDS - began) / 60)); }

# run_tests PRESET [LABEL]: one more at a time than there are cores, for most of them wait more than they work; those that measure run
# alone. Then what was skipped, whole programs and single functions, and once more how it ended.
run_tests() {
    local preset=$1 log status=0
    log=$(mktemp)
    ctest --preset "$preset" ${2:+-L "^$2\$"} -j$((jobs + 1)) --timeout 300 --no-tests=error < /dev/null 2>&1 | tee "$log" || status=$?
    sed -n -e 's/^SKIP   : /skipped: /p' -e '/^skipped: /p' "build/$preset/Testing/Temporary/LastTest.log" | sort -u
    grep -E '^[0-9]+% tests passed' "$log" || status=1
    rm -f "$log"
    return "$status"
}

step "packages"
install_packages "${build_packages[@]}" "${core_test_packages[@]}"
if [ $all = yes ]; then
    install_packages "${peer_packages[@]}" "${lint_packages[@]}" "${sanitizer_packages[@]}"

    step "format"
    if clang-format --version | grep -q ' version 14\.'; then
        git ls-files -z '*.cpp' '*.h' | xargs -0 clang-format --dry-run --Werror
    else
        echo "not checked: the house's format is clang-format 14's, and this is $(clang-format --version)"
    fi
    step "shell scripts"
    git ls-files -z 'examples/*.sh' 'tests/*.sh' 'packaging/*.sh' .ci/run | xargs -0 shellcheck -x
fi

step "release: build"
cmake --preset release
cmake --build --preset release -- -j"$jobs"

if [ $all = yes ]; then
    step "clang-tidy on what has changed"
    tests/tidy.sh
    for preset in asan tsan; do
        label=sanitize
        [ $preset = asan ] || label=threads
        step "$preset: build"
        cmake --preset $preset
        cmake --build --preset $preset --target $label-tests -- -j"$jobs"
        step "$preset: tests"
        run_tests $preset $label
    done
fi

step "release: tests"
run_tests release
