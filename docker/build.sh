#!/bin/bash
# The image's first stage, on Debian 12; also for building the static binary without a container engine.
#   build.sh packages [ARCH]           installs what the build needs
#   build.sh binary ARCH SOURCE INTO   builds the static binary of SOURCE into INTO/lazulite
# ARCH is amd64 or arm64, as Docker calls them; without one, this machine's. Another than this machine's is cross-built.
set -euo pipefail
cd "$(dirname "$0")"
here=$(dpkg --print-architecture)
arch=${2:-$here}

install_for_build() {
  for list in packages.sh ../scripts/packages.sh; do
    if [ -f "$list" ]; then source "$list"; fi
  done
  if [ "$arch" != "$here" ]; then
    as_root dpkg --add-architecture "$arch"
    local package cross=("crossbuild-essential-$arch")
    for package in "${BUILD_PACKAGES[@]}"; do
      case "$package" in
        nlohmann-json3-dev | libcli11-dev | libexpected-dev) cross+=("$package") ;;  # headers alone
        lib*-dev) cross+=("$package:$arch") ;;
        *) cross+=("$package") ;;
      esac
    done
    BUILD_PACKAGES=("${cross[@]}")
  fi
  as_root apt-get update -qq
  install_packages "${BUILD_PACKAGES[@]}"
}

build_binary() {
  local source=$1 into=$2 folder options=()
  folder=$(mktemp -d)
  [ "$arch" = "$here" ] || options=(--toolchain "$source/cmake/$arch.cmake")
  cmake -S "$source" -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG" \
    -DLAZULITE_STATIC=ON -DLAZULITE_TESTS=OFF "${options[@]}"
  cmake --build "$folder" --target lazulite_static
  install -D "$folder/static/lazulite" "$into/lazulite"
  rm -rf "$folder"
}

case "$1" in
  packages) install_for_build ;;
  binary) build_binary "$3" "$4" ;;
  *) echo "unknown: $1" >&2; exit 2 ;;
esac
