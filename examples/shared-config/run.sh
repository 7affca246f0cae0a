#!/usr/bin/env bash
# Installs what the example needs, once, and runs it:  examples/shared-config/run.sh [options of cluster.py]
# On a lazulite of its own, which keeps nothing; or on the account of AZURE_STORAGE_CONNECTION_STRING.
set -euo pipefail
cd "$(dirname "$0")"

python=${PYTHON:-.venv/bin/python}
if [ -z "${PYTHON:-}" ] && ! cmp -s requirements.txt .venv/installed; then
  python3 -m venv --clear .venv
  .venv/bin/pip install --quiet --requirement requirements.txt
  cp requirements.txt .venv/installed
fi

if [ -z "${AZURE_STORAGE_CONNECTION_STRING:-}" ]; then
  server=${LAZULITE_BINARY:-../../build/release/lazulite}
  [ -x "$server" ] || ../../scripts/run.sh --build-only
  exec 3< <(exec "$server" --inMemoryPersistence --silent --blobPort 0 --queuePort 0 --tablePort 0 --filePort 0 --dfsPort 0 --webPort 0)
  process=$!
  trap 'kill "$process"' EXIT
  while [ -z "${AZURE_STORAGE_CONNECTION_STRING:-}" ] && read -r -u 3 line; do
    case $line in "Connection string: "*) export AZURE_STORAGE_CONNECTION_STRING=${line#*: } ;; esac
  done
  : "${AZURE_STORAGE_CONNECTION_STRING:?lazulite did not start}"
fi
"$python" cluster.py "$@"
