"""How quick `job/info` stays while eight clients fetch captions of two hours, each with options of its own.

python -m benchmarks.service.renderings [--rounds N]

Two servers take turns on the same database: one renders in processes, as scribedock does, the other in
threads of its own, as an application without them would.  Prints the times of `job/info` of both, and their
ratio; and what a rendering costs that is kept.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import structlog
import uvicorn

from scribedock import app
from scribedock.api.application import build
from scribedock.api.registry import Backend
from scribedock.api.transport.waiting import BODIES_AT_ONCE, BranchLimit
from scribedock.jobs.iwp import Iwp
from scribedock.media.fetching.fetch_seat import fetch_crew
from scribedock.ordering.capabilities import configured_capabilities
from scribedock.parsing.parser import Parser
from scribedock.rendering.pool import Bodies, RenderingPool
from scribedock.rendering.renderings import Renderings
from scribedock.rendering.request import ElementListKey, RenderRequest, render
from scribedock.settings import load
from scribedock.uploads.transfer.receiver import Receiver
from scribedock.workflow.engine_client import EngineClient
from scribedock_captions.conversion.elementlist import elementlist_of
from scribedock_captions.document import Metadata
from scribedock_captions.elementlist.codec import parse, to_json
from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.options import CaptionOptions
from scribedock_captions.readers.text import read
from scribedock_captions.rendering import CaptionFormat, Rendering

CLIENTS = 8
TWO_HOURS_MS = 7_200_000
WORDS = 18_000  # 150 a minute
SAMPLES = 150  # of job/info in each phase
PASSWORD = secrets.token_urlsafe(12)
TEXT = (Path(app.__file__).parent / "demo" / "recording.txt").read_text()


@dataclass(frozen=True)
class Made:
    future: Future[Rendering]

    def abandon(self) -> None:
        """A thread cannot be stopped."""


class Threads:
    """Renders in the server's own process. Takes the place of Renderings; keeps parsed lists, too."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(CLIENTS)
        self._elementlists: dict[ElementListKey, ElementList] = {}

    def get(self, branch: str, digest: str, request: RenderRequest, bodies: Bodies) -> Made:
        return Made(self._threads.submit(render, request, lambda key: self._parsed(key, bodies)))

    def close(self) -> None:
        self._threads.shutdown()

    def _parsed(self, key: ElementListKey, bodies: Bodies) -> ElementList:
        if key not in self._elementlists:
            self._elementlists[key] = parse(bodies(key))
        return self._elementlists[key]


