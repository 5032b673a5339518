"""Events that endpoints are told of: what became of each, and sending them again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.clock import format_time
from scribedock.db.engine import Database, time_of
from scribedock.db.tables import webhook_endpoints, webhook_events, webhook_tries, work
from scribedock.dispatch.hosts import host_of
from scribedock.dispatch.queues import EVENT_PREFIX, Queue
from scribedock.dispatch.tries import DeliveryTry, TryLog
from scribedock.dispatch.work import add, finish, postpone
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.webhooks.endpoints import Endpoint, fetch_endpoint, hold_endpoint, pause_endpoint
from scribedock.webhooks.event_types import EventType
from scribedock.webhooks.outbox import OWED, enqueue_owed, owe

SWEPT_EVENTS = 500  # in one transaction


class EventState(StrEnum):
    """What became of an event."""

    OWED = OWED  # it waits for its first or next try, or is kept back
    DELIVERED = "delivered"
    FAILED = "failed"  # for good


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that an endpoint is told of."""

    id: str  # the Webhook-Id
    endpoint_id: str
    job_id: str | None
    type: EventType
    data: Mapping[str, str]
    state: EventState
    created: datetime
    tries: int = 0
    last: DeliveryTry | None = None
    due: datetime | None = None  # when the next try is; None: there is none, or it is kept back or under way

    def payload(self) -> str:
        """Return what is posted: the same text at every try."""
        said = {"type": self.type.value, "timestamp": f"{format_time(self.created)}Z", "data": self.data}
        return json.dumps(said, separators=(",", ":"))


class Events:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._log = TryLog(webhook_events, webhook_tries, prefix=EVENT_PREFIX)

    def find_owed(self, event_id: str) -> tuple[Event, Endpoint] | None:
        """Find an event that is still to be delivered, with its endpoint."""
        with self._database.read() as connection:
            query = _EVENTS.where(webhook_events.c.id == event_id, webhook_events.c.status == OWED)
            row = connection.execute(query).first()
            return None if row is None else (_event(row), fetch_endpoint(connection, row.endpoint_id))

    def record(
        self,
        event: Event,
        made: DeliveryTry,
        *,
        end: EventState | None = None,
        again: datetime | None = None,
        pause_after: timedelta,
        gone: bool = False,
        blames_endpoint: bool = True,
    ) -> str:
        """Record a try of an event, and what follows for it and its endpoint.

        pause_after: how long an endpoint may fail until it is paused; gone: it says that it is gone for good;
        blames_endpoint: whether a failure counts against it.
        Return why the endpoint is paused now, empty where it is not, or was already.
        """
        with self._database.write() as connection:
            # In the order of `announce`: the endpoint first, then the event.
            locked = sa.select(webhook_endpoints).where(webhook_endpoints.c.id == event.endpoint_id)
            endpoint = connection.execute(locked.with_for_update(key_share=True)).first()
            if not self._log.record(connection, event.id, made, end=end, again=again) or endpoint is None:
                return ""
            if end is EventState.DELIVERED:
                _set_failing(connection, endpoint.id, None)
                return ""
            if endpoint.paused is not None:
                _hold(connection, event.id)
            failing_since = endpoint.failing_since or made.at
            if endpoint.failing_since is None and blames_endpoint:
                _set_failing(connection, endpoint.id, failing_since)
            if endpoint.paused is not None or not blames_endpoint:
                return ""
            reason = ""
            if gone:
                reason = "it answered 410: it is gone for good"
            elif made.at - failing_since >= pause_after:
                reason = f"nothing could be delivered since {format_time(failing_since)} UTC: {made.problem}"
            if reason:
                pause_endpoint(connection, endpoint.id, reason)
            return reason

    def forget_work(self, event_id: str) -> None:
        """Drop the work for an event that is not owed any more."""
        with self._database.write() as connection:
            finish(connection, EVENT_PREFIX + event_id)

    def tries(self, event_id: str) -> list[DeliveryTry]:
        with self._database.read() as connection:
            return self._log.tries(connection, event_id)

    def listing(
        self, *, endpoint_id: str | None = None, state: EventState | None = None, limit: int
    ) -> list[Event]:
        """Return the newest events of an endpoint (None: of all), newest first."""
        query = _EVENTS.order_by(webhook_events.c.created.desc(), webhook_events.c.id).limit(limit)
        if endpoint_id is not None:
            query = query.where(webhook_events.c.endpoint_id == endpoint_id)
        if state is not None:
            query = query.where(webhook_events.c.status == state.value)
        return self._listed(query)

    def beginning_with(self, digits: str, *, limit: int) -> list[Event]:
        """Return events whose id begins with these hex digits."""
        return self._listed(_EVENTS.where(webhook_events.c.id.startswith(digits)).limit(limit))

    def find(self, event_id: str, account_ids: frozenset[str] | None = None) -> Event:
        """Find an event of an endpoint of these accounts (None: of any). Raises ItemNotFound."""
        found = self._listed(_EVENTS.where(webhook_events.c.id == event_id))
        if found:
            with self._database.read() as connection:
                endpoint = fetch_endpoint(connection, found[0].endpoint_id)
            if account_ids is None or endpoint.account_id in account_ids:
                return found[0]
        raise ItemNotFound(f"There is no event {event_id!r}")

    def test(self, endpoint: Endpoint) -> str:
        """Have a test event sent to the endpoint now, even if it is paused; return the event's id."""
        with self._database.write() as connection:
            hold_endpoint(connection, endpoint.id)
            return owe(
                connection,
                EventType.TEST,
                endpoint_id=endpoint.id,
                url=endpoint.url,
                branch_id=endpoint.branch_id,
                job_id=None,
                data={"endpoint_id": endpoint.id},
                ready=time_of(connection),
            )

    def resend(self, event: Event) -> None:
        """Have an event sent now, whatever became of it, even if its endpoint is paused.

        It keeps its Webhook-Id. Raises ItemNotFound where it is gone; InvalidQuery while it is being sent.
        """
        work_id = EVENT_PREFIX + event.id
        with self._database.write() as connection:
            hold_endpoint(connection, event.endpoint_id)
            endpoint = fetch_endpoint(connection, event.endpoint_id)
            kept = sa.select(webhook_events.c.id).where(webhook_events.c.id == event.id)
            if connection.execute(kept.with_for_update()).first() is None:
                raise ItemNotFound(f"There is no event {event.id!r}")
            waiting = connection.execute(sa.select(work).where(work.c.id == work_id)).first()
            if waiting is not None and waiting.executor_id is not None:
                raise InvalidQuery(f"Event {event.id} is being sent at this moment")
            connection.execute(
                webhook_events.update().where(webhook_events.c.id == event.id).values(status=OWED)
            )
            now = time_of(connection)
            if waiting is not None:
                postpone(connection, work_id, now)
                return
            add(
                connection,
                Queue.CALLBACKS,
                work_id,
                job_id=event.job_id,
                branch_id=endpoint.branch_id,
                ready=now,
                host=host_of(endpoint.url),
            )

    def restore(self) -> int:
        """Enqueue events that are owed and that no worker knows of; return how many."""
        with self._database.read() as connection:
            missing = sa.select(webhook_events.c.id).where(
                webhook_events.c.status == OWED,
                ~sa.exists().where(work.c.id == sa.literal(EVENT_PREFIX) + webhook_events.c.id),
            )
            if connection.execute(missing.limit(1)).first() is None:
                return 0
        with self._database.write() as connection:
            return enqueue_owed(connection)

    def sweep(self, older_than: datetime) -> int:
        """Forget older events, also those kept back from a paused endpoint; return how many."""
        count = 0
        while True:
            with self._database.write() as connection:
                query = (
                    sa.select(webhook_events.c.id)
                    .join(work, work.c.id == sa.literal(EVENT_PREFIX) + webhook_events.c.id, isouter=True)
                    .where(webhook_events.c.created < older_than, work.c.executor_id.is_(None))
                    .limit(SWEPT_EVENTS)
                )
                ids = list(connection.execute(query).scalars())
                connection.execute(work.delete().where(work.c.id.in_([EVENT_PREFIX + each for each in ids])))
                connection.execute(webhook_tries.delete().where(webhook_tries.c.event_id.in_(ids)))
                connection.execute(webhook_events.delete().where(webhook_events.c.id.in_(ids)))
            count += len(ids)
            if len(ids) < SWEPT_EVENTS:
                return count

    def _listed(self, query: sa.Select[Any]) -> list[Event]:
        with self._database.read() as connection:
            return [_event(row) for row in connection.execute(query)]


