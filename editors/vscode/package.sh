#!/usr/bin/env bash
# Makes an extension that can be installed: headwater.vsix, which looks for `headwater` on the PATH, or with the program in
# it for one platform.
# usage: editors/vscode/package.sh [--with PATH_TO_HEADWATER TARGET] [OUT.vsix]     e.g. TARGET linux-x64, darwin-arm64
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program='' target=''
if [ "${1:-}" = --with ]; then
  [ $# -ge 3 ] || { echo "usage: $0 --with PATH_TO_HEADWATER TARGET [OUT.vsix]" >&2; exit 2; }
  program=$(realpath "$2") target=$3
  [ -x "$program" ] || { echo "$program is not a program" >&2; exit 2; }
  shift 3
fi
out=$(realpath -m "${1:-$here/headwater${target:+-$target}.vsix}")
cd "$here"
trap 'rm -rf bin' EXIT
rm -rf bin
if [ -n "$program" ]; then
  mkdir bin
  name=headwater
  case $target in win32-*) name=headwater.exe ;; esac
  cp "$program" "bin/$name"
  chmod 755 "bin/$name"
fi
npm run --silent build
npx --no-install vsce package ${target:+--target "$target"} --no-dependencies --allow-missing-repository --skip-license --out "$out" >/dev/null
echo "$out"
