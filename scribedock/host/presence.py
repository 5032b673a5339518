"""Servers that run in a data folder: a locked file for each, which says where it listens.

The kernel releases the lock when the server ends, however it ends; so nobody asks one that is gone.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from scribedock.clock import parse_time
from scribedock.host.locked_file import LockedFile, is_abandoned

FOLDER = "servers"
PREFIX = "server-"
MAX_BYTES = 4096


@dataclass(frozen=True, kw_only=True)
class PresentServer:
    url: str  # where this machine reaches it
    version: str
    pid: int
    since: datetime


def announce(data_dir: Path, *, url: str, version: str, since: datetime) -> LockedFile:
    """Say that this process serves at `url`, until the file is closed."""
    file = LockedFile(data_dir / FOLDER, PREFIX)
    facts = PresentServer(url=url, version=version, pid=os.getpid(), since=since)
    os.write(file.descriptor, json.dumps({**asdict(facts), "since": since.isoformat()}).encode())
    return file


def present_servers(data_dir: Path) -> list[PresentServer]:
    """Return the servers that run in the data folder, on this machine, the oldest first."""
    found = []
    for path in (data_dir / FOLDER).glob(f"{PREFIX}*"):
        if is_abandoned(path):
            continue
        try:
            facts = json.loads(path.read_bytes()[:MAX_BYTES])
            found.append(PresentServer(**{**facts, "since": parse_time(facts["since"])}))
        except (OSError, ValueError, TypeError, KeyError):  # it was just made, or is another release's
            continue
    return sorted(found, key=lambda each: each.since)


def sweep(data_dir: Path) -> None:
    """Remove the files of servers that are gone."""
    for path in (data_dir / FOLDER).glob(f"{PREFIX}*"):
        if is_abandoned(path):
            path.unlink(missing_ok=True)
