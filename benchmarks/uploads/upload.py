"""What an upload costs: scribedock beside nginx's DAV PUT and a plain Starlette endpoint.

    python -m benchmarks.uploads.upload [--repetitions 10]
        [--scenario single|parallel|small|latency|calls|all]

All servers run at once on one disk and are loaded in turn, so that a noisy machine disturbs all alike;
what counts is the ratio. Every upload is as durable as scribedock's: for nginx, which syncs nothing, the
client syncs file and folder. Listens and connects on loopback only. Needs Linux, nginx, openssl, and wrk
for the calls.
"""

from __future__ import annotations

import argparse
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import httpx2

from benchmarks.uploads import peers
from benchmarks.uploads.peers import Peer
from scribedock.keys.keys import SigningKey
from scribedock.uploads.grant import Grant, sign

MIB = 1024**2
POLL_EVERY_S = 0.005
IDLE_S = 2.0
Result = TypeVar("Result")


@dataclass(frozen=True)
class Cost:
    cpu_s_per_gib: float  # of the server
    wall_s: float
    memory_mb: float  # at the peak, above what it had before


@dataclass(frozen=True)
class Latency:
    idle_ms: float  # median
    loaded_ms: float  # median
    loaded_p99_ms: float


def put(peer: Peer, url: str, body: Path, headers: str = "") -> None:
    """PUTs a file at the least cost for the client: sendfile, or one TLS write after the other."""
    parts = urlsplit(url)
    assert parts.hostname and parts.port
    with socket.create_connection((parts.hostname, parts.port)) as raw, body.open("rb") as file:
        connection = peer.tls.wrap_socket(raw, server_hostname=parts.hostname) if peer.tls else raw
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        head = f"PUT {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {body.stat().st_size}\r\n"
        connection.sendall(f"{head}{headers}Connection: close\r\n\r\n".encode())
        connection.sendfile(file)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    if answer[9:12] not in (b"200", b"201"):
        raise RuntimeError(answer[:300].decode(errors="replace"))


