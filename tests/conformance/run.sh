#!/usr/bin/env bash
# Runs one suite against $LAZULITE_CONNECTION_STRING and ends with "N passed, N failed, N skipped".
#
#     tests/conformance/run.sh {js|python|go|java|hadoop|rust|identity|seeds|browser|tools|import|docs} [more arguments for the test runner]
#
# What a suite needs is installed below build/conformance, once, and again when its list of packages changes; Go, Maven
# and Cargo keep what they download where they always do.
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
npm_ci_no_scripts() { npm ci --no-audit --no-fund --ignore-scripts; }
venv() { python3 -m venv --clear venv && venv/bin/pip install --quiet --requirement requirements.txt; }

# The Go to use: that of the PATH if it is new enough for the SDK. Debian 12's is not, but can fetch one that is from
# the module proxy, and checks it. What a module cannot hold (go.mod files, executables) is then put right.
go_command() {
  local wanted have module folder=$out/go/toolchain
  wanted=$(awk '$1 == "go" {print $2}' "$here/go/go.mod")
  have=$(go env GOVERSION)
  if printf '%s\n' "$wanted" "${have#go}" | sort --version-sort --check=quiet; then
    command -v go
    return
  fi
  module=golang.org/toolchain@v0.0.1-$go_release.$(go env GOOS)-$(go env GOARCH)
  if [ "$(cat "$folder/.installed" 2>/dev/null)" != "$module" ]; then
    rm -rf "$folder"
    mkdir -p "$out/go"
    cp -r --no-preserve=mode "$(cd "$out/go" && go mod download -json "$module" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')" "$folder"
    find "$folder" -name _go.mod -execdir mv _go.mod go.mod \;
    chmod +x "$folder"/bin/* "$folder"/pkg/tool/*/*
    echo "$module" >"$folder/.installed"
  fi
  echo "$folder/bin/go"
}
go_release=go1.26.8

# number PATTERN: the last count of this pattern in what the runner printed, or 0.
number() { grep -oE "$1" "$log" | grep -oE '[0-9]+' | tail -1 || echo 0; }

# A runner that broke down before it counted anything counts as one failure.
finish() {
  local failed=$2
  [ "$1" -gt 0 ] || [ "$2" -gt 0 ] || failed=1
  printf '\n%s\n' "$1 passed, $failed failed, $3 skipped"  # on a line of its own, whatever the runner left behind
  [ "$failed" -eq 0 ]
}

