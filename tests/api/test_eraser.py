"""What is erased of finished workflows, and of folders that they left."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from scribedock import app
from scribedock.clock import utc_now
from scribedock.db.tables import tasks, work
from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer
from scribedock.dispatch.queues import Queue, work_id
from scribedock.dispatch.work import add
from scribedock.workflow.engine_client import EngineClient
from scribedock.workflow.eraser import workflows_of
from scribedock.workflow.steps.decoded_audio import BORROWED_FILE
from tests.support.client import Client
from tests.support.erasing import eraser
from tests.support.fixtures import DATABASES
from tests.support.waiting import wait_until
from tests.support.webserver import WebServer

RUNS_ON = DATABASES


def test_workflows_that_ended_long_ago_are_forgotten_except_for_orders_still_under_review(
    server: OwnServer,
    services: app.Services,
    engine: EngineClient,
    alice: Client,
    quiet: Path,
    tmp_path: Path,
) -> None:
    reviewer = services.accounts.create(
        f"reviewer-{uuid.uuid4().hex[:8]}",
        "a password",
        parent=alice.get("account/verify_key").json()["name"],
    )
    services.accounts.set_reviewer(reviewer, True)
    orders = {}
    for fidelity, state in (("MECHANICAL", "Complete"), ("PREMIUM", "Reviewing")):
        job = alice.new_job()
        alice.upload(job, quiet)
        order = orders[fidelity] = alice.order(job, transcription_fidelity=fidelity)
        alice.wait(job, lambda info, state=state: info["JobStatus"] == state)  # type: ignore[misc]
        wait_until(lambda order=order: not engine.under_way([order]))  # type: ignore[misc]
    eraser(services, engine, tmp_path, retention_s=3600).trim()
    assert engine.known(list(orders.values())) == set(orders.values())
    assert eraser(services, engine, tmp_path, retention_s=0).trim()
    assert engine.known(list(orders.values())) == {orders["PREMIUM"]}


def test_the_files_of_a_task_that_another_machine_finished_are_removed_at_once(
    server: OwnServer,
    services: app.Services,
    engine: EngineClient,
    alice: Client,
    quiet: Path,
    tmp_path: Path,
) -> None:
    job, other = alice.new_job(), alice.new_job()
    alice.upload(job, quiet)
    finished, unfinished = alice.order(job), uuid.uuid4().hex
    alice.finished(job)
    wait_until(lambda: not engine.under_way([finished]))
    with services.database.write() as connection:
        connection.execute(
            tasks.insert().values(
                id=unfinished,
                job_id=other,
                type="JOB_PERFORM_TRANSCRIPTION",
                status="INPROGRESS",
                info="",
                requested=utc_now(),
            )
        )
    for name in (finished, unfinished, uuid.uuid4().hex):
        (tmp_path / name).mkdir()
        (tmp_path / name / "audio.pcm").write_bytes(b"what was heard")
    this = eraser(services, engine, tmp_path, retention_s=3600)
    assert this.sweep_ended() == 1
    assert not (tmp_path / finished).exists() and (tmp_path / unfinished).exists()
    assert this.sweep_ended() == 0
    (tmp_path / finished).mkdir()
    (tmp_path / finished / BORROWED_FILE).touch()  # whoever has it gives it back
    assert this.sweep_ended() == 0 and (tmp_path / finished).exists()


def test_a_folder_stays_while_its_workflow_is_under_way(
    services: app.Services, engine: EngineClient, alice: Client, quiet: Path, tmp_path: Path
) -> None:
    job = alice.new_job()
    alice.upload(job, quiet)
    order = alice.order(job)
    alice.finished(job)
    (tmp_path / order).mkdir()
    this = eraser(services, engine, tmp_path, retention_s=3600)
    this._engine = UnderWay(order)  # type: ignore[assignment]
    assert this.sweep_ended() == 0 and (tmp_path / order).exists()


class UnderWay:
    """An engine in which one workflow has not ended."""

    def __init__(self, workflow_id: str) -> None:
        self._workflow_id = workflow_id

    def under_way(self, workflow_ids: Sequence[str]) -> frozenset[str]:
        return frozenset(workflow_ids) & {self._workflow_id}


def test_a_forgotten_workflow_that_restarts_neither_transcribes_nor_calls_back_twice(
    server: OwnServer,
    services: app.Services,
    engine: EngineClient,
    alice: Client,
    callbacks: CallbackReceiver,
    quiet: Path,
) -> None:
    job = alice.new_job()
    alice.upload(job, quiet)
    order = alice.order(job, callback_url=f"{callbacks.base_url}/done")
    alice.finished(job)
    [callback] = services.callbacks.callbacks_of_task(order)
    callbacks.received.get(timeout=30)
    wait_until(lambda: not engine.under_way(list(workflows_of([order]))))
    lists = alice.get("job/list_elementlists", job_id=job).json()
    info = alice.info(job)
    assert engine.forget(list(workflows_of([order]))) == 1
    branch = services.jobs.find_job(job).branch_id
    with services.database.write() as connection:
        for queue, name in ((Queue.CALLBACKS, callback.id), (Queue.TRANSCRIPTION, order)):
            add(connection, queue, name, job_id=job, branch_id=branch, ready=utc_now())

    def is_done() -> bool:
        with services.database.read() as connection:
            return connection.execute(sa.select(work.c.id).where(work.c.job_id == job)).first() is None

    wait_until(is_done)
    assert engine.known([order]) == {order}
    assert callbacks.received.empty()
    assert alice.get("job/list_elementlists", job_id=job).json() == lists
    assert alice.info(job) == info


def test_nobody_waits_for_a_workflow_that_was_forgotten(
    services: app.Services, engine: EngineClient, alice: Client
) -> None:
    job = alice.new_job()
    with WebServer({"/other": b"x"}) as web:
        fetched = alice.get("job/add_media", job_id=job, media_url=f"{web.base_url}/a.wav").json()["TaskId"]
        alice.wait(job, lambda info: "FailureReason" in info)
    fetch = work_id(Queue.FETCHES, fetched)
    wait_until(lambda: not engine.under_way([fetch]))
    assert engine.forget([fetch]) == 1
    began = time.monotonic()
    assert alice.get("job/transcoded_media", job_id=job, transcoded_version="mp3").status_code == 422
    assert time.monotonic() - began < 30


def test_folders_left_by_a_crash_are_swept_once_their_task_has_ended(
    services: app.Services, engine: EngineClient, alice: Client, quiet: Path, tmp_path: Path
) -> None:
    job = alice.new_job()
    alice.upload(job, quiet)
    order = alice.order(job)
    alice.finished(job)
    for name in (order, uuid.uuid4().hex):
        (tmp_path / name).mkdir()
        (tmp_path / name / "audio.pcm").write_bytes(b"sound")
    swept = eraser(services, engine, tmp_path, retention_s=0)
    assert swept.sweep(older_than_s=3600) == 0
    assert swept.sweep(older_than_s=0) == 1
    assert not (tmp_path / order).exists()
