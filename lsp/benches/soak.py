#!/usr/bin/env python3
"""What a runner holds on unlucky days: senders and clients that are slow, vanish, send too much; being killed; time.

usage: lsp/benches/soak.py PATH_TO_HEADWATER [--only PART,…] [--kills N] [--overload SECONDS] [--steady SECONDS]

slow      a good sender's answers beside 1,000 that never finish, of each kind
kill      kill -9 of the runner under load: what its client says of what it had, against what was acknowledged
vanish    kill -9 of a client with 100 flows: how long until its threads and places are gone
overload  senders as fast as they can beside a flow that is slow: memory, refusals, and the account of every event
steady    10,000 events a second, ten flows of which one is replaced each second: memory, files and threads over time
All on loopback and on ports of its own. Exits with 1 where something does not hold.
"""

import argparse
import http.client
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

# Looks closely at each event, and keeps nothing.
HEAVY = "spans | where strcat(name, trace.id, span.id) matches regex '(G|H)(E|A)T .*[aeiou]{40}.*$'"


def varint(number):
    out = b""
    while True:
        byte, number = number & 127, number >> 7
        out += bytes([byte | (128 if number else 0)])
        if not number:
            return out


def part(field, body):
    return varint(field << 3 | 2) + varint(len(body)) + body


def fixed(field, number):
    return varint(field << 3 | 1) + struct.pack("<Q", number)


def request(count, at=None):
    """An export request of so many spans, as protobuf."""
    at = int((at or time.time()) * 1e9)
    spans = b"".join(
        part(2, part(1, struct.pack(">QQ", 1, n + 1)) + part(2, struct.pack(">Q", n + 1)) + part(5, b"GET /%d" % (n % 8))
             + fixed(7, at) + fixed(8, at + n * 1000))
        for n in range(count)
    )
    return part(1, part(2, spans))


# More than may wait at once, by their bytes.
SENDERS, SPANS = 600, 2_000


