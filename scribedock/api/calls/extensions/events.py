"""The call that tells what happens to jobs as it happens: server-sent events. It is ours, not the vendor's.

Source: the WHATWG's HTML standard, "Server-sent events".
"""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator, Mapping

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from scribedock.accounts.scopes import Right
from scribedock.api.progress_hub import ProgressWatcher, Sign
from scribedock.api.registry import Context, call
from scribedock.api.schema.parameters import Identifier, Natural, Parameters, Text
from scribedock.clock import format_time
from scribedock.errors import InvalidQuery
from scribedock.reports.progress import MAX_REPLAYED, Change, JobChange

RETRY_MS = 3000  # after which a browser connects again
MAX_ID_DIGITS = 18  # what both databases hold in an id
EVENT_STREAM = "text/event-stream"
TOO_MANY_REQUESTS = 429
UNAVAILABLE = 503


class EventsParameters(Parameters):
    job_id: Identifier | None = Field(None, description="Watch this job alone.")
    last_event_id: Text = Field(
        "", description="The id of the last event that you have; also as the header Last-Event-ID."
    )
    seconds: Natural | None = Field(
        None, description="End the stream after so long; 0: with what there is. Left out: with the session."
    )


@call(
    "job/events",
    EventsParameters,
    is_vendors=False,
    needs=Right.READ,
    answer="an event stream",
    content={EVENT_STREAM: bytes},
    refusals=(TOO_MANY_REQUESTS, UNAVAILABLE),
    headers={"Last-Event-ID": "The id of the last event that you have."},
    changes=False,
)
async def events(context: Context, parameters: EventsParameters) -> Response:
    """Watch your jobs, or one of them: their states and progress, as server-sent events.

    The stream ends with the session.
    """
    hub = context.backend.progress
    given = parameters.last_event_id or context.request.headers.get("last-event-id", "")
    last = read_event_id(given)
    watcher = await run_in_threadpool(_watcher, context, parameters.job_id)
    if context.request.method == "HEAD":
        return Response(media_type=EVENT_STREAM)
    hub.watch(context.services.progress, watcher)
    try:
        first = await run_in_threadpool(_first, context, watcher, last)
    except BaseException:
        hub.leave(watcher)
        raise
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # nginx would keep events back
    return StreamingResponse(
        _stream(context, watcher, first, parameters.seconds), media_type=EVENT_STREAM, headers=headers
    )


def read_event_id(given: str) -> int | None:
    """Return the id of an event, None for an empty one. Raises InvalidQuery."""
    if not given:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) <= MAX_ID_DIGITS):
        raise InvalidQuery("Last-Event-ID: send the id of the last event as it is")
    return int(given)


def _watcher(context: Context, job_id: str | None) -> ProgressWatcher:
    if job_id is not None:
        context.services.jobs.find_job(job_id, context.visible_accounts)
    return ProgressWatcher(
        owner_id=context.account.id,
        branch_id=context.branch,
        visible_accounts=context.visible_accounts,
        job_id=job_id,
    )


def _first(context: Context, watcher: ProgressWatcher, last: int | None) -> tuple[str, int]:
    """Return the events that come first, and the id up to which they tell everything."""
    feed = context.services.progress
    newest = feed.newest()
    found = [f"retry: {RETRY_MS}\n\n"]
    if last is not None and last <= newest:
        missed = feed.changes_since(last, visible_accounts=watcher.visible_accounts, limit=MAX_REPLAYED + 1)
        if len(missed) > MAX_REPLAYED:
            found.append(_event("reset", {}, newest))
        else:
            newest = max([newest, *(each.id for each in missed)])
            wanted = (each for each in missed if watcher.job_id in (None, each.job_id))
            found += [_told(each) for each in wanted]
    elif last is not None:  # of another database
        found.append(_event("reset", {}, newest))
    if watcher.job_id is not None:
        job = context.services.jobs.find_job(watcher.job_id)
        found.append(_event("progress", _progress(job.id, job.status, job.progress)))
    found.append(_event("ready", {}, newest))
    return "".join(found), newest


async def _stream(
    context: Context, watcher: ProgressWatcher, first: tuple[str, int], seconds: int | None
) -> AsyncIterator[str]:
    text, told = first
    stream = context.backend.progress.stream(
        watcher,
        lambda: _is_still_allowed(context, watcher),
        seconds=math.inf if seconds is None else seconds,
    )
    async with stream as changes:
        yield text
        async for each in changes:
            if isinstance(each, Sign):
                yield SIGNS[each]
            elif not (isinstance(each, JobChange) and each.id <= told):
                yield _told(each)


def _is_still_allowed(context: Context, watcher: ProgressWatcher) -> bool:
    """Return whether the session is open, which watching does not extend; look at the tree anew."""
    services, session = context.services, context.session
    if session is None or not services.sessions.is_open(session.fingerprint):
        return False
    known = services.accounts.with_visible_accounts(session.account_id)
    if known is None or known[0].disabled is not None:
        return False
    watcher.visible_accounts = known[1]
    return True


def _told(change: Change) -> str:
    if not isinstance(change, JobChange):
        return _event("progress", _progress(change.job_id, change.status, change.progress))
    facts = {
        "JobId": change.job_id,
        "Event": change.event,
        "JobStatus": change.status,
        "Date": format_time(change.at),
    }
    return _event("state", facts, change.id)


def _progress(job_id: str, status: str, progress: float) -> dict[str, object]:
    return {"JobId": job_id, "JobStatus": status, "Progress": round(progress, 4)}


def _event(kind: str, facts: Mapping[str, object], event_id: int | None = None) -> str:
    named = "" if event_id is None else f"id: {event_id}\n"
    return f"{named}event: {kind}\ndata: {json.dumps(facts)}\n\n"


SIGNS = {
    Sign.ALIVE: ": still here\n\n",
    Sign.MISSED: _event("reset", {}),
    Sign.ENDED: _event("end", {"Reason": "The session has ended"}),
}
