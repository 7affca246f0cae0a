#!/usr/bin/env bash
# The container image: built by buildah, run from its root file system, no container engine and no registry needed.
#   tests/image/run.sh --binary FOLDER   the final stage, around the static binary in FOLDER
#   tests/image/run.sh --whole           every stage, the binary compiled in it; and once more for arm64, started in qemu
# Needs root. Ends with `N passed, N failed, N skipped`.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "the image tests mount file systems and change roots: run them as root"; exit 1; }

work=$(mktemp -d -p "${TMPDIR:-/tmp}" lazulite-image.XXXXXX)
buildah() { command buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
finish() {
  buildah umount --all >/dev/null 2>&1 || true
  rm -rf --one-file-system "$work"
}
trap finish EXIT

# What `FROM debian:bookworm` finds: Debian as its packages make it, under that name.
make_base() {
  local mirror container
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' | awk '$2 == "bookworm" && !seen++ {print $1}')
  debootstrap --variant=minbase bookworm "$work/debian" "${mirror:-http://deb.debian.org/debian}" >"$work/debootstrap.log" 2>&1 || { tail "$work/debootstrap.log"; return 1; }
  rm -f "$work"/debian/var/cache/apt/archives/*.deb
  container=$(buildah from scratch)
  buildah copy -q "$container" "$work/debian" / >/dev/null
  buildah commit -q "$container" docker.io/library/debian:bookworm >/dev/null
  buildah rm "$container" >/dev/null
  rm -rf --one-file-system "$work/debian"
}

# build NAME ARGUMENTS...
build() {
  local name=$1 began=$SECONDS
  shift
  buildah bud --isolation=chroot --format docker --pull-never --layers=false -t "$name" -f docker/Dockerfile "$@" . >"$work/$name.log" 2>&1 ||
    { tail -n 40 "$work/$name.log"; return 1; }
  echo "built $name in $((SECONDS - began)) s"
}

# play NAME ARGUMENTS...: the tests against that image.
play() {
  local name=$1 container status=0
  shift
  container=$(buildah from --pull-never "$name")
  buildah inspect --type image "$name" >"$work/$name.json"
  python3 tests/image/run.py --root "$(buildah mount "$container")" --image "$work/$name.json" "$@" || status=$?
  buildah umount "$container" >/dev/null
  return $status
}

began=$SECONDS
make_base
echo "made debian:bookworm in $((SECONDS - began)) s"
case "${1:-}" in
  --binary)
    build lazulite --build-context "binary=$(realpath "$2")"
    play lazulite
    ;;
  --whole)
    build lazulite
    build lazulite-arm64 --platform linux/arm64 --build-arg TARGETARCH=arm64 --build-arg BUILDPLATFORM=linux/amd64
    status=0
    play lazulite || status=1
    play lazulite-arm64 --emulator "$(command -v qemu-aarch64-static)" || status=1
    exit $status
    ;;
  *) echo "--binary FOLDER or --whole" >&2; exit 2 ;;
esac
