#!/usr/bin/env bash
# Random pipelines, answered by headwater and by DuckDB: see oracle.py. Installs DuckDB of PyPI under target/.
#
# usage: runner/tests/oracle.sh PATH_TO_HEADWATER [--seeds N] [--from SEED]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=2.0.0
venv=$here/../../target/oracle
if [ "$(cat "$venv/version" 2>/dev/null)" != "$version" ]; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "duckdb==$version"
    echo "$version" >"$venv/version"
fi
exec "$venv/bin/python" "$here/oracle.py" "$@"
