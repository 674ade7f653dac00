#!/usr/bin/env python3
"""How late an answer is, and what it costs, while events keep coming.

usage: lsp/benches/live.py PATH_TO_HEADWATER [--rate N] [--seconds N]

pipe      events go in by a pipe at a steady rate; how long until a match comes out, and until a window's row comes out
          after the event that closes it; angle-grinder (`agrind` on PATH) does the same match for comparison
neighbour a runner's flow that looks for a rare event: how late it is alone, and beside four heavy flows
Times are of the wall clock, from the write of the event to the read of its answer. CPU is user + system.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timezone
from pathlib import Path

SLICE = 0.001


def stamp(at):
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"


def lines(count):
    """Events of 406 bytes; the time is put in later."""
    filler = "request served from cache after retry while upstream was slow and the connection pool had room " * 2
    return "".join(
        f'{{"timestamp":"@","service.name":"s-{n % 12}","cloud.region":"eu-west-1","kind":"server",'
        f'"http.route":"/api/v1/{n % 40}","http.response.status_code":200,"duration_ms":{n % 500}.25,'
        f'"customer.id":"c-{n * 7 % 20_000:05}","trace.id":"{n * 2654435761:032x}","message":"{filler[: 140 + n % 8]}"}}\n'
        for n in range(count)
    )


class Answers(threading.Thread):
    """Reads a process's lines and when each came."""

    def __init__(self, stdout):
        super().__init__(daemon=True)
        self.stdout, self.seen = stdout, []
        self.start()

    def run(self):
        for line in self.stdout:
            self.seen.append((time.time(), line))


def usage(process):
    """CPU seconds of a process that has not been waited for."""
    _, _, used = os.wait4(process.pid, 0)
    return used.ru_utime + used.ru_stime


def spread(millis):
    millis = sorted(millis)
    if not millis:
        sys.exit("no answer came")
    at = lambda share: millis[min(len(millis) - 1, int(share * len(millis)))]
    return f"p50 {at(0.5):6.2f} ms   p99 {at(0.99):6.2f} ms   worst {millis[-1]:7.2f} ms   of {len(millis)}"


def pipe(command, rate, seconds, sent_of):
    """Feeds the process; gives how late its answers were, in ms, and the share of a core that it used."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    answers = Answers(process.stdout)
    body = lines(int(rate * SLICE))
    needle = '{"timestamp":"@","customer.id":"needle","sent":%f}\n'
    begin = time.time()
    sent = []
    slices = int(seconds / SLICE)
    for number in range(slices):
        due = begin + number * SLICE
        wait = due - time.time()
        if wait > 0:
            time.sleep(wait)
        now = time.time()
        text = body.replace("@", stamp(now))
        if number % 20 == 19:
            text += (needle % now).replace("@", stamp(now))
        process.stdin.write(text.encode())
        process.stdin.flush()
        sent.append(now)
    took = time.time() - begin
    process.stdin.close()
    used = usage(process)
    answers.join()
    late = [1000 * (at - since) for at, line in answers.seen if (since := sent_of(line, sent)) is not None]
    return late, used / took


def of_match(line, _sent):
    return json.loads(line).get("sent")


def of_window(line, sent):
    """The first event that is at the end of the row's window, as lateness is none."""
    row = json.loads(line)
    end = datetime.fromisoformat(row["timestamp"].replace("Z", "+00:00")).timestamp() + 0.1
    return next((at for at in sent if at >= end), None)


def neighbour(headwater, rate, seconds):
    """How late a rare event's row is in a shared runner, alone and beside heavy flows."""
    heavy = [
        "spans | summarize dcount(trace.id), percentile(duration, 99) by http.route, customer.id, bin(timestamp, 5s)",
        "spans | where name matches regex '^[A-Z]+ /.*[aeiou]{2,}.*$' | summarize make_set(span.id, 50) by service.name",
        "spans | extend w = strcat(tolower(name), toupper(service.name), trace.id) | summarize dcount(w) by cloud.region",
        "spans | summarize n = count(), avg(duration) by customer.id, service.name, hop(timestamp, size=30s, every=1s)",
    ]
    light = "spans | where customer.id == 'c-1028' | project timestamp"
    with tempfile.TemporaryDirectory() as folder:
        socket = f"unix:{folder}/runner.sock"
        source = f"spans=demo:shop?seed=7&rate={rate}&history=0s"
        serve = subprocess.Popen(
            [headwater, "serve", "--listen", socket, "--source", source], stderr=subprocess.PIPE, cwd=folder, text=True
        )
        for line in serve.stderr:
            if line.startswith("sources"):
                break
        drain = threading.Thread(target=lambda: [None for _ in serve.stderr], daemon=True)
        drain.start()
        ask = lambda query, time: [headwater, "query", query, "--runner", socket, "--for", f"{time}s", "--quiet"]
        try:
            for what, beside in [("alone", []), ("beside four heavy flows", heavy)]:
                others = [
                    subprocess.Popen(ask(query, seconds + 5), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    for query in beside
                ]
                time.sleep(3 if beside else 1)
                process = subprocess.Popen(ask(light, seconds) + ["--since", "0s"], stdout=subprocess.PIPE)
                answers = Answers(process.stdout)
                process.wait()
                answers.join()
                since = lambda line: datetime.fromisoformat(json.loads(line)["timestamp"].replace("Z", "+00:00")).timestamp()
                print(f"neighbour, {what:24} {spread([1000 * (at - since(line)) for at, line in answers.seen])}", flush=True)
                for other in others:
                    other.send_signal(signal.SIGINT)
                for other in others:
                    other.wait()
        finally:
            serve.send_signal(signal.SIGTERM)
            serve.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("headwater", type=Path)
    parser.add_argument("--rate", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=10)
    args = parser.parse_args()
    headwater = str(args.headwater.resolve())
    match = 'stdin | where customer.id == "needle" | project sent'
    window = "stdin | summarize n = count() by service.name, bin(timestamp, 100ms)"
    asked = [
        ("a match", [headwater, "query", match, "--source", "stdin=stdin:?format=json"], of_match),
        ("a window of 100 ms", [headwater, "query", window, "--source", "stdin=stdin:?format=json&lateness=0s"], of_window),
    ]
    if agrind := shutil.which("agrind"):
        asked.append(("a match, angle-grinder", [agrind, '"needle" | json | fields sent', "-o", "json"], of_match))
    for what, command, sent_of in asked:
        late, share = pipe(command, args.rate, args.seconds, sent_of)
        print(f"pipe, {what:24} {spread(late)}   {100 * share:5.1f} % of a core", flush=True)
    neighbour(headwater, args.rate, args.seconds)


main()
