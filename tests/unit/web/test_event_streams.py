"""Streams of events: what listeners are told, and when their streams end."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from scribedock.jobs.changes import JobChanges
from scribedock.persons.person import Person
from scribedock.web import event_streams
from scribedock.web.event_streams import HEARTBEAT, MAX_STREAMS, MAX_WAITING, MISSED, EventStreams, Listener
from tests.support.browser import Browser
from tests.support.client import error_of
from tests.support.core import Core

Browsers = Callable[..., Browser]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_streams, "POLL_S", 0.01)


@pytest.fixture
def stopping() -> threading.Event:
    return threading.Event()


@pytest.fixture
def streams(core: Core, stopping: threading.Event) -> EventStreams:
    return EventStreams(JobChanges(core.services.database), stopping)


def listener(core: Core, *account_ids: str) -> Listener:
    return Listener(person_id="somebody", account_ids=account_ids or (core.admin.id,))


def data_of(line: bytes) -> dict[str, Any]:
    kind, _, data = line.decode().partition("\ndata: ")
    assert kind == "event: job" and data.endswith("\n\n")
    return dict(json.loads(data))


async def begin(
    streams: EventStreams, listening: Listener
) -> tuple[AsyncIterator[bytes], asyncio.Task[bytes]]:
    """Open a stream, and wait until the state of the database is known."""
    stream = streams.follow(listening)
    first = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    while streams._changes._seen is None:
        await asyncio.sleep(0.01)
    return stream, first


def test_each_listener_is_told_of_the_jobs_that_its_person_sees(core: Core, streams: EventStreams) -> None:
    other = core.services.accounts.create("other", "a password of others", parent="admin")

    async def follow() -> None:
        _, all_of_them = await begin(streams, listener(core, core.admin.id, other.id))
        _, others_only = await begin(streams, listener(core, other.id))
        mine = core.job()
        assert data_of(await all_of_them) == {"job_id": mine.id, "status": "Pending", "progress": 0.0}
        theirs = core.job(owner=other)
        assert data_of(await others_only)["job_id"] == theirs.id

    asyncio.run(follow())


def test_the_database_is_asked_once_for_all_and_only_while_somebody_listens(
    core: Core, streams: EventStreams, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = streams._changes.read
    monkeypatch.setattr(streams._changes, "read", lambda: (asked.append("asked"), real())[1])

    async def follow() -> None:
        open_ones = [await begin(streams, listener(core)) for _ in range(5)]
        core.job()
        await asyncio.gather(*(first for _, first in open_ones))
        until_now = len(asked)
        await asyncio.sleep(0.1)
        assert len(asked) - until_now <= 11, "not once for each"
        for stream, _ in open_ones:
            await stream.aclose()  # type: ignore[attr-defined]
        await asyncio.sleep(0.05)
        until_now = len(asked)
        await asyncio.sleep(0.05)
        assert len(asked) == until_now

    asyncio.run(follow())


def test_who_falls_behind_is_told_that_something_was_missed(core: Core, streams: EventStreams) -> None:
    async def follow() -> None:
        listening = listener(core)
        stream, first = await begin(streams, listening)
        job = core.job()
        await first
        [change] = [await asyncio.to_thread(_change_of, core, job.id)]
        for _ in range(MAX_WAITING + 5):
            listening.tell(change)
        lines = [await anext(stream)]
        while lines[-1] != MISSED:
            lines.append(await anext(stream))
        assert MAX_WAITING <= len(lines) - 1 <= MAX_WAITING + 2

    asyncio.run(follow())


def _change_of(core: Core, job_id: str) -> Any:
    reader = JobChanges(core.services.database)
    reader.read()
    core.services.jobs.delete(job_id, None)
    [change] = reader.read()
    return change


def test_a_silent_stream_shows_that_it_lives(
    core: Core, streams: EventStreams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_streams, "HEARTBEAT_S", 0.01)

    async def follow() -> None:
        stream = streams.follow(listener(core))
        assert [await anext(stream) for _ in range(3)] == [HEARTBEAT] * 3

    asyncio.run(follow())


def test_streams_end_with_the_server(core: Core, streams: EventStreams, stopping: threading.Event) -> None:
    async def follow() -> None:
        _, first = await begin(streams, listener(core))
        stopping.set()
        with pytest.raises(StopAsyncIteration):
            await first

    asyncio.run(follow())


def test_a_database_that_is_away_ends_no_stream(
    core: Core, streams: EventStreams, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = streams._changes.read

    def fail() -> Any:
        monkeypatch.setattr(streams._changes, "read", real)
        raise OSError("the database is away")

    monkeypatch.setattr(streams._changes, "read", fail)

    async def follow() -> None:
        _, first = await begin(streams, listener(core))
        job = core.job()
        assert data_of(await first)["job_id"] == job.id

    asyncio.run(follow())


def test_one_person_has_a_limited_number_of_streams(core: Core, streams: EventStreams) -> None:
    async def follow() -> None:
        for _ in range(MAX_STREAMS):
            assert streams.has_room("somebody")
            await begin(streams, listener(core))
        assert not streams.has_room("somebody") and streams.has_room("somebody else")

    asyncio.run(follow())


def test_a_stream_needs_a_session(browsers: Browsers, maria: Person) -> None:
    assert error_of(browsers().request("GET", "/web/events")) == (401, "BAD_API_TOKEN")
