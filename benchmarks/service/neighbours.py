"""How long a customer's job takes beside another customer who wants everything at once.

python -m benchmarks.service.neighbours [--rounds N] [--seconds S] [--database-url URL] [--models DIR]

One server with its worker, on SQLite or on the database named (an empty one), with pocketsphinx or the best
model of the folder named. In each round the victim has a
recording transcribed and is called back: first while the server is idle, then while the attacker's ten child
accounts have more orders waiting than there are slots, recordings whose origins never answer, and callbacks
whose receivers never do.
Prints the ratio of the two times, and its spread.
"""

from __future__ import annotations

import argparse
import queue
import socket
import statistics
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import av
import httpx2

from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer

CHILDREN = 10
SLOW_ORIGINS = 20
DEAD_RECEIVERS = 80
ORDERS = 20
PASSWORD = "first"


@dataclass(frozen=True, kw_only=True)
class Caller:
    http: httpx2.Client
    token: str

    def get(self, path: str, **given: Any) -> dict[str, Any]:
        answer = self.http.get(f"/api/{path}", params={"v": "1", "api_token": self.token, **given})
        answer.raise_for_status()
        return dict(answer.json()) if answer.content else {}

    def child(self) -> Caller:
        name = uuid.uuid4().hex[:12] + "-account"
        self.get("account/create", new_username=name, new_password=PASSWORD)
        return logged_in(str(self.http.base_url), name, PASSWORD)

    def job(self, recording: bytes | None) -> str:
        job = str(self.get("job/new")["JobId"])
        if recording is not None:
            self.http.put(self.get("job/request_upload_url", job_id=job)["upload_url"], content=recording)
        return job

    def order(self, job: str, **given: Any) -> None:
        self.get("job/perform_transcription", job_id=job, transcription_fidelity="MECHANICAL", **given)


def logged_in(base_url: str, name: str, password: str) -> Caller:
    http = httpx2.Client(base_url=base_url, timeout=60, trust_env=False, verify=False)
    answer = http.get("/api/account/login", params={"v": "1", "username": name, "password": password})
    return Caller(http=http, token=answer.json()["ApiToken"])


def beginning(seconds: float) -> bytes:
    """The first seconds of the recording that the package ships, as WAV."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        with (
            av.open(str(files("scribedock.demo") / "recording.flac")) as source,
            av.open(str(path), "w") as target,
        ):
            stream = target.add_stream("pcm_s16le", rate=16_000, layout="mono")
            resampler = av.AudioResampler("s16", "mono", 16_000)
            for frame in source.decode(audio=0):
                if frame.time is not None and frame.time > seconds:
                    break
                for part in resampler.resample(frame):
                    for packet in stream.encode(part):
                        target.mux(packet)
        return path.read_bytes()


class Dead:
    """Takes every connection and never answers; as an origin, and as a receiver of callbacks."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._kept: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            self._kept.append(self._listening.accept()[0])


def attack(attacker: Caller, children: list[Caller], recording: bytes, dead: str) -> None:
    for number in range(SLOW_ORIGINS):
        child = children[number % CHILDREN]
        job = child.job(None)
        child.get("job/add_media", job_id=job, media_url=f"{dead}{uuid.uuid4().hex}")
        child.order(job, priority="CRITICAL")
    for number in range(DEAD_RECEIVERS):
        child = children[number % CHILDREN]
        child.order(child.job(b"this is no recording"), priority="CRITICAL", callback_url=dead)
    for number in range(ORDERS):
        child = children[number % CHILDREN]
        child.order(child.job(recording), priority="CRITICAL")


def taken_s(victim: Caller, recording: bytes, receiver: CallbackReceiver) -> float:
    """Seconds from the order to the callback."""
    job = victim.job(recording)
    began = time.perf_counter()
    victim.order(job, callback_url=f"{receiver.base_url}/{job}")
    try:
        while receiver.received.get(timeout=600).path != f"/{job}":
            continue
    except queue.Empty:
        sys.exit("the victim's job was not called back within ten minutes")
    return time.perf_counter() - began


def drained(admin: Caller) -> None:
    """Waits until the attacker's orders are over: what it wants fetched is deleted."""
    while True:
        jobs = admin.get("job/list", Username="*")["ActiveJobs"]
        for job in jobs:
            if job["JobStatus"] in ("Pending", "In Process"):
                admin.get("job/delete", job_id=job["JobId"])
        if all(job["JobStatus"] not in ("Pending", "In Process") for job in jobs):
            return
        time.sleep(1)


def main(rounds: int, seconds: float, database_url: str | None, models: Path | None) -> None:
    recording = beginning(seconds)
    ratios, idle_s, attacked_s = [], [], []
    settings: dict[str, Any] = {"callback_retries_s": "1,1,1", "login_failures": "1000"}
    if database_url is not None:
        settings["database_url"] = database_url
    if models is not None:
        settings["models_dir"] = str(models.resolve())
    with (
        tempfile.TemporaryDirectory() as folder,
        CallbackReceiver() as receiver,
        OwnServer(Path(folder), **settings) as server,
    ):
        dead = Dead()
        admin = logged_in(server.base_url, "admin", server.password)
        attacker, victim = admin.child(), admin.child()
        children = [attacker.child() for _ in range(CHILDREN)]
        # A recognizer is loaded for each slot, as on a server that has been at work.
        for number in range(ORDERS):
            children[number % CHILDREN].order(children[number % CHILDREN].job(recording))
        taken_s(victim, recording, receiver)
        drained(admin)
        for number in range(rounds):
            taken_s(victim, recording, receiver)  # until what was deleted no longer uses the machine
            idle_s.append(taken_s(victim, recording, receiver))
            attack(attacker, children, recording, dead.url)
            attacked_s.append(taken_s(victim, recording, receiver))
            ratios.append(attacked_s[-1] / idle_s[-1])
            print(f"round {number + 1} of {rounds}: {ratios[-1]:.2f}", file=sys.stderr)
            drained(admin)
    print(
        f"a job of {seconds:g} s from order to callback: idle median {statistics.median(idle_s):.1f} s, "
        f"beside the attacker {statistics.median(attacked_s):.1f} s"
    )
    print(
        f"ratio: median {statistics.median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f} "
        f"in {rounds} rounds"
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=float, default=30)
    arguments.add_argument(
        "--database-url", metavar="URL", help="an empty PostgreSQL database; SQLite without"
    )
    arguments.add_argument(
        "--models", metavar="DIR", type=Path, help="a folder of pulled models; pocketsphinx without"
    )
    given = arguments.parse_args()
    main(given.rounds, given.seconds, given.database_url, given.models)
