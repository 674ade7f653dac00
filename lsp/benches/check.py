#!/usr/bin/env python3
"""`headwater check` over a thousand runbooks, next to the linters that people know on as much text of their own kind.

usage: lsp/benches/check.py PATH_TO_HEADWATER [--runbooks N] [--rounds N] [--install]

Writes the runbooks itself (deterministic, ten blocks each), as much TOML and as much Python (the standard library of
this interpreter). A linter that is not on PATH is left out; --install puts ruff and taplo (PyPI) and
markdownlint-cli2 (npm) under target/peers. Whole processes in turn; the least of all rounds counts. No linter may use a cache.
"""

import argparse
import json
import math
import os
import random
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "target/peers"
SERVICES = ["checkout", "cart", "payment", "catalog", "search", "shipping", "email", "ads", "auth", "gateway"]
WORDS = (
    "the requests of this service wait for a connection when its pool is empty look at the share that fails before paging the owner "
    "roll back if the rate climbs within minutes of a deployment and write down what was found for whoever comes next"
).split()
# What a runbook asks: short and long ones, lets, joins of time and place, charts.
BLOCKS = [
    """spans
| where service.name == "{service}" and kind == "server"
| summarize total = count(), failed = countif(http.response.status_code >= 500) by bin(timestamp, 10s)
| extend share = 100.0 * failed / total
| render timechart""",
    """let {let} = spans | where service.name == "{service}" and duration > {n}ms;
{let}
| summarize slow = count(), p99 = percentile(duration, 99) by http.route, bin(timestamp, 1m)
| top 5 by slow desc""",
    """logs
| where severity == "ERROR" and service.name == "{service}"
| project timestamp, service.name, body, trace.id
| take {n}""",
    """spans
| where service.name in ("{service}", "{other}") and http.response.status_code >= 500
| summarize failed = count(), customers = dcount(customer.id) by service.name, cloud.region
| sort by failed desc""",
    """spans
| extend slow = duration > {n}ms, class = case(duration > 1s, "bad", duration > 200ms, "poor", "good")
| summarize count() by class, slow, bin(timestamp, 30s)
| render barchart""",
    """deploys
| where service.name == "{service}"
| project timestamp, service.name, service.version
| take 20""",
    """spans
| where kind == "client" and service.name == "{service}"
| join kind=inner (spans | where kind == "server" | project timestamp, trace.id, server_time = duration) on trace.id within 5s
| extend network = duration - server_time
| summarize p95 = percentile(network, 95), mean = avg(network) by bin(timestamp, 10s)
| render timechart""",
    """spans
| where isnotempty(customer.id) // whoever is known
| summarize requests = count(), failed = countif(http.response.status_code >= 500), worst = max(duration) by customer.id, bin(timestamp, 1m)
| where failed > {n}
| top 10 by failed desc""",
    """logs
| where body has "timeout" or body contains "refused"
| extend host = extract("host=([a-z0-9-]+)", 1, body)
| summarize n = count() by host, service.name, bin(timestamp, 1m)
| top 10 by n desc""",
    """spans
| where service.name == "{service}"
| summarize customers = dcount(customer.id), p50 = percentile(duration, 50), p90 = percentile(duration, 90) by cloud.region, hop(timestamp, size=60s, every=10s)
| render timechart""",
]


def prose(dice, words):
    lines, line = [], []
    for _ in range(words):
        line.append(dice.choice(WORDS))
        if len(line) == 12:
            lines.append(" ".join(line))
            line = []
    return "\n".join([*lines, " ".join(line)]).strip().capitalize() + "."


def runbook(number):
    dice = random.Random(number)
    service, other = dice.sample(SERVICES, 2)
    parts = [f"# Runbook {number}: {service}\n\n{prose(dice, 40)}\n"]
    for place, block in enumerate(BLOCKS):
        asked = block.replace("{service}", service).replace("{other}", other).replace("{n}", str(dice.randrange(2, 900)))
        asked = asked.replace("{let}", f"slow_{place}")
        parts.append(f"## Step {place + 1}\n\n{prose(dice, 30)}\n\n```headwater name=step-{place + 1}\n{asked}\n```\n")
    return "\n".join(parts)


def write_runbooks(folder, count):
    folder.mkdir()
    shutil.copy(ROOT / "runbooks/headwater.toml", folder)
    shutil.copytree(ROOT / "runbooks/tables", folder / "tables")
    size = 0
    for number in range(count):
        text = runbook(number)
        size += len(text)
        (folder / f"runbook-{number:04}.md").write_text(text)
    return size


