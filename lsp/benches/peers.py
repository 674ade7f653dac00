#!/usr/bin/env python3
"""Headwater and its peers on one file: the same questions in turn, whole processes, answers compared.

usage: lsp/benches/peers.py PATH_TO_HEADWATER [--events N] [--rounds N] [--install] [--only QUESTION]... [--readme]

Writes the events itself (deterministic). A peer that is not on PATH is left out; --install puts DuckDB and Tenzir
(PyPI), angle-grinder (crates.io) and ripgrep (Debian) under target/peers. --readme rewrites README's table.
CPU is user + system of the process, the least of all rounds; memory is its peak.
"""

import argparse
import csv
import io
import json
import math
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "target/peers"
SECOND = 1_000_000_000
START = 1_767_225_600 * SECOND  # 2026-01-01T00:00:00Z

SERVICES = ["checkout", "cart", "payment", "catalog", "search", "shipping", "email", "ads", "auth", "gateway", "stock", "price"]
REGIONS = ["eu-west-1", "us-east-1", "ap-south-1"]
WORDS = "request served from cache after retry while upstream was slow and the connection pool had room".split()


def write_events(path, events, seed=7):
    """One JSON span a line, about 406 bytes; 1,000 a second of event time, up to 400 ms out of order."""
    dice = random.Random(seed)
    with open(path, "w") as out:
        for n in range(events):
            at = START + SECOND + n * 1_000_000 - dice.randrange(400) * 1_000_000
            seconds, nanos = divmod(at, SECOND)
            minutes, second = divmod(seconds - START // SECOND, 60)
            day, minute = divmod(minutes, 1440)
            service = SERVICES[min(int(dice.expovariate(0.35)), 11)]
            status = 500 + dice.randrange(4) if dice.random() < 0.03 else 200
            body = " ".join(dice.choice(WORDS) for _ in range(15))
            if dice.random() < 0.01:
                body += " timeout"
            # Every other span answers the one before it, within four seconds.
            trace = n // 8 * 4 + dice.randrange(4)
            out.write(
                f'{{"timestamp":"2026-01-{day + 1:02}T{minute // 60:02}:{minute % 60:02}:{second:02}.{nanos // 1_000_000:03}Z",'
                f'"service.name":"{service}","cloud.region":"{REGIONS[dice.randrange(3)]}",'
                f'"kind":"{"server" if n % 2 else "client"}","http.route":"/api/v1/{service}/{dice.randrange(40)}",'
                f'"http.response.status_code":{status},"duration_ms":{dice.expovariate(0.02):.3f},'
                f'"customer.id":"c-{dice.randrange(20_000):05}","trace.id":"{trace * 2654435761 % 2**64:032x}",'
                f'"retry":{"true" if status == 503 else "false"},"host.name":"node-{dice.randrange(64):02}","message":"{body}"}}\n'
            )


COLUMNS = {
    "timestamp": "TIMESTAMP", "service.name": "VARCHAR", "cloud.region": "VARCHAR", "kind": "VARCHAR", "http.route": "VARCHAR",
    "http.response.status_code": "BIGINT", "duration_ms": "DOUBLE", "customer.id": "VARCHAR", "trace.id": "VARCHAR",
    "retry": "BOOLEAN", "host.name": "VARCHAR", "message": "VARCHAR",
}
# What a fair question of DuckDB names: reading a column that nobody needs costs it time.
USED = {
    "needle": ["customer.id", "http.response.status_code"],
    "tumbling": ["timestamp", "service.name", "cloud.region", "duration_ms"],
    "top": ["timestamp", "service.name", "http.route"],
    "keyword": ["message", "service.name"],
    "sliding": ["timestamp", "service.name", "customer.id"],
    "join": ["timestamp", "kind", "trace.id", "http.response.status_code"],
}
TUMBLING = "summarize n = count(), mean = avg(duration_ms), p99 = percentile(duration_ms, 99)"

# What is asked: of us, of DuckDB, of angle-grinder, of Tenzir; and which columns are exact, which within 1 % or 2 %.
QUESTIONS = {
    "needle": {
        "title": "needle: two predicates, one value rare",
        "headwater": 'events | where customer.id == "c-04711" and http.response.status_code >= 200 | count',
        "duckdb": """SELECT count(*) FROM {events} WHERE "customer.id" = 'c-04711' AND "http.response.status_code" >= 200""",
        "rg": "c-04711",
        "agrind": '"c-04711" | json | where ["customer.id"] == "c-04711" and ["http.response.status_code"] >= 200 | count',
        "tenzir": 'where this["customer.id"] == "c-04711" and this["http.response.status_code"] >= 200 | summarize n=count()',
    },
    "tumbling": {
        "title": "tumbling 10 s: count, avg, p99 by 2 keys",
        "headwater": f"events | {TUMBLING} by service.name, cloud.region, bin(timestamp, 10s)",
        "duckdb": """SELECT "service.name", "cloud.region", time_bucket(INTERVAL 10 SECOND, "timestamp"), count(*), avg(duration_ms),
            quantile_disc(duration_ms, 0.99) FROM {events} GROUP BY ALL""",
        "agrind": '* | json | timeslice(parseDate(timestamp)) 10s | count, avg(duration_ms), p99(duration_ms) by ["service.name"], ["cloud.region"], _timeslice',
        "tenzir": 't = floor(timestamp, 10s) | summarize this["service.name"], this["cloud.region"], t, n=count(), m=mean(duration_ms), p=quantile(duration_ms, q=0.99)',
        "near": {5: 0.011},
    },
    "top": {
        "title": "top 3 routes of each minute",
        "headwater": "events | summarize n = count() by http.route, bin(timestamp, 1m) | top 3 by n desc, http.route asc",
        "duckdb": """SELECT "http.route", minute, n FROM (SELECT *, row_number() OVER (PARTITION BY minute ORDER BY n DESC, "http.route") AS place
            FROM (SELECT "http.route", time_bucket(INTERVAL 1 MINUTE, "timestamp") AS minute, count(*) AS n FROM {events} GROUP BY ALL)) WHERE place <= 3""",
    },
    "keyword": {
        "title": "keyword: count by service of messages that have one",
        "headwater": 'events | where message has "timeout" | summarize n = count() by service.name',
        "duckdb": """SELECT "service.name", count(*) FROM {events} WHERE regexp_matches(message, '(?i)\\btimeout\\b') GROUP BY ALL""",
        "agrind": '"timeout" | json | where contains(message, "timeout") | count by ["service.name"]',
        "tenzir": 'where "timeout" in message | summarize this["service.name"], n=count()',
    },
    "sliding": {
        "title": "sliding 60 s every 10 s: distinct customers by service",
        "headwater": "events | summarize n = dcount(customer.id) by service.name, hop(timestamp, size=60s, every=10s)",
        "duckdb": """SELECT "service.name", time_bucket(INTERVAL 10 SECOND, "timestamp") - back * INTERVAL 10 SECOND AS start, count(DISTINCT "customer.id")
            FROM {events}, range(6) AS hops(back) GROUP BY ALL""",
        "near": {2: 0.021},
    },
    "join": {
        "title": "join within 5 s on trace.id",
        "headwater": 'events | where kind == "server" and http.response.status_code >= 500 | project timestamp, trace.id, a = 1'
        ' | join kind=inner (events | where kind == "client" | project timestamp, trace.id, b = 1) on trace.id within 5s | count',
        "duckdb": """SELECT count(*) FROM {events} AS a JOIN {events} AS b ON a."trace.id" = b."trace.id" AND b.kind = 'client'
            AND abs(epoch_us(a."timestamp") - epoch_us(b."timestamp")) <= 5000000 WHERE a.kind = 'server' AND a."http.response.status_code" >= 500""",
    },
    "fifty": {
        "title": "50 different pipelines at once",
        "runbook": [
            f'events | where service.name == "{SERVICES[n % 12]}" and http.response.status_code {">=" if n % 2 else "<"} 500'
            f" and duration_ms > {n * 7 % 90} | summarize n = count(), mean = avg(duration_ms) by cloud.region"
            for n in range(50)
        ],
    },
    "one": {
        "title": "one of those 50",
        "headwater": 'events | where service.name == "cart" and http.response.status_code >= 500 and duration_ms > 7'
        " | summarize n = count(), mean = avg(duration_ms) by cloud.region",
    },
}


def fifty_sql():
    parts = []
    for n in range(50):
        op = ">=" if n % 2 else "<"
        parts.append(
            f"""SELECT '{n + 1}', "cloud.region", count(*), avg(duration_ms) FROM events WHERE "service.name" = '{SERVICES[n % 12]}'
            AND "http.response.status_code" {op} 500 AND duration_ms > {n * 7 % 90} GROUP BY ALL"""
        )
    return parts


class Peers:
    def __init__(self, headwater, events, install):
        self.headwater, self.events = str(headwater), events
        bins = [CACHE / "venv/bin", CACHE / "bin"]
        if install:
            self.install()
        self.path = {name: shutil.which(name, path=os.pathsep.join([*map(str, bins), os.environ["PATH"]])) for name in ("duckdb", "rg", "agrind", "tenzir")}

    @staticmethod
    def install():
        CACHE.mkdir(parents=True, exist_ok=True)
        if not (CACHE / "venv/bin/tenzir").exists():
            subprocess.run([sys.executable, "-m", "venv", CACHE / "venv"], check=True)
            subprocess.run([CACHE / "venv/bin/pip", "install", "--quiet", "duckdb-cli", "tenzir"], check=True)
        if not shutil.which("agrind") and not (CACHE / "bin/agrind").exists():
            subprocess.run(["cargo", "install", "--quiet", "--locked", "--root", CACHE, "ag"], check=True)
        if not shutil.which("rg"):
            subprocess.run(["apt-get", "install", "-y", "-qq", "ripgrep"], check=True)

    def command(self, who, name, data):
        """What to run, or None where the peer has no such question or is not here."""
        question = QUESTIONS[name]
        if who == "headwater":
            source = ["--source", f"events=file:{data}", "--quiet", "--format", "csv"]
            if "runbook" in question:
                book = data.with_name(f"{name}.md")
                book.write_text("".join(f"```headwater\n{block}\n```\n\n" for block in question["runbook"]))
                return [self.headwater, "run", str(book), *source[:3], "--format", "ndjson"]
            return [self.headwater, "query", question["headwater"], *source]
        if not self.path[who]:
            return None
        if who == "duckdb":
            if name == "fifty":
                used = ["service.name", "cloud.region", "http.response.status_code", "duration_ms"]
                # Batch at its best: read once into memory, asked 50 times.
                script = f"CREATE TEMP TABLE events AS SELECT * FROM {self.reader(used, data)};" + ";".join(fifty_sql())
            elif name in USED:
                script = question["duckdb"].replace("{events}", self.reader(USED[name], data))
            else:
                return None
            return [self.path[who], "-csv", "-noheader", "-c", f"SET threads = 1; {script}"]
        if who not in question:
            return None
        if who == "rg":
            return [self.path[who], "-c", "-j1", question["rg"], str(data)]
        if who == "agrind":
            return [self.path[who], "--output", "json", "--file", str(data), question["agrind"]]
        return [self.path[who], "--bare-mode", f'from_file "{data}" {{ read_ndjson }} | {question["tenzir"]} | write_ndjson']

    @staticmethod
    def reader(used, data):
        columns = ", ".join(f"'{name}': '{COLUMNS[name]}'" for name in used)
        return f"read_json('{data}', format='newline_delimited', columns={{{columns}}})"


def measure(command):
    """Runs one process to its end: its CPU seconds, peak memory in MiB, and what it said."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), err.seek(0)
        said = out.read().decode()
        if child.returncode:
            sys.exit(f"{' '.join(command)[:300]}\nended with {child.returncode}: {err.read().decode()[-2000:]}\n{said[-500:]}")
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said


def plain(value):
    """Times and numbers as one thing each, so that two tools' spellings compare."""
    text = value.strip().strip('"').replace("T", " ").removesuffix("Z").removesuffix("+00")
    if len(text) >= 19 and text[4] == "-" and text[10] == " ":
        return text[:19]
    try:
        return float(text)
    except ValueError:
        return value


def rows(who, name, said):
    """The answer as sorted rows; None where it is only a count of lines."""
    if who == "headwater" and "runbook" in QUESTIONS[name]:
        found = [json.loads(line) for line in said.splitlines()]
        found = [[row["block"], row["cloud.region"], row["n"], row["mean"]] for row in found]
        return sorted([str(row[0]), row[1], *map(float, row[2:])] for row in found)
    found = [[plain(value) for value in row] for row in csv.reader(io.StringIO(said)) if row]
    if name == "fifty":
        return sorted([str(int(row[0])), *row[1:]] for row in found)
    return sorted(found[1:] if who == "headwater" else found, key=str)


def agree(name, ours, theirs):
    """Says where two answers differ; empty where they do not."""
    if len(ours) != len(theirs):
        return f"{len(ours)} rows and {len(theirs)}"
    near = QUESTIONS[name].get("near", {})
    for one, two in zip(ours, theirs):
        for place, (a, b) in enumerate(zip(one, two)):
            same = a == b
            if isinstance(a, float) and isinstance(b, float):
                same = math.isclose(a, b, rel_tol=near.get(place, 1e-9))
            if not same:
                return f"{one} and {two}"
    return ""


def show(results, events):
    def cell(found):
        return f"{found[0] / events * 1e6:.2f} · {found[1]:.0f}" if found else "–"

    lines = ["| CPU s a million events · MiB | Headwater | DuckDB | ripgrep | angle-grinder | Tenzir |", "|---|---|---|---|---|---|"]
    for name, found in results.items():
        cells = " | ".join(cell(found.get(who)) for who in ("headwater", "duckdb", "rg", "agrind", "tenzir"))
        lines.append(f"| {QUESTIONS[name]['title']} | {cells} |")
    return "\n".join(lines)


def machine(events):
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    return f"{events:,} spans of 406 B as JSON lines; {os.cpu_count()} cores ({cpu}), {platform.system()}; DuckDB with one thread and the columns named."


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("headwater", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--only", action="append", choices=QUESTIONS)
    parser.add_argument("--peer", action="append", choices=["duckdb", "rg", "agrind", "tenzir"])
    parser.add_argument("--readme", action="store_true")
    args = parser.parse_args()
    peers = Peers(args.headwater.resolve(), args.events, args.install)
    whos = ["headwater", *(args.peer or ["duckdb", "rg", "agrind", "tenzir"])]
    results, failed = {}, False
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "events.jsonl")
        write_events(data, args.events)
        print(f"{data.stat().st_size / args.events:.0f} B an event", file=sys.stderr)
        for name in args.only or QUESTIONS:
            results[name], answers = {}, {}
            for _ in range(args.rounds):
                for who in whos:
                    command = peers.command(who, name, data)
                    if command is None:
                        continue
                    cpu, memory, said = measure(command)
                    best = results[name].get(who, (math.inf, 0))
                    results[name][who] = (min(best[0], cpu), max(best[1], memory))
                    answers[who] = said
            print(f"{name}: " + ", ".join(f"{who} {cpu:.2f} s {memory:.0f} MiB" for who, (cpu, memory) in results[name].items()), file=sys.stderr)
            if "duckdb" in answers:
                differs = agree(name, rows("headwater", name, answers["headwater"]), rows("duckdb", name, answers["duckdb"]))
                print(f"  answers {'differ: ' + differs if differs else 'agree'}", file=sys.stderr)
                failed |= bool(differs)
    table = f"{machine(args.events)}\n\n{show(results, args.events)}"
    print(table)
    if args.readme and not failed:
        readme = ROOT / "README.md"
        text = readme.read_text()
        begin, end = "<!-- peers: made by lsp/benches/peers.py -->\n", "<!-- /peers -->"
        head, rest = text.split(begin)
        readme.write_text(f"{head}{begin}{table}\n{end}{rest.split(end)[1]}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
