"""What was done with which file: a line of JSON for each, durable before the next file is begun.

No line has the name of a file: names may be all that is known of a recording that is deleted.
"""

from __future__ import annotations

import fcntl
import json
import os
from datetime import datetime
from pathlib import Path

from scribedock.settings import SettingsError


class IntakeJournal:
    """The journal of one folder, for one process at a time."""

    def __init__(self, path: Path) -> None:
        """Open the journal, which is made where it is missing. Raises SettingsError, OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise SettingsError("another scribedock watch has this folder") from None
        text = path.read_bytes()
        if text and not text.endswith(b"\n"):  # a crash or a full disk cut the last line
            os.write(self._descriptor, b"\n")
        self._known = dict(_entries(text))

    def knows(self, digest: str) -> bool:
        """Return whether the file was dealt with."""
        return digest in self._known

    def note(self, digest: str, *, outcome: str, job_id: str, at: datetime) -> None:
        """Note what was done with a file; it is durable when this returns. Raises OSError."""
        entry = {"file": digest, "outcome": outcome, "job_id": job_id, "at": at.isoformat()}
        line = (json.dumps(entry) + "\n").encode()
        if os.write(self._descriptor, line) != len(line):
            raise OSError("the journal could not be written")
        os.fsync(self._descriptor)
        self._known[digest] = outcome

    def close(self) -> None:
        os.close(self._descriptor)


def _entries(text: bytes) -> list[tuple[str, str]]:
    found = []
    for line in text.splitlines():
        try:
            entry = json.loads(line)
            found.append((str(entry["file"]), str(entry["outcome"])))
        except (ValueError, KeyError, TypeError):  # the end of a line that was cut
            continue
    return found
