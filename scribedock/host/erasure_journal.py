"""The erasure journal: what was erased, and when, in a file outside the database.

A database that is restored from a backup does not know what was erased since. The journal does, if it is not
lost together with the data folder: `SCRIBEDOCK_ERASURE_JOURNAL` puts it on another disk. It names jobs,
accounts and persons by their ids alone. A line is durable before the erasure is committed, so that no erasure
that a client was told of lacks its line; where the commit then fails, a line stands for an erasure that was
only asked for.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import structlog

from scribedock.clock import format_time, parse_time
from scribedock.errors import SystemFault
from scribedock.settings import Settings

log = structlog.get_logger("scribedock.erasure")

FILE_NAME = "erasures.jsonl"
LINE_FEED = b"\n"


class ErasedPart(StrEnum):
    """What was erased: a job, a part of one, an account, or a person of one."""

    JOB = "job"
    RECORDING = "recording"
    RESULTS = "results"
    ACCOUNT = "account"
    PERSON = "person"


@dataclass(frozen=True, kw_only=True)
class Erasure:
    at: datetime
    part: ErasedPart
    id: str  # of the job, the account or the person


class JournalDamaged(Exception):
    """A journal has lines that are none; the text names the file and the first of them."""


class ErasureJournal:
    """Appends to one file. Several processes of a machine may append to it at once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, erasure: Erasure) -> None:
        """Append an erasure, durably.

        Raises SystemFault where the file cannot be written: 507 where its disk is full, else 503.
        """
        try:
            self._append(erasure)
        except OSError as error:
            is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            log.error("erasure journal cannot be written", file=str(self.path), reason=error.strerror)
            raise SystemFault(
                "The server cannot write down the erasure now, so nothing is erased; try again later",
                status=507 if is_full else 503,
            ) from error

    def _append(self, erasure: Erasure) -> None:
        line = json.dumps({"at": format_time(erasure.at), "erased": erasure.part, "id": erasure.id})
        is_new = not self.path.exists()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            # A line that a power cut has torn must not spoil the next one.
            torn = size > 0 and os.pread(descriptor, 1, size - 1) != LINE_FEED
            os.write(descriptor, (LINE_FEED if torn else b"") + line.encode() + LINE_FEED)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            _sync_folder(self.path.parent)


def journal_path(settings: Settings) -> Path:
    """Return the path of the journal: that of the settings, else of a file in the data folder."""
    return settings.erasure_journal or settings.data_dir / FILE_NAME


def read_journals(paths: Iterable[Path], *, since: datetime | None = None) -> Sequence[Erasure]:
    """Return the erasures in these files, oldest first and each once.

    A last line that a power cut has torn is left out. since: leaves out what was erased before. Raises
    OSError, and JournalDamaged.
    """
    found = {erasure for path in paths for erasure in _read(path)}
    return sorted(
        (each for each in found if since is None or each.at >= since),
        key=lambda each: (each.at, each.id, each.part),
    )


def _read(path: Path) -> list[Erasure]:
    lines = path.read_bytes().split(LINE_FEED)
    whole = [(number, line) for number, line in enumerate(lines[:-1], 1) if line.strip()]
    erasures = []
    for number, line in whole:
        try:
            erasures.append(_erasure(line))
        except (ValueError, KeyError, TypeError, OverflowError):
            # Written after a power cut, a line has a torn one before it.
            if number < len(lines) - 1 and _is_torn(line):
                continue
            raise JournalDamaged(f"{path}: line {number} is no erasure") from None
    return erasures


def _erasure(line: bytes) -> Erasure:
    said = json.loads(line)
    erased_id = said["id"]
    if not (isinstance(erased_id, str) and len(erased_id) == 32):
        raise ValueError(erased_id)
    return Erasure(at=parse_time(said["at"]), part=ErasedPart(said["erased"]), id=erased_id)


def _is_torn(line: bytes) -> bool:
    return line.startswith(b"{") and not line.endswith(b"}")


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
