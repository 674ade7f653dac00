#!/usr/bin/env bash
# Works with a real Kate on a screen that nobody sees, with the settings that editors/README.md shows. Passes when
# Kate and the server have said to each other what they should.
# usage: editors/kate/test.sh PATH_TO_HEADWATER [PICTURE.png]
#
# Needs Debian's kate, xvfb, xdotool; imagemagick for a picture of the end. Not in CI: Kate brings half a desktop.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -ge 1 ] || { echo "usage: $0 PATH_TO_HEADWATER [PICTURE.png]" >&2; exit 2; }
HEADWATER=$(realpath "$1")
export HEADWATER
for program in kate Xvfb xdotool; do
  command -v "$program" >/dev/null || { echo "no $program: apt-get install --no-install-recommends kate xvfb xdotool" >&2; exit 2; }
done

export HOME=$(mktemp -d)
pids=()
finish() {
  # Asked gently, Kate asks whether to save.
  for pid in "${pids[@]}"; do
    kill -9 "$pid" && wait "$pid" || true
  done 2>/dev/null
  rm -rf "$HOME"
}
trap finish EXIT

passed=0
ok() { passed=$((passed + 1)); echo "ok   $1"; }
eventually() { # WHAT COMMAND...
  local what=$1 until=$((SECONDS + 30))
  shift
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS > until)); then
      echo "FAIL never happened: $what"
      tail -c 2000 "$HOME/to-server" "$HOME/from-server" "$HOME/log" 2>/dev/null || true
      exit 1
    fi
    read -rt 0.05 <> <(:) || true
  done
}
sent() { eventually "Kate sends $1" grep -aq "$1" "$HOME/to-server"; }
said() { eventually "the server says $1" grep -aq "$1" "$HOME/from-server"; }

export XDG_CONFIG_HOME=$HOME/config XDG_DATA_HOME=$HOME/data XDG_CACHE_HOME=$HOME/cache XDG_STATE_HOME=$HOME/state XDG_RUNTIME_DIR=$HOME/run
export LC_ALL=C.UTF-8 QT_QPA_PLATFORM=xcb
mkdir -p "$HOME"/{bin,config/kate/lspclient,runbooks/.git} && mkdir -m 700 "$HOME/run"
sed -n '/^## Kate/,/^## Zed/ { /^```json/,/^```/ { /^```/d; p } }' "$here/../README.md" >"$HOME/config/kate/lspclient/settings.json"
grep -q '"headwater", "lsp"' "$HOME/config/kate/lspclient/settings.json"

# What goes through the server's pipes is kept.
cat >"$HOME/bin/headwater" <<'END'
#!/usr/bin/env bash
tee -a "$HOME/to-server" | "$HEADWATER" "$@" | tee -a "$HOME/from-server"
END
chmod +x "$HOME/bin/headwater"
export PATH=$HOME/bin:$PATH

cat >"$HOME/runbooks/shop.md" <<'END'
# Shop

```headwater name=last
spans
| where duratoin > 1s
| tail 5
```
END

# Any screen that is free.
exec {display}<> <(:)
Xvfb -displayfd "$display" -screen 0 1000x700x24 -nolisten tcp >/dev/null 2>&1 &
pids+=($!)
read -rt 20 -u "$display" number
export DISPLAY=:$number

# It needs no message bus to edit a file.
DBUS_SESSION_BUS_ADDRESS=unix:path=$HOME/none kate -n -b "$HOME/runbooks/shop.md" >"$HOME/log" 2>&1 &
pids+=($!)

keys() { xdotool key --clearmodifiers --delay 40 "$@"; }
focus() { # TITLE
  xdotool windowfocus --sync "$(timeout 30 xdotool search --sync --onlyvisible --name "$1" | head -1)"
}

focus 'LSP server start requested'
keys Return
said '"name":"headwater"'
ok "Kate asks whether to start \`headwater lsp\`, and starts it"

said 'no field `duratoin` reaches this stage'
ok "a mistake is found"

focus 'shop.md'
keys ctrl+Home Down Down Down Down Right Right Right Right Right Right Right Right Right Right
keys alt+Return
said 'replace with `duration`'
keys Down Return
sent 'where duration > 1s'
ok "and mended by its code action"

keys ctrl+Home Down Down Down Down End
xdotool type --delay 40 ' and clou'
keys ctrl+space
said '"label":"cloud.region"'
keys Return
sent 'and cloud.region'
ok "completion knows the fields, and writes one"

xdotool type --delay 40 ' == "eu-west-1"'
keys Escape ctrl+Home Down Down Down Down Right Right Right Right Right Right Right Right Right Right
keys alt+l y
said '"contents":{"kind":"markdown","value":"`duration`'
ok "symbol info explains a field"

keys Escape alt+Return
said '"title":"▶ Run"'
keys Up Up Return
sent 'headwater.runBlock'
keys alt+Return
said '■ Stop'
ok "a block runs"

if [ $# -ge 2 ]; then import -window root "$2"; fi
keys Escape
echo "$passed passed, 0 failed"
