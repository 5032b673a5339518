"""The register of what a deleted job leaves behind."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from scribedock.db.tables import metadata
from scribedock.jobs.erasing.erasure import REGISTER

BY_TABLE = {entry.table.name: entry for entry in REGISTER}


def test_every_table_is_in_the_register_once() -> None:
    assert len(BY_TABLE) == len(REGISTER)
    assert BY_TABLE.keys() == metadata.tables.keys()


@pytest.mark.parametrize("table", metadata.tables.values(), ids=lambda table: table.name)
def test_every_column_of_a_row_that_stays_is_kept_or_cleared(table: sa.Table) -> None:
    entry = BY_TABLE[table.name]
    if entry.deleted:
        assert not entry.kept and not entry.cleared
    else:
        assert not entry.kept & entry.cleared.keys()
        assert entry.kept | entry.cleared.keys() == set(table.columns.keys())
        for name, value in entry.cleared.items():
            assert value is not None or table.columns[name].nullable, f"{name} needs a default"


def test_rows_are_deleted_before_those_that_they_refer_to() -> None:
    gone: set[str] = set()
    for entry in REGISTER:
        if entry.deleted:
            gone.add(entry.table.name)
            referring = {
                table.name
                for table in metadata.tables.values()
                if any(key.column.table is entry.table for key in table.foreign_keys)
            }
            assert referring <= gone, entry.table.name
