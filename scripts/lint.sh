#!/usr/bin/env bash
# Rules that no compiler checks. Ends with `N passed, N failed, 0 skipped`.
set -uo pipefail
cd "$(dirname "$0")/.."
passed=0 failed=0

# rule TEXT COMMAND...: fails when the command prints anything.
rule() {
  local text=$1 found
  shift
  found=$("$@" 2>/dev/null | head -n 10)
  if [ -z "$found" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf '%s:\n%s\n' "$text" "$found"
  fi
}

rule "Beast and Asio stay inside src/http" git grep -lE 'boost/(beast|asio)' -- src include ':!src/http'
rule "sqlite3.h stays inside src/store" git grep -lE 'sqlite3\.h' -- src include ':!src/store'
rule "pugixml stays inside src/wire" git grep -l 'pugixml' -- 'src/*.cpp' 'src/*.hpp' ':!src/wire'
rule "includes are written from src/, never ../" git grep -nE '#include "\.\./' -- src include tests
rule "every header has its guard" git grep -L '#pragma once' -- 'src/*.hpp' 'include/*.hpp'
rule "lock files name no registry" git grep -nE '"resolved": *"https?://' -- '*package-lock.json'
rule "poms name no repository" git grep -nE '<([a-z]+R|r)epositor(y|ies)>' -- '*pom.xml'

# The one address that Cargo writes is the name of crates.io itself.
other_crates() { git grep -nE '^source = ' -- '*Cargo.lock' | grep -vF '"registry+https://github.com/rust-lang/crates.io-index"'; }
rule "Cargo.lock names crates.io and nothing else" other_crates
rule "blobs see no other service" git grep -nE '#include "(queue|table|file)/' -- src/blob
rule "queues see no other service" git grep -nE '#include "(blob|table|file)/' -- src/queue
rule "domain sees neither HTTP nor SQL" git grep -nE '#include "(wire|http|service|store|auth)/' -- 'src/*/domain'
rule "rows see neither HTTP nor services" git grep -nE '#include "(wire|http|service|auth)/' -- 'src/*/rows'

# Two classes of one name in the namespace are one class to the linker.
one_name_twice() {
  git grep -hoE '^(class|struct) [A-Za-z0-9]+( final)?( :| \{|$)' -- 'src/*.hpp' | awk '{print $2}' | sort | uniq -d
}
rule "no class name stands in two headers" one_name_twice

echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
