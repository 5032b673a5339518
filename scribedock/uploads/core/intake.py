"""A body under way: where its bytes go, how many it may have, and what they must be."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from scribedock.clock import Clock
from scribedock.errors import ScribedockError
from scribedock.storage.store import Partial
from scribedock.uploads.core.digests import Digester, Digests, Expected
from scribedock.uploads.core.errors import storage_fault
from scribedock.uploads.core.request import Action, Body, Protocol, UploadRequest
from scribedock.uploads.grant import Grant


@dataclass(frozen=True, kw_only=True)
class Ceiling:
    """A largest size in bytes, and the error for a recording above it."""

    bytes: int
    refusal: Callable[[int], ScribedockError]

    def check(self, size: int) -> None:
        """Raise the refusal for `size` bytes, if they are too many."""
        if size > self.bytes:
            raise self.refusal(self.bytes)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A finished part of a recording that is to be put together."""

    id: str  # of its upload
    partial: str  # name in the store
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A body that ended well."""

    size: int  # bytes of the recording so far
    etag: str | None = None  # the recording is whole, and the job's media
    sha256: bytes | None = None  # of the whole recording
    task_id: str | None = None  # of the task that probes it; its workflow is the caller's to start


@dataclass(kw_only=True, eq=False)
class Intake:
    request: UploadRequest
    account_id: str
    body: Body  # with the recording's length, where an earlier request gave it
    partial: Partial
    ceilings: tuple[Ceiling, ...]
    content: tuple[Expected, ...]  # digests of this body
    whole: tuple[Expected, ...]  # digests of the recording
    wants_digest: bool
    recorded: bool  # the partial is in the database, so that the upload can be resumed
    clock: Clock
    trailing: tuple[str, ...] = ()  # algorithms of digests of the recording that come behind the body
    unverified: tuple[str, ...] = ()  # names of digests that cannot be checked
    parts: tuple[Part, ...] = ()  # that the recording is put together from, when the body has ended
    final: Ended | None = None  # the upload had this end before; the request repeats it
    digester: Digester = field(init=False)
    interrupt: Callable[[Exception], None] | None = None  # set by the mover of the bytes
    tell: Callable[[int], None] | None = None  # reports progress to the client
    lock: threading.Lock = field(default_factory=threading.Lock)
    ended: bool = False  # under the lock
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.started = self.clock.now()
        self.began = self.heard = self.clock.monotonic()  # when the first and the last byte arrived
        algorithms = [each.algorithm for each in self.content]
        if self.start == 0 and self.body.completes:
            algorithms += [each.algorithm for each in self.whole]
            algorithms += ["sha256"] if self.wants_digest else []
            algorithms += self.trailing
        self.digester = Digester(algorithms)

    @property
    def grant(self) -> Grant:
        return self.request.grant

    @property
    def protocol(self) -> Protocol:
        return self.request.protocol

    @property
    def start(self) -> int:
        """The offset of this body in the recording, in bytes."""
        return self.body.offset

    @property
    def appends(self) -> bool:
        """Whether the partial held bytes before this body, which stay whatever happens to the body."""
        return self.request.action is Action.APPEND

    @property
    def silent_s(self) -> float:
        """Seconds since the last byte arrived."""
        return self.clock.monotonic() - self.heard

    @property
    def age_s(self) -> float:
        """Seconds since the body began."""
        return self.clock.monotonic() - self.began

    def expect(self, digests: Digests) -> None:
        """Have the recording checked against digests that came behind its body."""
        self.whole = (*self.whole, *digests.whole)
        self.unverified = (*self.unverified, *digests.unverified)

    def write(self, data: memoryview) -> None:
        """Append `data`. Raises TooLarge and its like past a ceiling, StorageFault, NoRoom."""
        size = self.partial.bytes + len(data)
        for ceiling in self.ceilings:
            ceiling.check(size)
        self.heard = self.clock.monotonic()
        self.digester.update(data)
        try:
            self.partial.write(data)
        except OSError as error:
            raise storage_fault(error) from error

    def tell_progress(self, offset: int) -> None:
        """Tell the client that `offset` bytes are safe, unless the request is over."""
        with self.lock:
            if self.tell is not None and not self.ended:
                self.tell(offset)