class Runner:
    """A server with a source over OTLP."""

    def __init__(self, headwater, folder, limits=""):
        self.headwater, self.folder = headwater, folder
        self.http, self.grpc = (free_port() for _ in range(2))
        config = folder / "headwater.toml"
        config.write_text(
            f'[sources.spans]\nuri = "otlp:127.0.0.1:{self.grpc}?http=127.0.0.1:{self.http}"\n[runner.limits]\n{limits}\n'
        )
        self.address = f"unix:{folder}/runner.sock"
        self.process = subprocess.Popen(
            [headwater, "serve", "--config", config, "--listen", self.address],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=folder,
        )
        for line in self.process.stderr:
            if line.startswith("sources from"):
                break
        # Nobody may have to wait for a reader of its messages.
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def client(self, pipeline, *args):
        return self.ask("query", pipeline, *args)

    def ask(self, *args):
        return subprocess.Popen(
            [self.headwater, *args, "--runner", self.address, "--format", "ndjson"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder,
        )

    def send(self, body, connection=None, timeout=30):
        """The status, and whether it was told when to come again."""
        connection = connection or http.client.HTTPConnection("127.0.0.1", self.http, timeout=timeout)
        connection.request("POST", "/v1/traces", body, {"content-type": "application/x-protobuf"})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("retry-after")

    def status(self, key):
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{key}:\s+(\d+)", text)[1])

    def rss(self):
        return self.status("VmRSS") / 1024

    def files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def flows(self):
        """Flows have threads by their names."""
        count = 0
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            try:
                count += Path(f"/proc/{self.process.pid}/task/{task}/comm").read_text().startswith("flow-")
            except OSError:
                pass
        return count

    def received(self):
        listed = subprocess.run(
            [self.headwater, "flows", "--runner", self.address], capture_output=True, text=True, cwd=self.folder
        ).stdout
        return sum(int(number.replace(",", "")) for number in re.findall(r"^flow-\S+\s.*?\s\d+\s+([\d,]+)\s", listed, re.M))

    def until_flows(self, wanted, patience=60):
        begin = time.time()
        while self.flows() != wanted:
            if time.time() - begin > patience:
                sys.exit(f"{self.flows()} flows run, not {wanted}")
            time.sleep(0.002)
        return time.time() - begin

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


FAILED = []


def show(name, text, holds=True):
    print(f"{name:10}{text}{'' if holds else '   DOES NOT HOLD'}", flush=True)
    if not holds:
        FAILED.append(name)


def slow(headwater, folder, _):
    runner = Runner(headwater, folder)
    head = b"POST /v1/traces HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-protobuf\r\n"
    ways = {
        "say nothing": (runner.http, b""),
        "half a head": (runner.http, head[:40]),
        "a byte of a body": (runner.http, head + b"content-length: 100000\r\n\r\n\n"),
        "a byte of a chunked body": (runner.http, head + b"transfer-encoding: chunked\r\n\r\n1\r\n\n\r\n"),
        "begin HTTP/2": (runner.grpc, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"),
    }
    body = request(1)
    for name, (port, begin) in ways.items():
        held = []
        for _ in range(1_000):
            held.append(socket.create_connection(("127.0.0.1", port)))
            held[-1].sendall(begin)
        took = []
        for _ in range(20):
            begin = time.time()
            status, _ = runner.send(body)
            took.append(1000 * (time.time() - begin))
            assert status == 200, status
        show("slow", f"beside 1,000 that {name}: {max(took):.0f} ms at most, {runner.rss():.0f} MiB", max(took) < 100)
        for one in held:
            one.close()
    runner.kill()


def kill(headwater, folder, args):
    told, exact, unknown = 0, 0, 0
    for _ in range(args.kills):
        runner = Runner(headwater, folder)
        client = runner.client("spans | summarize n = count()", "--provisional")
        runner.until_flows(1)
        acknowledged, stop = [0], threading.Event()

        def load():
            connection = http.client.HTTPConnection("127.0.0.1", runner.http)
            body = request(100)
            try:
                while not stop.is_set():
                    if runner.send(body, connection)[0] == 200:
                        acknowledged[0] += 100
            except (OSError, http.client.HTTPException):
                pass

        sender = threading.Thread(target=load)
        sender.start()
        time.sleep(0.5)
        runner.kill()
        stop.set()
        sender.join()
        rows, said = client.communicate(timeout=30)
        shown = max((int(n) for n in re.findall(r'"n":(\d+)', rows)), default=0)
        told += client.returncode != 0 and "not known" in said
        # What was shown is right: it was sent, in whole requests.
        exact += shown <= acknowledged[0] + 100 and shown % 100 == 0
        unknown = max(unknown, acknowledged[0] - shown)
        (folder / "runner.sock").unlink(missing_ok=True)
    n = args.kills
    show("kill", f"{n} times: told as unknown {told}, what was shown is exact {exact}, at most {unknown} events unknown",
         told == exact == n)
    if told != n:
        print(said.strip())


def vanish(headwater, folder, _):
    runner = Runner(headwater, folder)
    blocks = "".join(f"```headwater\nspans | where name == \"{n}\"\n```\n\n" for n in range(100))
    (folder / "many.md").write_text(blocks)
    # The first flow starts the source.
    runner.client("spans | where false", "--for", "1s").wait()
    threads, files = runner.status("Threads"), runner.files()
    for name, ask in {"one flow": lambda: runner.client("spans | where false"), "100 flows": lambda: runner.ask("run", "many.md")}.items():
        worst = 0
        for _ in range(5):
            client = ask()
            runner.until_flows(100 if "100" in name else 1)
            client.kill()
            client.wait()
            worst = max(worst, runner.until_flows(0))
        show("vanish", f"a client with {name}: gone after {1000 * worst:.0f} ms at most", worst < 0.2)
    time.sleep(0.5)
    show("vanish", f"threads {threads} → {runner.status('Threads')}, files {files} → {runner.files()}", runner.files() <= files)
    runner.kill()


def overload(headwater, folder, args):
    runner = Runner(headwater, folder, "groups = 1000000")
    client = runner.client(HEAVY)
    runner.until_flows(1)
    body, end = request(SPANS), time.time() + args.overload
    counts, lock = {"taken": 0, "refused": 0, "refused without a hint": 0, "unanswered": 0}, threading.Lock()

    def load():
        while time.time() < end:
            try:
                status, retry = runner.send(body, timeout=60)
            except (OSError, http.client.HTTPException):
                status, retry = 0, None
            with lock:
                counts["taken"] += status == 200
                counts["refused"] += status not in (0, 200)
                counts["refused without a hint"] += status not in (0, 200) and retry is None
                counts["unanswered"] += status == 0

    senders = [threading.Thread(target=load) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    most = 0
    while any(sender.is_alive() for sender in senders):
        most = max(most, runner.rss())
        time.sleep(0.05)
    # What is here is read before the client ends.
    reads = [0, 1, 2]
    while len(set(reads[-3:])) > 1:
        time.sleep(2)
        reads.append(runner.received())
    client.send_signal(signal.SIGINT)
    _, said = client.communicate(timeout=120)
    account = re.search(r"read ([\d,]+) · matched ([\d,]+) · filtered ([\d,]+) · late ([\d,]+) · dropped ([\d,]+)", said)
    # A request that is refused counts as one, since nobody knows how many events were in it.
    lost = counts["refused"]
    read, *rest = (int(number.replace(",", "")) for number in account.groups())
    sent, doubt = counts["taken"] * SPANS, counts["unanswered"] * SPANS
    show("overload", f"{args.overload} s of {SENDERS} senders: {most:.0f} MiB at most", most <= 256)
    show("overload", f"{counts}; events taken {sent:,}, read {read:,}",
         counts["refused without a hint"] == 0 and sent <= read - lost <= sent + doubt)
    show("overload", account[0], read == sum(rest))
    runner.kill()


def steady(headwater, folder, args):
    runner = Runner(headwater, folder)
    asks = [
        "spans | count", "spans | where duration > 1ms | tail 5", "spans | summarize avg(duration) by name",
        "spans | summarize percentile(duration, 99) by bin(timestamp, 1s)", "spans | where name has 'GET' | summarize count() by name",
        "spans | top 5 by duration", "spans | summarize dcount(span.id) by bin(timestamp, 5s)", "spans | distinct name",
        "spans | sample 1% | tail 3", "spans | summarize n = count() by name, hop(timestamp, size=10s, every=1s)",
    ]
    run = lambda ask: subprocess.Popen(
        [headwater, "query", ask, "--runner", runner.address], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, cwd=folder,
    )
    clients = [run(ask) for ask in asks]
    runner.until_flows(10)
    connection = http.client.HTTPConnection("127.0.0.1", runner.http)
    begin, sent, samples = time.time(), 0, []
    while (now := time.time()) - begin < args.steady:
        # A machine that is too slow for the events still tells what they cost.
        if len(samples) < now - begin:
            samples.append((now - begin, runner.rss(), runner.files(), runner.status("Threads")))
            # As an editor does when a block was edited.
            place = len(samples) % 10
            clients[place].terminate()
            clients[place].wait()
            clients[place] = run(asks[place])
        elif sent < (now - begin) * 10_000:
            assert runner.send(request(500), connection)[0] == 200
            sent += 500
        else:
            time.sleep(0.005)
    # The first fifth fills what is kept.
    late = samples[len(samples) // 5:]
    slope = lambda at: line([(s[0] / 3600, s[at]) for s in late])
    rate = sent / (time.time() - begin)
    show("steady", f"{args.steady} s at {rate:,.0f} events/s, {len(samples)} edits: {late[-1][1]:.0f} MiB, {slope(1):+.1f} MiB/h")
    files, threads = ({s[at] for s in late} for at in (2, 3))
    show("steady", f"files {min(files)}–{max(files)} ({slope(2):+.0f}/h), threads {min(threads)}–{max(threads)} ({slope(3):+.0f}/h)")
    for client in clients:
        client.kill()
    runner.kill()


def line(points):
    """The slope through points, by least squares."""
    x, y = (sum(values) / len(points) for values in zip(*points))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("headwater")
    parser.add_argument("--only", default="slow,kill,vanish,overload,steady")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--overload", type=int, default=30)
    parser.add_argument("--steady", type=int, default=7200)
    args = parser.parse_args()
    headwater = str(Path(args.headwater).resolve())
    parts = {"slow": slow, "kill": kill, "vanish": vanish, "overload": overload, "steady": steady}
    for name in args.only.split(","):
        with tempfile.TemporaryDirectory() as folder:
            parts[name](headwater, Path(folder), args)
    sys.exit(1 if FAILED else 0)


main()
