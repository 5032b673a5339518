"""`/api/job/events`: what happens to jobs, as it happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from scribedock import app
from scribedock.api import progress_hub
from scribedock.api.calls.extensions import events
from scribedock.api.progress_hub import ProgressHub, ProgressWatcher
from tests.captions.sample import say
from tests.support.client import Client, error_of
from tests.support.finished import finished_job, services_of
from tests.support.office import Office

RUNS_ON = ("sqlite", "postgresql")


class Stream:
    """The events of a stream, one after the other."""

    def __init__(self, response: httpx2.Response) -> None:
        self._lines = response.iter_lines()
        self.id = ""  # the last one

    def next(self) -> tuple[str, dict[str, Any]]:
        """Return kind and facts of the next event."""
        kind = ""
        for line in self._lines:
            name, _, value = line.partition(": ")
            if name == "id":
                self.id = value
            elif name == "event":
                kind = value
            elif name == "data":
                return kind, json.loads(value)
        raise EOFError

    def until(self, wanted: str) -> dict[str, Any]:
        """Return the facts of the next event of this kind."""
        while True:
            kind, facts = self.next()
            if kind == wanted:
                return facts


@contextmanager
def watching(client: Client, **given: str) -> Iterator[Stream]:
    query = {"v": "1", "api_token": client.token, **given}
    with client.http.stream("GET", "/api/job/events", params=query) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        yield Stream(response)


def test_a_job_is_watched_from_upload_to_deletion(client: Client, sentence: bytes) -> None:
    job = client.new_job()
    with watching(client, job_id=job) as stream:
        assert stream.next() == ("progress", {"JobId": job, "JobStatus": "Pending", "Progress": 0.0})
        assert stream.next() == ("ready", {})
        client.upload(job, sentence)
        client.order(job)
        told = [stream.until("state") for _ in range(3)]
        assert [(each["Event"], each["JobStatus"]) for each in told] == [
            ("ordered", "Pending"),
            ("started", "In Process"),
            ("finished", "Complete"),
        ]
        client.post("job/delete", job_id=job)
        assert stream.until("state")["Event"] == "deleted"
        with pytest.raises(EOFError):
            stream.next()


def test_who_was_away_is_told_what_was_missed(client: Client) -> None:
    job = client.new_job(job_name="before")
    with watching(client) as stream:
        stream.until("ready")
        last = stream.id
    other = client.new_job()
    client.post("job/delete", job_id=other)
    with watching(client, last_event_id=last, seconds="0") as stream:
        told = []
        while True:
            kind, facts = stream.next()
            if kind == "ready":
                break
            told.append((facts["JobId"], facts["Event"]))
    assert (other, "created") in told and (other, "deleted") in told
    assert job not in {each for each, _ in told}
    with watching(client, last_event_id="999999999999", seconds="0") as stream:
        assert stream.next() == ("reset", {})


def test_strangers_jobs_are_not_seen(office: Office, client: Client) -> None:
    with watching(office.ann) as stream:
        stream.until("ready")
        with services_of(client.server) as services:
            finished_job(services, say("Not yours."))
        own = office.ann.new_job()
        assert stream.until("state")["JobId"] == own
    job = client.new_job()
    assert error_of(office.ann.get("job/events", job_id=job)) == (400, "ITEM_NOT_FOUND")


@pytest.mark.parametrize("last", ["x", "-1", "²", "9" * 19])
def test_an_id_that_is_none_is_refused(client: Client, last: str) -> None:
    assert error_of(client.get("job/events", last_event_id=last)) == (400, "INVALID_QUERY")
    query = {"v": "1", "api_token": client.token}
    headers = {"Last-Event-ID": last.encode()}
    answer = client.http.get("/api/job/events", params=query, headers=headers)
    assert error_of(answer) == (400, "INVALID_QUERY")


def test_a_closed_stream_makes_room_for_another(client: Client) -> None:
    for _ in range(25):
        with watching(client) as stream:
            stream.until("ready")


def test_a_stream_without_a_session_is_refused(client: Client) -> None:
    assert error_of(client.http.get("/api/job/events", params={"v": "1"})) == (400, "BAD_API_TOKEN")


def test_a_stream_ends_with_its_session_and_does_not_extend_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the server's database, but in this process: a server's heartbeats take long."""
    client = Client(client.server).login()  # the others' session stays open
    monkeypatch.setattr(progress_hub, "HEARTBEAT_S", 0.01)

    async def told(services: app.Services, caller: Any) -> list[str]:
        watcher = ProgressWatcher(owner_id="a", branch_id="a", visible_accounts=frozenset(), job_id=None)
        stream = events._stream(caller, watcher, ("first", 0), None)
        seen = [await anext(stream), await anext(stream)]
        services.sessions.close(caller.session.fingerprint)
        return [*seen, *[each async for each in stream]]

    with services_of(client.server) as services:
        backend = SimpleNamespace(progress=ProgressHub())
        session = services.sessions.use(client.token)
        caller = SimpleNamespace(backend=backend, services=services, session=session)
        monkeypatch.setattr(services.sessions, "use", None)
        seen = asyncio.run(told(services, caller))
    assert seen[:2] == ["first", ": still here\n\n"]
    assert seen[-1].startswith("event: end\n")
    assert error_of(client.get("job/list")) == (400, "BAD_API_TOKEN")