_LAST = (
    sa.select(sa.func.max(webhook_tries.c.number))
    .where(webhook_tries.c.event_id == webhook_events.c.id)
    .correlate(webhook_events)
    .scalar_subquery()
)
_EVENTS = (
    sa.select(
        webhook_events,
        webhook_tries.c.number,
        webhook_tries.c.at,
        webhook_tries.c.http_status,
        webhook_tries.c.problem,
        webhook_tries.c.duration_ms,
        work.c.ready,
        work.c.executor_id,
    )
    .outerjoin(
        webhook_tries,
        sa.and_(webhook_tries.c.event_id == webhook_events.c.id, webhook_tries.c.number == _LAST),
    )
    .outerjoin(work, work.c.id == sa.literal(EVENT_PREFIX) + webhook_events.c.id)
)


def _set_failing(connection: Connection, endpoint_id: str, since: datetime | None) -> None:
    connection.execute(
        webhook_endpoints.update().where(webhook_endpoints.c.id == endpoint_id).values(failing_since=since)
    )


def _hold(connection: Connection, event_id: str) -> None:
    """Keep an event back that waits for its next try."""
    connection.execute(work.update().where(work.c.id == EVENT_PREFIX + event_id).values(ready=None))


def _event(row: sa.Row[Any]) -> Event:
    last = None
    if row.number is not None:
        last = DeliveryTry(
            number=row.number,
            at=row.at,
            http_status=row.http_status,
            problem=row.problem,
            duration_ms=row.duration_ms,
        )
    return Event(
        id=row.id,
        endpoint_id=row.endpoint_id,
        job_id=row.job_id,
        type=EventType(row.type),
        data=row.data,
        state=EventState(row.status),
        created=row.created,
        tries=row.number or 0,
        last=last,
        due=row.ready if row.executor_id is None else None,
    )
