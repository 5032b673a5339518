"""`job/info`."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest

from scribedock import app
from tests.captions.sample import say
from tests.support.accounts import Family, name_of
from tests.support.client import Client, error_of
from tests.support.finished import finished_job
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES


def test_nothing_in_info_is_null(client: Client) -> None:
    info = client.info(client.new_job())
    assert None not in info.values()
    assert not {"Priority", "Fidelity", "MediaLengthSeconds"} & info.keys()


@pytest.mark.parametrize("job_id", ["0" * 32, "x", "../..", "' OR 1=1 --", "🎬"])
def test_an_unknown_job_is_not_found(client: Client, job_id: str) -> None:
    assert error_of(client.get("job/info", job_id=job_id)) == (400, "ITEM_NOT_FOUND")


def test_a_job_of_somebody_else_is_not_found(client: Client, family: Family) -> None:
    bob = family.stranger
    job_id = client.new_job()
    for path in ("job/info", "job/delete", "job/request_upload_url", "job/get_transcript"):
        assert error_of(bob.get(path, job_id=job_id)) == (400, "ITEM_NOT_FOUND")
    task_id = client.info(job_id)["Tasks"][0]["TaskId"]
    assert error_of(bob.get("job/task_status", task_id=task_id)) == (400, "ITEM_NOT_FOUND")
    assert client.info(bob.new_job())["Username"] == name_of(bob)


def test_an_identifier_may_be_dashed_and_in_capitals(client: Client) -> None:
    job_id = client.new_job()
    assert client.info(str(uuid.UUID(job_id)).upper())["JobId"] == job_id


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://user:p%40ss@127.0.0.1/a?b={job_id}", "https://user:***@127.0.0.1/a?b={job_id}"),
        ("https://:secret@127.0.0.1/", "https://:***@127.0.0.1/"),
        ("https://user:a@b:c@127.0.0.1:8/", "https://user:***@127.0.0.1:8/"),
        ("https://user@127.0.0.1/a:b@c", "https://user@127.0.0.1/a:b@c"),
        ("https://127.0.0.1/?at=a:b@c", "https://127.0.0.1/?at=a:b@c"),
    ],
)
def test_the_password_in_a_callback_url_is_not_shown(client: Client, given: str, shown: str) -> None:
    job = client.new_job()
    assert client.get("job/modify", job_id=job, callback_url=given).status_code == 204
    targets = {"url": [{"callback_url": shown}]}
    assert client.info(job)["ReturnTargets"] == targets
    [listed] = [each for each in client.get("job/list").json()["ActiveJobs"] if each["JobId"] == job]
    assert listed["ReturnTargets"] == targets


FLAT_OPTIONS = {
    "return_iwp": ["MECHANICAL", "FINAL"],
    "generate_media_intelligence_iwp": ["FINAL"],
    "speaker_id": "true",
    "enable_true_verbatim": "false",
    "custom_metadata": {"course": "BIO 101", "open": True},
    "notes": "Please",
    "first_pass_campaign": "NORMAL",
}


def test_the_openapi_dialect_has_flat_options_and_the_classic_one_has_labels(
    client: Client, quiet: Path
) -> None:
    login = {"v": 1, "username": client.server.username, "password": client.server.password}
    newer = Client(client.server)
    newer.token = client.http.post("/api/account/login", json=login).json()["api_token"]
    job = client.new_job()
    client.upload(job, quiet)
    options = {**FLAT_OPTIONS, "speaker_id": True, "enable_true_verbatim": "no"}
    client.order(job, options=json.dumps(options))
    assert newer.info(job)["Options"] == FLAT_OPTIONS
    [listed] = [each for each in newer.get("job/list").json()["ActiveJobs"] if each["JobId"] == job]
    assert listed["Options"] == FLAT_OPTIONS
    classic = client.info(job)["Options"]
    assert {name: each["setting"] for name, each in classic.items()} == {
        **FLAT_OPTIONS,
        "speaker_id": True,
        "enable_true_verbatim": False,
    }
    assert all(set(each) == {"label", "setting"} for each in classic.values())


def test_info_says_how_much_of_the_speech_became_words(client: Client, services: app.Services) -> None:
    noted: dict[str, object] = {
        "speech_ms": 9200,
        "worded_ms": 3800,
        "unrecognized_ms": 5400,
        "words": 12,
        "words_in_doubt": 3,
        "words_aligned": 9,
        "words_estimated": 1,
    }
    job = finished_job(services, say("The sea is deep."), noted={**noted, "notice": "5.4 s are missing."})
    info = client.info(job)
    assert info["Notice"] == "5.4 s are missing."
    assert (info["Words"], info["WordsInDoubt"]) == (12, 3)
    assert (info["WordsAligned"], info["WordsEstimated"]) == (9, 1)
    assert {name: info[name] for name in info if "Speech" in name or "Unrecognized" in name} == {
        "SpeechSeconds": 9.2,
        "SpeechWithWordsSeconds": 3.8,
        "SpeechWithoutWordsSeconds": 5.4,
        "UnrecognizedSeconds": 5.4,
    }


def test_info_mentions_no_loss_where_nothing_was_lost(client: Client, finished: str) -> None:
    info = client.info(finished)
    assert info["SpeechSeconds"] >= info["SpeechWithWordsSeconds"] > 0
    assert "UnrecognizedSeconds" not in info
