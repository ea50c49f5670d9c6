#!/bin/sh
# A thousand random inventories and as many host patterns, compared with Ansible's own answers. Some minutes.
# inventory.sh [BUILD_DIR] [COUNT] [SEED]
set -e
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build/release}
exec /usr/bin/python3 "$root/tests/unit/inventory/differential.py" "$build/tests/inventory-driver" \
    --count "${2:-1000}" --seed "${3:-1}" --patterns 3
