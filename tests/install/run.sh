#!/usr/bin/env bash
# Installs into a temporary prefix, builds examples/embed against it outside the tree, and runs it.
#   tests/install/run.sh [BUILD_FOLDER]     (default: build/release)
# Prints `N passed, N failed, 0 skipped`.
set -uo pipefail
cd "$(dirname "$0")/../.."
build=${1:-build/release}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

install_and_embed() {
  set -e
  cmake --build "$build" --target lazulite lazulite_bundle
  cmake --install "$build" --prefix "$folder/prefix"
  version=$(sed -n 's/^project(lazulite VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
  test "$("$folder/prefix/bin/lazulite" --version)" = "lazulite $version"
  for command in azurite azurite-blob azurite-queue azurite-table; do
    test "$("$folder/prefix/bin/$command" --version)" = "$version"
  done
  # Nothing the program needs may come from the tree: only its source is copied out.
  cp -r examples/embed "$folder/embed"
  cmake -S "$folder/embed" -B "$folder/built" -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$folder/prefix"
  cmake --build "$folder/built"
  "$folder/built/embed" | tee "$folder/output"
  grep -q '^DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=.*;BlobEndpoint=http://127\.0\.0\.1:' "$folder/output"
  grep -qx 'healthy' "$folder/output"
  grep -qx 'stopped' "$folder/output"
}

(install_and_embed)
if [ $? -eq 0 ]; then echo "1 passed, 0 failed, 0 skipped"; else echo "0 passed, 1 failed, 0 skipped"; exit 1; fi
