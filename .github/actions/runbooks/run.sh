#!/usr/bin/env bash
# The steps of the action, one a word. What comes from outside is only ever an argument, never code.
set -euo pipefail

# Paths have spaces between them, and no pattern of the shell.
set -f
paths=(${PATHS:-.})
headwater=${HEADWATER_PROGRAM:-headwater}

case $1 in
install)
    # Later steps find it by its name in the environment.
    program=${HEADWATER:-headwater}
    if ! command -v "$program" >/dev/null; then
        cargo install --locked --path "$(dirname "$0")/../../../lsp"
        program=$HOME/.cargo/bin/headwater
    fi
    echo "HEADWATER_PROGRAM=$(command -v "$program")" >>"$GITHUB_ENV"
    "$program" --version
    ;;
check)
    "$headwater" check --format github -- "${paths[@]}"
    ;;
test)
    "$headwater" test --format github -- "${paths[@]}"
    ;;
diff)
    comment=$(mktemp)
    inputs=()
    [ -z "${INPUT:-}" ] || inputs=(--input "$INPUT")
    # 1 says that something means something else, which is what is asked.
    status=0
    "$headwater" diff --format markdown "${inputs[@]}" -- "$BASE" "${paths[@]}" >"$comment" || status=$?
    cat "$comment" >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
    if [ "${COMMENT:-false}" = true ] && [ -n "${PULL_REQUEST:-}" ] && [ "$status" = 1 ]; then
        gh pr comment "$PULL_REQUEST" --body-file "$comment" --edit-last --create-if-none
    fi
    [ "$status" -le 1 ]
    ;;
*)
    echo "expected install, check, test or diff, found $1" >&2
    exit 2
    ;;
esac
