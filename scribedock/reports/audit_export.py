"""Handing the audit log on, entry by entry, each once: where it stopped is kept in a file.

An entry is handed on once its outcome is known, or when it has none after a minute. One that was sent just
before a crash may be sent again afterwards; its hash tells.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from scribedock.clock import format_time, parse_time
from scribedock.reports.audit import Audit, AuditEntry
from scribedock.settings import SettingsError

BATCH = 500
MAX_FAILED_LOGINS = 1_000_000
PATIENCE = timedelta(minutes=1)  # for the outcome of an entry; failed logins are counted by minute too


@dataclass(frozen=True, kw_only=True)
class Position:
    """What has been handed on."""

    entry: int = 0  # id of the last entry
    failed_logins: datetime | None = None  # the last minute whose failed logins were


class PositionFile:
    """The position of one export, for one process at a time."""

    def __init__(self, path: Path) -> None:
        """Open the file, which is made where it is missing. Raises SettingsError, OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise SettingsError("another scribedock audit export sends to this server") from None
        try:
            self.position = _read(path)
        except (ValueError, KeyError, TypeError):
            self.close()
            raise SettingsError(f"{path} is damaged; remove it to begin with the oldest entry") from None

    def move(self, position: Position) -> None:
        """Note that everything up to this position was handed on; it is durable when this returns."""
        minute = format_time(position.failed_logins)
        fresh = self._path.with_suffix(".new")
        with fresh.open("w") as file:
            json.dump({"entry": position.entry, "failed_logins": minute}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        self.position = position

    def close(self) -> None:
        os.close(self._lock)


def _read(path: Path) -> Position:
    if not path.exists():
        return Position()
    said = json.loads(path.read_text())
    minute = parse_time(said["failed_logins"]) if said["failed_logins"] else None
    return Position(entry=int(said["entry"]), failed_logins=minute)


def export(audit: Audit, file: PositionFile, send: Callable[[AuditEntry], None], now: datetime) -> int:
    """Hand on what has come since the position of the file; return how many entries that were.

    send: takes one entry, and raises where it cannot; what was sent before is noted then.
    """
    count = 0
    for part in (_entries(audit, file, now), _failed_logins(audit, file, now)):
        position = file.position
        try:
            for entry, after in part:
                send(entry)
                position = after
                count += 1
        finally:
            if position != file.position:
                file.move(position)
    return count


def _entries(audit: Audit, file: PositionFile, now: datetime) -> Iterator[tuple[AuditEntry, Position]]:
    minute = file.position.failed_logins
    last = file.position.entry
    while found := audit.after(last, limit=BATCH):
        for number, entry in found:
            if not entry.outcome and entry.at > now - PATIENCE:
                return
            last = number
            yield entry, Position(entry=number, failed_logins=minute)


def _failed_logins(audit: Audit, file: PositionFile, now: datetime) -> Iterator[tuple[AuditEntry, Position]]:
    """Yield the failed logins of minutes that are over; the position moves on with the last of a minute."""
    done = file.position
    since = None if done.failed_logins is None else done.failed_logins + timedelta(minutes=1)
    found = [
        each
        for each in audit.failed_logins(since=since, limit=MAX_FAILED_LOGINS)
        if each.at <= now - 2 * PATIENCE
    ]
    for number, entry in enumerate(found):
        is_last = number + 1 == len(found) or found[number + 1].at != entry.at
        if is_last:
            done = Position(entry=file.position.entry, failed_logins=entry.at)
        yield entry, done
