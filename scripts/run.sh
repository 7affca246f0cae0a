#!/usr/bin/env bash
# Builds lazulite on a fresh Debian 12 machine and starts it:  scripts/run.sh [--build-only] [options of lazulite]
# Without --location, -l or --inMemoryPersistence the data stands in ./data.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh

build_only=false
arguments=()
has_place=false
for argument in "$@"; do
  case "$argument" in
    --build-only) build_only=true; continue ;;
    --location | --location=* | -l | -l?* | --inMemoryPersistence | -h | --help | -v | --version) has_place=true ;;
  esac
  arguments+=("$argument")
done

install_packages "${BUILD_PACKAGES[@]}"
[ -f build/release/build.ninja ] || cmake --preset release -DLAZULITE_TESTS=OFF
cmake --build build/release --target lazulite
$build_only && exit 0

[ -n "${LAZULITE_LOCATION:-}${LAZULITE_IN_MEMORY_PERSISTENCE:-}${LAZULITE_CONFIG:-}" ] && has_place=true
$has_place || arguments+=(--location data)
exec build/release/lazulite "${arguments[@]}"
