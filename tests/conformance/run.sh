#!/usr/bin/env bash
# Runs one suite against $LAZULITE_CONNECTION_STRING and ends with "N passed, N failed, N skipped".
#
#     tests/conformance/run.sh {js|python|seeds} [more arguments for the test runner]
#
# What a suite needs is installed below build/conformance, once, and again when its list of packages changes.
# LAZULITE_LARGE=0 leaves the 300 MiB tests out.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tests=$(dirname "$here")
out=$(dirname "$tests")/build/conformance
export LAZULITE_CONNECTION_STRING=${LAZULITE_CONNECTION_STRING:-UseDevelopmentStorage=true}
export LAZULITE_LARGE=${LAZULITE_LARGE:-1}
export PYTHONDONTWRITEBYTECODE=1

# install FOLDER COMMAND FILE...: runs COMMAND in FOLDER unless it did so before for files of this content.
install() {
  local folder=$1 command=$2 wanted
  shift 2
  mkdir -p "$folder"
  wanted=$(cat "$@" | sha256sum)
  exec 9>"$folder/.lock"
  flock 9
  if [ "$(cat "$folder/.installed" 2>/dev/null)" != "$wanted" ]; then
    rm -f "$folder/.installed"
    cp "$@" "$folder"
    (cd "$folder" && $command) >&2
    echo "$wanted" >"$folder/.installed"
  fi
  exec 9>&-
}

npm_ci() { npm ci --no-audit --no-fund; }
venv() { python3 -m venv --clear venv && venv/bin/pip install --quiet --requirement requirements.txt; }

# number PATTERN: the last count of this pattern in what the runner printed, or 0.
number() { grep -oE "$1" "$log" | grep -oE '[0-9]+' | tail -1 || echo 0; }

# A runner that broke down before it counted anything counts as one failure.
finish() {
  local failed=$2
  [ "$1" -gt 0 ] || [ "$2" -gt 0 ] || failed=1
  echo "$1 passed, $failed failed, $3 skipped"
  [ "$failed" -eq 0 ]
}

suite=${1:-}
shift || true
log=$(mktemp)
trap 'rm -f "$log"' EXIT

case $suite in
js)
  install "$out/js" npm_ci "$here/js/package.json" "$here/js/package-lock.json"
  cd "$out/js"
  ln -sfn "$here/js" suite # so that the tests find the packages and the source tree stays clean
  node_modules/.bin/node --preserve-symlinks --preserve-symlinks-main --test --test-concurrency=2 --test-timeout=600000 \
    --test-reporter=spec "$@" suite/*.test.js 2>&1 | tee "$log" || true
  failed=$(($(number '^ℹ fail [0-9]+') + $(number '^ℹ cancelled [0-9]+')))
  finish "$(number '^ℹ pass [0-9]+')" "$failed" "$(number '^ℹ skipped [0-9]+')"
  ;;
python)
  install "$out/python" venv "$here/python/requirements.txt"
  cd "$here/python"
  "$out/python/venv/bin/python" -m pytest -q "$@" 2>&1 | tee "$log" || true
  summary=$(grep -E ' in [0-9.]+s' "$log" | tail -1) || true
  echo "$summary" >"$log"
  failed=$(($(number '[0-9]+ failed') + $(number '[0-9]+ error')))
  finish "$(number '[0-9]+ passed')" "$failed" "$(number '[0-9]+ skipped')"
  ;;
seeds)
  install "$out/python" venv "$here/python/requirements.txt"
  exec "$out/python/venv/bin/python" "$tests/seeds/run.py"
  ;;
*)
  echo "usage: $0 {js|python|seeds}" >&2
  exit 2
  ;;
esac
