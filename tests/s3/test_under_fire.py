"""Everything that an installation is made of is killed, stopped or cut off, while many jobs are done.

SCALE_JOBS jobs (default 200), one of them on a recording that several workers share. As often as there are
jobs, and each kind twice at least, something strikes, seconds apart; SOAK_SEED chooses what and when.
"""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from scribedock import app
from scribedock.demo.receiver import CallbackReceiver
from scribedock.settings import Settings
from scribedock.storage.store import StoreUnavailable
from scribedock.workflow.engine_client import EngineClient
from scribedock.workflow.eraser import Eraser
from scribedock.workflow.steps.decoded_audio import BORROWED_FILE
from tests.s3.gateway import Gateway
from tests.s3.installation import LEASE_S, Installation
from tests.soak.rounds import SEED, show
from tests.support.client import Client
from tests.support.media.sound import RATE, pcm, spoken, write_wav
from tests.support.waiting import Patience

JOBS = int(os.environ.get("SCALE_JOBS", "200"))
CLIENTS = 4
REPETITIONS = 3  # of most of a minute, with pauses: a recording that several workers share
KINDS = 6  # of strikes
STRIKES = max(2 * KINDS, JOBS)
PRIORITIES = ("ECONOMY", "STANDARD", "PRIORITY", "CRITICAL")
TRANSIENT = (500, 502, 503, 504, 507)


class Interrupted(Exception):
    """A call was not answered, or told to come back later."""


class Customer(threading.Thread):
    """Takes jobs through the main job, at whichever server answers, until enough are ordered."""

    def __init__(self, fire: Fire, seed: int) -> None:
        super().__init__(daemon=True)
        self._fire = fire
        self._random = random.Random(seed)

    def run(self) -> None:
        while (recording := self._fire.next_recording()) is not None:
            while not self._fire.over.is_set():
                try:
                    self._fire.ordered[self._take_one_through(recording)] = recording
                    break
                except (httpx2.TransportError, Interrupted):
                    time.sleep(self._random.uniform(0.2, 1))

    def _take_one_through(self, recording: Path) -> str:
        server = self._random.choice(self._fire.installation.servers)
        client = Client(server, token=self._fire.token)
        with client.http as http:
            job = str(asked(client.get("job/new"))["JobId"])
            url = str(asked(client.get("job/request_upload_url", job_id=job))["upload_url"])
            answer = http.put(url, content=recording.read_bytes())
            if answer.status_code in TRANSIENT:
                raise Interrupted
            assert answer.status_code == 200, answer.text
            asked(
                client.post(
                    "job/perform_transcription",
                    job_id=job,
                    transcription_fidelity="MECHANICAL",
                    priority=self._random.choice(PRIORITIES),
                    callback_url=f"{self._fire.receiver.base_url}/done?job={{job_id}}&iwp={{iwp_name}}",
                )
            )
        return job


def asked(answer: httpx2.Response) -> dict[str, object]:
    if answer.status_code in TRANSIENT:
        raise Interrupted
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


class Fire:
    """What happens to the installation, one thing after the other, until all is done."""

    def __init__(
        self, installation: Installation, receiver: CallbackReceiver, recordings: list[Path], token: str
    ) -> None:
        self.installation = installation
        self.receiver = receiver
        self.token = token
        self.ordered: dict[str, Path] = {}
        self.calm = threading.Event()  # no more strikes
        self.over = threading.Event()
        self.struck: Counter[str] = Counter()
        self._random = random.Random(SEED)
        self._recordings = iter(recordings)
        self._lock = threading.Lock()

    def next_recording(self) -> Path | None:
        with self._lock:
            return next(self._recordings, None)

    def burn(self) -> None:
        """Strike until it is enough, then wait: the gateway ends with the thread that has started it."""
        try:
            self._strike()
        finally:
            self.calm.set()
            self.over.wait()

    def _strike(self) -> None:
        strikes: dict[str, Callable[[], None]] = {
            "server killed": self._kill_server,
            "worker killed": self._kill_worker,
            "worker stopped past its lease": self._stop_worker,
            "worker cut off from the database": self._cut_off,
            "gateway killed": self._kill_gateway,
            "database killed": self.installation.kill_database,
        }
        assert len(strikes) == KINDS
        names: list[str] = []
        while len(names) < STRIKES:
            names += self._random.sample(sorted(strikes), KINDS)
        for name in names[:STRIKES]:
            if self.over.wait(self._random.uniform(2, 6)):
                return
            strikes[name]()
            self.struck[name] += 1

    def _kill_server(self) -> None:
        server = self._random.choice(self.installation.servers)
        server.kill()
        server.start()  # waits for the database, where that is away

    def _kill_worker(self) -> None:
        worker = self._random.choice(self.installation.workers)
        worker.kill()
        worker.start()

    def _stop_worker(self) -> None:
        worker = self._random.choice(self.installation.workers)
        worker.signal(signal.SIGSTOP)
        time.sleep(2 * LEASE_S)
        worker.signal(signal.SIGCONT)

    def _cut_off(self) -> None:
        self.installation.relay.cut()
        time.sleep(2 * LEASE_S)
        self.installation.relay.mend()

    def _kill_gateway(self) -> None:
        self.installation.gateway.stop_front()
        time.sleep(1)
        self.installation.gateway.start_front()


