#!/usr/bin/env bash
# Builds lazulite and runs its tests on a fresh Debian 12 machine:
#   scripts/test.sh                 everything that CI runs
#   scripts/test.sh --full          the long forms too
#   scripts/test.sh --only PART     one part (repeatable), in the order given; --list names them
# Ends with `N passed, N failed, N skipped`. Skips count only if tests/skips.txt lists them.
set -uo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh

full=false
only=()
while [ $# -gt 0 ]; do
  case "$1" in
    --full) full=true ;;
    --only) only+=("${2:-}"); shift ;;
    --list) grep -oE '^part_[a-z_]+' "$0" | sed 's/^part_//'; exit 0 ;;
    *) echo "unknown argument: $1" >&2; exit 2 ;;
  esac
  shift
done

passed=0 failed=0 skipped=0
log_folder=build/test-logs
mkdir -p "$log_folder"
: >"$log_folder/skipped"

# count FILE: adds the counts that a test program printed. GoogleTest, and the plain `N passed, N failed, N skipped`.
count() {
  local p f s
  p=$(awk '/^\[  PASSED  \] [0-9]+ test/ {n += $4} /^[0-9]+ passed, [0-9]+ failed/ {n += $1} END {print n + 0}' "$1")
  f=$(awk '/^ *[0-9]+ FAILED TESTS?$/ {n += $1} /^[0-9]+ passed, [0-9]+ failed/ {n += $3} END {print n + 0}' "$1")
  s=$(awk '/^\[  SKIPPED \] [0-9]+ test/ {n += $4} /^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped/ {n += $5} END {print n + 0}' "$1")
  passed=$((passed + p)); failed=$((failed + f)); skipped=$((skipped + s))
  awk '/^\[  SKIPPED \] [^ ]+\.[^ ]+/ {print $4}' "$1" | sort -u >>"$log_folder/skipped"
  counted="$p passed, $f failed, $s skipped"
}

# run NAME COMMAND...: one test program; its output goes to a log, which is shown when it fails.
run() {
  local name=$1 log="$log_folder/$1.log" before=$failed status=0 start=$SECONDS
  shift
  "$@" >"$log" 2>&1 || status=$?
  count "$log"
  if [ $status -ne 0 ] && [ "$failed" -eq "$before" ]; then failed=$((failed + 1)); fi
  [ $((SECONDS - start)) -lt 2 ] || counted+=" ($((SECONDS - start)) s)"
  if [ $status -eq 0 ]; then
    echo "  $name: $counted"
  else
    echo "  $name: FAILED (exit $status), $counted"
    { grep -A 5 ': Failure$' "$log" | head -n 60; grep -vE '^\[ (RUN|      OK) ' "$log" | tail -n 60; } | sed 's/^/    | /'
  fi
  return 0
}

# build PRESET: configures and builds everything of a preset.
build() {
  { cmake --preset "$1" -DLAZULITE_TESTS=ON && cmake --build "build/$1"; } >"$log_folder/build-$1.log" 2>&1 && return 0
  grep -E 'error|FAILED' "$log_folder/build-$1.log" | head -n 20
  failed=$((failed + 1))
  return 1
}

# A server on free ports in $folder, for the tests that are not C++; sets LAZULITE_CONNECTION_STRING,
# LAZULITE_CONTROL, LAZULITE_DFS and LAZULITE_WEB.
start_server() {
  folder=$(mktemp -d)
  "$1" --location "$folder" --blobPort 0 --queuePort 0 --tablePort 0 --filePort 0 --dfsPort 0 --webPort 0 --silent \
    >"$folder/log" 2>&1 &
  server=$!
  until grep -q '^Connection string: ' "$folder/log"; do
    kill -0 $server 2>/dev/null || { cat "$folder/log"; return 1; }
    sleep 0.02
  done
  export LAZULITE_CONNECTION_STRING LAZULITE_CONTROL LAZULITE_DFS LAZULITE_WEB
  LAZULITE_CONNECTION_STRING=$(sed -n 's/^Connection string: //p' "$folder/log")
  LAZULITE_CONTROL=$(sed -n 's/^Blob service is listening at //p' "$folder/log")/_lazulite
  LAZULITE_DFS=$(sed -n 's/^Data Lake service is listening at //p' "$folder/log")
  LAZULITE_WEB=$(sed -n 's/^Web service is listening at //p' "$folder/log")
}

