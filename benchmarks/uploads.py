"""Many uploads at once, and what another call waits meanwhile: scribedock beside a plain server.

    python benchmarks/uploads.py [--uploads 64] [--megabytes 16] [--repetitions 5]

Both servers run at once, and are loaded in turn, so that a noisy machine disturbs both alike; what
counts is the ratio. Listens and connects on loopback only. Needs Linux (/proc).
"""

from __future__ import annotations

import argparse
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from scribedock.demo.server import OwnServer

POLL_EVERY_S = 0.01
IDLE_S = 2.0


@dataclass(frozen=True)
class Peer:
    """A server under test."""

    name: str
    pid: int
    info_url: str
    upload_url: Callable[[], str]


@dataclass(frozen=True)
class Measured:
    idle_ms: float  # median latency of the other call with nothing else to do
    loaded_ms: float  # while the uploads were under way
    megabytes_per_s: float
    memory_mb: float  # resident memory of the server at its peak, above what it had when idle


@contextmanager
def scribedock(folder: Path) -> Iterator[Peer]:
    with OwnServer(folder, upload_min_rate="0", log_level="warning", disk_reserve="0") as server:
        http = httpx.Client(base_url=server.base_url, trust_env=False, timeout=60)

        def call(path: str, **parameters: str) -> dict[str, str]:
            answer = http.get(f"/api/{path}", params={"v": "1", **parameters})
            answer.raise_for_status()
            return dict(answer.json())

        token = call("account/login", username="admin", password=server.password)["ApiToken"]
        watched = call("job/new", api_token=token)["JobId"]

        def upload_url() -> str:
            job = call("job/new", api_token=token)["JobId"]
            return call("job/request_upload_url", api_token=token, job_id=job)["upload_url"]

        assert server.process is not None
        info = f"{server.base_url}/api/job/info?v=1&api_token={token}&job_id={watched}"
        yield Peer("scribedock", server.process.pid, info, upload_url)


@contextmanager
def plain(folder: Path) -> Iterator[Peer]:
    folder.mkdir()
    command = [sys.executable, str(Path(__file__).parent / "plain_server.py"), str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    base = f"http://127.0.0.1:{process.stdout.readline().strip()}"
    for _ in range(100):
        try:
            httpx.get(f"{base}/info", trust_env=False)
            break
        except httpx.TransportError:
            time.sleep(0.05)
    try:
        yield Peer("plain server", process.pid, f"{base}/info", lambda: f"{base}/upload")
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def put(url: str, body: Path) -> None:
    """PUTs a file with `sendfile`, so that the client costs as little as it can."""
    parts = urlsplit(url)
    assert parts.hostname and parts.port
    with socket.create_connection((parts.hostname, parts.port)) as connection, body.open("rb") as file:
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        head = f"PUT {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {body.stat().st_size}\r\n"
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode())
        connection.sendfile(file)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(answer[:300].decode(errors="replace"))


def poll(url: str, stop: object, seconds: float) -> list[float]:
    """Latencies in ms of one call after the other, until `stop` is set or the time is over."""
    found = []
    deadline = time.monotonic() + seconds
    with httpx.Client(trust_env=False, timeout=60) as http:
        http.get(url)
        while time.monotonic() < deadline and not stop.is_set():  # type: ignore[attr-defined]
            began = time.perf_counter()
            http.get(url).raise_for_status()
            found.append((time.perf_counter() - began) * 1000)
            time.sleep(POLL_EVERY_S)
    return found


def memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


class Peak(threading.Thread):
    """The highest resident memory of a process, looked at every 20 ms."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self.before = self.highest = memory_mb(pid)

    def run(self) -> None:
        while not self._ended.wait(0.02):
            self.highest = max(self.highest, memory_mb(self._pid))

    def end(self) -> float:
        self._ended.set()
        self.join()
        return self.highest - self.before


def measure(peer: Peer, body: Path, uploads: int, pollers: ProcessPoolExecutor, stop: object) -> Measured:
    idle = pollers.submit(poll, peer.info_url, stop, IDLE_S).result()
    urls = [peer.upload_url() for _ in range(uploads)]
    peak = Peak(peer.pid)
    peak.start()
    polled = pollers.submit(poll, peer.info_url, stop, 600.0)
    began = time.perf_counter()
    with ThreadPoolExecutor(uploads) as clients:
        list(clients.map(lambda url: put(url, body), urls))
    took = time.perf_counter() - began
    stop.set()  # type: ignore[attr-defined]
    loaded = polled.result()
    stop.clear()  # type: ignore[attr-defined]
    megabytes = uploads * body.stat().st_size / 1024**2
    return Measured(statistics.median(idle), statistics.median(loaded), megabytes / took, peak.end())


def spread(values: list[float], unit: str = "") -> str:
    return f"{statistics.median(values):8.2f}{unit} ({min(values):.2f} to {max(values):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--uploads", type=int, default=64)
    parser.add_argument("--megabytes", type=int, default=16)
    parser.add_argument("--repetitions", type=int, default=5)
    wanted = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        body = folder / "body"
        body.write_bytes(b"\x55" * (wanted.megabytes * 1024**2))
        peers = [stack.enter_context(scribedock(folder / "a")), stack.enter_context(plain(folder / "b"))]
        manager = stack.enter_context(get_context("spawn").Manager())
        stop = manager.Event()
        pollers = stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        results: dict[str, list[Measured]] = {peer.name: [] for peer in peers}
        for number in range(wanted.repetitions):
            for peer in peers[:: 1 if number % 2 else -1]:
                results[peer.name].append(measure(peer, body, wanted.uploads, pollers, stop))
                print(f"{number + 1}/{wanted.repetitions} {peer.name}: {results[peer.name][-1]}", flush=True)
    print(f"\n{wanted.uploads} uploads of {wanted.megabytes} MB at once; median (least to most)")
    for name, found in results.items():
        print(f"\n{name}")
        print("  other call, idle      ", spread([each.idle_ms for each in found], " ms"))
        print("  other call, loaded    ", spread([each.loaded_ms for each in found], " ms"))
        print("  loaded / idle         ", spread([each.loaded_ms / each.idle_ms for each in found], " x"))
        print("  throughput            ", spread([each.megabytes_per_s for each in found], " MB/s"))
        print("  memory above idle     ", spread([each.memory_mb for each in found], " MB"))
    ours, theirs = results.values()
    pairs = list(zip(ours, theirs, strict=True))
    print("\nscribedock / plain server")
    print("  latency, loaded       ", spread([a.loaded_ms / b.loaded_ms for a, b in pairs], " x"))
    print("  throughput            ", spread([a.megabytes_per_s / b.megabytes_per_s for a, b in pairs], " x"))


if __name__ == "__main__":
    main()
