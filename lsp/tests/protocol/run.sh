#!/usr/bin/env bash
# A client that is not ours (pytest-lsp over lsprotocol's types) speaks to `headwater lsp` as VS Code and Neovim
# would, and checks each answer against what that client has said it can do.
# usage: lsp/tests/protocol/run.sh PATH_TO_HEADWATER
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -eq 1 ] || { echo "usage: $0 PATH_TO_HEADWATER" >&2; exit 2; }
HEADWATER=$(realpath "$1")
export HEADWATER
[ -x "$HEADWATER" ] || { echo "$HEADWATER is not a program" >&2; exit 2; }

# These versions are known to fit.
versions="pytest-lsp==1.0.1 lsprotocol==2025.0.0 pygls==2.1.1"
venv=${PROTOCOL_CACHE:-$here/../../../target/protocol}
if [ "$(cat "$venv/version" 2>/dev/null)" != "$versions" ]; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    # shellcheck disable=SC2086
    "$venv/bin/pip" install --quiet --disable-pip-version-check $versions
    echo "$versions" >"$venv/version"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/workspace"
export WORKSPACE=$work/workspace
cd "$work"
timeout 300 "$venv/bin/python" -B -m pytest -q --tb=short --show-capture=no -p no:cacheprovider -o asyncio_mode=strict -o asyncio_default_fixture_loop_scope=function \
    -W error::pytest_lsp.LspSpecificationWarning "$here/test_protocol.py"
