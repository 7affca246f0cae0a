#!/usr/bin/env bash
# Installs what the deploy command needs, once, and runs it:  examples/patient-tracker/deploy.sh [options of deploy.mjs]
set -euo pipefail
cd "$(dirname "$0")"
source ../../scripts/packages.sh
install_packages nodejs npm

# Where the machine's own Node is older than the SDKs ask for, as Debian 12's is, npm brings one that is new enough.
omit=() node=node
case "$(node --version)" in
v? | v?.* | v1[0-9].*) node=node_modules/.bin/node ;;
*) omit=(--omit=optional) ;;
esac
wanted=$(cat package-lock.json <(echo "$node") | sha256sum)
if [ "$(cat node_modules/.installed 2>/dev/null)" != "$wanted" ]; then
  npm ci --no-audit --no-fund --loglevel=error "${omit[@]}" >&2
  echo "$wanted" >node_modules/.installed
fi
exec "$node" deploy.mjs "$@"
