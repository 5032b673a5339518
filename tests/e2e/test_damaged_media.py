"""Damaged recordings through the front door: each ends its job, and none ends a worker."""

from __future__ import annotations

from pathlib import Path

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.machine.processes import workers_of
from tests.support.media.damage import damaged
from tests.support.media.ffmpeg import make

NAMES = ("a.wav", "a.mp3", "a.m4a", "a.ogg", "a.mkv", "a.avi", "a.ts", "a.wma")


def test_damaged_recordings_fail_their_jobs_and_leave_the_worker_running(
    client: Client, server: OwnServer, speech: Path, tmp_path: Path
) -> None:
    assert server.process is not None
    workers = workers_of(server.process.pid)
    assert workers
    jobs = []
    for name in NAMES:
        whole = make(tmp_path / name, "-i", str(speech)).read_bytes()
        job = client.new_job(job_name=name)
        client.upload(job, damaged(whole, name)[1] or whole[:1])
        client.order(job)
        jobs.append(job)
    jobs.append(client.new_job(job_name="whole"))
    client.upload(jobs[-1], speech)
    client.order(jobs[-1])

    ended = [client.finished(job) for job in jobs]
    for info in ended:
        assert info["JobStatus"] == "Complete" or info["FailureReason"].endswith("."), info
    assert ended[-1]["JobStatus"] == "Complete"
    assert {info["JobStatus"] for info in ended} == {"Complete", "Media Failure"}
    assert workers_of(server.process.pid) == workers
