"""`job/new`."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scribedock import app
from tests.support.accounts import Family, name_of
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES

OPEN_JOB = {
    "JobName": "",
    "JobStatus": "Pending",
    "Username": "admin",
    "SourceLanguage": "en",
    "TargetLanguage": "",
    "ExternalID": "",
    "StartDate": "",
    "DueDate": "",
    "CompletedDate": "",
    "ReturnDate": "",
    "JobDifficulty": "Unknown",
    "ReturnTargets": {},
    "Options": {},
    "Progress": 0.0,
}


@pytest.mark.parametrize(
    ("named", "given"), [({}, False), ({"language": ""}, False), ({"language": "en"}, True)]
)
def test_a_new_job_knows_whether_its_language_was_named(
    client: Client, services: app.Services, named: dict[str, str], given: bool
) -> None:
    job = services.jobs.find_job(client.get("job/new", **named).json()["JobId"])
    assert (job.language, job.language_given) == ("en", given)


def test_a_new_job_is_pending(client: Client) -> None:
    answer = client.get("job/new").json()
    assert {len(answer["JobId"]), len(answer["TaskId"])} == {32}
    info = client.info(answer["JobId"])
    assert {name: info[name] for name in OPEN_JOB} == OPEN_JOB
    assert info["AuthorizationDate"] == info["CreationDate"]
    created = datetime.fromisoformat(info["CreationDate"]).replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - created) < timedelta(minutes=1)
    assert [task["TaskType"] for task in info["Tasks"]] == ["JOB_CREATED"]


def test_a_job_keeps_the_values_it_was_created_with(client: Client) -> None:
    external = uuid.uuid4().hex
    info = client.info(client.new_job(job_name="Łódź <b>&amp;</b> 🎬", language="FR", external_id=external))
    assert info["JobName"] == "Łódź <b>&amp;</b> 🎬"
    assert (info["SourceLanguage"], info["ExternalID"]) == ("fr", external)


def test_an_engine_with_a_single_language_detects_none(client: Client) -> None:
    answer = client.get("job/new", language="auto")
    assert error_of(answer) == (400, "INVALID_OPTION")
    assert "name the language" in answer.json()["ErrorComment"]


def test_an_unknown_language_is_refused(client: Client) -> None:
    assert error_of(client.get("job/new", language="xx")) == (400, "INVALID_OPTION")


@pytest.mark.parametrize("speakers", ["0", "-1", "many"])
def test_expected_speakers_is_a_positive_number(client: Client, speakers: str) -> None:
    answer = client.get("job/new", expected_speakers=speakers)
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert "expected_speakers" in answer.json()["ErrorComment"]


def test_a_second_living_job_is_refused_where_is_duplicate_is_false(client: Client) -> None:
    external = uuid.uuid4().hex
    first = client.new_job(external_id=external, is_duplicate="false")
    refused = client.get("job/new", external_id=external, is_duplicate="false")
    assert error_of(refused) == (400, "INVALID_QUERY")
    assert f"Job {first} already has" in refused.json()["ErrorComment"]
    client.get("job/delete", job_id=first)
    client.new_job(external_id=external, is_duplicate="false")


def test_a_second_living_job_is_accepted_and_says_so_where_is_duplicate_is_left_out(client: Client) -> None:
    external = uuid.uuid4().hex
    first = client.new_job(external_id=external)
    second = client.info(client.new_job(external_id=external))
    assert (second["JobStatus"], second["ExternalID"]) == ("Pending", external)
    assert second["Notice"] == f"Job {first} had the same external_id already."
    meant = client.new_job(external_id=external, is_duplicate="yes")
    assert all("Notice" not in client.info(job) for job in (first, meant))


def test_the_notice_about_a_duplicate_stays_with_the_job_in_every_state(client: Client, quiet: Path) -> None:
    external = uuid.uuid4().hex
    first, second = client.new_job(external_id=external), client.new_job(external_id=external)
    client.upload(second, quiet)
    client.order(second)
    client.get("job/delete", job_id=first)
    assert f"Job {first} had" in client.finished(second)["Notice"]
    [listed] = [each for each in client.get("job/list").json()["ActiveJobs"] if each["JobId"] == second]
    assert f"Job {first} had" in listed["Notice"]


def test_an_ancestor_may_create_a_job_for_a_descendant(client: Client, family: Family) -> None:
    carol = family.child
    name = name_of(carol)
    assert client.info(client.new_job(username=name))["Username"] == name
    assert error_of(carol.get("job/new", username="admin")) == (400, "ACCOUNT_UNPRIVILEGED")


def test_the_answer_of_new_holds_strings_only(client: Client) -> None:
    assert all(isinstance(value, str) for value in client.get("job/new").json().values())


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "𝕏" * 5000, "'; DROP TABLE jobs; --", "\u202ename\u202c"])
def test_any_name_is_kept_or_refused(client: Client, name: str) -> None:
    body = json.dumps({"v": 1, "api_token": client.token, "job_name": name})
    answer = client.http.post("/api/job/new", content=body, headers={"Content-Type": "application/json"})
    if answer.status_code != 200:
        assert error_of(answer) == (400, "INVALID_QUERY")
        assert "job_name" in answer.json()["ErrorComment"]
    else:
        assert client.info(answer.json()["JobId"])["JobName"] == name.replace("\0", "")


@pytest.mark.parametrize("number", ["2147483648", "9" * 30, "9" * 5000])
def test_a_number_out_of_range_is_refused(client: Client, number: str) -> None:
    answer = client.get("job/new", expected_speakers=number)
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert "expected_speakers" in answer.json()["ErrorComment"]
    assert error_of(client.get("job/list", limit=number)) == (400, "INVALID_QUERY")
