#!/usr/bin/env bash
# clang-tidy on the sources that differ from a revision (default: what the last commit changed), or on all of them with --all.
# Needs build/release/compile_commands.json.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${1:-}" = --all ]; then
    mapfile -t files < <(git ls-files 'core/*.cpp' 'plugins/*.cpp' 'cli/*.cpp')
else
    base=${1:-HEAD~1}
    git rev-parse -q --verify "$base" >/dev/null || base=$(git hash-object -t tree /dev/null)
    mapfile -t files < <(git diff --name-only --diff-filter=d "$base" -- 'core/*.cpp' 'plugins/*.cpp' 'cli/*.cpp' | head -n 12)
fi
[ ${#files[@]} -gt 0 ] || { echo "nothing changed"; exit 0; }
printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -n 2 clang-tidy --quiet -p build/release
