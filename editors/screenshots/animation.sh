#!/usr/bin/env bash
# Makes the README's short film, editors/pictures/vscode.gif, from a real VS Code.
# usage: editors/screenshots/animation.sh PATH_TO_HEADWATER [OUT.gif]
#
# Needs what vscode/test/e2e/run.sh needs, and ffmpeg.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -ge 1 ] || { echo "usage: $0 PATH_TO_HEADWATER [OUT.gif]" >&2; exit 2; }
command -v ffmpeg >/dev/null || { echo "no ffmpeg" >&2; exit 2; }
headwater=$(realpath "$1")
out=$(realpath -m "${2:-$here/../pictures/vscode.gif}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

FRAMES=$work/frames DRIVE=../../../screenshots/animation.mjs \
  "$here/../vscode/test/e2e/run.sh" "$headwater" "$here/animation.md" "$work/last.png"
# An editor has few colours: without dithering the text stays clear and the file small.
ffmpeg -loglevel error -y -framerate 10 -i "$work/frames/%04d.png" -filter_complex \
  "[0]split[a][b];[a]palettegen=max_colors=200:stats_mode=full[p];[b][p]paletteuse=dither=none:diff_mode=rectangle" -loop 0 "$out"
echo "$out $(stat -c %s "$out") bytes"
