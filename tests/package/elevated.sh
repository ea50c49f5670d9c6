#!/usr/bin/env bash
# elevated.sh BUILD: a program with file capabilities takes no code and no configuration from whoever runs it: --plugin-dir, --config,
# COLLECTOR_PLUGIN_PATH and Qt's own variables are ignored (AT_SECURE). A copy with CAP_NET_RAW, run by a user without rights, beside the
# same without it. 77 where this is not root, or the file system has no capabilities.
set -euo pipefail
build=$1
[ "$(id -u)" = 0 ] || { echo "skipped: not root"; exit 77; }
for tool in setcap setpriv; do
    command -v "$tool" > /dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir"
failures=0
fail() {
    echo "FAIL: $*" >&2
    failures=$((failures + 1))
}

# The library is found in the build, whose path is in the program.
mkdir -p "$dir/bin" "$dir/lib/collector/plugins" "$dir/other"
cp "$build/bin/collector" "$dir/bin/plain"
cp "$build/bin/collector" "$dir/bin/raised"
cp "$build/lib/collector/plugins/ping.so" "$dir/lib/collector/plugins"
cp "$build/lib/collector/plugins/ssh-command.so" "$dir/other"
chmod -R go-w "$dir"
setcap cap_net_raw+ep "$dir/bin/raised" 2> "$dir/why" || { echo "skipped: $(cat "$dir/why")"; exit 77; }
someone() { (cd / && setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all env -i HOME=/nonexistent PATH="$PATH" "$@"); }
someone "$dir/bin/plain" --version > /dev/null 2>&1 || { echo "skipped: other users may not read $build"; exit 77; }
# Whether the capability comes at all: not on a file system that is mounted nosuid, nor under no_new_privs.
cp "$(command -v cat)" "$dir/bin/cat"
setcap cap_net_raw+ep "$dir/bin/cat"
effective=$(someone "$dir/bin/cat" /proc/self/status | awk '$1 == "CapEff:" { print $2 }')
[ "$effective" = 0000000000002000 ] || { echo "skipped: file capabilities do not count here ($effective)"; exit 77; }

echo 'no-such-option = 1' > "$dir/wrong.conf"
chmod 644 "$dir/wrong.conf"
has() { someone "$@" 2> /dev/null | grep '^ssh-command ' > /dev/null; }
has "$dir/bin/plain" plugins --plugin-dir "$dir/other" || fail "without capabilities, --plugin-dir is not taken"
has COLLECTOR_PLUGIN_PATH="$dir/other" "$dir/bin/plain" plugins || fail "without capabilities, COLLECTOR_PLUGIN_PATH is not taken"
! has "$dir/bin/raised" plugins --plugin-dir "$dir/other" || fail "--plugin-dir is taken"
! has COLLECTOR_PLUGIN_PATH="$dir/other" "$dir/bin/raised" plugins || fail "COLLECTOR_PLUGIN_PATH is taken"
someone "$dir/bin/raised" plugins | grep '^ping ' > /dev/null || fail "its own plugins are not found"

# One that a run would load.
run=(-i "127.0.0.1," -p ssh-command --command true --ssh-config none --quiet)
status=0
someone "$dir/bin/raised" "${run[@]}" --plugin-dir "$dir/other" > /dev/null 2> "$dir/said" || status=$?
if [ $status != 2 ] || ! grep -q ssh-command "$dir/said"; then fail "a run takes --plugin-dir ($status): $(cat "$dir/said")"; fi

# A configuration that would end the run.
ping=(-i "127.0.0.1," -p ping --method tcp --tcp-port 9 --quiet --config "$dir/wrong.conf")
status=0
someone "$dir/bin/plain" "${ping[@]}" > /dev/null 2>&1 || status=$?
[ $status = 2 ] || fail "without capabilities, --config is not read ($status)"
status=0
someone "$dir/bin/raised" "${ping[@]}" > /dev/null 2> "$dir/said" || status=$?
[ $status != 2 ] || fail "--config is read: $(cat "$dir/said")"

# Qt tells which plugins it looks at, where it is asked to.
said() { someone QT_DEBUG_PLUGINS=1 "$@" plugins ping 2>&1 > /dev/null | grep -c 'qt.core' || true; }
[ "$(said "$dir/bin/plain")" != 0 ] || fail "without capabilities, Qt's variables are not read"
[ "$(said "$dir/bin/raised")" = 0 ] || fail "Qt's variables are read"

[ "$failures" = 0 ] || exit 1
echo "ok: nothing of the caller's is taken with file capabilities"