def serve(kind: str, folder: Path) -> None:
    """The server in this process; prints its port."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    settings = load(data_dir=folder)
    services = app.build_services(settings)
    renderings: Any = Renderings() if kind == "processes" else Threads()
    backend = Backend(
        services=services,
        engine=EngineClient(settings),
        capabilities=configured_capabilities(settings),
        renderings=renderings,
        parser=Parser(),
        fetches=fetch_crew(),
        bodies=BranchLimit(BODIES_AT_ONCE),
        receiver=Receiver(),
    )
    config = uvicorn.Config(
        build(backend), port=0, loop="uvloop", log_config=None, access_log=False, lifespan="off"
    )
    server = uvicorn.Server(config)

    async def run() -> None:
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        print(server.servers[0].sockets[0].getsockname()[1], flush=True)
        await task

    asyncio.run(run())
    backend.close()


def two_hours() -> bytes:
    """An ElementList as JSON: the demonstration's text again and again."""
    paragraphs = (TEXT.strip() + "\n\n") * (1 + WORDS // len(TEXT.split()))
    return to_json(elementlist_of(read(paragraphs), language="en", duration=TWO_HOURS_MS))


def prepare(folder: Path) -> str:
    """A database with one job that has captions; its id."""
    settings = load(data_dir=folder)
    app.prepare_database(settings)
    services = app.build_services(settings)
    services.accounts.create("admin", PASSWORD, parent=None)
    root = services.accounts.root()
    assert root is not None
    job_id, task_id = services.jobs.create(root, name="Two hours", language="en")
    with services.database.write() as connection:
        services.elementlists.store(connection, job_id, task_id, (Iwp.FINAL,), two_hours())
    services.close()
    return job_id


class Client:
    def __init__(self, port: str, job_id: str) -> None:
        self._http = httpx2.Client(base_url=f"http://127.0.0.1:{port}/api", timeout=300, trust_env=False)
        answer = self.get("account/login", username="admin", password=PASSWORD)
        self._given = {"api_token": answer.json()["ApiToken"], "job_id": job_id}

    def get(self, path: str, **parameters: Any) -> httpx2.Response:
        given = {"v": "1", **getattr(self, "_given", {}), **parameters}
        answer = self._http.get(path, params=given)
        assert answer.status_code == 200, answer.text
        return answer


def measure(client: Client) -> list[float]:
    """Times of job/info in ms, asked for every 20 ms."""
    found = []
    for _ in range(SAMPLES):
        began = time.perf_counter()
        client.get("job/info")
        found.append((time.perf_counter() - began) * 1000)
        time.sleep(0.02)
    return found


def under_load(port: str, job_id: str) -> tuple[list[float], float]:
    """Times of job/info while eight clients fetch; and how many renderings they got a minute."""
    stop = threading.Event()
    widths, done = count(20), count()

    def fetch() -> None:
        client = Client(port, job_id)
        while not stop.is_set():
            width = 20 + next(widths) % 900  # never the same again: nothing comes from a cache
            client.get("job/get_caption", caption_format="SRT", characters_per_caption_line=width)
            next(done)

    threads = [threading.Thread(target=fetch) for _ in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    time.sleep(1)
    found = measure(Client(port, job_id))
    stop.set()
    for thread in threads:
        thread.join()
    return found, next(done) * 60 / (time.perf_counter() - began)


def summary(times: list[float]) -> str:
    ordered = sorted(times)
    return (
        f"median {statistics.median(ordered):7.1f} ms, p99 {ordered[int(len(ordered) * 0.99)]:7.1f} ms, "
        f"worst {ordered[-1]:7.1f} ms"
    )


def kept() -> None:
    """What it takes to get a rendering that is kept."""
    renderings = Renderings(RenderingPool(processes=1))
    request = RenderRequest(
        lists=(("job", "version"),), options=CaptionOptions(), format=CaptionFormat.SRT, metadata=Metadata()
    )
    body = two_hours()
    began = time.perf_counter()
    size = len(renderings.get("branch", "digest", request, lambda key: body).future.result().body)
    first = time.perf_counter() - began
    times = []
    for _ in range(1000):
        began = time.perf_counter()
        renderings.get("branch", "digest", request, lambda key: body).future.result()
        times.append((time.perf_counter() - began) * 1000)
    print(
        f"a rendering of {size:,} bytes: first {first * 1000:.0f} ms, with the start of the process and the"
    )
    print(f"parsing of the list; kept: median {statistics.median(times):.4f} ms, worst {max(times):.4f} ms")
    renderings.close()


def main(rounds: int) -> None:
    kept()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        job_id = prepare(folder)
        results: dict[str, list[float]] = {"idle": [], "processes": [], "threads": []}
        rates: dict[str, list[float]] = {"processes": [], "threads": []}
        servers = {
            kind: subprocess.Popen(
                [sys.executable, __file__, "--serve", kind, "--folder", name],
                stdout=subprocess.PIPE,
                text=True,
            )
            for kind in rates
        }
        ports = {kind: server.stdout.readline().strip() for kind, server in servers.items() if server.stdout}
        for number in range(rounds):
            results["idle"] += measure(Client(ports["processes"], job_id))
            for kind, port in ports.items():
                times, rate = under_load(port, job_id)
                results[kind] += times
                rates[kind].append(rate)
            print(f"round {number + 1} of {rounds} is done", file=sys.stderr)
        for server in servers.values():
            server.terminate()
            server.wait()
    print(f"job/info, {os.cpu_count()} processors, {CLIENTS} clients fetching captions of two hours:")
    for kind, times in results.items():
        per_minute = f", {statistics.median(rates[kind]):.0f} renderings a minute" if kind in rates else ""
        print(f"  {kind:<10} {summary(times)}{per_minute}")
    p99 = {kind: sorted(times)[int(len(times) * 0.99)] for kind, times in results.items()}
    print(f"  p99 of threads is {p99['threads'] / p99['processes']:.1f} times that of processes")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--serve", choices=["processes", "threads"])
    arguments.add_argument("--folder", type=Path)
    given = arguments.parse_args()
    if given.serve:
        serve(given.serve, given.folder)
    else:
        main(given.rounds)
