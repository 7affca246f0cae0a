#!/usr/bin/env bash
# What Debian 12 packages each task needs; sourced by the other scripts. Installs only what is missing.

BUILD_PACKAGES=(g++ cmake ninja-build ccache mold pkg-config libboost1.81-dev libssl-dev libsqlite3-dev
  nlohmann-json3-dev libspdlog-dev libfmt-dev libpugixml-dev libcli11-dev libexpected-dev)
TEST_PACKAGES=(libgtest-dev clang-19 libclang-rt-19-dev python3 python3-venv openssl nodejs npm golang-go
  default-jdk-headless maven cargo-web rustc-web rclone restic azure-cli git iproute2 netcat-openbsd
  util-linux chromium python3-yaml curl libnss3-tools ca-certificates valgrind)

# The image is built and tried without a container engine, and docs/ without a cluster.
IMAGE_PACKAGES=(buildah debootstrap qemu-user-static iproute2 util-linux openssl python3 python3-yaml)

# Programs that serve as well when they came from elsewhere.
declare -A PROGRAM_OF=([nodejs]=node [npm]=npm [golang-go]=go [default-jdk-headless]=javac [maven]=mvn [cargo-web]=cargo
  [rustc-web]=rustc)

# Compilations are shared between checkouts, wherever they stand.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

# The command that becomes root, or nothing for root itself.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
  local missing=() package
  for package in "$@"; do
    command -v "${PROGRAM_OF[$package]:-/none}" >/dev/null && continue
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  echo "installing: ${missing[*]}"
  as_root apt-get update -qq
  DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
