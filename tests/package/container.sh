#!/usr/bin/env bash
# container.sh BUILD SOURCE: packaging/kubernetes/Containerfile, built by buildah on a Debian that debootstrap makes, for no registry is
# asked; then the image's program runs as the image's user, who may write nothing. Takes long: it compiles everything. Root, buildah,
# debootstrap and Debian's archive are needed; 77 without the first three.
set -euo pipefail
build=$1
source=$2
[ "$(id -u)" = 0 ] || { echo "skipped: not root"; exit 77; }
for tool in buildah debootstrap; do
    command -v "$tool" > /dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
export LC_ALL=C.UTF-8
dir=$build/tests/container
rm -rf --one-file-system "$dir"
mkdir -p "$dir"
images() { buildah --root "$dir/images" --runroot "$dir/run" --storage-driver vfs "$@"; }
finish() {
    images rm --all > /dev/null 2>&1 || true
    images rmi --all --force > /dev/null 2>&1 || true
    rm -rf --one-file-system "$dir"
}
trap finish EXIT

# What stands for debian:12 and debian:12-slim. How this machine reaches the archive is how they do.
suite=$(sed -n 's/^FROM debian:12 .*/bookworm/p' "$source/packaging/kubernetes/Containerfile")
debootstrap --variant=minbase "$suite" "$dir/root" > "$dir/debootstrap.log" 2>&1 || { tail -n 20 "$dir/debootstrap.log" >&2; exit 1; }
cp -r /etc/apt/apt.conf.d "$dir/root/etc/apt/" 2> /dev/null || true
rm -f "$dir"/root/etc/apt/apt.conf.d/*docker*
base=$(images from scratch)
images copy --quiet "$base" "$dir/root" / > /dev/null
for name in debian:12 debian:12-slim; do images commit --quiet "$base" "$name" > /dev/null; done
images rm "$base" > /dev/null
rm -rf --one-file-system "$dir/root"

images bud --isolation chroot --pull-never --quiet -t collector -f "$source/packaging/kubernetes/Containerfile" "$source" \
    > "$dir/build.log" 2>&1 || { tail -n 40 "$dir/build.log" >&2; exit 1; }
echo "ok: the image is built"

made=$(images from --pull-never localhost/collector)
inside() { images run --isolation chroot "$made" -- "$@"; }
[ "$(inside id -u)" = 64710 ]
[ "$(images inspect --format '{{index .OCIv1.Config.Entrypoint 0}}' "$made")" = /usr/bin/collector ]
inside collector --version
plugins=$(inside collector plugins)
for plugin in ping ssh-command ssh-facts; do
    grep -q "^$plugin " <<< "$plugins" || { echo "no $plugin: $plugins" >&2; exit 1; }
done
status=0
said=$(inside collector -i 127.0.0.1, -p ssh-command --command true --port 9 --ssh-config none -f jsonl -q 2>&1) || status=$?
# refused: the whole way down to the network is there.
if [ $status != 4 ] || ! grep -q '"cause":"refused"' <<< "$said"; then echo "a run ended with $status: $said" >&2; exit 1; fi
inside sh -c 'command -v ssh && command -v install' > /dev/null
echo "ok: its program runs as $(inside id -u)"
