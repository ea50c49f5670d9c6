# shellcheck shell=bash disable=SC2034
# What this project needs of Debian's packages, in one place, and how they come here. Sourced.

build_packages=(
    cmake g++ git libgmp-dev libjemalloc-dev libsodium-dev libssh-dev libssl-dev libyaml-dev libzstd-dev ninja-build pkg-config qt6-base-dev zlib1g-dev
)
# A host to ask: what tests and quickstart start on loopback.
server_packages=(openssh-client openssh-server)
core_test_packages=("${server_packages[@]}" iproute2 procps python3 zstd)
# Other servers, shells, tools and clients that tests talk to, or compare with. Each test without its peer is skipped by name.
peer_packages=(
    abigail-tools ansible-core bindfs busybox-static chromium chromium-driver curl dash debootstrap dpkg-dev dropbear-bin erlang-ssh file fish fping
    golang-go golang-golang-x-crypto-dev jq ksh93u+m libreoffice-calc-nogui mksh munge nftables opendoas python3-apt python3-asyncssh
    python3-jsonschema python3-pandas python3-paramiko python3-twisted python3-yaml slurm-wlm sqlite3 strace sudo tcsh tinysshd util-linux yash zsh
)
# What tests/bench/run.sh measures beside.
bench_packages=(
    ansible-core clustershell fping golang-go golang-golang-x-crypto-dev iputils-ping jq pdsh procps pssh python3 python3-asyncssh
)
lint_packages=(clang-format clang-tidy shellcheck)
sanitizer_packages=(clang-19 libclang-rt-19-dev)

# install_packages NAME…: those that are not there yet, with apt, as root or through sudo. Says what it does.
install_packages() {
    local missing=() name sudo=() log
    for name in "$@"; do
        dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
    done
    if [ ${#missing[@]} -eq 0 ]; then
        echo "all there"
        return 0
    fi
    if [ "$(id -u)" != 0 ]; then
        sudo=(sudo)
        command -v sudo > /dev/null || { echo "missing: ${missing[*]}; be root, or install sudo" >&2; return 1; }
    fi
    echo "installing, which may take some minutes: ${missing[*]}"
    log=$(mktemp)
    # Servers among them are not started: a test starts its own. (policy-rc.d is Debian's way to say so.)
    # shellcheck disable=SC2016
    if ! "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive sh -ec '
        policy=/usr/sbin/policy-rc.d
        if [ ! -e $policy ]; then
            trap "rm -f $policy" EXIT
            printf "#!/bin/sh\nexit 101\n" > $policy
            chmod 755 $policy
        fi
        apt-get -q -y update
        apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"' sh "${missing[@]}" > "$log" 2>&1 < /dev/null; then
        tail -n 40 "$log" >&2
        rm -f "$log"
        echo "these packages could not be installed: ${missing[*]}" >&2
        return 1
    fi
    rm -f "$log"
}
