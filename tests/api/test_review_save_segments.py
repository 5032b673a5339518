"""`/api/review/save_segments` and `/api/review/changes`: an editor in which somebody types."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from scribedock.db.tables import segment_saves
from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer
from scribedock.jobs.job import Fidelity
from scribedock_captions.elementlist.codec import emit
from tests.captions.sample import say
from tests.support.client import Client, error_of
from tests.support.finished import finished_job, services_of
from tests.support.office import Office, names, taken, text

RUNS_ON = ("sqlite", "postgresql")
LINES = ("The see is deep.", "The ship is old.", "The crew is young.")


def replaced(first: int, *texts: str, removed: int = 1) -> dict[str, Any]:
    return {"first": first, "removed": removed, "segments": emit(say(*texts))["segments"]}


def save(client: Client, job: str, base: str, *changes: object, **given: str) -> httpx2.Response:
    query = {"v": "1", "api_token": client.token, "job_id": job, "base_version": base, "save_id": "one"}
    body = json.dumps({"changes": changes}).encode()
    return client.http.post("/api/review/save_segments", params=query | given, content=body)


def reviewed(office: Office) -> tuple[str, str]:
    """Return a job whose review ann has taken, and the version that she starts from."""
    with services_of(office.server) as services:
        job = finished_job(services, say(*LINES), username=office.name, fidelity=Fidelity.STANDARD)
    return job, taken(office.ann, job)["version"]


def transcript(client: Client, job: str, **given: str) -> list[str]:
    segments = client.get("review/elementlist", job_id=job, **given).json()["elementlist"]["segments"]
    return [
        " ".join("".join(token["display_as"] for token in each["tokens"]) for each in segment["sequences"])
        for segment in segments
    ]


def test_a_reviewer_and_the_owner_type_at_once(office: Office) -> None:
    job, base = reviewed(office)
    customer = office.customer
    own = {"kind": "correction", "save_id": "two"}
    assert customer.get("review/elementlist", job_id=job, kind="correction").json()["version"] == base
    first = save(office.ann, job, base, replaced(0, "The sea is deep.", "And blue."))
    assert first.json() == {
        "version": first.json()["version"],
        "changes": [{"first": 0, "removed": 1, "added": 2}],
        "merged": False,
    }
    second = save(customer, job, base, replaced(2, "The crew is old."), **own).json()
    assert (second["changes"], second["merged"]) == ([{"first": 3, "removed": 1, "added": 1}], True)
    [seen] = office.ann.get("review/changes", job_id=job, since=first.json()["version"]).json()
    assert (seen["version"], seen["username"]) == (second["version"], office.name)
    assert seen["changes"][0]["segments"][0]["sequences"][3]["tokens"][0]["display_as"] == "old"

    refused = save(customer, job, base, replaced(0, "The lake."), kind="correction", save_id="three")
    assert (refused.status_code, refused.json()["ErrorType"]) == (409, "INVALID_QUERY")
    [conflict] = refused.json()["Conflicts"]
    assert (conflict["first"], conflict["removed"], len(conflict["segments"])) == (0, 2, 2)
    assert conflict["username"] == office.ann.get("account/verify_key").json()["name"]

    expected = ["The sea is deep.", "And blue.", "The ship is old.", "The crew is old."]
    assert transcript(office.ann, job) == transcript(customer, job, kind="correction") == expected
    office.ann.post("review/approve", job_id=job)
    assert text(customer, job).split() == " ".join(expected).split()


def test_a_save_is_made_once_however_often_it_is_sent(office: Office) -> None:
    job, base = reviewed(office)
    answers = [save(office.ann, job, base, replaced(0, "One.", "Two.")) for _ in range(3)]
    assert len({answer.json()["version"] for answer in answers}) == 1
    assert transcript(office.ann, job) == ["One.", "Two.", *LINES[1:]]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "changes"),
        (b'{"changes": []}', "nothing to save"),
        (b'{"changes": [{"first": -1, "removed": 1, "segments": []}]}', "changes[0].first"),
        (b'{"changes": [{"first": true, "removed": 1, "segments": []}]}', "changes[0].first"),
        (b'{"changes": [{"first": 0, "removed": 1e99, "segments": []}]}', "changes[0].removed"),
        (b'{"changes": [{"first": 0, "removed": 0, "segments": []}]}', "removes nothing"),
        (b'{"changes": [{"first": 1, "removed": 1, "segments": [{}]}]}', "segments[0]"),
        (json.dumps({"changes": [replaced(1, "a."), replaced(0, "b.")]}).encode(), "ascend"),
        (json.dumps({"changes": [replaced(7, "a.")]}).encode(), "has 3 segments"),
        (json.dumps({"changes": [replaced(0, *["Far too long."] * 99)]}).encode(), "after the recording"),
        (b'{"changes": [{"first": 0, "removed": 1, "segments": []}], "speakers": [{"id": 0}]}', "from 1"),
    ],
)
def test_a_body_that_is_no_edit_saves_nothing(office: Office, body: bytes, problem: str) -> None:
    job, base = reviewed(office)
    query = {"v": "1", "api_token": office.ann.token, "job_id": job, "base_version": base, "save_id": "x"}
    answer = office.ann.http.post("/api/review/save_segments", params=query, content=body)
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert problem in answer.json()["ErrorComment"]
    assert transcript(office.ann, job) == list(LINES)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(office: Office) -> None:
    job, base = reviewed(office)
    query = {"v": "1", "api_token": office.ann.token, "job_id": job, "base_version": base, "save_id": "x"}
    answer = office.ann.http.post("/api/review/save_segments", params=query, content=b" " * (4 * 2**20 + 1))
    assert error_of(answer) == (413, "INVALID_QUERY")


def test_only_who_is_at_the_pass_saves(office: Office, client: Client) -> None:
    job, base = reviewed(office)
    assert error_of(save(office.ben, job, base, replaced(0, "No."))) == (409, "INVALID_QUERY")
    assert error_of(save(office.customer, job, base, replaced(0, "No."))) == (400, "ACCOUNT_UNPRIVILEGED")
    stranger = save(office.ben, job, base, replaced(0, "No."), kind="correction")
    assert error_of(stranger) == (400, "ITEM_NOT_FOUND")
    assert error_of(save(office.ann, job, base, replaced(0, "No."), save_id="x" * 65)) == (
        400,
        "INVALID_QUERY",
    )


def test_edited_words_are_aligned_in_the_background(office: Office) -> None:
    """The recording of this job is none, so that the realignment fails, and what was typed stays."""
    job, base = reviewed(office)
    answer = save(office.ann, job, base, replaced(0, "The sea is deep."), realign="true").json()
    tasks = {each["TaskId"]: each["TaskType"] for each in office.customer.info(job)["Tasks"]}
    assert tasks[answer["task_id"]] == "JOB_REALIGN"
    assert transcript(office.ann, job)[0] == "The sea is deep."


def test_an_owner_corrects_a_finished_job(
    server: OwnServer, client: Client, callbacks: CallbackReceiver
) -> None:
    with services_of(server) as services:
        job = finished_job(services, say(*LINES), callback_url=callbacks.base_url + "/done")
    callbacks.received.get(timeout=30)
    frozen = client.get("job/get_caption", job_id=job, caption_format="SRT", build_url="true").json()
    before = httpx2.get(frozen["CaptionUrl"], trust_env=False).content
    refused = client.get("review/elementlist", job_id=job, kind="correction")
    assert error_of(refused) == (409, "INVALID_QUERY")
    assert client.post("review/take", job_id=job, kind="correction").json() == {"iwp_name": "FINAL"}
    base = client.get("review/elementlist", job_id=job, kind="correction").json()["version"]
    saved = save(client, job, base, replaced(0, "The sea is deep."), kind="correction")
    assert saved.status_code == 200, saved.text
    assert "see" in text(client, job)
    approved = client.post("review/approve", job_id=job, kind="correction")
    assert approved.json() == {"JobStatus": "Complete"}
    assert names(client, job) == ["MECHANICAL", "FINAL", "FINAL"]
    assert "The sea is deep." in text(client, job)
    assert httpx2.get(frozen["CaptionUrl"], trust_env=False).content == before
    assert callbacks.received.empty()
    assert [each["TaskType"] for each in client.info(job)["Tasks"]][-1] == "JOB_CORRECT"


def test_what_was_typed_a_minute_ago_can_be_read_again(office: Office) -> None:
    job, base = reviewed(office)
    saves = []
    for number, words in enumerate(("The sea is deep.", "The sea is blue.")):
        answer = save(office.ann, job, base, replaced(number, words), save_id=f"save {number}")
        base = answer.json()["version"]
        saves.append(base)
    with services_of(office.server) as services, services.database.write() as connection:
        moment = datetime.fromisoformat(saves[0]).replace(tzinfo=UTC)
        connection.execute(
            segment_saves.update()
            .where(segment_saves.c.version == moment)
            .values(version=moment - timedelta(minutes=2))
        )
    work = office.ann.get("review/elementlist", job_id=job).json()
    assert len(work["versions"]) == 2 and work["versions"][-1] == saves[-1]
    assert transcript(office.ann, job, version=work["versions"][0]) == ["The sea is deep.", *LINES[1:]]
    assert transcript(office.ann, job) == ["The sea is deep.", "The sea is blue.", LINES[2]]
