#!/usr/bin/env bash
# Works with a real Helix in tmux, with the settings that editors/README.md shows, and looks at its screen.
# usage: editors/helix/test.sh PATH_TO_HEADWATER      needs tmux, and hx on the PATH or as $HX (Debian 13 has it)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -eq 1 ] || { echo "usage: $0 PATH_TO_HEADWATER" >&2; exit 2; }
hx=$(command -v "${HX:-hx}") || { echo "no hx: apt-get install hx, or set HX" >&2; exit 2; }

home=$(mktemp -d)
tmux() { command tmux -S "$home/tmux" -f /dev/null -u "$@"; }
trap 'tmux kill-server 2>/dev/null || true; rm -rf "$home"' EXIT
export XDG_CONFIG_HOME=$home/config XDG_CACHE_HOME=$home/cache LC_ALL=C.UTF-8
mkdir -p "$home"/{bin,config/helix,runbooks/.git}
ln -s "$(realpath "$1")" "$home/bin/headwater"
export PATH=$home/bin:$PATH
section() { sed -n "/^## Helix/,/^## Kate/ { /^\`\`\`toml $1/,/^\`\`\`\$/ { /^\`\`\`/d; p } }" "$here/../README.md"; }
section languages >"$home/config/helix/languages.toml"
section config >"$home/config/helix/config.toml"
grep -q headwater "$home/config/helix/languages.toml"

cat >"$home/runbooks/shop.md" <<'END'
# Shop

```headwater name=last
spans
| where duratoin > 1s
| project duration, cloud.region
| tail 5
```
END

passed=0
ok() { passed=$((passed + 1)); echo "ok   $1"; }
see() { # WHAT PATTERN [KEY: pressed now and then until it is seen]
  local until=$((SECONDS + 30)) looks=0
  until tmux capture-pane -p | grep -qE -- "$2"; do
    ((SECONDS <= until)) || { echo "FAIL never seen: $1"; tmux capture-pane -p; exit 1; }
    [ $# -lt 3 ] || ((looks++ % 20)) || tmux send-keys "$3"
    read -rt 0.05 <> <(:) || true
  done
}
keys() { tmux send-keys "$@"; }
# A key that comes right behind Escape would be read as one with Alt.
escape() { # WHAT PATTERN: what is seen then
  keys Escape
  see "$1" "$2"
}
select_text() { # TEXT PLACE: what is selected is where actions are offered
  keys "/$1" Enter
  see "$1 is selected" "$2"
}

tmux new-session -d -x 100 -y 30 "cd '$home/runbooks' && exec '$hx' shop.md"
see 'a finding' '^● +5 +\| where duratoin'
ok 'a mistake is found'

select_text duratoin '5:1[0-9]+ *$'
keys Space a
see 'its fix' 'replace with `duration`'
keys Enter
see 'the mended text' '5 +\| where duration > 1s'
ok 'and mended by its code action'

select_text project '6:[0-9]+ *$'
keys Space k
see 'a hover' 'Keeps only these'
escape 'the text again' '^ +8 +```$'
ok 'hover explains'

keys A ', serv'
see 'completion' 'service\.version'
keys C-n
see 'the field' 'cloud\.region, service\.name'
escape 'normal mode' '^ NOR'
ok 'completion knows the fields, and writes one'

select_text name=last '3:[0-9]+ *$'
keys Space a
see 'a menu' '▶ Run'
keys Enter

# Helix asks for hints when the text has changed, and not again when the answer has.
keys g e o
see 'the summary' '``` ● .* read · .* matched' x
ok 'a block runs, and its hints say what it read'
echo "$passed passed, 0 failed"
