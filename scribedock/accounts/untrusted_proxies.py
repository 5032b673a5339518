"""Peers that name another client (X-Forwarded-For, Forwarded) and are not trusted to.

Each is a proxy that SCRIBEDOCK_TRUSTED_PROXIES lacks, or a client that made the header up; doctor tells.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from scribedock.db.engine import Database, insert_once, time_of
from scribedock.db.tables import untrusted_proxies

log = structlog.get_logger("scribedock.accounts")

MAX_PROXIES = 100  # limits rows and memory: anybody can send the header
NOTE_INTERVAL_S = 3600
RETENTION = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class UntrustedProxy:
    address: str
    seen: datetime


class UntrustedProxies:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._noted: dict[str, float] = {}  # when, by the monotonic clock

    def note(self, address: str) -> None:
        """Warn in the log and store the address, at most once an hour for each address."""
        now = time.monotonic()
        with self._lock:
            if now - self._noted.get(address, -NOTE_INTERVAL_S) < NOTE_INTERVAL_S:
                return
            if len(self._noted) >= MAX_PROXIES:
                self._noted = {each: at for each, at in self._noted.items() if now - at < NOTE_INTERVAL_S}
                if len(self._noted) >= MAX_PROXIES:
                    return
            self._noted[address] = now
        log.warning(
            "X-Forwarded-For from an untrusted proxy: its clients cannot be distinguished, and their "
            "failed logins are not counted by address; add it to SCRIBEDOCK_TRUSTED_PROXIES if it is yours",
            proxy=address,
        )
        with self._database.stamp() as connection:
            if (
                connection.execute(sa.select(sa.func.count(untrusted_proxies.c.address))).scalar_one()
                < MAX_PROXIES
            ):
                insert_once(connection, untrusted_proxies, address=address, seen=time_of(connection))
            connection.execute(
                untrusted_proxies.update()
                .where(untrusted_proxies.c.address == address)
                .values(seen=time_of(connection))
            )

    def all(self) -> list[UntrustedProxy]:
        """Return the proxies seen lately, the latest first."""
        with self._database.read() as connection:
            return [
                UntrustedProxy(address=row.address, seen=row.seen)
                for row in connection.execute(
                    sa.select(untrusted_proxies).order_by(untrusted_proxies.c.seen.desc())
                )
            ]

    def sweep(self) -> int:
        """Forget the proxies not seen for a week; return how many."""
        with self._database.stamp() as connection:
            return connection.execute(
                untrusted_proxies.delete().where(untrusted_proxies.c.seen < time_of(connection) - RETENTION)
            ).rowcount
