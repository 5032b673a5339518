"""`/api/review/recognize`: a stretch of the recording, recognized once more for whoever is at the pass."""

from __future__ import annotations

import pytest

from scribedock.jobs.job import Fidelity
from tests.captions.sample import say
from tests.support.accounts import Family
from tests.support.client import Client, error_of
from tests.support.finished import finished_job, services_of
from tests.support.office import Office, taken
from tests.support.stretches import asked_for, ended, said_in

RUNS_ON = ("sqlite", "postgresql")


@pytest.fixture
def corrected(alice: Client, sentence: bytes) -> str:
    """Return a job with a recording of 3.5 seconds whose owner corrects it."""
    job = alice.new_job()
    alice.upload(job, sentence)
    alice.order(job)
    alice.finished(job)
    assert alice.post("review/take", job_id=job, kind="correction").status_code == 200
    return job


def refused(client: Client, job: str, **given: str) -> str:
    """Return what is said where a stretch is not recognized."""
    answer = client.post("review/recognize", **{"job_id": job, "start": "0", "end": "3000"} | given)
    assert answer.status_code >= 400, answer.text
    return f"{answer.status_code} {answer.json()['ErrorType']} {answer.json()['ErrorComment']}"


def test_an_owner_has_a_stretch_recognized_and_the_list_stays_as_it_is(alice: Client, corrected: str) -> None:
    own = {"kind": "correction"}
    before = alice.get("review/elementlist", job_id=corrected, **own).json()
    task = asked_for(alice, corrected, 0, 3500, **own)
    found = ended(alice, corrected, task, **own)
    assert (found["status"], found["language"], found["problem"]) == ("COMPLETE", "en", "")
    assert "library" in said_in(found)
    listed = alice.get("job/task_status", task_id=task).json()
    assert (listed["TaskType"], listed["TaskStatus"]) == ("JOB_RECOGNIZE_SPAN", "COMPLETE")
    assert alice.get("review/elementlist", job_id=corrected, **own).json() == before
    assert alice.info(corrected)["JobStatus"] == "Complete"


def test_a_reviewer_has_it_only_with_the_pass(office: Office) -> None:
    """The recording of this job is none, so that the stretch fails and says so."""
    with services_of(office.server) as services:
        job = finished_job(
            services, say("The see is deep."), username=office.name, fidelity=Fidelity.STANDARD
        )
    assert refused(office.ann, job, end="500").startswith("409 INVALID_QUERY This pass is not yours")
    taken(office.ann, job)
    found = ended(office.ann, job, asked_for(office.ann, job, 0, 500))
    assert (found["status"], found["segments"]) == ("FAILED", [])
    assert "not in the server's storage" in found["problem"]
    assert refused(office.ben, job, end="500").startswith("409 INVALID_QUERY This pass is not yours")
    assert refused(office.customer, job, end="500").startswith("400 ACCOUNT_UNPRIVILEGED")
    asked_for(office.customer, job, 0, 500, kind="correction")


def test_another_customer_has_nothing_recognized(family: Family, sentence: bytes) -> None:
    job = family.child.new_job()
    family.child.upload(job, sentence)
    family.child.order(job)
    family.child.finished(job)
    family.child.post("review/take", job_id=job, kind="correction")
    task = asked_for(family.child, job, 0, 3000, kind="correction")
    stranger = refused(family.stranger, job, kind="correction")
    assert stranger.startswith("400 ITEM_NOT_FOUND")
    seen = family.stranger.get("review/recognized", job_id=job, kind="correction", task_id=task)
    assert error_of(seen) == (400, "ITEM_NOT_FOUND")
    gone = family.stranger.post("review/forget_recognized", job_id=job, kind="correction", task_id=task)
    assert error_of(gone) == (400, "ITEM_NOT_FOUND")
    assert ended(family.child, job, task, kind="correction")["status"] == "COMPLETE"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"start": "-1"}, "start"),
        ({"start": "1.5"}, "start"),
        ({"start": "3000", "end": "3000"}, "at least 300 ms after start"),
        ({"start": "2000", "end": "1000"}, "at least 300 ms after start"),
        ({"end": "3501"}, "ends at 3500 ms"),
        ({"end": "300001"}, "at most 300,000 ms"),
        ({"end": "9" * 30}, "end"),
        ({"language": "de"}, "does not understand language 'de'"),
        ({"language": "auto"}, "tells languages apart"),
        ({"language": "klingon"}, "is not on the list"),
    ],
)
def test_what_cannot_be_recognized_is_said(
    alice: Client, corrected: str, given: dict[str, str], said: str
) -> None:
    assert said in refused(alice, corrected, kind="correction", **given)


def test_a_finished_job_is_recognized_once_its_correction_has_begun(alice: Client, corrected: str) -> None:
    asked_for(alice, corrected, 0, 3000, kind="correction")
    assert alice.post("review/release", job_id=corrected, kind="correction").status_code == 204
    told = refused(alice, corrected, kind="correction")
    assert told.startswith("409 INVALID_QUERY Nobody is correcting this job")
