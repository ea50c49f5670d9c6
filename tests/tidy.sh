#!/usr/bin/env bash
# tests/tidy.sh [REVISION]   clang-tidy on the sources that differ from a revision (default: the last ten commits), a dozen at most
# tests/tidy.sh --all        on all of them
# tests/tidy.sh FILE…        on these
#
# Needs a built build/release, for the files that it generates.
set -euo pipefail
cd "$(dirname "$0")/.."

sources=('core/*.cpp' 'plugins/*.cpp' 'cli/*.cpp')
case "${1:-}" in
--all) mapfile -t files < <(git ls-files -- "${sources[@]}") ;;
*.cpp) files=("$@") ;;
*)
    base=${1:-HEAD~10}
    git rev-parse -q --verify "$base^{commit}" > /dev/null || base=$(git hash-object -t tree /dev/null)
    mapfile -t files < <(git diff --name-only --diff-filter=d "$base" -- "${sources[@]}" | head -n 12)
    ;;
esac
if [ ${#files[@]} -eq 0 ]; then
    echo "nothing changed"
    exit 0
fi

# clang reads no header that g++ has precompiled.
database=$(mktemp -d)
trap 'rm -rf "$database"' EXIT
sed -e 's/ -Winvalid-pch//; s/ -Wno-maybe-uninitialized//; s/ -include [^ ]*cmake_pch\.hxx//' build/release/compile_commands.json > "$database/compile_commands.json"
printf '%s\n' "${files[@]}"
printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 2 clang-tidy --quiet -p "$database" 2> >(grep -v ' warnings generated' >&2)
