"""What a request to an upload URL asks for, whichever protocol it speaks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scribedock.errors import ScribedockError
from scribedock.uploads.core.digests import NO_DIGESTS, Digests
from scribedock.uploads.grant import Grant


class Protocol(StrEnum):
    PLAIN = "plain"
    TUS = "tus"
    IETF = "ietf"


class Action(StrEnum):
    REPLACE = "replace"  # the whole recording, in one request
    CREATE = "create"  # a recording that comes in several requests, perhaps with its first bytes
    CREATE_PART = "create part"  # of a recording whose parts come side by side
    CONCATENATE = "concatenate"  # a recording from its parts
    APPEND = "append"
    STATE = "state"
    TERMINATE = "terminate"


@dataclass(frozen=True, kw_only=True)
class Body:
    """What a request brings."""

    bytes: int | None = 0  # None: as many as are sent
    offset: int = 0  # of its first byte in the recording
    length: int | None = None  # of the recording, where the request says so
    completes: bool | None = None  # the recording ends with it; None: once it has the announced length


@dataclass(frozen=True, kw_only=True)
class UploadRequest:
    """A request, read once from its head."""

    action: Action
    protocol: Protocol
    grant: Grant
    body: Body = Body()
    digests: Digests = NO_DIGESTS
    parts: tuple[Grant, ...] = ()  # that the recording is to be put together from
    only_without_media: bool = False  # the recording is put only where the job has none
    fault: ScribedockError | None = None
    """What is wrong with the request itself. It is said only once the URL has proved valid."""
