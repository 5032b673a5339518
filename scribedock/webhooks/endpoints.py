"""The endpoints of accounts: URLs that events are posted to.

An endpoint is told of the jobs of its account and of all accounts below it. Each has a secret of its own:
that of an account signs the callbacks of accounts below too, so it must not be shown to one of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database, time_of
from scribedock.db.tables import accounts, webhook_endpoints, webhook_events, webhook_tries, work
from scribedock.dispatch.queues import EVENT_PREFIX
from scribedock.dispatch.work import release
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.webhooks.event_types import EventType
from scribedock.webhooks.signing import new_secret

MAX_ENDPOINTS = 10  # of an account: each event is written once for every endpoint
PAUSED_BY_HAND = "paused on request"


class EndpointState(StrEnum):
    ACTIVE = "active"
    FAILING = "failing"  # its last event could not be delivered
    PAUSED = "paused"  # its events are kept back


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A URL that events are posted to."""

    id: str
    account_id: str
    username: str  # of the account
    branch_id: str  # of the account
    url: str
    types: tuple[EventType, ...]  # that it is told of; empty: all
    secrets: tuple[str, ...]  # that sign now, the newest first
    created: datetime
    failing_since: datetime | None  # since when nothing could be delivered
    paused: datetime | None
    pause_reason: str

    @property
    def state(self) -> EndpointState:
        if self.paused is not None:
            return EndpointState.PAUSED
        return EndpointState.ACTIVE if self.failing_since is None else EndpointState.FAILING


class Endpoints:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, account_id: str, url: str, types: Collection[EventType] = ()) -> Endpoint:
        """Add an endpoint, whose URL was checked. Raises InvalidQuery where the account has too many."""
        endpoint_id = uuid.uuid4().hex
        with self._database.write() as connection:
            connection.execute(sa.select(accounts.c.id).where(accounts.c.id == account_id).with_for_update())
            of_account = webhook_endpoints.c.account_id == account_id
            if len(connection.execute(sa.select(webhook_endpoints.c.id).where(of_account)).all()) >= (
                MAX_ENDPOINTS
            ):
                raise InvalidQuery(
                    f"The account has {MAX_ENDPOINTS} webhook endpoints, which is the most; remove one first"
                )
            connection.execute(
                webhook_endpoints.insert().values(
                    id=endpoint_id,
                    account_id=account_id,
                    url=url,
                    types=[each.value for each in EventType if each in types],
                    secret=new_secret(),
                    created=time_of(connection),
                    pause_reason="",
                )
            )
        return self.find(endpoint_id)

    def listing(self, account_ids: frozenset[str] | None = None) -> list[Endpoint]:
        """Return the endpoints of these accounts (None: of all), by name of the account, oldest first."""
        condition = sa.true() if account_ids is None else webhook_endpoints.c.account_id.in_(account_ids)
        with self._database.read() as connection:
            return _select(connection, condition)

    def find(self, endpoint_id: str, account_ids: frozenset[str] | None = None) -> Endpoint:
        """Find an endpoint of one of these accounts (None: of any). Raises ItemNotFound."""
        with self._database.read() as connection:
            return fetch_endpoint(connection, endpoint_id, account_ids)

    def beginning_with(self, digits: str) -> list[Endpoint]:
        """Return the endpoints whose id begins with these hex digits."""
        with self._database.read() as connection:
            return _select(connection, webhook_endpoints.c.id.startswith(digits))

    def remove(self, endpoint_id: str) -> None:
        """Remove the endpoint with its events, also those that are not delivered yet."""
        with self._database.write() as connection:
            _remove(connection, webhook_endpoints.c.id == endpoint_id)

    def remove_all(self, connection: Connection, account_id: str) -> None:
        """Remove the endpoints of an account, within a transaction."""
        _remove(connection, webhook_endpoints.c.account_id == account_id)

    def pause(self, endpoint_id: str, reason: str = PAUSED_BY_HAND) -> None:
        """Keep the endpoint's events back until it is resumed."""
        with self._database.write() as connection:
            pause_endpoint(connection, endpoint_id, reason)

    def resume(self, endpoint_id: str) -> int:
        """Send the endpoint's events again; return how many were kept back."""
        with self._database.write() as connection:
            connection.execute(
                webhook_endpoints.update()
                .where(webhook_endpoints.c.id == endpoint_id)
                .values(paused=None, pause_reason="", failing_since=None)
            )
            return release(connection, work.c.id.in_(_work_of(webhook_endpoints.c.id == endpoint_id)))

    def rotate_secret(self, endpoint_id: str, *, overlap: timedelta) -> str:
        """Give the endpoint a new secret and return it; the one before it signs too for `overlap`."""
        secret = new_secret()
        with self._database.write() as connection:
            connection.execute(
                webhook_endpoints.update()
                .where(webhook_endpoints.c.id == endpoint_id)
                .values(
                    old_secret=webhook_endpoints.c.secret,
                    old_secret_ends=time_of(connection) + overlap,
                    secret=secret,
                )
            )
        return secret


