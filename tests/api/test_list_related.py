"""`job/list_related`: the leading job and the jobs made from it."""

from __future__ import annotations

from scribedock.jobs.job import Fidelity
from tests.captions.sample import say
from tests.support.client import Client, error_of
from tests.support.finished import finished_job, services_of

LIST = say("The sea is deep.", word_ms=500)


def test_a_job_alone_has_no_related_jobs(client: Client) -> None:
    with services_of(client.server) as services:
        job = finished_job(services, LIST, fidelity=Fidelity.HIGH)
    query = {"api_token": client.token, "job_id": job}  # v may be left out
    assert client.http.get("/api/job/list_related", params=query).json() == {
        "leading_job": {
            "job_id": job,
            "job_status": "Complete",
            "current_priority": "STANDARD",
            "current_fidelity": "HIGH",
            "language": "en",
            "media_length": "0:00:02",
        },
        "related_jobs": [],
    }


def test_a_job_that_was_not_ordered_has_no_nulls(client: Client) -> None:
    leading = client.get("job/list_related", job_id=client.new_job()).json()["leading_job"]
    assert (leading["current_priority"], leading["current_fidelity"], leading["media_length"]) == ("",) * 3


def test_every_related_job_lists_all_of_them(client: Client) -> None:
    with services_of(client.server) as services:
        job = finished_job(services, LIST, fidelity=Fidelity.HIGH)
    answer = client.get("job/translate", job_id=job, target_languages="de")
    [child] = answer.json()["translation_job_ids"]
    by_leading = client.get("job/list_related", job_id=job).json()
    assert by_leading["leading_job"]["job_id"] == job
    assert [each["job_id"] for each in by_leading["related_jobs"]] == [child]
    client.finished(child)
    by_child = client.post("job/list_related", job_id=child).json()
    assert by_child["leading_job"] == by_leading["leading_job"]


def test_jobs_made_from_a_deleted_job_remain(client: Client) -> None:
    with services_of(client.server) as services:
        job = finished_job(services, LIST, fidelity=Fidelity.HIGH)
    [child] = client.get("job/translate", job_id=job, target_languages="de").json()["translation_job_ids"]
    client.finished(child)
    client.get("job/delete", job_id=job)
    answer = client.get("job/list_related", job_id=child).json()
    assert answer["leading_job"] == {}
    assert [each["job_id"] for each in answer["related_jobs"]] == [child]


def test_the_related_jobs_of_a_stranger_are_not_found(client: Client, alice: Client) -> None:
    job = client.new_job()
    assert error_of(alice.get("job/list_related", job_id=job)) == (400, "ITEM_NOT_FOUND")
    assert error_of(client.get("job/list_related")) == (400, "MISSING_PARAMETER")
