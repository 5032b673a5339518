"""Whether anything grows while a server works: memory, descriptors, threads, tables, files.

python -m benchmarks.service.mixed_load [--minutes 60] [--clients 3] [--csv FILE]

Clients do all that customers do, again and again: sign in, sometimes with a wrong password; upload, order,
with callbacks that arrive and callbacks that do not; read captions, transcripts, lists, searches, events;
delete. So there are about as many jobs at the end as at the beginning. Each minute is measured. Printed is
the median of the second quarter of the time beside that of the last, and their ratio: the first one warms up.
"""

from __future__ import annotations

import argparse
import csv
import random
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import httpx2

from benchmarks.service.processes import count, pss_mb
from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer
from scribedock.jobs.erasing.erasure import REGISTER
from tests.support.client import Client
from tests.support.machine.processes import family
from tests.support.media.sound import spoken

MINUTE_S = 60
SECONDS_OF_SPEECH = 3
DEAD = "http://127.0.0.1:9/done"  # discard: nobody listens
FORMATS = ("SRT", "WEB_VTT", "DFXP", "SCC", "TRANSCRIPT")
TABLES = """
SELECT name FROM sqlite_master
WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_fts%' AND name <> 'alembic_version'
"""
# What is kept of a deleted job, and who did what, grows with every job.
GROWING = {entry.table.name for entry in REGISTER if not entry.deleted}


class Customer(threading.Thread):
    """Does what customers do until it is told to stop."""

    def __init__(self, server: OwnServer, recording: Path, callbacks: str, seed: int) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._recording = recording
        self._callbacks = callbacks
        self._random = random.Random(seed)
        self.stopping = threading.Event()
        self.jobs = 0
        self.refused = 0  # calls that were answered with an error

    def run(self) -> None:
        while not self.stopping.is_set():
            client = Client(self._server)
            with client.http:
                self._work(client)

    def _work(self, client: Client) -> None:
        if self._random.random() < 0.1:
            client.get("account/login", username="admin", password="wrong")
        client.login()
        for _ in range(self._random.randint(3, 8)):
            job = client.new_job(job_name=f"Lecture {self.jobs}")
            client.upload(job, self._recording)
            url = DEAD if self._random.random() < 0.2 else f"{self._callbacks}/{{job_id}}"
            client.order(job, callback_url=url)
            client.finished(job, within_s=600)
            self._read(client, job)
            client.get("job/delete", job_id=job)
            self.jobs += 1
            if self.stopping.wait(self._random.uniform(0.2, 1.5)):
                break
        client.get("account/logout")

    def _read(self, client: Client, job: str) -> None:
        for format in self._random.sample(FORMATS, 2):
            length = self._random.randint(20, 60)
            client.get(
                "job/get_caption", job_id=job, caption_format=format, characters_per_caption_line=length
            )
        for path, given in (
            ("job/get_transcript", {"job_id": job}),
            ("job/get_elementlist", {"job_id": job}),
            ("job/list", {"limit": "50"}),
            ("job/search", {"query": "library"}),
            ("job/events", {"seconds": "1"}),
            ("job/info", {"job_id": "0" * 32}),
            ("job/add_media_url", {"job_id": job, "media_url": DEAD}),
        ):
            answer: httpx2.Response = client.get(path, **given)
            self.refused += answer.status_code >= 500


def measured(server: OwnServer) -> dict[str, float]:
    assert server.process is not None
    processes = list(family(server.process.pid))
    found = {
        "memory, MB (PSS)": sum(pss_mb(pid) for pid in processes),
        "descriptors": sum(count(pid, "fd") for pid in processes),
        "threads": sum(count(pid, "task") for pid in processes),
        "processes": float(len(processes)),
        "files": float(sum(1 for each in server.data_dir.rglob("*") if each.is_file())),
        "bytes of the folder, MB": sum(_size(each) for each in server.data_dir.rglob("*")) / 1e6,
    }
    for name in ("scribedock", "workflows"):
        found |= {f"rows of {table}": count for table, count in _rows(server.data_dir / f"{name}.sqlite")}
    return found


def _size(file: Path) -> int:
    try:
        return file.stat().st_size if file.is_file() else 0
    except OSError:
        return 0


def _rows(database: Path) -> Iterator[tuple[str, float]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        for (table,) in connection.execute(TABLES).fetchall():
            [count] = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608 - its own
            yield table, float(count)


def report(samples: Sequence[Mapping[str, float]]) -> None:
    quarter = len(samples) // 4
    early, late = samples[quarter : 2 * quarter], samples[-quarter:]
    print(f"{'':34} {'second quarter':>15} {'last quarter':>13} {'ratio':>6}")
    for name in samples[-1]:
        before, after = (statistics.median(each.get(name, 0) for each in part) for part in (early, late))
        ratio = after / before if before else float("nan")
        kept = "  grows with the jobs" if name.removeprefix("rows of ") in GROWING else ""
        if before or after:
            print(f"{name:34} {before:>15.1f} {after:>13.1f} {ratio:>6.2f}{kept}")


def main(minutes: int, clients: int, table: Path | None) -> None:
    samples = []
    with (
        tempfile.TemporaryDirectory() as name,
        CallbackReceiver() as receiver,
        OwnServer(Path(name) / "server", speech_engine="pocketsphinx", callback_retries_s="1,1,1") as server,
    ):
        recording = spoken(Path(name) / "recording.wav", seconds=SECONDS_OF_SPEECH)
        customers = [Customer(server, recording, receiver.base_url, seed) for seed in range(clients)]
        for customer in customers:
            customer.start()
        for minute in range(minutes):
            time.sleep(MINUTE_S)
            samples.append(measured(server))
            if not all(each.is_alive() for each in customers):
                sys.exit("a customer was not served: see above")
            print(f"minute {minute + 1}: {sum(each.jobs for each in customers)} jobs", file=sys.stderr)
        for customer in customers:
            customer.stopping.set()
        for customer in customers:
            customer.join(timeout=120)
    if table is not None:
        with table.open("w", newline="") as file:
            writer = csv.DictWriter(file, sorted(set().union(*samples)))
            writer.writeheader()
            writer.writerows(samples)
    done, refused = sum(each.jobs for each in customers), sum(each.refused for each in customers)
    print(f"{minutes} minutes, {done} jobs, {refused} answers of 500 and above")
    report(samples)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--minutes", type=int, default=60)
    arguments.add_argument("--clients", type=int, default=3)
    arguments.add_argument("--csv", type=Path, help="a file for what was measured each minute")
    given = arguments.parse_args()
    main(given.minutes, given.clients, given.csv)
