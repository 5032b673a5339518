"""How much one account's calls slow down another's: `verify_key` of a victim, idle and under each attack.

Idle and attacked phases take turns, so that what else the machine does hits both; the ratio of their 99th
percentiles is given as its median and its extremes over the repetitions. The attacker's own process gives way
to all others: it stands for machines elsewhere.

    python -m benchmarks.service.isolation [--repetitions 5] [--samples 100] [--mebibytes 16] [attack …]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from scribedock import app
from scribedock.demo.server import OwnServer
from scribedock.jobs.job import Fidelity
from scribedock.settings import load
from scribedock_captions.conversion.elementlist import elementlist_of
from scribedock_captions.readers.text import read
from tests.support.client import Client
from tests.support.finished import finished_job
from tests.support.hostile import KINDS, MIB

PASSWORD = "a password"
CONNECTIONS = 20


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A server with a victim and an attacker, who is a reviewer at a pass of its own."""

    server: OwnServer
    victim: Client
    attacker: Client
    reviewed: str  # the attacker's job whose pass it has taken
    finished: str  # one with a long transcript
    empty: str
    silent: str  # the URL of a server that never answers


Attack = Callable[[Stage, httpx2.Client, int, int], object]  # number of the connection, bytes


def saving(kind: str) -> Attack:
    bodies: dict[int, bytes] = {}

    def attack(stage: Stage, http: httpx2.Client, number: int, size: int) -> object:
        body = bodies.setdefault(size, KINDS[kind](size))
        return http.post("/api/review/save", params=_query(stage, job_id=stage.reviewed), content=body)

    return attack


def transcript(stage: Stage, http: httpx2.Client, number: int, size: int) -> object:
    body = b"1\n00:00:01,000 --> 00:00:02,000\n" + b"[a " * (min(size, 8 * MIB) // 3 - 20)
    return http.post("/api/job/add_transcript", params=_query(stage, job_id=stage.empty), content=body)


def parameters(stage: Stage, http: httpx2.Client, number: int, size: int) -> object:
    body = b'{"a":[' + b"[]," * (min(size, MIB) // 3 - 10) + b"[]]}"
    headers = {"Content-Type": "application/json"}
    return http.post("/api/job/list", params=_query(stage), content=body, headers=headers)


def guidelines(stage: Stage, http: httpx2.Client, number: int, size: int) -> object:
    query = _query(stage, job_id=stage.empty, guidelines_url=stage.silent)
    return http.get("/api/job/add_custom_guidelines", params=query)


def renderings(stage: Stage, http: httpx2.Client, number: int, size: int) -> object:
    duration = str(5000 + time.monotonic_ns() // 1000 % 1_000_000)
    query = _query(stage, job_id=stage.finished, caption_format="SRT", maximum_caption_duration=duration)
    return http.get("/api/job/get_caption", params=query)


ATTACKS: Mapping[str, Attack] = {
    **{f"save-{kind}": saving(kind) for kind in KINDS},
    "transcript": transcript,
    "parameters": parameters,
    "guidelines": guidelines,
    "renderings": renderings,
}


def _query(stage: Stage, **given: str) -> dict[str, str]:
    return {"v": "1", "api_token": stage.attacker.token, **given}


def p99(client: Client, samples: int) -> float:
    """Of `verify_key`, in seconds."""
    found = []
    for _ in range(samples):
        began = time.perf_counter()
        answer = client.get("account/verify_key")
        found.append(time.perf_counter() - began)
        assert answer.status_code == 200, answer.text
    return statistics.quantiles(found, n=100, method="inclusive")[98]


@contextmanager
def attacked(stage: Stage, attack: Attack, size: int) -> Iterator[None]:
    """On many connections, again and again, from another process: our interpreter is the victim's."""
    process = multiprocessing.get_context("fork").Process(target=_attack, args=(stage, attack, size))
    process.start()
    time.sleep(1)
    try:
        yield
    finally:
        process.kill()
        process.join()


def _attack(stage: Stage, attack: Attack, size: int) -> None:
    os.nice(19)

    def run(number: int) -> None:
        with httpx2.Client(base_url=stage.server.base_url, timeout=10, trust_env=False) as http:
            while True:
                try:
                    attack(stage, http, number, size)
                except httpx2.HTTPError:
                    time.sleep(0.05)

    for number in range(CONNECTIONS):
        threading.Thread(target=run, args=(number,)).start()


@contextmanager
def stage_in(folder: Path) -> Iterator[Stage]:
    with ExitStack() as stack:
        server = OwnServer(folder, workflow_poll_s="0.5")
        server.start()
        stack.callback(server.stop)
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1024))
        services = app.build_services(load(data_dir=server.data_dir))
        stack.callback(services.close)
        for name in ("victim", "attacker"):
            made = services.accounts.create(name, PASSWORD, parent="admin")
            services.accounts.set_reviewer(made, name == "attacker")
        words = elementlist_of(read("All of this takes a while to be laid out.\n\n" * 5000))
        reviewed = finished_job(services, words, username="attacker", fidelity=Fidelity.STANDARD)
        attacker = Client(server).login("attacker", PASSWORD)
        attacker.post("review/take", job_id=reviewed).raise_for_status()
        yield Stage(
            server=server,
            victim=Client(server).login("victim", PASSWORD),
            attacker=attacker,
            reviewed=reviewed,
            finished=finished_job(services, words, username="attacker"),
            empty=attacker.new_job(),
            silent=f"http://127.0.0.1:{listening.getsockname()[1]}/",
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("attacks", nargs="*", choices=[[], *ATTACKS], default=[])
    arguments.add_argument("--repetitions", type=int, default=5)
    arguments.add_argument("--samples", type=int, default=100)
    arguments.add_argument("--mebibytes", type=int, default=16)
    given = arguments.parse_args()
    print("attack        idle p99 ms  attacked p99 ms  ratio: median (least to most)")
    with tempfile.TemporaryDirectory() as folder, stage_in(Path(folder)) as stage:
        p99(stage.victim, given.samples)
        for name in given.attacks or ATTACKS:
            measured = []
            for _ in range(given.repetitions):
                idle = p99(stage.victim, given.samples)
                with attacked(stage, ATTACKS[name], given.mebibytes * MIB):
                    measured.append((idle, p99(stage.victim, given.samples)))
            ratios = [busy / idle for idle, busy in measured]
            idle, busy = (1000 * statistics.median(each) for each in zip(*measured, strict=True))
            print(
                f"{name:13} {idle:11.1f}  {busy:15.1f}  "
                f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
                flush=True,
            )


if __name__ == "__main__":
    main()
