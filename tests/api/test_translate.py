"""`job/translate`: translations of what was transcribed already."""

from __future__ import annotations

import time
from typing import Any

import pytest

from scribedock.jobs.job import Fidelity
from tests.captions.sample import say
from tests.support.client import Client, error_of
from tests.support.finished import finished_job, ordered_job, services_of

RUNS_ON = ("sqlite", "postgresql")
LIST = say("the sea is deep.")


def finished(client: Client, **given: Any) -> str:
    with services_of(client.server) as services:
        return finished_job(services, LIST, **given)


def words(client: Client, job: str) -> str:
    return client.get("job/get_caption", job_id=job, caption_format="TRANSCRIPT").text.strip()


def test_a_professional_job_is_translated(client: Client) -> None:
    job = finished(client, fidelity=Fidelity.HIGH)
    answer = client.get("job/translate", job_id=job, target_languages="de")
    assert answer.status_code == 201
    [child] = answer.json()["translation_job_ids"]
    assert answer.json()["message"] == "Child Translation Created for de"
    assert client.finished(child)["JobStatus"] == "Complete"
    assert words(client, child) == "die See ist tief."
    again = client.post("job/translate", job_id=job, target_languages='["de", "de"]')
    assert again.json() == {
        "translation_job_ids": [],
        "message": "Child Translation already exists for de",
    }


def test_a_mechanical_job_is_upleveled_first(client: Client) -> None:
    job = finished(client)
    given = {"job_id": job, "target_languages": "de"}
    answer = client.get("job/translate", **given)
    assert error_of(answer) == (400, "MISSING_PARAMETER")
    assert "approve_uplevel" in answer.json()["ErrorComment"]
    answer = client.get("job/translate", **given, approve_uplevel="no")
    assert error_of(answer) == (400, "INVALID_QUERY")
    answer = client.get("job/translate", **given, approve_uplevel="yes")
    assert answer.status_code == 201, answer.text
    [child] = answer.json()["translation_job_ids"]
    assert client.finished(child)["JobStatus"] == "Complete"
    related = client.get("job/list_related", job_id=job).json()["related_jobs"]
    assert [(each["language"], each["current_fidelity"]) for each in related] == [
        ("en", "HIGH"),
        ("en:de", "HIGH"),
    ]
    # Upleveled already, it need not be approved again.
    assert client.get("job/translate", **given).json()["message"].endswith("already exists for de")


def test_between_two_other_languages_translation_goes_through_english_which_is_kept(client: Client) -> None:
    job = finished(client, fidelity=Fidelity.HIGH, language="fr")
    answer = client.get("job/translate", job_id=job, target_languages="de")
    [child] = answer.json()["translation_job_ids"]
    assert client.finished(child)["JobStatus"] == "Complete"
    related = client.get("job/list_related", job_id=job).json()["related_jobs"]
    assert [each["language"] for each in related] == ["fr:en", "fr:de"]
    assert [each["job_status"] for each in related] == ["Complete", "Complete"]
    english = client.get("job/translate", job_id=job, target_languages="en").json()
    assert english["message"] == "Child Translation already exists for en"


def test_a_translation_waits_until_its_source_is_done(client: Client) -> None:
    with services_of(client.server) as services:
        job, _ = ordered_job(services, fidelity=Fidelity.HIGH)
        answer = client.get("job/translate", job_id=job, target_languages="de")
        [child] = answer.json()["translation_job_ids"]
    time.sleep(1)  # twice as long as a worker takes to look
    assert client.info(child)["JobStatus"] == "Pending"
    client.get("job/delete", job_id=job)
    info = client.wait(child, lambda info: info["JobStatus"] == "Media Failure")
    assert "was deleted" in info["FailureReason"]


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"target_languages": None}, "MISSING_PARAMETER"),
        ({"target_languages": "ja"}, "INVALID_OPTION"),
        ({"target_languages": "xx"}, "INVALID_OPTION"),
        ({"target_languages": "en"}, "INVALID_QUERY"),
        ({"job_id": "0" * 32}, "ITEM_NOT_FOUND"),
    ],
)
def test_an_impossible_translation_is_explained(
    client: Client, parameters: dict[str, Any], error: str
) -> None:
    given = {"job_id": finished(client, fidelity=Fidelity.HIGH), "target_languages": "de", **parameters}
    assert error_of(client.get("job/translate", **given)) == (400, error)


def test_a_job_must_have_been_ordered(client: Client, alice: Client) -> None:
    job = client.new_job()
    answer = client.get("job/translate", job_id=job, target_languages="de", approve_uplevel="t")
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert "perform_transcription" in answer.json()["ErrorComment"]
    given = {"job_id": finished(client, fidelity=Fidelity.HIGH), "target_languages": "de"}
    assert error_of(alice.get("job/translate", **given)) == (400, "ITEM_NOT_FOUND")