def fetch_endpoint(
    connection: Connection, endpoint_id: str, account_ids: frozenset[str] | None = None
) -> Endpoint:
    """Find an endpoint as `Endpoints.find` does, within a transaction."""
    found = _select(connection, webhook_endpoints.c.id == endpoint_id)
    if not found or (account_ids is not None and found[0].account_id not in account_ids):
        raise ItemNotFound(f"There is no webhook endpoint {endpoint_id!r}")
    return found[0]


def hold_endpoint(connection: Connection, endpoint_id: str) -> None:
    """Keep the endpoint from being removed until the transaction ends. Raises ItemNotFound."""
    query = sa.select(webhook_endpoints.c.id).where(webhook_endpoints.c.id == endpoint_id)
    if connection.execute(query.with_for_update(read=True, key_share=True)).first() is None:
        raise ItemNotFound(f"There is no webhook endpoint {endpoint_id!r}")


def pause_endpoint(connection: Connection, endpoint_id: str, reason: str) -> None:
    """Pause an endpoint that is not paused yet; what waits for it waits until it is resumed."""
    connection.execute(
        webhook_endpoints.update()
        .where(webhook_endpoints.c.id == endpoint_id, webhook_endpoints.c.paused.is_(None))
        .values(paused=time_of(connection), pause_reason=reason)
    )
    waiting = work.c.id.in_(_work_of(webhook_endpoints.c.id == endpoint_id))
    connection.execute(work.update().where(waiting, work.c.executor_id.is_(None)).values(ready=None))


def _work_of(condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Select the ids of the work for the events of some endpoints."""
    return (
        sa.select(sa.literal(EVENT_PREFIX) + webhook_events.c.id)
        .join(webhook_endpoints, webhook_endpoints.c.id == webhook_events.c.endpoint_id)
        .where(condition)
    )


def _remove(connection: Connection, condition: sa.ColumnElement[bool]) -> None:
    # Whoever writes an event at this moment has locked the endpoint, or does not see it any more.
    ids = connection.execute(sa.select(webhook_endpoints.c.id).where(condition).with_for_update()).scalars()
    endpoint_ids = list(ids)
    events = sa.select(webhook_events.c.id).where(webhook_events.c.endpoint_id.in_(endpoint_ids))
    waiting = work.c.id.in_(_work_of(webhook_endpoints.c.id.in_(endpoint_ids)))
    connection.execute(work.delete().where(waiting, work.c.executor_id.is_(None)))
    connection.execute(webhook_tries.delete().where(webhook_tries.c.event_id.in_(events)))
    connection.execute(webhook_events.delete().where(webhook_events.c.endpoint_id.in_(endpoint_ids)))
    connection.execute(webhook_endpoints.delete().where(webhook_endpoints.c.id.in_(endpoint_ids)))


def _select(connection: Connection, condition: sa.ColumnElement[bool]) -> list[Endpoint]:
    now = time_of(connection)
    rows = connection.execute(
        sa.select(webhook_endpoints, accounts.c.username, accounts.c.branch_id)
        .join(accounts, accounts.c.id == webhook_endpoints.c.account_id)
        .where(condition)
        .order_by(accounts.c.username, webhook_endpoints.c.created, webhook_endpoints.c.id)
    )
    return [_endpoint(row, now) for row in rows]


def _endpoint(row: sa.Row[Any], now: datetime) -> Endpoint:
    old = row.old_secret if row.old_secret_ends is not None and row.old_secret_ends > now else None
    return Endpoint(
        id=row.id,
        account_id=row.account_id,
        username=row.username,
        branch_id=row.branch_id,
        url=row.url,
        types=tuple(EventType(each) for each in row.types),
        secrets=(row.secret,) if old is None else (row.secret, old),
        created=row.created,
        failing_since=row.failing_since,
        paused=row.paused,
        pause_reason=row.pause_reason,
    )
