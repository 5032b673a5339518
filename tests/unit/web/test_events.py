"""`/web/events`: who may have a stream, and how a change is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from scribedock.api import progress_hub
from scribedock.clock import utc_now
from scribedock.persons.person import Person
from scribedock.reports.progress import Change, JobChange, JobProgress
from scribedock.web.events import line_of
from tests.support.browser import Browser
from tests.support.client import error_of

STATE = JobChange(
    id=1,
    job_id="job",
    account_id="ann",
    event="started",
    status="In Process",
    at=utc_now(),
    progress=0.123456,
)
PROGRESS = JobProgress(job_id="job", account_id="ann", status="In Process", progress=0.123456)


def test_a_stream_needs_a_session(browsers: Callable[..., Browser], maria: Person) -> None:
    assert error_of(browsers().request("GET", "/web/events")) == (401, "BAD_API_TOKEN")


def test_a_person_has_a_limited_number_of_streams(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_hub, "MAX_OF_OWNER", 0)
    browser.sign_in("admin", "a password")
    answer = browser.request("GET", "/web/events")
    assert error_of(answer) == (429, "INVALID_QUERY")
    assert "0 event streams are open already" in answer.text


@pytest.mark.parametrize(
    ("change", "status"),
    [(STATE, "In Process"), (PROGRESS, "In Process"), (replace(STATE, event="deleted"), "")],
)
def test_a_change_tells_state_and_progress(change: Change, status: str) -> None:
    kind, _, data = line_of(change).decode().partition("\ndata: ")
    assert kind == "event: job" and data.endswith("\n\n")
    assert json.loads(data) == {"job_id": "job", "status": status, "progress": 0.1235}
