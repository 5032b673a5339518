"""How long `job/list` and `job/aggregate_statistics` take over many jobs, and what they do to other calls.

python -m benchmarks.service.job_list [--jobs 100000] [--database-url postgresql://…]

The jobs belong to twenty accounts below the caller. Prints times; the cost of a job in the whole list against
that in a list of a thousand; the whole list against a peer that selects all rows at once and dumps them as
they are; and how quick `job/info` stays while the list is read.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import threading
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import sqlalchemy as sa

from scribedock import app
from scribedock.clock import utc_now
from scribedock.db.tables import accounts, jobs, tasks
from scribedock.demo.server import OwnServer
from scribedock.settings import Settings, load

OWNERS = 20
BATCH = 5000
DAYS = 730
FEW = 1000
STATES = ("Pending", "In Process", "Complete", "Complete", "Complete", "Media Failure")


def fill(settings: Settings, count: int, password: str) -> None:
    """A database with so many jobs, of the last two years."""
    app.prepare_database(settings)
    services = app.build_services(settings)
    services.accounts.create("admin", password, parent=None)
    owners = [
        services.accounts.create(f"owner {number}", password, parent="admin").id for number in range(OWNERS)
    ]
    draw = random.Random(1)
    now = utc_now()
    for start in range(0, count, BATCH):
        rows = [
            job(draw, owners[number % OWNERS], now - timedelta(seconds=draw.randrange(DAYS * 86_400)))
            for number in range(start, min(start + BATCH, count))
        ]
        with services.database.write() as connection:
            connection.execute(jobs.insert(), rows)
            connection.execute(tasks.insert(), [task(row) for row in rows])
    services.close()


def job(draw: random.Random, owner: str, created: Any) -> dict[str, Any]:
    status = draw.choice(STATES)
    done = created + timedelta(hours=draw.randrange(1, 48)) if status == "Complete" else None
    return {
        "id": uuid.UUID(int=draw.getrandbits(128), version=4).hex,
        "account_id": owner,
        "name": f"Lecture {draw.randrange(1000)}",
        "external_id": str(draw.randrange(10**9)),
        "language": draw.choice(("en", "en", "fr", "de")),
        "target_language": "",
        "status": status,
        "fidelity": draw.choice(("MECHANICAL", "STANDARD", "HIGH")),
        "priority": draw.choice(("ECONOMY", "STANDARD", "CRITICAL")),
        "difficulty": "Unknown",
        "created": created,
        "started": created,
        "due": created + timedelta(hours=48),
        "completed": done,
        "returned": done,
        "authorized": created,
        "media_ms": draw.randrange(7_200_000),
        "progress": 1.0,
        "upload_epoch": 0,
        "order_task_id": uuid.uuid4().hex,
        "callback_url": "https://example.org/done?job={job_id}",
        "options": {"notes": "quiet", "custom_metadata": {"course": "BIO 101"}},
        "requestor": "",
        "reference": "",
    }


def task(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["order_task_id"],
        "job_id": row["id"],
        "type": "JOB_PERFORM_TRANSCRIPTION",
        "status": "COMPLETE",
        "info": "",
        "requested": row["created"],
    }


class Caller:
    def __init__(self, server: OwnServer) -> None:
        self._http = httpx2.Client(base_url=server.base_url, timeout=600, trust_env=False)
        given: dict[str, str | int] = {"v": 1, "username": "admin", "password": server.password}
        answer = self._http.get("/api/account/login", params=given)
        self._token = answer.json()["ApiToken"]

    def read(self, path: str, **parameters: Any) -> tuple[float, float, bytes]:
        """Seconds until the answer began and until it was whole, and the answer."""
        began = time.perf_counter()
        given = {"v": 1, "api_token": self._token, **parameters}
        with self._http.stream("GET", f"/api/{path}", params=given) as answer:
            assert answer.status_code == 200, answer.read()
            first, body = 0.0, bytearray()
            for part in answer.iter_raw():
                first = first or time.perf_counter() - began
                body += part
        return first, time.perf_counter() - began, bytes(body)


def peer(settings: Settings) -> float:
    """Seconds for all rows of both tables, at once, as JSON."""
    services = app.build_services(settings)
    began = time.perf_counter()
    with services.database.read() as connection:
        rows = connection.execute(
            sa.select(jobs, accounts.c.username, tasks)
            .join(accounts, accounts.c.id == jobs.c.account_id)
            .join(tasks, tasks.c.job_id == jobs.c.id)
            .order_by(jobs.c.created.desc())
        ).all()
    json.dumps([list(row) for row in rows], default=str)
    took = time.perf_counter() - began
    services.close()
    return took


def info_times(caller: Caller, job_id: str, stop: threading.Event | None, count: int = 200) -> list[float]:
    """Seconds of `job/info`: so often, or until `stop` is set."""
    found: list[float] = []
    while not stop.is_set() if stop else len(found) < count:
        found.append(caller.read("job/info", job_id=job_id)[1])
        time.sleep(0.01)
    return found


def main(count: int, database_url: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        extra: dict[str, Any] = {"database_url": database_url} if database_url else {}
        server = OwnServer(Path(folder), log_level="warning", **extra)
        settings = load(data_dir=server.data_dir, database_url=database_url)
        began = time.perf_counter()
        fill(settings, count, server.password)
        print(f"{count:,} jobs of {OWNERS} accounts, made in {time.perf_counter() - began:.0f} s")
        with server:
            measure(Caller(server), Caller(server), settings, count)


def measure(caller: Caller, other: Caller, settings: Settings, count: int) -> None:
    caller.read("job/list", Username="*", limit=FEW)  # warms everything up
    first, few, body = caller.read("job/list", Username="*", limit=FEW)
    job_id = json.loads(body)["ActiveJobs"][0]["JobId"]
    print(f"list, limit={FEW}: {few * 1000:.0f} ms, first byte after {first * 1000:.0f} ms")
    idle = info_times(other, job_id, None)
    first, whole, body = caller.read("job/list", Username="*")
    listed = json.loads(body)["ActiveJobs"]
    assert len(listed) == count
    dates = [each["CreationDate"] for each in listed]
    assert dates == sorted(dates, reverse=True)
    print(
        f"list, all: {whole:.1f} s, first byte after {first * 1000:.0f} ms, {len(body) / 1e6:.0f} MB, "
        f"{count / whole:,.0f} jobs/s"
    )
    print(f"  a job costs {whole / count / (few / FEW):.2f} times what it costs in a list of {FEW}")
    print(f"  {whole / peer(settings):.2f} times the time of all rows at once, dumped as they are")
    stop, busy = threading.Event(), list[float]()
    watcher = threading.Thread(target=lambda: busy.extend(info_times(other, job_id, stop)))
    watcher.start()
    caller.read("job/list", Username="*")
    stop.set()
    watcher.join()
    quiet, loud = statistics.median(idle) * 1000, statistics.median(busy) * 1000
    worst = statistics.quantiles(busy, n=100)[98] * 1000
    print(f"info: {quiet:.1f} ms when idle, {loud:.1f} ms while a list is read ({worst:.0f} ms at the 99th)")
    pages: dict[str, dict[str, object]] = {
        "one account": {"Username": "owner 3"},
        "by name, none": {"Username": "*", "JobName": "Nothing *"},
        "by status": {"Username": "*", "JobStatus": "Media Failure", "limit": 50},
        "last week": {"Username": "*", "CreationDateFrom": (utc_now() - timedelta(days=7)).isoformat()},
        "page in the middle": {"Username": "*", "offset": count // 2, "limit": 50},
    }
    for title, parameters in pages.items():
        _, took, body = caller.read("job/list", **parameters)
        print(f"list, {title}: {took * 1000:.0f} ms, {len(json.loads(body)['ActiveJobs']):,} jobs")
    groups: dict[str, dict[str, object]] = {"one segment": {}, "weeks": {"group_by": "week"}}
    for title, parameters in groups.items():
        _, took, body = caller.read("job/aggregate_statistics", account_id="*", **parameters)
        print(
            f"aggregate_statistics, {title}: {took * 1000:.0f} ms, {len(json.loads(body)['data'])} segments"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--database-url")
    arguments = parser.parse_args()
    main(arguments.jobs, arguments.database_url)