pytest_summary() {
  local summary
  summary=$(grep -E ' in [0-9.]+s' "$log" | tail -1) || true
  echo "$summary" >"$log"
  finish "$(number '[0-9]+ passed')" "$(($(number '[0-9]+ failed') + $(number '[0-9]+ error')))" "$(number '[0-9]+ skipped')"
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
  ln -sfn "$(dirname "$tests")/examples/iot" iot
  node_modules/.bin/node --preserve-symlinks --preserve-symlinks-main --test --test-concurrency=2 --test-timeout=600000 \
    --test-reporter=spec "$@" suite/*.test.js 2>&1 | tee "$log" || true
  failed=$(($(number '^ℹ fail [0-9]+') + $(number '^ℹ cancelled [0-9]+')))
  finish "$(number '^ℹ pass [0-9]+')" "$failed" "$(number '^ℹ skipped [0-9]+')"
  ;;
python)
  install "$out/python" venv "$here/python/requirements.txt"
  cd "$here/python"
  "$out/python/venv/bin/python" -m pytest -q "$@" 2>&1 | tee "$log" || true
  pytest_summary
  ;;
go)
  go=$(go_command)
  cd "$here/go"
  "$go" test -count=1 -vet=off -v "$@" . 2>&1 | tee "$log" || true
  finish "$(grep -c '^ *--- PASS' "$log")" "$(grep -cE '^ *--- FAIL|^FAIL.*\[' "$log")" "$(grep -c '^ *--- SKIP' "$log")"
  ;;
java | hadoop)
  mvn --batch-mode --no-transfer-progress -Dstyle.color=never --file "$here/$suite/pom.xml" -DbuildFolder="$out/$suite" "$@" test 2>&1 | tee "$log" || true
  total=$(grep -E 'Tests run: .*[0-9]$' "$log" | tail -1) || true
  echo "$total" >"$log"
  failed=$(($(number 'Failures: [0-9]+') + $(number 'Errors: [0-9]+')))
  skipped=$(number 'Skipped: [0-9]+')
  finish "$(($(number 'Tests run: [0-9]+') - failed - skipped))" "$failed" "$skipped"
  ;;
rust)
  cd "$here/rust"
  CARGO_TARGET_DIR=$out/rust cargo test --locked --quiet "$@" 2>&1 | tee "$log" || true
  finish "$(number '[0-9]+ passed')" "$(number '[0-9]+ failed')" "$(number '[0-9]+ ignored')"
  ;;
tools)
  install "$out/python" venv "$here/python/requirements.txt"
  # Some of them know the emulator's ports by heart, so they get a network of their own, with the server in it.
  LAZULITE_BINARY=$(realpath "${LAZULITE_BINARY:-$(dirname "$tests")/build/release/lazulite}")
  export LAZULITE_BINARY
  cd "$here/tools"
  unshare --map-root-user --net sh -c 'ip link set lo up && exec "$@"' - \
    "$out/python/venv/bin/python" -m pytest -q -p no:cacheprovider --durations=10 "$@" 2>&1 | tee "$log" || true
  pytest_summary
  ;;
browser)
  install "$out/browser" npm_ci "$tests/browser/package.json" "$tests/browser/package-lock.json"
  cd "$out/browser"
  ln -sfn "$tests/browser" suite
  export LAZULITE_ROOT=${tests%/*}
  node_modules/.bin/node --preserve-symlinks --preserve-symlinks-main --test --test-concurrency=1 --test-timeout=300000 \
    --test-reporter=spec "$@" suite/*.test.js 2>&1 | tee "$log" || true
  failed=$(($(number '^ℹ fail [0-9]+') + $(number '^ℹ cancelled [0-9]+')))
  finish "$(number '^ℹ pass [0-9]+')" "$failed" "$(number '^ℹ skipped [0-9]+')"
  ;;
import)
  install "$out/js" npm_ci "$here/js/package.json" "$here/js/package-lock.json"
  install "$out/azurite" npm_ci_no_scripts "$(dirname "$tests")/bench/package.json" "$(dirname "$tests")/bench/package-lock.json"
  LAZULITE_BINARY=$(realpath "${LAZULITE_BINARY:-$(dirname "$tests")/build/release/lazulite}")
  export LAZULITE_BINARY AZURITE=$out/azurite/node_modules/azurite/dist/src/azurite.js
  cd "$out/js"
  ln -sfn "$tests/import" import
  node_modules/.bin/node --preserve-symlinks --preserve-symlinks-main --test --test-timeout=900000 --test-reporter=spec \
    "$@" import/*.test.js 2>&1 | tee "$log" || true
  failed=$(($(number '^ℹ fail [0-9]+') + $(number '^ℹ cancelled [0-9]+')))
  finish "$(number '^ℹ pass [0-9]+')" "$failed" "$(number '^ℹ skipped [0-9]+')"
  ;;
docs)
  install "$out/js" npm_ci "$here/js/package.json" "$here/js/package-lock.json"
  install "$out/python" venv "$here/python/requirements.txt"
  DOCS_PACKAGES=$out DOCS_GO=$(go_command) python3 "$tests/docs/run.py" --binary "$(dirname "$tests")/build/release/lazulite" "$@"
  ;;
identity)
  install "$out/js" npm_ci "$here/js/package.json" "$here/js/package-lock.json"
  install "$out/python" venv "$here/python/requirements.txt"
  mkdir -p "$out/go"
  IDENTITY_PACKAGES=$out IDENTITY_GO=$(go_command) python3 "$here/identity/run.py" \
    --binary "${LAZULITE_BINARY:-$(dirname "$tests")/build/release/lazulite}" --metrics "$out/identity-metrics.txt" "$@"
  ;;
seeds)
  install "$out/python" venv "$here/python/requirements.txt"
  exec "$out/python/venv/bin/python" "$tests/seeds/run.py"
  ;;
*)
  echo "usage: $0 {js|python|go|java|hadoop|rust|identity|seeds|browser|tools|import|docs}" >&2
  exit 2
  ;;
esac
