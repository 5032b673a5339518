"""The chain of the audit log: each entry's hash covers the hash of the entry before it.

So an entry that is missing, was changed, or was put in later shows. The hash covers what an entry has when it
is begun; its outcome, and the id of a job that the call makes, are known only later and are not covered.
Retention leaves an entry's place in the chain when it erases its contents. Whoever can write to the database
can make the whole chain anew: that shows only where an earlier export is compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from scribedock.clock import format_time, parse_time

MAX_PROBLEMS = 20  # that are named


@dataclass(frozen=True, kw_only=True)
class EntryContent:
    """What an entry has when it is begun."""

    at: datetime
    account_id: str
    address: str
    call: str  # empty: retention has erased the contents
    job_id: str
    about: str
    person_id: str = ""  # who of the account's persons; empty: the account itself

    def hash_after(self, previous: str) -> str:
        """Return the entry's hash: SHA-256 in hex over its content and the hash of the entry before it."""
        fields = [
            *(previous, format_time(self.at), self.account_id),
            *(self.address, self.call, self.job_id, self.about),
            *([self.person_id] if self.person_id else []),  # so entries of releases without it keep theirs
        ]
        return hashlib.sha256(json.dumps(fields).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class ChainedEntry:
    """An entry as a link of the chain."""

    content: EntryContent
    previous: str  # hash of the entry before it; empty: it is the first
    hash: str

    def is_intact(self) -> bool:
        """Return whether the entry is what it was when it was begun."""
        # A call that makes a job names it only at its end.
        begun = (self.content, replace(self.content, job_id=""))
        return self.hash in [each.hash_after(self.previous) for each in begun]


@dataclass(kw_only=True)
class ChainReport:
    """What a check of the chain has found."""

    entries: int = 0
    erased: int = 0  # whose contents retention has erased
    problems: list[str] = field(default_factory=list)
    last: str = ""  # hash of the last entry

    def add(self, problem: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)


def check_chain(entries: Iterable[tuple[str, ChainedEntry]]) -> ChainReport:
    """Check entries in their order, each with a name for it.

    The first may have others before it that are gone.
    """
    found = ChainReport()
    for name, entry in entries:
        if found.entries and entry.previous != found.last:
            found.add(f"before {name}, entries are missing or were put in")
        if not entry.content.call:
            found.erased += 1
        elif not entry.is_intact():
            found.add(f"{name} was changed")
        found.entries += 1
        found.last = entry.hash
    return found


def read_exported(line: str) -> ChainedEntry:
    """Read an exported line. Raises ValueError where it is none."""
    try:
        said: Mapping[str, Any] = json.loads(line)
        names = ("account_id", "address", "call", "job_id", "about")
        content = EntryContent(
            at=parse_time(said["at"]),
            **{name: str(said[name]) for name in names},
            person_id=str(said.get("person_id") or ""),
        )
        return ChainedEntry(content=content, previous=str(said["previous"]), hash=str(said["hash"]))
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"no entry of the audit log: {error}") from None