stop_server() {
  kill -TERM $server
  wait $server || { echo "  the server did not stop cleanly"; failed=$((failed + 1)); }
  run "$1-check" "$2" check --location "$folder"
  rm -rf "$folder"
}

unit_tests() {  # unit_tests PRESET [FILTER]
  local program
  for program in build/"$1"/tests/unit/*/test_* build/"$1"/tests/unit/*/*/test_*; do
    [ -x "$program" ] && [ -f "$program" ] && run "$1-$(basename "$program")" "$program" ${2:+"--gtest_filter=$2"}
  done
}

part_packages() { install_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" || failed=$((failed + 1)); }

part_lint() {
  run lint scripts/lint.sh
  run bench-report python3 tests/bench/report.py
}

# The long form compiles 300 mutants into a copy of the tree.
part_mutation() {
  run mutation-selftest python3 tests/mutation/selftest.py
  ! $full || run mutation python3 tests/mutation/run.py
}

# histories PRESET COUNT: the checker's own tests, then histories of concurrent clients; one that is refused is kept in the logs.
histories() {
  run "$1-concurrency-checker" "build/$1/tests/concurrency/test_concurrency"
  run "$1-concurrency" "build/$1/tests/concurrency/concurrency_tests" --histories "$2" --keep "$log_folder"
}

part_release() {
  build release || return
  unit_tests release
  histories release "$($full && echo 10000 || echo 1000)"
  run release-wire build/release/tests/wire/wire_tests tests/wire
  run release-wire-disk build/release/tests/wire/wire_tests --disk tests/wire
  ! $full || LAZULITE_SPACE_MIB=1024 run space build/release/tests/unit/blob/test_blob_space
  run power-loss build/release/tests/power_loss/power_loss --jobs 2 --traces "$($full && echo 1000 || echo 20)"
  ! $full || LAZULITE_FAULT_STRIDE=1 run faults build/release/tests/unit/faults/test_faults
}

# What requests cost, by instruction counts; the program belongs to the release build.
part_instructions() {
  run instructions-selftest tests/instructions/run.py --selftest
  run instructions tests/instructions/run.py
}

# conformance NAME SUITE...: suites against one server, whose counters then hold what all of them did.
conformance() {
  local name=$1 suite
  shift
  start_server build/release/lazulite || { failed=$((failed + 1)); return; }
  for suite in "$@"; do run "conformance-$suite" tests/conformance/run.sh "$suite"; done
  [ "$name" != conformance ] || run coverage python3 tests/coverage.py
  stop_server "$name" build/release/lazulite
}

part_conformance() { conformance conformance js python go java hadoop rust seeds identity; }
part_js() { conformance js js; }
part_python() { conformance python python; }
part_go() { conformance go go; }
part_java() { conformance java java; }
part_hadoop() { conformance hadoop hadoop; }
part_rust() { conformance rust rust; }
part_identity() { run identity tests/conformance/run.sh identity; }  # on a server of its own

part_browser() {
  ! $full || export LAZULITE_QUIET_MACHINE=1
  conformance browser browser
}

part_tools() { LAZULITE_BINARY=build/release/lazulite run tools tests/conformance/run.sh tools; }

part_import() { LAZULITE_BINARY=build/release/lazulite run import tests/conformance/run.sh import; }

part_docs() { run docs tests/conformance/run.sh docs; }

part_cli() {
  run cli python3 tests/cli/run.py --binary build/release/lazulite
  run drop-in python3 tests/cli/drop_in.py --binary build/release/lazulite
  run seed python3 tests/cli/seed.py --binary build/release/lazulite
  run explain python3 tests/cli/explain.py --binary build/release/lazulite
  run copies python3 tests/cli/copies.py --binary build/release/lazulite
  run https python3 tests/cli/https.py --binary build/release/lazulite
}

part_fault() {
  run upgrade python3 tests/upgrade/run.py --binary build/release/lazulite $($full && echo --kills 40 --rows 300000)
  run fault python3 tests/fault/crash.py --binary build/release/lazulite --durability both \
    $($full && echo --kills 10000 --jobs 4 || echo --kills 200 --jobs 2)
  ! $full || run fault-many python3 tests/fault/crash.py --binary build/release/lazulite --kills 40 --seconds 3 \
    --loads lake --many 100000
  run fault-full-disk python3 tests/fault/full_disk.py --binary build/release/lazulite --rounds "$($full && echo 20 || echo 1)"
  ! $full || run fault-full-disk-power python3 tests/fault/full_disk.py --binary build/release/lazulite --rounds 20 --durability power
  run fault-consumers python3 tests/fault/consumers.py --binary build/release/lazulite --kills "$($full && echo 40 || echo 4)"
  run fault-events python3 tests/fault/events.py --binary build/release/lazulite --kills "$($full && echo 40 || echo 4)"
  run fault-load python3 tests/fault/load.py --binary build/release/lazulite --seconds "$($full && echo 3600 || echo 10)"
  run fault-hostile python3 tests/fault/hostile.py --binary build/release/lazulite $($full && echo --full)
}

part_install() {
  run install tests/install/run.sh
  ! $full || run readme tests/install/readme.py
}

# The server once more, without shared libraries: a link; then the image around it. The long form compiles it in the image
# itself, for arm64 too.
part_image() {
  install_packages "${BUILD_PACKAGES[@]}" "${IMAGE_PACKAGES[@]}" || { failed=$((failed + 1)); return; }
  { cmake --preset release -DLAZULITE_TESTS=ON -DLAZULITE_STATIC=ON &&
    cmake --build build/release --target lazulite_static; } >"$log_folder/build-static.log" 2>&1 ||
    { tail -n 20 "$log_folder/build-static.log"; failed=$((failed + 1)); return; }
  run image tests/image/run.sh --binary build/release/static
  grep -E '^(  |built |made )' "$log_folder/image.log" | sed 's/^ */    /'
  ! $full || run image-whole tests/image/run.sh --whole
}

part_asan() {
  build asan || return
  unit_tests asan
  run asan-fuzz-corpora tests/fuzz/run.py
  if $full; then run asan-fuzz tests/fuzz/run.py --seconds 3600 --merge; else run asan-fuzz tests/fuzz/run.py --seconds 20 --some 4; fi
  grep -E '( s each of |[0-9] executions, |inputs added)' "$log_folder/asan-fuzz.log" | sed 's/^ */    /'
  run asan-wire build/asan/tests/wire/wire_tests tests/wire
  run asan-fault python3 tests/fault/crash.py --binary build/asan/lazulite --kills 10 --seconds 1 --durability both
  histories asan "$($full && echo 1000 || echo 50)"
}

part_tsan() {
  build tsan || return
  unit_tests tsan
  run tsan-wire build/tsan/tests/wire/wire_tests tests/wire
  histories tsan "$($full && echo 1000 || echo 50)"
}

parts=(packages lint mutation release instructions cli conformance browser tools import docs fault install image asan tsan)
[ ${#only[@]} -eq 0 ] || parts=("${only[@]}")
for part in "${parts[@]}"; do
  declare -F "part_$part" >/dev/null || { echo "no part is called '$part'; --list names them" >&2; exit 2; }
done
for part in "${parts[@]}"; do
  began=$SECONDS
  echo "$part"
  "part_$part"
  echo "  $part took $((SECONDS - began)) s"
done

# A GoogleTest names what it skipped; the list does not know the suites of the SDKs, which skip nothing.
while read -r name; do
  grep -qxF "$name" tests/skips.txt && continue
  echo "$name was skipped, and tests/skips.txt does not list it"
  failed=$((failed + 1))
done < <(sort -u "$log_folder/skipped")
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
