#!/usr/bin/env bash
# Uses the components in a headless Chromium, and takes pictures of them: light, dark, high contrast, small.
# usage: editors/components/test/browser.sh [FOLDER_FOR_PICTURES]
#
# Needs npm and its registry, and chromium. playwright-core is kept in HEADWATER_CACHE (target/e2e).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${HEADWATER_CACHE:-$here/../../../target/e2e}
mkdir -p "$cache"
cache=$(realpath "$cache")
[ $# -eq 0 ] || mkdir -p "$1"
pictures=$(realpath -m "${1:-$cache/components}")
mkdir -p "$pictures"
# shellcheck source=../../vscode/test/node.sh
. "$here/../../vscode/test/node.sh"
use_node "$cache"
[ -d "$cache/playwright" ] || npm install --silent --no-save --prefix "$cache/playwright" playwright-core@1.65
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)} ||
  { echo "no chromium" >&2; exit 2; }

cd "$here/.."
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent
export PLAYWRIGHT=$cache/playwright CHROMIUM=$chromium PICTURES=$pictures
node test/page/drive.mjs
node test/page/pictures.mjs "$pictures"
echo "pictures: $pictures"
