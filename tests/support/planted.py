"""Words planted with a job, and searched for in every table and file afterwards, in every encoding."""

from __future__ import annotations

import base64
import binascii
import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}")


def forms(word: str) -> frozenset[bytes]:
    """Return the word in plain text, as it is searched, in UTF-16, and in base64 at each alignment."""
    plain = word.encode()
    found = {plain, word.lower().encode(), word.encode("utf-16-le"), word.encode("utf-16-be")}
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + plain)
        found.add(encoded[4 if shift else 0 : -4])
    return frozenset(found)


def found_in(data: bytes, words: Iterable[str]) -> set[str]:
    """Return which of the words the bytes contain: plain, compressed, in base64, or pickled."""
    sought = {word: forms(word) for word in words}
    return {word for part in _layers(data) for word, shapes in sought.items() if _any(part, shapes)}


def _any(data: bytes, shapes: Iterable[bytes]) -> bool:
    return any(shape in data for shape in shapes)


def _layers(data: bytes, depth: int = 2) -> Iterator[bytes]:
    yield data
    if not depth:
        return
    for match in ZLIB.finditer(data):
        inflated = _inflated(data[match.start() :])
        if len(inflated) > 8:
            yield from _layers(inflated, depth - 1)
    for match in BASE64.finditer(data):
        text = match[0].replace(b"-", b"+").replace(b"_", b"/")
        try:
            yield from _layers(base64.b64decode(text[: len(text) // 4 * 4]), depth - 1)
        except binascii.Error:
            continue


def _inflated(data: bytes) -> bytes:
    """Return as much as can be decompressed from here."""
    try:
        return zlib.decompressobj().decompress(data, 10_000_000)
    except zlib.error:
        return b""


def in_files(folder: Path, words: Iterable[str]) -> dict[str, set[str]]:
    """Return the words that each file below the folder holds."""
    sought = list(words)
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "objects" not in path.parts:
            found[str(path.relative_to(folder))] = found_in(path.read_bytes(), sought)
    return {name: held for name, held in found.items() if held}


def in_tables(database_url: str, words: Iterable[str]) -> dict[str, set[str]]:
    """Return the words that each table of a PostgreSQL database holds, whatever its schema."""
    sought = list(words)
    engine = sa.create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    found: dict[str, set[str]] = {}
    with closing(engine.connect()) as connection:
        names = connection.execute(
            sa.text(
                "SELECT schemaname, tablename FROM pg_tables "
                "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            )
        ).all()
        for schema, table in names:
            rows = connection.execute(sa.text(f'SELECT * FROM "{schema}"."{table}"')).all()  # noqa: S608
            held = found_in(_as_bytes(rows), sought)
            if held:
                found[f"{schema}.{table}"] = held
    engine.dispose()
    return found


def in_sqlite(path: Path, words: Iterable[str]) -> dict[str, set[str]]:
    """Return the words that each table of a SQLite file holds."""
    sought = list(words)
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        held = {}
        for name in names:
            rows = connection.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608
            held[name] = found_in(_as_bytes(rows), sought)
    return {name: found for name, found in held.items() if found}


def _as_bytes(rows: Iterable[Iterable[Any]]) -> bytes:
    return b"\n".join(
        bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
        for row in rows
        for value in row
    )
