"""Events are written down in the transaction that causes them, so that none is lost and none is made up."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.accounts import ANCESTRY
from scribedock.db.engine import time_of
from scribedock.db.tables import accounts, webhook_endpoints, webhook_events, work
from scribedock.dispatch.hosts import host_of
from scribedock.dispatch.queues import EVENT_PREFIX, Queue
from scribedock.dispatch.work import add
from scribedock.webhooks.event_types import EventType

OWED = "owed"  # the status of an event that is still to be delivered
# Built once: creating a job asks it. The lock lets others write events too, and nobody remove the endpoint.
TOLD = (
    sa.select(
        webhook_endpoints.c.id,
        webhook_endpoints.c.url,
        webhook_endpoints.c.types,
        webhook_endpoints.c.paused,
        accounts.c.branch_id,
    )
    .join(accounts, accounts.c.id == webhook_endpoints.c.account_id)
    .where(webhook_endpoints.c.account_id.in_(ANCESTRY))
    .with_for_update(read=True, key_share=True, of=webhook_endpoints)
)


def announce(connection: Connection, event: EventType, *, account_id: str, job_id: str, **ids: str) -> None:
    """Write the event down for each endpoint that is told of the account's jobs.

    ids: what else it says, which must be no content of the job.
    """
    for endpoint in connection.execute(TOLD, {"id": account_id}).all():
        if not endpoint.types or event in endpoint.types:
            owe(
                connection,
                event,
                endpoint_id=endpoint.id,
                url=endpoint.url,
                branch_id=endpoint.branch_id,
                job_id=job_id,
                data={"job_id": job_id, **ids},
                ready=None if endpoint.paused else time_of(connection),
            )


def owe(
    connection: Connection,
    event: EventType,
    *,
    endpoint_id: str,
    url: str,
    branch_id: str,
    job_id: str | None,
    data: Mapping[str, str],
    ready: datetime | None,
) -> str:
    """Write an event down for one endpoint, to be sent from `ready` on; return its id."""
    event_id = uuid.uuid4().hex
    connection.execute(
        webhook_events.insert().values(
            id=event_id,
            endpoint_id=endpoint_id,
            job_id=job_id,
            type=event.value,
            data=dict(data),
            status=OWED,
            created=time_of(connection),
        )
    )
    add(
        connection,
        Queue.CALLBACKS,
        EVENT_PREFIX + event_id,
        job_id=job_id,
        branch_id=branch_id,
        ready=ready,
        host=host_of(url),
    )
    return event_id


def enqueue_owed(connection: Connection) -> int:
    """Enqueue the events that are owed and have no row of work; return how many.

    There are such only where a worker of a release before events took the row for that of a callback.
    """
    rowless = (
        sa.select(
            webhook_events.c.id,
            webhook_events.c.job_id,
            webhook_endpoints.c.url,
            webhook_endpoints.c.paused,
            accounts.c.branch_id,
        )
        .join(webhook_endpoints, webhook_endpoints.c.id == webhook_events.c.endpoint_id)
        .join(accounts, accounts.c.id == webhook_endpoints.c.account_id)
        .where(
            webhook_events.c.status == OWED,
            ~sa.exists().where(work.c.id == sa.literal(EVENT_PREFIX) + webhook_events.c.id),
        )
        .with_for_update(of=webhook_events, key_share=True)
    )
    found = connection.execute(rowless).all()
    for row in found:
        add(
            connection,
            Queue.CALLBACKS,
            EVENT_PREFIX + row.id,
            job_id=row.job_id,
            branch_id=row.branch_id,
            ready=None if row.paused else time_of(connection),
            host=host_of(row.url),
            once=True,
        )
    return len(found)
