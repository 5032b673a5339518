"""How long each account keeps what: its own values, else those of the account above, else the settings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from scribedock.accounts.accounts import Account
from scribedock.db.engine import Database
from scribedock.db.tables import accounts, retention_policies
from scribedock.errors import InvalidQuery
from scribedock.settings import MAX_DAYS, Settings

FOREVER = 0.0
"""Days of what is kept as long as its job, its URL or its account exists."""


class Retained(StrEnum):
    """What is kept for a time."""

    RECORDINGS = "recordings"
    RESULTS = "results"
    PARTIALS = "partials"  # bytes of unfinished uploads
    AUDIT = "audit"


@dataclass(frozen=True, kw_only=True)
class EffectiveDays:
    """For how many days an account keeps something, and who says so."""

    days: float  # FOREVER: without limit
    source: str  # name of an account, or of a setting

    @property
    def period(self) -> timedelta | None:
        """Return the time for which it is kept; None: without limit."""
        return None if self.days == FOREVER else timedelta(days=self.days)


Policy = Mapping[Retained, EffectiveDays]
_COLUMNS: Mapping[Retained, sa.Column[float | None]] = {
    each: retention_policies.c[f"{each.value}_days"] for each in Retained
}


class RetentionPolicies:
    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._default: Policy = {
            Retained.RECORDINGS: _setting(settings, "retention_recordings_days"),
            Retained.RESULTS: _setting(settings, "retention_results_days"),
            Retained.PARTIALS: _setting(settings, "retention_partials_days"),
            Retained.AUDIT: _setting(settings, "audit_days"),
        }

    @property
    def default(self) -> Policy:
        """The policy of accounts of which neither they nor an account above them has values."""
        return self._default

    def own_days(self, account: Account) -> Mapping[Retained, float | None]:
        """Return the account's own values; None: it has none."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(*_COLUMNS.values()).where(retention_policies.c.account_id == account.id)
            ).first()
        return dict(zip(_COLUMNS, row or [None] * len(_COLUMNS), strict=True))

    def set_days(self, account: Account, changed: Mapping[Retained, float | None]) -> None:
        """Change values of the account; None: as the account above says.

        Raises InvalidQuery for a number of days that is none.
        """
        for what, days in changed.items():
            if days is not None and not (math.isfinite(days) and 0 <= days <= MAX_DAYS):
                raise InvalidQuery(f"{what}: must be 0 to {MAX_DAYS:,} days, not {days:g}")
        values = {_COLUMNS[what].name: days for what, days in changed.items()}
        key = retention_policies.c.account_id == account.id
        with self._database.write() as connection:
            # One change at a time.
            connection.execute(sa.select(accounts.c.id).where(accounts.c.id == account.id).with_for_update())
            if connection.execute(sa.select(retention_policies.c.account_id).where(key)).first() is None:
                connection.execute(retention_policies.insert().values(account_id=account.id))
            connection.execute(retention_policies.update().where(key).values(**values))

    def of_all(self) -> Mapping[str, Policy]:
        """Return the policy of every account, by its id."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(
                    accounts.c.id, accounts.c.username, accounts.c.parent_id, *_COLUMNS.values()
                ).outerjoin(retention_policies, retention_policies.c.account_id == accounts.c.id)
            ).all()
        by_id = {row.id: row for row in rows}
        found: dict[str, Policy] = {}
        for row in rows:
            pending: list[sa.Row[Any]] = []
            nearest: sa.Row[Any] | None = row
            while nearest is not None and nearest.id not in found:
                pending.append(nearest)
                nearest = by_id.get(nearest.parent_id)
            above = self._default if nearest is None else found[nearest.id]
            while pending:
                each = pending.pop()
                own = {
                    what: EffectiveDays(days=days, source=each.username)
                    for what, column in _COLUMNS.items()
                    if (days := getattr(each, column.name)) is not None
                }
                above = found[each.id] = {**above, **own}
        return found


def _setting(settings: Settings, name: str) -> EffectiveDays:
    return EffectiveDays(days=float(getattr(settings, name)), source=f"SCRIBEDOCK_{name.upper()}")
