#!/usr/bin/env bash
# otlp_python.sh BIN: `BIN serve` receives what OpenTelemetry's Python SDK sends, and the rows of three
# pipelines are compared with what was sent.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$(realpath "$1")
target=$here/../../target/otlp-python
mkdir -p "$target"
[ -x "$target/venv/bin/python" ] || python3 -m venv "$target/venv"
"$target/venv/bin/pip" install --quiet --disable-pip-version-check \
    opentelemetry-sdk opentelemetry-exporter-otlp-proto-grpc opentelemetry-exporter-otlp-proto-http

work=$(mktemp -d)
pids=()
clean() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap clean EXIT

read -r grpc http < <(python3 - <<'PY'
import socket
sockets = [socket.socket() for _ in range(2)]
for s in sockets:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in sockets))
PY
)
cat > "$work/headwater.toml" <<TOML
[sources.spans]
uri = "otlp:127.0.0.1:$grpc?http=127.0.0.1:$http"
[sources.logs]
uri = "otlp:127.0.0.1:$grpc?http=127.0.0.1:$http"
[sources.metrics]
uri = "otlp:127.0.0.1:$grpc?http=127.0.0.1:$http"
TOML
socket=unix:$work/private/runner.sock
"$bin" serve --config "$work/headwater.toml" --listen "$socket" >"$work/serve.log" 2>&1 &
pids+=($!)

# Waits for a condition for a minute at most.
until_true() {
    local deadline=$((SECONDS + 60))
    until "$@"; do
        if ((SECONDS > deadline)); then
            echo "never came true: $*"
            cat "$work"/*.log
            exit 1
        fi
        read -rt 0.05 <> <(:) || true
    done
}

# Each flow ends by itself once it has what was sent.
ask() {
    "$bin" query "$3" --runner "$socket" --events "$2" --format ndjson >"$work/$1.ndjson" 2>"$work/$1.log" &
    pids+=($!)
    asked+=($!)
}
until_true test -S "$work/private/runner.sock"
asked=()
ask spans 20 'spans | summarize n = count(), failed = countif(status == "error"), slowest = max(duration), ratios = sum(todouble(ratio)), last = max(array_length(todynamic(items))) by service.name, cloud.region, kind, scope.name'
ask logs 6 'logs | summarize n = count(), orders = sum(tolong(order.number)) by severity, service.name | sort by severity asc'
ask metrics 2 'metrics | project metric.name, metric.type, metric.unit, value, count, service.name | top 2 by metric.name asc'
running() { [ "$("$bin" flows --runner "$socket" | grep -c '^flow-')" = 3 ]; }
until_true running
"$target/venv/bin/python" "$here/otlp_sdk.py" "$grpc" "$http"
for pid in "${asked[@]}"; do wait "$pid"; done

passed=0 failed=0
expect() {
    if diff <(cat) "$work/$1.ndjson"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        cat "$work/$1.log"
    fi
}
expect spans <<'ROWS'
{"service.name":"python-shop","cloud.region":"eu-west-1","kind":"server","scope.name":"python-tracer","n":20,"failed":4,"slowest":100000000,"ratios":47.5,"last":2}
ROWS
expect logs <<'ROWS'
{"severity":"ERROR","service.name":"python-shop","n":2,"orders":3}
{"severity":"INFO","service.name":"python-shop","n":4,"orders":12}
ROWS
expect metrics <<'ROWS'
{"metric.name":"orders","metric.type":"sum","metric.unit":"{order}","value":7.0,"count":null,"service.name":"python-shop"}
{"metric.name":"took","metric.type":"histogram","metric.unit":"s","value":1.0,"count":3,"service.name":"python-shop"}
ROWS
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
