#!/usr/bin/env bash
# tests/run.sh         installs what is missing, builds, runs the tests; those whose peer is not installed are skipped by name
# tests/run.sh --all   also installs the peers (other SSH servers, Ansible, …), checks the format, runs under sanitizers
#
# Debian 12 and newer, root or sudo. May be run again; leaves nothing running.
set -euo pipefail
cd "$(dirname "$0")/.."

all=no
case "${1:-}" in
'') ;;
--all) all=yes ;;
*) echo "usage: tests/run.sh [--all]" >&2; exit 2 ;;
esac

. tests/packages.sh
jobs=$(nproc)

step() { printf '\n== %s\n' "$*"; }

step "packages"
install_packages "${build_packages[@]}" "${core_test_packages[@]}"
[ $all = no ] || install_packages "${peer_packages[@]}" "${lint_packages[@]}"

if [ $all = yes ]; then
    step "format"
    git ls-files '*.cpp' '*.h' | xargs clang-format --dry-run --Werror
    step "shell scripts"
    git ls-files '*.sh' '.ci/run' | xargs shellcheck -x
fi

step "release: build"
cmake --preset release
cmake --build build/release -- -j"$jobs"

if [ $all = yes ]; then
    step "clang-tidy on what has changed"
    tests/tidy.sh
    for preset in asan tsan; do
        step "$preset: build and run"
        cmake --preset $preset
        cmake --build build/$preset -- -j"$jobs"
        label=sanitize
        [ $preset = asan ] || label=threads
        ctest --preset $preset -L $label -j"$jobs" --timeout 300
    done
fi

step "release: tests"
ctest --preset release -j"$jobs" --timeout 300
