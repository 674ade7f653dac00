#!/usr/bin/env bash
# The package holds what the extension needs and nothing else, with and without a program.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
files() { python3 -m zipfile -l "$1" | awk 'NR > 1 { print $1 }' | sort; }

"$here/../package.sh" "$work/plain.vsix" >/dev/null
printf '#!/bin/sh\necho headwater 0.1.0\n' >"$work/headwater"
chmod +x "$work/headwater"
"$here/../package.sh" --with "$work/headwater" linux-x64 "$work/full.vsix" >/dev/null

files "$work/plain.vsix" >"$work/plain"
files "$work/full.vsix" >"$work/full"
[ "$(comm -13 "$work/plain" "$work/full")" = extension/bin/headwater ] || { diff "$work/plain" "$work/full"; exit 1; }
python3 - "$work/full.vsix" <<'PY'
import json, sys, zipfile
package = zipfile.ZipFile(sys.argv[1])
assert package.getinfo("extension/bin/headwater").external_attr >> 16 & 0o111, "the program cannot be started"
assert b'TargetPlatform="linux-x64"' in package.read("extension.vsixmanifest")
names = set(package.namelist())
manifest = json.loads(package.read("extension/package.json"))
contributes = manifest["contributes"]
named = [manifest["main"], *contributes["markdown.previewScripts"], *contributes["markdown.previewStyles"]]
named += [grammar["path"] for grammar in contributes["grammars"]]
for walkthrough in contributes["walkthroughs"]:
    for step in walkthrough["steps"]:
        named += [path for key, path in step["media"].items() if key in ("markdown", "image", "svg")]
missing = [name for name in named if "extension/" + name.removeprefix("./") not in names]
assert not missing, f"not in the package: {missing}"
other = [name for name in names if name.endswith((".ts", ".map")) or "node_modules" in name or "/test/" in name]
assert not other, f"in the package for nothing: {other}"
PY
echo "packages: ok"
