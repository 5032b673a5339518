"""What all tables share."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, String, Table

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = String(32)


def initial_row(table: Table) -> dict[str, Any]:
    """Return what a row of the table has in the columns for which an insert names nothing."""
    return {column.name: _default_of(column) for column in table.columns}


def _default_of(column: Column[Any]) -> Any:
    default = column.default
    if not isinstance(default, sa.ColumnDefault):
        return None
    return default.arg(None) if default.is_callable else default.arg