@pytest.mark.scale
@pytest.mark.timeout(7200)
def test_every_job_ends_once_whatever_dies(
    tmp_path: Path, gateway: Gateway, store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = random.Random(SEED)
    some = [spoken(tmp_path / f"{seconds}.wav", seconds=seconds) for seconds in (1, 3, 6, 12)]
    long = write_wav(tmp_path / "long.wav", (pcm(50) + bytes(2 * RATE * 5)) * REPETITIONS)
    recordings = [long, *draw.choices(some, k=JOBS - 1)]
    with CallbackReceiver() as receiver, Installation(tmp_path / "i", gateway, store_url) as installation:
        token = Client(installation.servers[0]).login().token
        fire = Fire(installation, receiver, recordings, token)
        burning = threading.Thread(target=fire.burn, daemon=True)
        customers = [Customer(fire, draw.randrange(10**9)) for _ in range(CLIENTS)]
        for thread in (burning, *customers):
            thread.start()
        for customer in customers:
            customer.join()
        patience = Patience(600 + 30 * JOBS)
        calls: dict[str, Counter[str]] = {}
        while set(fire.ordered) - set(calls):
            assert not patience.is_over(), f"no callback for {set(fire.ordered) - set(calls)}"
            gather(receiver, calls)
            time.sleep(0.5)
        fire.calm.wait()
        client = Client(installation.servers[0], token=token)
        check_results(client, fire.ordered, long)
        gather(receiver, calls)
        twice = [job for job in fire.ordered if len(calls[job]) != 1]
        assert not twice, "a callback has more than one id"
        settings = Settings(data_dir=installation.servers[0].data_dir, **installation.settings)  # type: ignore[arg-type]
        for worker in installation.workers:
            worker.stop()
        check_leftovers(settings, [worker.data_dir for worker in installation.workers])
        fire.over.set()
        burning.join()
        lines = [json.loads(line) for line in installation.log_lines() if line.startswith("{")]
    assert not [line for line in lines if line["event"] == "workflow given up"]
    again = repeated_chunks(lines)
    strikes = sum(fire.struck.values())
    assert again <= strikes, "more chunks were recognized twice than were interrupted"
    with capsys.disabled():
        hits = ", ".join(f"{name} {count}" for name, count in sorted(fire.struck.items()))
        show(f"{len(fire.ordered)} jobs ended once each ({hits}); {again} chunks recognized again\n")


def gather(receiver: CallbackReceiver, calls: dict[str, Counter[str]]) -> None:
    while not receiver.received.empty():
        call = receiver.received.get()
        assert call.parameters["iwp"] == "FINAL", call
        calls.setdefault(call.parameters["job"], Counter())[call.webhook_id] += 1


def check_results(client: Client, ordered: dict[str, Path], long: Path) -> None:
    """Check that each job is Complete, with one FINAL list; that of the long recording covers all of it."""
    for job, recording in ordered.items():
        info = client.info(job)
        assert info["JobStatus"] == "Complete", info
        assert "UnrecognizedSeconds" not in info, info
        versions = client.get("job/list_elementlists", job_id=job).json()
        assert [each["iwp_name"] for each in versions] == ["MECHANICAL", "FINAL"]
        if recording == long:
            assert float(info["SpeechWithWordsSeconds"]) > 40 * REPETITIONS
            segments = client.get("job/get_elementlist", job_id=job).json()["segments"]
            starts = [each["start_time"] for each in segments]
            assert starts == sorted(starts) and starts[-1] > 55_000 * (REPETITIONS - 1)


def check_leftovers(settings: Settings, data_dirs: list[Path]) -> None:
    """Check that a sweep leaves nothing in the bucket or in a folder that no job needs."""
    services = app.build_services(settings)
    stored = services.media.stored_keys()
    patience = Patience(60)
    while True:  # the gateway may have been killed a moment ago
        try:
            services.store.sweep(objects=stored, partials=frozenset(), older_than_s=-1)
            break
        except StoreUnavailable as error:
            assert not patience.is_over(), f"{error} ({error.__context__})"
            time.sleep(1)
    assert set(services.store.keys()) == stored
    engine = EngineClient(settings)
    for data_dir in data_dirs:
        eraser = Eraser(
            database=services.database,
            engine=engine,
            close_uploads=lambda job_id: None,
            folder=data_dir / "work",
            borrowed=BORROWED_FILE,
            files=(),
            retention_s=0,
        )
        eraser.sweep(older_than_s=-1)
        assert list((data_dir / "work").glob("*")) == []
    engine.close()
    services.close()


def repeated_chunks(lines: list[dict[str, object]]) -> int:
    """Return how many chunks were recognized more than once."""
    times = Counter(
        (line["task"], line["start_ms"]) for line in lines if line["event"] == "segment recognized"
    )
    return sum(number - 1 for number in times.values())
