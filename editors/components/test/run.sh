#!/usr/bin/env bash
# Checks, tests and bundles the components. Needs npm and its registry.
# usage: editors/components/test/run.sh
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
# shellcheck source=../../vscode/test/node.sh
. "$here/../../vscode/test/node.sh"
use_node "${HEADWATER_CACHE:-$PWD/../../target/e2e}"

[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent
npm run --silent check
npm run --silent build
# The program holds the page of `headwater view`, so that building it needs no Node.
git diff --exit-code --stat -- ../../lsp/src/view/assets || { echo "lsp/src/view/assets is another; commit what was built" >&2; exit 1; }
result=$(node --test --test-reporter=tap "test/*.test.ts") || status=$?
[ "${status:-0}" -eq 0 ] || echo "$result"
count() { sed -n "s/^# $1 //p" <<<"$result"; }
echo "$(count pass) passed, $(count fail) failed"
exit "${status:-0}"