def write_toml(folder, size):
    folder.mkdir()
    dice, number = random.Random(1), 0
    while size > 0:
        tables = [f"# Settings of team {number}\ntitle = \"{prose(dice, 8)}\"\n"]
        for place in range(30):
            name = f"{dice.choice(SERVICES)}-{place}"
            tables.append(
                f'[services.{name}]\naddress = "10.0.{place}.{dice.randrange(255)}:{dice.randrange(9999)}"\nretries = {dice.randrange(9)}\n'
                f"regions = [{', '.join(repr(word) for word in dice.sample(WORDS, 3))}]\nlimits = {{ rate = {dice.random():.3f}, burst = {place} }}\n"
            )
        text = "\n".join(tables)
        (folder / f"settings-{number:04}.toml").write_text(text)
        size, number = size - len(text), number + 1


def write_python(folder, size):
    folder.mkdir()
    library = Path(sysconfig.get_path("stdlib"))
    for number, path in enumerate(sorted(library.rglob("*.py"))):
        if size <= 0:
            return
        if "site-packages" in path.parts or "dist-packages" in path.parts or "test" in path.parts:
            continue
        text = path.read_bytes()
        (folder / f"{number:04}_{path.name}").write_bytes(text)
        size -= len(text)
    if size > 0:
        print(f"python: {size:,} bytes short of as much text", file=sys.stderr)


def install():
    if not (CACHE / "venv/bin/taplo").exists():
        subprocess.run([sys.executable, "-m", "venv", CACHE / "venv"], check=True)
        subprocess.run([CACHE / "venv/bin/pip", "install", "--quiet", "ruff", "taplo"], check=True)
    if not (CACHE / "npm/node_modules/.bin/markdownlint-cli2").exists():
        (CACHE / "npm").mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", CACHE / "npm"]
        subprocess.run([*npm, "markdownlint-cli2"], check=True)


def measure(command, folder, passes):
    """One process from its start to its end: wall seconds, CPU seconds, peak memory in MiB."""
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in passes:
            said.seek(0)
            sys.exit(f"{' '.join(map(str, command))}\nended with {child.returncode}:\n{said.read().decode()[-2000:]}")
        return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("headwater", type=Path)
    parser.add_argument("--runbooks", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--install", action="store_true")
    args = parser.parse_args()
    headwater = args.headwater.resolve()
    if args.install:
        install()
    path = os.pathsep.join([str(CACHE / "venv/bin"), str(CACHE / "npm/node_modules/.bin"), os.environ["PATH"]])
    with tempfile.TemporaryDirectory() as place:
        folders = {name: Path(place, name) for name in ("runbooks", "one", "toml", "python")}
        size = write_runbooks(folders["runbooks"], args.runbooks)
        write_runbooks(folders["one"], 1)
        write_toml(folders["toml"], size)
        write_python(folders["python"], size)
        # Findings end most linters with 1; ours must find nothing, or something here is not what it says.
        asked = {
            "headwater check": ([headwater, "check", "."], folders["runbooks"], {0}),
            "headwater check, one runbook": ([headwater, "check", "."], folders["one"], {0}),
            "headwater fmt --check": ([headwater, "fmt", "--check", "."], folders["runbooks"], {0, 1}),
        }
        for name, folder, arguments in [
            ("ruff", "python", ["check", "--no-cache", "--isolated", "--quiet", "."]),
            ("taplo", "toml", ["lint"]),
            ("markdownlint-cli2", "runbooks", ["**/*.md"]),
        ]:
            if found := shutil.which(name, path=path):
                asked[f"{name} {arguments[0] if name != 'markdownlint-cli2' else ''}".strip()] = ([found, *arguments], folders[folder], {0, 1})
        best = {name: (math.inf, math.inf, 0.0) for name in asked}
        for _ in range(args.rounds):
            for name, command in asked.items():
                wall, cpu, memory = measure(*command)
                best[name] = (min(best[name][0], wall), min(best[name][1], cpu), max(best[name][2], memory))
        print(f"{args.runbooks:,} runbooks of {len(BLOCKS)} blocks, {size / 1e6:.1f} MB; {os.cpu_count()} cores")
        print(json.dumps({name: {"wall_s": round(wall, 3), "cpu_s": round(cpu, 3), "mib": round(memory)} for name, (wall, cpu, memory) in best.items()}, indent=1))


if __name__ == "__main__":
    main()
