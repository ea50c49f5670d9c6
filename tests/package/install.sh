#!/usr/bin/env bash
# install.sh BUILD SOURCE: what is installed is whole. The program runs from another prefix and finds its plugins; a stranger's plugin is
# built against the installed package alone and taken by the program; manual pages and completions have every option; the units are
# sound. Installs into a folder of its own below BUILD.
set -euo pipefail
build=$1
source=$2
prefix=$build/tests/prefix
rm -rf "$prefix"
export LC_ALL=C.UTF-8
failures=0
fail() {
    echo "FAIL: $*" >&2
    failures=$((failures + 1))
}
has() { command -v "$1" > /dev/null || { echo "skipped: $1 is not installed: $2"; return 1; }; }

cmake --install "$build" --prefix "$prefix" > /dev/null
program=$prefix/bin/collector
"$program" --version
[ -z "$(find "$prefix" -path '*/etc/*' -o -name '*.service')" ] || fail "cmake --install brings the service, which is the package's"
! grep -rlE "(^|[^[:alnum:]}_.-])$source/" "$prefix" --include='*.cmake' --include='*.h' || fail "a path of the build machine is installed"

# Other copies of the program and the machine's own configuration are out of the way: no folder of plugins is named.
plugins=$(env -u COLLECTOR_PLUGIN_PATH "$program" plugins)
for plugin in ping ssh-command ssh-facts ssh-script exec; do
    grep -q "^$plugin " <<< "$plugins" || fail "the installed program does not find $plugin"
done
! grep -q "$build/lib" <<< "$plugins" || fail "the installed program takes plugins of the build"

# A stranger's plugin.
stranger=$build/tests/stranger
rm -rf "$stranger"
export CMAKE_GENERATOR=Ninja # make may not be there
if cmake -S "$source/tests/package/plugin" -B "$stranger" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Debug > "$build/tests/stranger.log" 2>&1 &&
    cmake --build "$stranger" >> "$build/tests/stranger.log" 2>&1; then
    built=$(find "$stranger" -name uptime.so)
    "$program" plugins --check "$built" || fail "the stranger's plugin is refused"
    "$program" plugins uptime --plugin-dir "$(dirname "$built")" | grep seconds > /dev/null || fail "its facts are not told"
else
    cat "$build/tests/stranger.log" >&2
    fail "the stranger's plugin does not build"
fi

# Every option stands in its manual page and in the completions.
man=$prefix/share/man/man1
for verb in '' inventory plugins explain diff merge report schema; do
    page=$man/collector${verb:+-$verb}.1
    [ -s "$page" ] || { fail "there is no $page"; continue; }
    options=$("$program" ${verb:+"$verb"} --help | grep -oE '^  (-., |    )--[a-z-]+' | sed 's/.*--//' || true)
    [ "$verb" = explain ] || [ -n "$options" ] || fail "--help of '$verb' lists no option"
    for option in $options; do
        grep -qF -- "\\-\\-${option//-/\\-}\\fR" "$page" || fail "$page has no --$option"
        grep -qE "(^|[ '])--$option( |'|\$)" "$prefix/share/bash-completion/completions/collector" || fail "bash completion has no --$option"
        grep -qE -- "--$option=?\[" "$prefix/share/zsh/vendor-completions/_collector" || fail "zsh completion has no --$option"
        grep -qE -- "-l $option( |\$)" "$prefix/share/fish/vendor_completions.d/collector.fish" || fail "fish completion has no --$option"
    done
    if has man "the manual pages are not formatted"; then
        warnings=$(MANWIDTH=100 man --warnings -l "$page" 2>&1 > /dev/null)
        [ -z "$warnings" ] || fail "$page: $warnings"
        ! MANWIDTH=100 man -l "$page" 2> /dev/null | grep -F '\&' || fail "$page shows what is for the formatter"
    fi
done
bash -n "$prefix/share/bash-completion/completions/collector" || fail "bash completion does not parse"
completed=$(bash -c '. "$1"; COMP_WORDS=(collector --inv) COMP_CWORD=1; _collector collector --inv collector; echo "${COMPREPLY[*]}"' \
    bash "$prefix/share/bash-completion/completions/collector")
[ "$completed" = --inventory ] || fail "bash completes --inv to '$completed'"
completed=$(bash -c '. "$1"; COMP_WORDS=(collector "") COMP_CWORD=1; _collector collector "" collector; echo "${COMPREPLY[*]}"' \
    bash "$prefix/share/bash-completion/completions/collector")
for verb in inventory plugins explain diff merge report schema; do
    [[ " $completed " == *" $verb "* ]] || fail "bash completion has no verb $verb"
    grep -qE "'1:verb:\\(.*\\b$verb\\b" "$prefix/share/zsh/vendor-completions/_collector" || fail "zsh completion has no verb $verb"
    grep -qE -- "-a '.*\\b$verb\\b" "$prefix/share/fish/vendor_completions.d/collector.fish" || fail "fish completion has no verb $verb"
done
for words in "plugins '':ping" "diff --format '':text" "-f '':jsonl" "explain --order '':spread" "diff --fail-on '':hardware" "--status '':failed" "-p ping --method '':icmp" \
    "explain -p exec --with-facts '':yes"; do
    completed=$(PATH=$(dirname "$program"):$PATH bash -c '. "$1"; eval "set -- $2"; COMP_WORDS=(collector "$@") COMP_CWORD=$#
        _collector collector "${*: -1}" "${COMP_WORDS[$# - 1]}"; echo "${COMPREPLY[*]}"' \
        bash "$prefix/share/bash-completion/completions/collector" "${words%:*}")
    [[ " $completed " == *" ${words##*:} "* ]] || fail "bash completes collector ${words%:*} to '$completed'"
    has fish "it is not asked to complete" || continue
    completed=$(PATH=$(dirname "$program"):$PATH fish -c "source '$prefix/share/fish/vendor_completions.d/collector.fish'
        complete -C \"collector ${words%\'\':*}\"" | cut -f1 | tr '\n' ' ') || true
    [[ " $completed " == *" ${words##*:} "* ]] || fail "fish completes collector ${words%:*} to '$completed'"
done
! has python3 "nobody types at the shells" || python3 "$source/tests/package/complete.py" "$prefix" || fail "what is typed is not completed"
! has zsh "its completion is not parsed" || zsh -n "$prefix/share/zsh/vendor-completions/_collector" || fail "zsh completion does not parse"
! has fish "its completion is not parsed" || fish -n "$prefix/share/fish/vendor_completions.d/collector.fish" || fail "fish completion does not parse"

# The units, with the program where it lies here.
if has systemd-analyze "the units are not verified"; then
    units=$build/tests/units
    rm -rf "$units"
    mkdir -p "$units"
    cp "$source"/packaging/systemd/*.timer "$units"
    sed "s,/usr/bin/collector,$program," "$source/packaging/systemd/collector.service" > "$units/collector.service"
    said=$(systemd-analyze verify --man=no --recursive-errors=no "$units/collector.service" "$units/collector.timer" 2>&1) || fail "systemd-analyze verify"
    [ -z "$said" ] || fail "systemd-analyze verify: $said"
    systemd-analyze security --offline=true --threshold=30 "$units/collector.service" > "$units/security.txt" || { cat "$units/security.txt" >&2; fail "exposure above 3.0"; }
    tail -n 1 "$units/security.txt"
fi

[ "$failures" = 0 ] || { echo "$failures failures" >&2; exit 1; }
