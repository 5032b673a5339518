"""`/api/review/changes`: what others have saved while somebody types."""

from __future__ import annotations

import json

from scribedock.jobs.job import Fidelity
from scribedock_captions.elementlist.codec import emit
from tests.captions.sample import say
from tests.support.client import error_of
from tests.support.finished import finished_job, services_of
from tests.support.office import Office, save, taken

RUNS_ON = ("sqlite", "postgresql")


def test_changes_since_a_version_are_those_of_others_too(office: Office) -> None:
    with services_of(office.server) as services:
        job = finished_job(services, say("One.", "Two."), username=office.name, fidelity=Fidelity.STANDARD)
    base = taken(office.ann, job)["version"]
    query = {"v": "1", "api_token": office.ann.token, "job_id": job, "base_version": base, "save_id": "x"}
    ben = [{"id": 1, "name": "Ben", "gender": "MALE"}]
    change = {"first": 1, "removed": 1, "segments": emit(say("Two.", "Three."))["segments"]}
    body = json.dumps({"changes": [change], "speakers": ben}).encode()
    saved = office.ann.http.post("/api/review/save_segments", params=query, content=body).json()
    seen = office.customer.get("review/changes", job_id=job, kind="correction", since=base).json()
    assert [(each["version"], each["speakers"]) for each in seen] == [(saved["version"], ben)]
    assert seen[0]["changes"][0]["segments"] == change["segments"]
    assert office.ann.get("review/changes", job_id=job, since=saved["version"]).json() == []

    save(office.ann, job, emit(say("All new.")))
    stale = office.ann.get("review/changes", job_id=job, since=saved["version"])
    assert error_of(stale) == (409, "INVALID_QUERY")
    unknown = office.ann.get("review/changes", job_id=job, since="2026-01-01T00:00:00")
    assert error_of(unknown) == (409, "INVALID_QUERY")
