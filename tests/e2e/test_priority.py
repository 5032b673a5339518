"""A worker takes the most urgent order first, not the oldest."""

from __future__ import annotations

import threading
from pathlib import Path

from scribedock.demo.server import OwnServer
from tests.client import Client
from tests.webserver import WebServer

IN_ORDER_OF_COMING = ["ECONOMY", "STANDARD", "HIGH", "CRITICAL", "PRIORITY", "CRITICAL"]
IN_ORDER_OF_URGENCY = ["CRITICAL", "CRITICAL", "PRIORITY", "HIGH", "STANDARD", "ECONOMY"]


def test_orders_are_taken_up_by_priority_and_then_by_age(tmp_path: Path, database: dict[str, str]) -> None:
    """The one job that the worker has in hand waits for its media until all the others are ordered."""
    gate = threading.Event()
    with (
        OwnServer(tmp_path, worker_jobs="1", workflow_poll_s="0.1", **database) as server,
        WebServer(files={"/first": b"no recording"}, gate=gate) as web,
    ):
        client = Client(server).login()
        first = client.new_job()
        client.get("job/add_media", job_id=first, media_url=f"{web.base_url}/first")
        client.order(first, priority="ECONOMY")
        client.wait(first, lambda info: info["JobStatus"] == "In Process")
        jobs = {}
        for priority in IN_ORDER_OF_COMING:
            job = client.new_job()
            client.upload(job, b"no recording at all")
            client.order(job, priority=priority)
            jobs[job] = priority
        gate.set()
        started = {job: client.finished(job)["StartDate"] for job in jobs}
        order = sorted(jobs, key=lambda job: started[job])
        assert [jobs[job] for job in order] == IN_ORDER_OF_URGENCY
        assert [job for job in order if jobs[job] == "CRITICAL"] == [
            job for job in jobs if jobs[job] == "CRITICAL"
        ]
