#!/usr/bin/env bash
# Runs Emacs's own client, eglot, against a real server.
# usage: editors/emacs/test.sh PATH_TO_HEADWATER      needs Debian's emacs-nox, elpa-eglot (before Emacs 29), elpa-markdown-mode
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -eq 1 ] || { echo "usage: $0 PATH_TO_HEADWATER" >&2; exit 2; }
HEADWATER=$(realpath "$1")
export HEADWATER
command -v emacs >/dev/null || { echo "no emacs: apt-get install emacs-nox elpa-eglot elpa-markdown-mode" >&2; exit 2; }
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
HOME=$home timeout 120 emacs --batch -L "$here" -l "$here/test.el" 2>"$home/log" || { tail -20 "$home/log" >&2; exit 1; }
