"""The request that a line of the log, and the work that follows, belongs to.

Source: W3C Trace Context for `traceparent`. What a client sends is taken over only where it is well-formed:
it comes into the log, and into a header of the answer.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

Result = TypeVar("Result")
REQUEST_ID_HEADER = "X-Request-Id"
REQUEST_ID = re.compile(r"[A-Za-z0-9._:+/=@-]{1,128}", re.ASCII)
# A later version may have more behind the flags (W3C Trace Context, 4.3).
TRACEPARENT = re.compile(
    r"(?P<version>(?!ff)[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<parent>[0-9a-f]{16})"
    r"-[0-9a-f]{2}(?P<more>-.*)?",
    re.ASCII,
)

NoteAttributes = Callable[..., None]
PartOpener = Callable[[str], AbstractContextManager[NoteAttributes]]

_TRACEPARENT: ContextVar[str | None] = ContextVar("traceparent", default=None)


class _Parts:
    opener: PartOpener | None = None


@dataclass(frozen=True, kw_only=True)
class RequestTrace:
    request_id: str  # the client's, or the trace's
    trace_id: str  # 32 hex digits


def read_trace(
    request_ids: Sequence[str], traceparents: Sequence[str], *, trace_id: str | None = None
) -> RequestTrace:
    """Return the ids of a request with these headers; what is missing, repeated or malformed is made.

    trace_id: of the span of the request, where it has one.
    """
    if trace_id is None and len(traceparents) == 1:
        trace_id = _trace_of(traceparents[0])
    trace_id = trace_id or uuid.uuid4().hex
    given = request_ids[0] if len(request_ids) == 1 else ""
    return RequestTrace(request_id=given if REQUEST_ID.fullmatch(given) else trace_id, trace_id=trace_id)


def usable_traceparent(traceparents: Sequence[str]) -> str | None:
    """Return the one header of these that names a trace; None where it is missing, repeated or malformed."""
    return traceparents[0].strip() if len(traceparents) == 1 and _trace_of(traceparents[0]) else None


def _trace_of(header: str) -> str | None:
    found = TRACEPARENT.fullmatch(header.strip())
    if found is None or (found["version"] == "00" and found["more"]):
        return None
    is_void = not found["trace"].strip("0") or not found["parent"].strip("0")
    return None if is_void else found["trace"]


@contextmanager
def traced(trace: RequestTrace) -> Iterator[None]:
    """Name the request on every line of the log within the block, and as the cause of new work."""
    of_trace = {} if trace.trace_id == trace.request_id else {"trace": trace.trace_id}
    with structlog.contextvars.bound_contextvars(request=trace.request_id, **of_trace):
        yield


def in_trace(trace: RequestTrace, function: Callable[..., Result]) -> Callable[..., Result]:
    """Return the function so that what it does belongs to the request, in whichever thread it runs."""

    def run(*arguments: Any) -> Result:
        with traced(trace):
            return function(*arguments)

    return run


@contextmanager
def continued_by(traceparent: str) -> Iterator[None]:
    """Let what is done and queued in the block continue a trace."""
    token = _TRACEPARENT.set(traceparent)
    try:
        yield
    finally:
        _TRACEPARENT.reset(token)


def current_traceparent() -> str | None:
    """Return the `traceparent` of the span that this thread or task works in; None outside of any."""
    return _TRACEPARENT.get()


def measure_parts_by(opener: PartOpener | None) -> None:
    """Let this measure the parts of requests in this process from now on; None: nothing does."""
    _Parts.opener = opener


@contextmanager
def part(name: str, *, job_id: str | None = None) -> Iterator[NoteAttributes]:
    """Measure the block as a part of a request, about this job; yield what adds attributes.

    Two underscores in the name of an attribute stand for a dot. Where nothing measures, nothing comes of it.
    """
    if _Parts.opener is None:
        yield lambda **attributes: None
        return
    with _Parts.opener(name) as note:
        ids = {"scribedock__request_id": current_request_id(), "scribedock__job_id": job_id}
        note(**{key: value for key, value in ids.items() if value is not None})
        yield note


@contextmanager
def caused_by(request_id: str) -> Iterator[None]:
    """Name the request that caused what is done in the block; an empty one is not known."""
    if not request_id:
        yield
        return
    with structlog.contextvars.bound_contextvars(request=request_id):
        yield


def current_request_id() -> str | None:
    """Return the request that this thread or task works for; None outside of any."""
    found = structlog.contextvars.get_contextvars().get("request")
    return None if found is None else str(found)