def sync(path: Path) -> None:
    for each in (path, path.parent):
        descriptor = os.open(each, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


class Peak(threading.Thread):
    """The highest resident memory of a server, looked at every 20 ms."""

    def __init__(self, peer: Peer) -> None:
        super().__init__(daemon=True)
        self._peer = peer
        self._ended = threading.Event()
        self.before = self.highest = peer.memory_mb()

    def run(self) -> None:
        while not self._ended.wait(0.02):
            self.highest = max(self.highest, self._peer.memory_mb())

    def end(self) -> float:
        self._ended.set()
        self.join()
        return self.highest - self.before


def cost(peer: Peer, body: Path, count: int, at_once: int, headers: str = "", durable: bool = True) -> Cost:
    """`count` uploads, so many at once, until all are durable."""
    urls = [peer.upload_url() for _ in range(count)]
    files = peer.made[-count:]
    peak = Peak(peer)
    peak.start()
    cpu, began = peer.cpu_s(), time.perf_counter()
    with ThreadPoolExecutor(at_once) as clients:

        def one(number: int) -> None:
            put(peer, urls[number], body, headers)
            if durable and not peer.durable:
                sync(files[number])

        list(clients.map(one, range(count)))
    wall = time.perf_counter() - began
    used = peer.cpu_s() - cpu
    peer.clear()
    return Cost(used / (count * body.stat().st_size / 1024**3), wall, peak.end())


def poll(url: str, stop: object, seconds: float) -> list[float]:
    """Latencies in ms of one call after the other, until `stop` is set or the time is over."""
    found = []
    deadline = time.monotonic() + seconds
    with httpx2.Client(trust_env=False, timeout=60) as http:
        http.get(url)
        while time.monotonic() < deadline and not stop.is_set():  # type: ignore[attr-defined]
            began = time.perf_counter()
            http.get(url).raise_for_status()
            found.append((time.perf_counter() - began) * 1000)
            time.sleep(POLL_EVERY_S)
    return found


def latency(peer: Peer, body: Path, uploads: int, pollers: ProcessPoolExecutor, stop: object) -> Latency:
    idle = pollers.submit(poll, peer.info_url, stop, IDLE_S).result()
    urls = [peer.upload_url() for _ in range(uploads)]
    polled = pollers.submit(poll, peer.info_url, stop, 600.0)
    with ThreadPoolExecutor(uploads) as clients:
        list(clients.map(lambda url: put(peer, url, body), urls))
    stop.set()  # type: ignore[attr-defined]
    loaded = polled.result()
    stop.clear()  # type: ignore[attr-defined]
    peer.clear()
    return Latency(statistics.median(idle), statistics.median(loaded), quantile(loaded, 0.99))


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def interval(values: list[float]) -> str:
    """Median and its 95 % interval (bootstrap of 2,000)."""
    chance = random.Random(0)
    medians = sorted(statistics.median(chance.choices(values, k=len(values))) for _ in range(2000))
    return f"{statistics.median(values):8.2f}  ({medians[50]:.2f} to {medians[1949]:.2f})"


def repeat(number: int, measures: Mapping[str, Callable[[], Result]]) -> dict[str, list[Result]]:
    """Every measure in turn, `number` times, in alternating order."""
    found: dict[str, list[Result]] = {name: [] for name in measures}
    for round_ in range(number):
        names = list(measures)
        for name in names[:: 1 if round_ % 2 else -1]:
            found[name].append(measures[name]())
            print(f"  {round_ + 1}/{number} {name}", end="\r", flush=True, file=sys.stderr)
    print(" " * 60, end="\r", file=sys.stderr)
    return found


def compare(title: str, found: Mapping[str, Sequence[object]], attributes: dict[str, str], base: str) -> None:
    print(f"\n{title}")
    for attribute, unit in attributes.items():
        for name, results in found.items():
            values = [getattr(each, attribute) for each in results]
            line = f"  {attribute:14} {name:22} {interval(values)} {unit}"
            if name != base and attribute != "memory_mb":
                others = [getattr(each, attribute) for each in found[base]]
                ratios = [other / max(value, 1e-9) for other, value in zip(others, values, strict=True)]
                line += f"   {base} / it: {interval(ratios)}"
            print(line, flush=True)


class Benchmark:
    def __init__(self, stack: ExitStack, repetitions: int) -> None:
        self._stack = stack
        self._repetitions = repetitions
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self._tls = peers.certificate(self._folder)

    def body(self, size: int) -> Path:
        path = self._folder / f"body-{size}"
        if not path.exists():
            path.write_bytes(b"\x55" * size)
        return path

    def servers(self, *, tls: bool) -> dict[str, Peer]:
        where = self._folder / ("tls" if tls else "clear")
        where.mkdir()
        pair = self._tls if tls else None
        found = [
            self._stack.enter_context(peers.scribedock(where / "scribedock", pair)),
            self._stack.enter_context(peers.nginx(where / "nginx", pair)),
        ]
        if not tls:
            found.append(self._stack.enter_context(peers.plain(where / "starlette")))
        return {peer.name: peer for peer in found}

    def costs(self, title: str, servers: dict[str, Peer], size: int, count: int, at_once: int) -> None:
        body = self.body(size)
        found = repeat(
            self._repetitions,
            {name: partial(cost, peer, body, count, at_once) for name, peer in servers.items()},
        )
        units = {"cpu_s_per_gib": "s/GiB", "wall_s": "s", "memory_mb": "MB"}
        compare(title, found, units, next(iter(servers)))

    def extras(self, server: Peer, nginx: Peer, size: int) -> None:
        """What durability and a digest cost apart."""
        body = self.body(size)
        found = repeat(
            self._repetitions,
            {
                "scribedock": lambda: cost(server, body, 1, 1),
                "with a digest": lambda: cost(server, body, 1, 1, "Want-Repr-Digest: sha-256=1\r\n"),
                "nginx": lambda: cost(nginx, body, 1, 1),
                "nginx, not durable": lambda: cost(nginx, body, 1, 1, durable=False),
            },
        )
        compare(
            "Apart: a digest, and syncing", found, {"cpu_s_per_gib": "s/GiB", "wall_s": "s"}, "scribedock"
        )

    def latencies(self, servers: dict[str, Peer], uploads: int, size: int) -> None:
        body = self.body(size)
        manager = self._stack.enter_context(get_context("spawn").Manager())
        stop = manager.Event()
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pollers:
            found = repeat(
                self._repetitions,
                {
                    name: partial(latency, peer, body, uploads, pollers, stop)
                    for name, peer in servers.items()
                },
            )
        units = {"idle_ms": "ms", "loaded_ms": "ms", "loaded_p99_ms": "ms"}
        compare(f"Another call while {uploads} uploads run", found, units, "scribedock")
        for name, results in found.items():
            print(f"  loaded / idle  {name:22} {interval([r.loaded_ms / r.idle_ms for r in results])}")

    def calls(self, server: Peer) -> None:
        """`request_upload_url` by wrk, and what signing costs."""
        query = server.info_url.replace("job/info", "job/request_upload_url")
        rates = []
        for _ in range(self._repetitions):
            done = subprocess.run(
                ["wrk", "-t1", "-c8", "-d3s", query], capture_output=True, text=True, check=True
            )
            rates.append(float(done.stdout.partition("Requests/sec:")[2].split()[0]))
        print(f"\nrequest_upload_url         {interval(rates)} calls/s")
        key = SigningKey(id="bench", secret=b"k" * 32)
        grant = Grant(upload_id="0" * 32, job_id="1" * 32, expires=2**31, max_bytes=2**33, epoch=0)
        ours = [timed(lambda: sign(grant, key)) for _ in range(self._repetitions)]
        print(f"signing                    {interval(ours)} µs")
        try:
            theirs = [timed(presigner()) for _ in range(self._repetitions)]
        except ImportError:
            print("botocore is not installed: its pre-signing is not compared")
            return
        print(f"pre-signing, botocore      {interval(theirs)} µs")
        print(f"botocore / ours            {interval([b / a for a, b in zip(ours, theirs, strict=True)])}")


def timed(function: Callable[[], object]) -> float:
    """Microseconds of a call."""
    count = 500
    began = time.perf_counter()
    for _ in range(count):
        function()
    return (time.perf_counter() - began) / count * 1e6


def presigner() -> Callable[[], object]:
    import botocore.session

    client = botocore.session.get_session().create_client(
        "s3",
        region_name="us-east-1",
        aws_access_key_id="AK",
        aws_secret_access_key="SK",
        endpoint_url="http://127.0.0.1:9",
    )
    parameters = {"Bucket": "b", "Key": "k"}
    return lambda: client.generate_presigned_url("put_object", Params=parameters, ExpiresIn=43_200)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repetitions", type=int, default=10)
    scenarios = ("single", "tls", "parallel", "small", "apart", "latency", "calls")
    parser.add_argument("--scenario", choices=(*scenarios, "all"), action="append")
    wanted = parser.parse_args()
    chosen = set(scenarios) if not wanted.scenario or "all" in wanted.scenario else set(wanted.scenario)
    with ExitStack() as stack:
        benchmark = Benchmark(stack, wanted.repetitions)
        clear = benchmark.servers(tls=False)
        pair = {name: peer for name, peer in clear.items() if name != "Starlette"}
        if "single" in chosen:
            benchmark.costs("One upload of 1 GiB", clear, 1024 * MIB, 1, 1)
        if "tls" in chosen:
            benchmark.costs("One upload of 1 GiB over TLS", benchmark.servers(tls=True), 1024 * MIB, 1, 1)
        if "parallel" in chosen:
            benchmark.costs("64 uploads of 16 MiB at once", clear, 16 * MIB, 64, 64)
        if "small" in chosen:
            benchmark.costs("2,000 uploads of 64 KiB, 16 at once", pair, 64 * 1024, 2000, 16)
        if "apart" in chosen:
            benchmark.extras(clear["scribedock"], clear["nginx"], 1024 * MIB)
        if "latency" in chosen:
            benchmark.latencies({name: peer for name, peer in clear.items() if name != "nginx"}, 16, 64 * MIB)
        if "calls" in chosen:
            benchmark.calls(clear["scribedock"])


if __name__ == "__main__":
    main()
