"""Jobs in states that take long to reach, written to the server's database at once."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection

from scribedock import app
from scribedock.db.tables import passes
from scribedock.demo.server import OwnServer
from scribedock.dispatch.work import withdraw
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Fidelity, Job, JobColumns, TaskStatus
from scribedock.jobs.jobs import set_task
from scribedock.jobs.media import MediaSource
from scribedock.jobs.order_options import OrderOptions
from scribedock.orders.orders import Order
from scribedock.orders.passes import PassKind
from scribedock.results.signed_links import APPROVAL, Link
from scribedock.settings import load
from scribedock_captions.elementlist.codec import to_json
from scribedock_captions.elementlist.model import ElementList

TRIES = 5
"""A server of which the order is not hidden may find it, before it is finished, among work left behind."""


@contextmanager
def services_of(server: OwnServer) -> Iterator[app.Services]:
    """Provide the services of the running server, for what no call of the API does."""
    environment = server.environment()
    url = environment.get("SCRIBEDOCK_DATABASE_URL")
    services = app.build_services(load(data_dir=server.data_dir, database_url=url))
    yield services
    services.close()


def finished_job(
    services: app.Services,
    elementlist: ElementList,
    *,
    username: str = "admin",
    name: str = "by hand",
    fidelity: Fidelity = Fidelity.MECHANICAL,
    language: str = "en",
    callback_url: str | None = None,
    options: dict[str, object] | None = None,
    noted: JobColumns | None = None,
) -> str:
    """Return a job with this list of the machine's: Complete, or Reviewing where people go on with it.

    noted: what its row says of how it went.
    """
    for _ in range(TRIES):
        job_id, task_id = ordered_job(
            services,
            username=username,
            name=name,
            fidelity=fidelity,
            language=language,
            callback_url=callback_url,
            options=options,
            held=False,
        )
        services.orders.start(task_id, "by hand")
        if services.orders.finish(
            task_id,
            to_json(elementlist),
            passes=(Iwp.MECHANICAL, Iwp.FINAL),
            media_ms=elementlist.end_time,
            noted=noted,
        ):
            return job_id
        services.jobs.delete(job_id, None)
    raise AssertionError("the server's worker took up each of the orders")


def ordered_job(
    services: app.Services,
    *,
    username: str = "admin",
    name: str = "by hand",
    fidelity: Fidelity = Fidelity.MECHANICAL,
    language: str = "en",
    callback_url: str | None = None,
    options: dict[str, object] | None = None,
    held: bool = True,
) -> tuple[str, str]:
    """Return a job that was ordered, and its order's task; no worker takes it up."""
    owner = services.accounts.by_username(username)
    assert owner is not None
    job_id, _ = services.jobs.create(owner, name=name, language=language)

    def bring(connection: Connection, job: Job) -> None:
        attached = services.media.attach(
            connection, job, MediaSource.BODY, storage_key=uuid.uuid4().hex, size=1, replace=False
        )
        set_task(connection, attached.task_id, TaskStatus.COMPLETE)  # there is nothing to probe

    visible_accounts = services.accounts.visible_accounts(owner)
    order = Order(fidelity=fidelity, callback_url=callback_url, options=OrderOptions.from_json(options or {}))
    task_id = services.orders.place(
        job_id,
        visible_accounts,
        order,
        needs_authorization=held,
        bring=bring,
        then=lambda connection, job: withdraw(connection, job.id),
    )
    return job_id, task_id


def approval_url(services: app.Services, base_url: str, job: str) -> str:
    """Return the link as the mail of a server with a public URL has it."""
    with services.database.read() as connection:
        pass_id = (
            connection.execute(
                passes.select().where(passes.c.job_id == job, passes.c.kind == PassKind.APPROVAL.value)
            )
            .one()
            .id
        )
    link = Link(subject=pass_id, expires=int(time.time()) + 60)
    return link.url(base_url, APPROVAL, services.keys.upload.all()[0])
