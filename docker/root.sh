#!/bin/sh
# What the image holds beside the server: root.sh ARCH INTO, on Debian 12. Nothing of ARCH is run.
set -eu
arch=$1 into=$2
here=$(dirname "$0")
[ -n "$arch" ] || arch=$(dpkg --print-architecture)

work=$(mktemp -d)
chmod 755 "$work"
[ "$arch" = "$(dpkg --print-architecture)" ] || dpkg --add-architecture "$arch"
apt-get update -qq
apt-get install -y -qq --no-install-recommends busybox-static ca-certificates >/dev/null
(cd "$work" && apt-get download -qq "busybox-static:$arch" "mksh:$arch" && for package in *.deb; do dpkg -x "$package" .; done)

mkdir -p "$into/bin" "$into/usr/bin" "$into/etc/ssl/certs" "$into/proc" "$into/dev" "$into/sys" "$into/data" "$into/tmp"
chmod 1777 "$into/tmp"
chown 10001:10001 "$into/data"
cp "$work/bin/busybox" "$into/bin/busybox"
# busybox's own shell runs its nc before any other, and Debian's build of that knows no -z; so the shell is another.
cp "$work$(readlink "$work/bin/mksh-static")" "$into/bin/sh"
# Of the same version as the one for ARCH, so with the same applets; but none that could stand for the server's own names.
for applet in $(busybox --list); do
  case "$applet" in busybox | sh | nc) ;; *) ln -s busybox "$into/bin/$applet" ;; esac
done
cp "$here/nc.sh" "$into/bin/nc"
ln -s ../../bin/env "$into/usr/bin/env"
for command in azurite azurite-blob azurite-queue azurite-table; do ln -s lazulite "$into/usr/bin/$command"; done
cp "$here/entrypoint.sh" "$into/usr/bin/docker-entrypoint.sh"
cp "$here/healthcheck.sh" "$into/usr/bin/healthcheck"
chmod 755 "$into/bin/nc" "$into/usr/bin/docker-entrypoint.sh" "$into/usr/bin/healthcheck"
cp /etc/ssl/certs/ca-certificates.crt "$into/etc/ssl/certs/"
ln -s certs/ca-certificates.crt "$into/etc/ssl/cert.pem"
printf 'root:x:0:0:root:/:/bin/sh\nlazulite:x:10001:10001:lazulite:/data:/bin/sh\n' >"$into/etc/passwd"
printf 'root:x:0:\nlazulite:x:10001:\n' >"$into/etc/group"
printf 'hosts: files dns\n' >"$into/etc/nsswitch.conf"
rm -rf "$work"
