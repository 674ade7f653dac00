#!/usr/bin/env bash
# OpenTelemetry's Python SDK sends spans, logs and metrics over gRPC and HTTP to `headwater serve`; the rows
# of three queries must equal what was sent.
# usage: runner/tests/otlp_python.sh PATH_TO_HEADWATER
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -eq 1 ] || { echo "usage: $0 PATH_TO_HEADWATER" >&2; exit 2; }
headwater=$(realpath "$1")
[ -x "$headwater" ] || { echo "$headwater is not a program" >&2; exit 2; }

# These versions are known to fit; the SDK's logs are not stable yet.
version=1.45.2
venv=${OTLP_PYTHON_CACHE:-$here/../../target/otlp-python}
if [ "$(cat "$venv/version" 2>/dev/null)" != "$version" ]; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "opentelemetry-sdk==$version" \
        "opentelemetry-exporter-otlp-proto-grpc==$version" "opentelemetry-exporter-otlp-proto-http==$version"
    echo "$version" >"$venv/version"
fi

work=$(mktemp -d)
pids=()
cleanup() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work"

# Two ports that nobody uses.
read -r grpc http < <("$venv/bin/python" -c '
import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(s.getsockname()[1] for s in sockets))')
runner=unix:$work/runner.sock
for signal in spans logs metrics; do
    echo "sources.$signal.uri = \"otlp:127.0.0.1:$grpc?http=127.0.0.1:$http\""
done >headwater.toml

# Serves as soon as it says so.
mkfifo said
"$headwater" serve --config headwater.toml --listen "$runner" 2>said &
pids+=($!)
exec 3<said
while read -r -t 30 line <&3; do
    [[ $line == *"listening on"* ]] && break
done
[[ ${line:-} == *"listening on"* ]] || { echo "headwater serve did not start: ${line:-}" >&2; exit 1; }
cat <&3 >served.log &
pids+=($!)

# Each query ends by itself with the last event that is sent.
query() {
    timeout 60 "$headwater" query "$3" --runner "$runner" --events "$2" --format ndjson --quiet >"$1.ndjson" 2>"$1.log" &
    queries+=($!)
}
queries=()
query spans 4 'spans | project service.name, timestamp, duration, name, kind, status, status.message, trace.id, span.id,
    parent.span.id, scope.name, scope.version, cloud.region, http.response.status_code, slow = tobool(slow),
    ratio = toreal(ratio), tags, data = tostring(data), events, links'
query logs 4 'logs | project service.name, timestamp, severity, severity.number, body, event.name, customer.id,
    attempts = tolong(attempts), scope.name'
query metrics 8 'metrics | project service.name, metric.name, metric.type, metric.unit, metric.temporality,
    metric.monotonic, value, count, min, max, buckets, http.route'

# What is sent before a flow reads would not reach it.
for _ in $(seq 600); do
    "$headwater" flows --runner "$runner" >flows.log 2>&1 || true
    [ "$(grep -c '^flow-' flows.log)" = 3 ] && break
    sleep 0.05
done
[ "$(grep -c '^flow-' flows.log)" = 3 ] || { cat ./*.log >&2; echo "the queries do not run" >&2; exit 1; }

"$venv/bin/python" "$here/otlp_sdk.py" grpc "$grpc"
"$venv/bin/python" "$here/otlp_sdk.py" http "$http"

for query in "${queries[@]}"; do
    wait "$query" || { cat ./*.log >&2; echo "a query failed" >&2; exit 1; }
done

# Metrics of one export have no order.
for signal in spans logs metrics; do
    "$venv/bin/python" -c '
import json, sys
rows = [json.dumps(json.loads(line), sort_keys=True, ensure_ascii=False) for line in sys.stdin]
print("\n".join(sorted(rows)))' <"$signal.ndjson"
done >rows
diff -u "$here/otlp_python.ndjson" rows >&2
echo "OTLP from Python: $(wc -l <rows) rows equal what was sent"
