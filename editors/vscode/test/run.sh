#!/usr/bin/env bash
# Checks, tests and packages the extension. Needs npm and its registry.
# usage: editors/vscode/test/run.sh
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
# shellcheck source=node.sh
. "$here/node.sh"
use_node "${HEADWATER_CACHE:-$PWD/../../target/e2e}"

# The results panel is made of them.
(cd ../components && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent; })
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent
npm run --silent check
npm run --silent package >/dev/null
"$here/package.sh"
result=$(node --test --test-reporter=tap "test/*.test.ts") || status=$?
[ "${status:-0}" -eq 0 ] || echo "$result"
count() { sed -n "s/^# $1 //p" <<<"$result"; }
echo "$(count pass) passed, $(count fail) failed"
exit "${status:-0}"
