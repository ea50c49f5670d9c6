# shellcheck shell=bash disable=SC2034
# What Debian's packages this project needs, in one place, and how they come here. Sourced.

build_packages=(
    cmake g++ git libssh-dev libyaml-cpp-dev libzstd-dev ninja-build pkg-config qt6-base-dev zlib1g-dev
)
core_test_packages=(
    iproute2 openssh-client openssh-server procps python3
)
peer_packages=(
    ansible-core dash dropbear-bin fping jq ksh93u+m mksh busybox-static nftables zsh util-linux
    tinysshd python3-asyncssh python3-paramiko python3-twisted erlang-ssh erlang-base golang-go golang-golang-x-crypto-dev
    tcsh fish sudo clang chromium chromium-driver curl slurm-wlm munge python3-yaml python3-jsonschema
)
lint_packages=(clang-format clang-tidy shellcheck)

# install_packages NAME…: those that are not there yet, with apt, as root or through sudo. Says what it does.
install_packages() {
    local missing=() name sudo=()
    for name in "$@"; do
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || { echo "all there"; return 0; }
    [ "$(id -u)" = 0 ] || sudo=(sudo)
    echo "installing: ${missing[*]}"
    "${sudo[@]}" apt-get -q update >/dev/null
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends "${missing[@]}" >/dev/null
}
