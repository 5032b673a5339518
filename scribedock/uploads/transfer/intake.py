"""A body under way: where its bytes go, how many may come, and what they must be."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from scribedock.clock import utc_now
from scribedock.errors import InvalidQuery, ScribedockError, SystemFault
from scribedock.storage.store import Partial
from scribedock.uploads.grant import Grant
from scribedock.uploads.http.digests import Digester, Expected
from scribedock.uploads.http.requests import Action, Body, Protocol


class ConnectionLost(Exception):
    """The client went away in the middle of the body: there is nobody to answer."""


class StorageFault(SystemFault):
    """The store did not take bytes; those that it has are kept."""


class NoRoom(SystemFault):
    """The disk is full: what came is given up, so that it is not full for longer."""

    status = 507


class TooSlow(InvalidQuery):
    """The client sent nothing for too long, or too little; what came is kept."""

    status = 408


class Superseded(InvalidQuery):
    """Another request took the upload over; what came is kept."""

    status = 409


@dataclass(frozen=True, kw_only=True)
class Ceiling:
    """How large the recording may become, and what says so."""

    bytes: int
    refusal: Callable[[int], ScribedockError]  # of a recording above so many bytes

    def check(self, size: int) -> None:
        if size > self.bytes:
            raise self.refusal(self.bytes)


@dataclass(kw_only=True, eq=False)
class Intake:
    grant: Grant
    account_id: str
    action: Action
    protocol: Protocol
    body: Body
    partial: Partial
    ceilings: tuple[Ceiling, ...]
    content: tuple[Expected, ...]  # digests of this body
    whole: tuple[Expected, ...]  # digests of the recording
    wants_digest: bool
    recorded: bool  # the partial is noted, so that it can be gone on with
    digester: Digester = field(init=False)
    started: datetime = field(default_factory=utc_now)
    began: float = field(default_factory=time.monotonic)
    heard: float = field(default_factory=time.monotonic)  # when the last byte came
    interrupt: Callable[[Exception], None] | None = None  # set by whoever moves the bytes
    tell: Callable[[int], None] | None = None  # shows the client how far the upload is
    lock: threading.Lock = field(default_factory=threading.Lock)
    ended: bool = False  # under the lock
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        algorithms = [each.algorithm for each in self.content]
        if self.start == 0 and self.body.completes:
            algorithms += [each.algorithm for each in self.whole]
            algorithms += ["sha256"] if self.wants_digest else []
        self.digester = Digester(algorithms)

    @property
    def start(self) -> int:
        """Of this body, in the recording."""
        return self.body.offset

    @property
    def appends(self) -> bool:
        """Whether the partial held bytes before this body, which stay whatever happens to it."""
        return self.action is Action.APPEND

    def write(self, data: memoryview) -> None:
        """Appends `data`. Raises InvalidQuery (413) past a ceiling, SystemFault (503, 507)."""
        size = self.partial.bytes + len(data)
        for ceiling in self.ceilings:
            ceiling.check(size)
        self.heard = time.monotonic()
        self.digester.update(data)
        try:
            self.partial.write(data)
        except OSError as error:
            raise storage_fault(error) from error

    def tell_progress(self, offset: int) -> None:
        """Shows the client that so many bytes will be there whatever happens, unless it is over."""
        with self.lock:
            if self.tell is not None and not self.ended:
                self.tell(offset)


def too_large(limit: int) -> InvalidQuery:
    return InvalidQuery(
        f"The recording is larger than the limit of {limit} bytes",
        status=413,
        headers={"Upload-Limit": f"max-size={limit}"},
    )


def longer_than_announced(length: int) -> InvalidQuery:
    return InvalidQuery(f"More bytes came than the {length} that the recording was to have", status=413)


def no_room() -> NoRoom:
    return NoRoom("The server has no room for this recording now; try again later")


def storage_fault(error: OSError) -> SystemFault:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return no_room()
    return StorageFault("The server could not store the recording; try again later", status=503)
