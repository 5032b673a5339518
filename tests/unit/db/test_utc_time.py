from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from scribedock.db.utc_time import UtcTime

TABLE = sa.Table("events", sa.MetaData(), sa.Column("at", UtcTime))
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def connection() -> sa.Connection:
    connection = sa.create_engine("sqlite://").connect()
    TABLE.create(connection)
    return connection


def test_a_time_of_any_zone_is_kept_in_utc_and_read_with_its_zone(connection: sa.Connection) -> None:
    connection.execute(TABLE.insert().values(at=NOON.astimezone(timezone(timedelta(hours=5)))))
    assert (
        connection.execute(sa.select(sa.cast(TABLE.c.at, sa.Text))).scalar() == "2026-03-01 12:00:00.000000"
    )
    assert connection.execute(sa.select(sa.func.max(TABLE.c.at))).scalar_one().isoformat() == NOON.isoformat()
    assert connection.execute(sa.select(TABLE).where(TABLE.c.at < NOON + timedelta(microseconds=1))).all()
    assert not connection.execute(sa.select(TABLE).where(TABLE.c.at < NOON)).all()


def test_a_time_without_a_zone_is_refused(connection: sa.Connection) -> None:
    with pytest.raises(sa.exc.StatementError, match="has no time zone"):
        connection.execute(TABLE.insert().values(at=NOON.replace(tzinfo=None)))
