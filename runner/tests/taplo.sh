#!/usr/bin/env bash
# taplo, which many editors check TOML with, takes our schema: right configurations pass, a wrong one does not.
# usage: runner/tests/taplo.sh   Needs npm and its registry.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools=${HEADWATER_CACHE:-$PWD/target}/taplo
[ -x "$tools/node_modules/.bin/taplo" ] || npm install --silent --no-audit --no-fund --prefix "$tools" @taplo/cli@0.7.0
lint() { "$tools/node_modules/.bin/taplo" lint --schema "file://$PWD/runner/headwater.schema.json" "$1" 2>&1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
lint runbooks/headwater.toml >"$work/said" || { cat "$work/said"; exit 1; }

cat >"$work/headwater.toml" <<'TOML'
[sources.a]
uri = "otlp:127.0.0.1:4317"
lateness = "2"
later = "1s"
[sources.b]
uri = "kafka:b"
fields.c = { type = "number" }
[runner.limits]
flows = 0
state = "much"
TOML
! lint "$work/headwater.toml" >"$work/said" || { echo "a wrong configuration passes"; exit 1; }
for word in '"2" does not match' "'later' was unexpected" '"kafka:b" does not match' '"number" is not valid' \
    '0 is less than the minimum' '"much" does not match'; do
    grep -qF -- "$word" "$work/said" || { echo "not said: $word"; cat "$work/said"; exit 1; }
done
echo "taplo takes the schema"
