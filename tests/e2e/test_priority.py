"""A worker takes the most urgent order first, not the oldest."""

from __future__ import annotations

from pathlib import Path

from scribedock.demo.server import OwnServer
from tests.support.client import Client

IN_ORDER_OF_COMING = ["ECONOMY", "STANDARD", "HIGH", "CRITICAL", "PRIORITY", "CRITICAL"]
IN_ORDER_OF_URGENCY = ["CRITICAL", "CRITICAL", "PRIORITY", "HIGH", "STANDARD", "ECONOMY"]


def test_orders_are_started_by_priority_and_then_by_age(tmp_path: Path, database: dict[str, str]) -> None:
    """A server without a worker takes the orders; the worker that comes later has one in hand at once."""
    jobs = {}
    with OwnServer(tmp_path, arguments=("--no-worker",), **database) as server:
        client = Client(server).login()
        for priority in IN_ORDER_OF_COMING:
            job = client.new_job()
            client.upload(job, b"no recording at all")
            client.order(job, priority=priority)
            jobs[job] = priority
    with OwnServer(tmp_path, password=server.password, worker_jobs="1", **database) as server:
        client = Client(server).login()
        started = {job: client.finished(job)["StartDate"] for job in jobs}
    order = sorted(jobs, key=lambda job: started[job])
    assert [jobs[job] for job in order] == IN_ORDER_OF_URGENCY
    assert [job for job in order if jobs[job] == "CRITICAL"] == [
        job for job in jobs if jobs[job] == "CRITICAL"
    ]
