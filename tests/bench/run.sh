#!/usr/bin/env bash
# tests/bench/run.sh                measures all parts beside their peers, writes RESULTS.md, results.json and plots/ beside this script,
#                                   and README's table of figures
# tests/bench/run.sh --part NAME    measures one part, and keeps what is there of the others; repeatable
# tests/bench/run.sh --quick        small numbers, to try it: some minutes; writes to build/release/bench/
# tests/bench/run.sh --report       measures nothing, writes RESULTS.md, the plots and README's table again
#
# Debian 12 and newer, as root: installs the peers that Debian has, builds the release, starts fleets and an sshd on loopback. About
# twenty minutes on two cores, which should have nothing else to do. A part that has ended is kept, whatever happens to the next.
set -euo pipefail
cd "$(dirname "$0")/../.."

case " $* " in
*" -h "* | *" --help "*) exec python3 tests/bench/run.py "$@" ;;
esac
[ "$(id -u)" = 0 ] || { echo "be root: raw sockets, and an sshd" >&2; exit 2; }

. tests/packages.sh
export LC_ALL=C.UTF-8
install_packages "${build_packages[@]}" "${server_packages[@]}" "${bench_packages[@]}"
cmake --preset release > /dev/null
cmake --build --preset release --target bench-programs -- -j"$(nproc)"
# A host in flight is a descriptor here and one in the fleet.
ulimit -n "$(ulimit -Hn)"
exec python3 tests/bench/run.py "$@"
