#!/usr/bin/env bash
# What is ready to use in CI, used: pre-commit's hooks (pre-commit from PyPI), each step of the GitHub action, the
# GitLab job's script. In a scratch repository with one runbook that is right and one that is wrong.
# usage: lsp/tests/ci/run.sh PATH_TO_HEADWATER
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
[ $# -eq 1 ] || { echo "usage: $0 PATH_TO_HEADWATER" >&2; exit 2; }
HEADWATER=$(realpath "$1")
[ -x "$HEADWATER" ] || { echo "$HEADWATER is not a program" >&2; exit 2; }

# These versions are known to fit.
versions="pre-commit==4.7.0 pyyaml==6.0.3"
venv=${CI_CACHE:-$root/target/ci-tools}
if [ "$(cat "$venv/version" 2>/dev/null)" != "$versions" ]; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    # shellcheck disable=SC2086
    "$venv/bin/pip" install --quiet --disable-pip-version-check $versions
    echo "$versions" >"$venv/version"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$HEADWATER" "$work/bin/headwater"
export PATH=$work/bin:$venv/bin:$PATH HOME=$work PRE_COMMIT_HOME=$work/pre-commit GIT_CONFIG_NOSYSTEM=1
git config --global user.name A
git config --global user.email a@example.org
git config --global init.defaultBranch main
# The hooks are cloned from here as they are now.
git clone -q "$root" "$work/hooks"
cp "$root/.pre-commit-hooks.yaml" "$work/hooks/"
git -C "$work/hooks" add -A
git -C "$work/hooks" commit -q --allow-empty -m hooks
ROOT=$root WORK=$work python3 -B "$root/lsp/tests/ci/test_ci.py"
