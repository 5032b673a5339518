"""A server that is a sandbox: every call answers, deterministically, and as the reference prints it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from scribedock.api.application import CALL_MODULES
from scribedock.api.registry import CALLS
from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer
from scribedock.sandbox.prepared import (
    LENGTH_MS,
    described_elementlist,
    prepared_elementlist,
    silent_elementlist,
)
from scribedock.sandbox.printed import API_TOKEN, JOB_ID, PASSWORD, USERNAME
from scribedock_captions.elementlist.encoder import emit
from tests.support.accounts import child, command
from tests.support.calls import PATHS
from tests.support.client import Client, error_of
from tests.support.finished import services_of
from tests.support.fixtures import QUICK
from tests.support.waiting import slowness
from tests.support.webserver import WebServer

assert CALL_MODULES  # importing them has filled CALLS

PRINTED = (
    "/api/job/request_upload_url?v=1&api_token=7ca5dc5c7cce449fb0fff719307e8f5f"
    "&job_id=64bea283eff6475ea6596027a6ba0929"
    "&media_url=http%3A%2F%2Fwww.domain.com%2Fvideo.mp4"
)
MEDIA_URL = "http://www.domain.com/video.mp4"
# Every call of the reference about the account and the job of its examples, with what it answers.
EXAMPLES: list[tuple[str, dict[str, Any], int]] = [
    ("account/login", {"username": "john_doe", "password": "example_password"}, 200),
    ("account/logout", {}, 204),
    ("account/update_password", {"new_password": "other_password"}, 204),
    ("account/generate_api_key", {"force_new": "true"}, 200),
    ("account/verify_key", {}, 200),
    ("account/get_settings", {}, 200),
    ("account/update_setting", {"setting": "default_job_notes", "value": "Please"}, 204),
    ("account/create", {"new_username": "NEW", "new_password": "secret"}, 204),
    ("job/new", {"job_name": "example", "external_id": "my_id"}, 200),
    ("job/info", {"job_id": JOB_ID}, 200),
    ("job/list", {"Username": "*"}, 200),
    ("job/list_related", {"job_id": JOB_ID}, 200),
    ("job/authorize", {"job_id": JOB_ID}, 204),
    ("job/modify", {"job_id": JOB_ID, "priority": "PRIORITY"}, 204),
    ("job/delete", {"job_id": JOB_ID}, 200),
    ("job/request_upload_url", {"job_id": JOB_ID}, 200),
    ("upload/list", {"job_id": JOB_ID}, 200),
    ("upload/cancel", {"job_id": JOB_ID}, 204),
    ("job/add_media", {"job_id": JOB_ID, "media_url": MEDIA_URL}, 200),
    ("job/add_media_url", {"job_id": JOB_ID, "media_url": MEDIA_URL}, 200),
    ("job/add_transcript", {"job_id": JOB_ID, "transcript_url": "http://www.domain.com/text.txt"}, 200),
    (
        "job/add_custom_guidelines",
        {"job_id": JOB_ID, "guidelines_url": "http://www.domain.com/terms.html", "is_html": "true"},
        200,
    ),
    ("job/media", {"job_id": JOB_ID}, 200),
    ("job/transcoded_media", {"job_id": JOB_ID, "transcoded_version": "mp4"}, 200),
    ("job/download_media", {"job_id": JOB_ID, "media_type": "mp3"}, 200),
    (
        "job/perform_transcription",
        {
            "job_id": JOB_ID,
            "transcription_fidelity": "PREMIUM",
            "target_language": "fr,es",
            "options": '{"return_iwp": "[\\"FINAL\\"]"}',
        },
        200,
    ),
    ("job/translate", {"job_id": JOB_ID, "target_languages": "de", "approve_uplevel": "true"}, 201),
    ("job/uplevel", {"job_id": JOB_ID}, 201),
    ("job/get_transcript", {"job_id": JOB_ID}, 200),
    ("job/get_caption", {"job_id": JOB_ID, "caption_format": "SRT"}, 200),
    ("job/get_elementlist", {"job_id": JOB_ID}, 200),
    ("job/list_elementlists", {"job_id": JOB_ID}, 200),
    ("job/burn_in_caption", {"job_id": JOB_ID}, 200),
    ("job/aggregate_statistics", {"metrics": '["billable_minutes_total"]', "group_by": "month"}, 200),
]
# They name what the calls before them gave.
FOLLOWING = {"account/remove_api_key", "job/task_status"}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with OwnServer(tmp_path_factory.mktemp("sandbox"), arguments=("--sandbox",), **QUICK) as server:
        yield server


@pytest.fixture
def john(sandbox: OwnServer) -> Client:
    """With the token of the reference, without a login."""
    client = Client(sandbox)
    client.token = API_TOKEN
    return client


def ordered(client: Client, name: str = "", **given: Any) -> dict[str, Any]:
    """Return what `info` says of a job without media that was ordered, at its end."""
    job = client.new_job(job_name=name)
    client.order(job, **given)
    return client.finished(job)


def names(client: Client, job: str) -> list[str]:
    return [each["iwp_name"] for each in client.get("job/list_elementlists", job_id=job).json()]


def words(client: Client, job: str) -> str:
    given = {"job_id": job, "caption_format": "TRANSCRIPT"}
    answer = client.get("job/get_caption", **given)
    assert answer.status_code == 200, answer.text
    return answer.text.strip()


def test_a_sandbox_says_that_it_is_one(sandbox: OwnServer) -> None:
    assert len(sandbox.announced) == 1
    assert "SANDBOX" in sandbox.announced[0]
    with httpx2.Client(base_url=sandbox.base_url, trust_env=False) as http:
        assert http.get("/healthz").json() == {"status": "ok", "sandbox": True}
    assert "this server is one" in command(sandbox, "doctor").stdout
    assert "sandbox" in sandbox.log_path.read_text()


def test_the_example_request_of_the_upload_url_works_as_printed(john: Client) -> None:
    answer = john.http.get(PRINTED)
    assert answer.status_code == 200
    assert set(answer.json()) == {"upload_url"}
    url = answer.json()["upload_url"]
    assert httpx2.put(url, content=b"any bytes at all", trust_env=False).status_code == 200


def test_each_call_has_an_example() -> None:
    vendors = {path for path in PATHS if CALLS[path].is_vendors}
    assert vendors - FOLLOWING <= {path for path, _, _ in EXAMPLES} <= set(PATHS) - FOLLOWING


@pytest.mark.parametrize("seed", range(2))
def test_every_example_works_in_any_order_and_again(sandbox: OwnServer, seed: int) -> None:
    examples = EXAMPLES * 2
    random.Random(seed).shuffle(examples)
    client = Client(sandbox)
    client.token = API_TOKEN
    for path, given, status in examples:
        if path == "account/create":
            given = {**given, "new_username": uuid.uuid4().hex[:8] + "-new"}
        call = client.post if path == "account/update_password" else client.get
        answer = call(path, **given)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[:500]}"
    key = client.get("account/generate_api_key").json()["ApiKey"]
    assert client.post("account/remove_api_key", api_securekey=key).status_code == 204
    task = client.get("job/delete", job_id=JOB_ID).json()["TaskId"]
    assert client.get("job/task_status", task_id=task).json()["TaskType"] == "JOB_DELETED"


PRINTED_VALUES: list[tuple[str, dict[str, str]]] = [
    ("account/generate_api_key", {"account_id": "my_sub_account"}),
    ("account/create", {"sub_account": "my_sub_account", "parent_account": "my_parent_account"}),
    ("job/new", {"username": "my_sub_account"}),
    ("job/list", {"Priority": "STANDARD"}),
    ("job/list", {"Username": "my_account_name"}),
    ("job/list_related", {"v": "", "job_id": "93n7dc5c7cce449fbk4h3nfo89m2be8w"}),
    ("job/info", {"job_id": "93n7dc5c7cce449fbk4h3nfo89m2be8w"}),
    ("job/get_elementlist", {"elementlist_version": "2014-07-31T12:35:52Z"}),
    ("job/get_elementlist", {"iwp_name": "MECHANICAL"}),
    ("job/get_elementlist", {"audio_description": "true"}),
    ("job/get_transcript", {"elementlist_version": "2014-07-31T12:35:52Z", "iwp_name": "MECHANICAL"}),
    ("job/get_transcript", {"audio_description": "true", "mixed": "true"}),
    ("job/get_caption", {"caption_format": "SRT", "elementlist_version": "2014-07-31T12:35:52.324389"}),
    ("job/get_caption", {"caption_format": "SRT", "audio_description": "true"}),
    ("job/get_caption", {"caption_format": "SRT", "build_url": "true"}),
    ("job/download_media", {"media_type": "mp3", "text_to_speech": "true"}),
    ("job/aggregate_statistics", {"account_id": "my_sub_account"}),
]


@pytest.mark.parametrize(("path", "given"), PRINTED_VALUES)
def test_values_that_the_reference_prints_work(john: Client, path: str, given: dict[str, str]) -> None:
    if path == "account/create":
        given = {**given, "new_username": uuid.uuid4().hex[:8] + "-new", "new_password": "example_password"}
    about = {"job_id": JOB_ID} if path.startswith("job/") else {}
    answer = john.get(path, **{**about, **given})
    assert answer.status_code in (200, 204), answer.text


@pytest.mark.parametrize(
    "given", [{}, {"CompleteDateTo": "2014-08-27T14:44:54"}, {"CompleteDateTo": "2014-08-27"}]
)
def test_the_list_of_the_reference_has_the_job_with_the_dates_that_it_prints(
    john: Client, given: dict[str, str]
) -> None:
    john.get("job/media", job_id=JOB_ID)  # it is finished after that
    [found] = [each for each in john.get("job/list", **given).json()["ActiveJobs"] if each["JobId"] == JOB_ID]
    assert (found["JobName"], found["ExternalID"]) == ("example_job", "sample_id")
    assert (found["CreationDate"], found["CompletedDate"]) == (
        "2014-08-27T14:00:06.472706",
        "2014-08-27T14:10:41.923125",
    )


@pytest.mark.parametrize("name", ["john_doe", "user", None])
@pytest.mark.parametrize("in_header", [False, True])
def test_the_key_of_the_reference_logs_in(sandbox: OwnServer, name: str | None, in_header: bool) -> None:
    key = "968a8b637a5040159424872fffdb895b"
    sent = (
        {"x-auth-user": name, "x-auth-securekey": key} if in_header else {"username": name, "securekey": key}
    )
    sent = {field: value for field, value in sent.items() if value is not None}
    with httpx2.Client(base_url=sandbox.base_url, trust_env=False) as http:
        for _ in range(2):
            query, headers = ({}, sent) if in_header else (sent, {})
            answer = http.get("/api/account/login", params={"v": "1", **query}, headers=headers)
            token = answer.json()["ApiToken"]
            named = http.get("/api/account/verify_key", params={"v": 1, "api_token": token})
            assert named.json() == {"name": "john_doe"}
            ended = {"v": 1, "api_token": API_TOKEN, "api_securekey": key}
            assert http.get("/api/account/remove_api_key", params=ended).status_code == 204


def test_a_job_that_was_never_ordered_gives_back_the_sample(john: Client) -> None:
    job = john.new_job(job_name="never ordered")
    assert john.get("job/get_elementlist", job_id=job).json() == emit(prepared_elementlist())
    described = john.get("job/get_elementlist", job_id=job, audio_description="true")
    assert described.json() == emit(described_elementlist())
    assert "lighthouse" in john.get("job/get_transcript", job_id=job).text
    assert "lighthouse" in john.get("job/get_caption", job_id=job, caption_format="SRT").text
    url = john.get("job/get_caption", job_id=job, caption_format="WEB_VTT", build_url="true").json()
    assert john.http.get(url["CaptionUrl"]).text.startswith("WEBVTT")
    versions = john.get("job/list_elementlists", job_id=job).json()
    assert [each["iwp_name"] for each in versions] == ["MECHANICAL", "FINAL"]
    for each in versions:
        chosen = john.get("job/get_elementlist", job_id=job, elementlist_version=each["version"])
        assert chosen.json() == emit(prepared_elementlist())
    answer = john.get("job/get_elementlist", job_id=job, iwp_name="PREMIUM")
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert john.info(job)["JobStatus"] == "Pending"


def test_a_sample_is_of_the_language_and_of_the_faults_of_its_job(john: Client) -> None:
    silent = john.new_job(job_name="silent")
    assert john.get("job/get_elementlist", job_id=silent).json() == emit(silent_elementlist())
    french = john.new_job(language="fr")
    assert "(fr) Good morning" in john.get("job/get_transcript", job_id=french).text


def test_an_order_that_is_not_finished_has_no_sample(john: Client) -> None:
    job = john.new_job(job_name="slow-60")
    john.order(job)
    for path, given in (
        ("job/get_transcript", {}),
        ("job/get_caption", {"caption_format": "SRT"}),
        ("job/get_caption", {"caption_format": "SRT", "build_url": "true"}),
        ("job/get_elementlist", {}),
    ):
        assert error_of(john.get(path, job_id=job, **given)) == (400, "INVALID_QUERY")
    assert john.get("job/list_elementlists", job_id=job).json() == []
    john.get("job/delete", job_id=job)


def test_the_example_job_goes_through_the_main_job(john: Client) -> None:
    assert john.get("job/delete", job_id=JOB_ID).status_code == 200
    john.upload(JOB_ID, b"any bytes at all")
    john.order(JOB_ID)
    assert john.finished(JOB_ID)["JobStatus"] == "Complete"
    assert john.get("job/get_elementlist", job_id=JOB_ID).json() == emit(prepared_elementlist())


def test_what_one_call_deletes_is_restored_for_the_next(sandbox: OwnServer, john: Client) -> None:
    assert john.get("account/logout").status_code == 204
    assert john.get("account/verify_key").json() == {"name": "john_doe"}
    assert john.post("account/update_password", new_password="something else").status_code == 204
    assert Client(sandbox).login(USERNAME, PASSWORD).token
    assert error_of(Client(sandbox).get("account/login", username=USERNAME, password="something else")) == (
        400,
        "LOGIN_INVALID",
    )
    assert john.get("job/delete", job_id=JOB_ID).status_code == 200
    assert john.info(JOB_ID)["JobStatus"] == "Complete"


def test_other_accounts_do_not_see_the_example(sandbox: OwnServer, john: Client) -> None:
    stranger = child(Client(sandbox).login(), "stranger")
    answer = stranger.get("job/request_upload_url", job_id=JOB_ID)
    assert error_of(answer) == (400, "ITEM_NOT_FOUND")
    assert stranger.get("account/logout").status_code == 204
    assert error_of(stranger.get("account/verify_key")) == (400, "BAD_API_TOKEN")
    assert error_of(stranger.get("account/login", username="john_doe", password="x")) == (
        400,
        "LOGIN_INVALID",
    )


def test_duplicates_are_noted_and_refused_for_an_account_of_ones_own_alone(john: Client) -> None:
    own = child(john, "own")
    given = {"external_id": uuid.uuid4().hex, "is_duplicate": "false"}
    for client, second in ((own, (400, "INVALID_QUERY")), (john, None)):
        client.new_job(**given)
        again = client.get("job/new", **given)
        assert again.status_code == 200 if second is None else error_of(again) == second
    first, second_job = own.new_job(), own.new_job()
    assert own.get("job/add_media", job_id=first, media_url=MEDIA_URL).status_code == 200
    assert own.get("job/add_media", job_id=second_job, media_url=MEDIA_URL).status_code == 200
    assert f"Job {first} had the same media_url" in own.info(second_job)["Notice"]
    assert own.get("job/media", job_id=second_job).json() == {"MediaUrl": MEDIA_URL}


def test_a_job_without_media_comes_back_with_the_prepared_list(
    john: Client, callbacks: CallbackReceiver
) -> None:
    url = callbacks.base_url + "/done?job={job_id}&iwp={iwp_name}&status={job_status}"
    info = ordered(john, callback_url=url)
    assert info["JobStatus"] == "Complete"
    assert info["MediaLengthSeconds"] == LENGTH_MS / 1000
    assert info["Engine"] == "sandbox"
    assert "sandbox" in info["Notice"]
    assert info["JobDifficulty"] == "Good"
    job = info["JobId"]
    assert names(john, job) == ["MECHANICAL", "FINAL"]
    called = callbacks.received.get(timeout=30 * slowness()).parameters
    assert called == {"job": job, "iwp": "FINAL", "status": "Complete"}
    other = ordered(john)["JobId"]
    lists = [john.get("job/get_elementlist", job_id=each).content for each in (job, other)]
    assert lists[0] == lists[1]
    assert json.loads(lists[0]) == emit(prepared_elementlist())


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ({"transcription_fidelity": "PREMIUM"}, ["MECHANICAL", "PREMIUM", "FINAL"]),
        (
            {"transcription_fidelity": "PROFESSIONAL", "options": '{"speaker_id": true}'},
            ["MECHANICAL", "INTERIM_PROFESSIONAL", "PROFESSIONAL", "SPEAKER_ID", "FINAL"],
        ),
        (
            {"options": '{"customer_approval_steps": ["RETURN"]}'},
            ["MECHANICAL", "CUSTOMER_APPROVED_RETURN", "FINAL"],
        ),
    ],
)
def test_human_passes_are_completed_automatically(
    john: Client, callbacks: CallbackReceiver, order: dict[str, str], expected: list[str]
) -> None:
    options = {**json.loads(order.get("options", "{}")), "return_iwp": expected}
    url = callbacks.base_url + "/done?iwp={iwp_name}"
    info = ordered(john, callback_url=url, **{**order, "options": json.dumps(options)})
    assert info["JobStatus"] == "Complete"
    assert "Nobody reviews" not in info["Notice"]
    assert names(john, info["JobId"]) == expected
    called = [callbacks.received.get(timeout=30 * slowness()).parameters["iwp"] for _ in expected]
    assert sorted(called) == sorted(expected)


def test_with_by_hand_the_passes_wait_for_a_reviewer(john: Client) -> None:
    job = john.new_job(job_name="by-hand")
    john.order(job, transcription_fidelity="PREMIUM")
    john.wait(job, lambda info: info["JobStatus"] == "Reviewing")
    assert [each["iwp_name"] for each in john.get("review/list").json() if each["job_id"] == job] == [
        "PREMIUM"
    ]
    assert john.get("review/media", job_id=job).status_code == 200
    assert john.post("review/take", job_id=job).json() == {"iwp_name": "PREMIUM"}
    work = john.get("review/elementlist", job_id=job).json()
    saved = john.http.post(
        "/api/review/save",
        params={"v": "1", "api_token": john.token, "job_id": job},
        content=json.dumps(work["elementlist"]).encode(),
    )
    assert saved.status_code == 200, saved.text
    task = john.post("review/realign", job_id=job).json()["task_id"]
    john.wait(job, lambda _: john.get("job/task_status", task_id=task).json()["TaskStatus"] == "COMPLETE")
    assert john.post("review/approve", job_id=job).json() == {"JobStatus": "Complete"}
    assert names(john, job) == ["MECHANICAL", "PREMIUM", "FINAL"]


def test_translations_and_second_passes_are_marked_as_such(john: Client) -> None:
    job = john.new_job(language="fr")
    john.order(job, target_language="de")
    assert john.finished(job)["JobStatus"] == "Complete"
    assert words(john, job).startswith(">> Ada: (fr) Good morning")
    related = john.get("job/list_related", job_id=job).json()["related_jobs"]
    assert [each["language"] for each in related] == ["fr:en", "fr:de"]
    for each in related:
        assert john.finished(each["job_id"])["JobStatus"] == "Complete"
    assert words(john, related[1]["job_id"]).startswith(">> Ada: (de) (en) (fr) Good")

    answer = john.get("job/uplevel", job_id=job, speaker_id="true").json()
    assert answer["upleveled_workflow"] == "MechFP 2nd Pass Only"
    second = answer["upleveled_job_id"]
    assert john.finished(second)["JobStatus"] == "Complete"
    assert names(john, second) == ["MECHANICAL", "PROFESSIONAL", "SPEAKER_ID", "FINAL"]

    answer = john.get("job/translate", job_id=job, target_languages="ja", approve_uplevel="true")
    [japanese] = answer.json()["translation_job_ids"][-1:]
    assert john.finished(japanese)["JobStatus"] == "Complete"
    assert "(ja) (en) (fr)" in words(john, japanese)


def test_nothing_is_fetched(john: Client) -> None:
    with WebServer() as web:
        job = john.new_job()
        for call, name in (
            ("job/add_media", "media_url"),
            ("job/add_transcript", "transcript_url"),
            ("job/add_custom_guidelines", "guidelines_url"),
        ):
            answer = john.get(call, job_id=job, **{name: f"{web.base_url}/there"})
            assert answer.status_code == 200, answer.text
        assert john.get("job/media", job_id=job).json() == {"MediaUrl": f"{web.base_url}/there"}
        john.order(job)
        assert john.finished(job)["JobStatus"] == "Complete"
        assert web.requests == []
    assert john.get("job/get_elementlist", job_id=job).json() == emit(prepared_elementlist())


def test_a_forbidden_url_is_refused_in_a_sandbox_too(john: Client) -> None:
    answer = john.get("job/add_media", job_id=john.new_job(), media_url="http://10.0.0.1/x.mp4")
    assert error_of(answer) == (400, "INVALID_URL")


def test_a_given_transcript_is_returned(john: Client) -> None:
    job = john.new_job()
    query = {"v": "1", "api_token": john.token, "job_id": job}
    answer = john.http.post("/api/job/add_transcript", params=query, content=b"Every word is mine.")
    assert answer.status_code == 200, answer.text
    john.order(job)
    john.finished(job)
    assert words(john, job) == "Every word is mine."


def test_any_bytes_are_accepted_as_a_recording(john: Client) -> None:
    job = john.new_job()
    john.upload(job, b"no recording")
    info = john.wait(job, lambda info: "MediaLengthSeconds" in info)
    assert "FailureReason" not in info
    john.order(job)
    assert john.finished(job)["JobStatus"] == "Complete"


def test_returned_media_is_a_sample(john: Client) -> None:
    job = john.new_job()
    sound = john.get("job/download_media", job_id=job, media_type="mp3")
    assert sound.headers["content-type"] == "audio/mpeg"
    assert sound.content[:2] in (b"\xff\xf3", b"\xff\xfb")
    link = john.get("job/transcoded_media", job_id=job, transcoded_version="mp4").json()["MediaUrl"]
    assert john.http.get(link).content[4:8] == b"ftyp"


def test_an_audio_description_is_there_where_it_was_ordered(john: Client) -> None:
    job = ordered(john, options='{"audio_description": true}')["JobId"]
    answer = john.get("job/get_elementlist", job_id=job, audio_description="true")
    assert answer.json()["segments"][0]["sequences"][0]["tokens"][0]["display_as"] == "A"
    spoken = john.get("job/download_media", job_id=job, media_type="mp3", text_to_speech="true")
    assert spoken.headers["content-type"] == "audio/mpeg"


def test_no_mail_is_sent(john: Client) -> None:
    job = ordered(john)["JobId"]
    assert john.get("job/burn_in_caption", job_id=job, send_to_email="a@example.org").status_code == 200
    [task] = [each for each in john.info(job)["Tasks"] if each["TaskType"] == "JOB_BURN_IN_CAPTION"]

    def status() -> dict[str, str]:
        return dict(john.get("job/task_status", task_id=task["TaskId"]).json())

    john.wait(job, lambda _: status()["TaskStatus"] == "COMPLETE")
    assert "no mail" in status()["TaskInfo"]


def test_fail_media_ends_as_media_failure_and_calls_back(john: Client, callbacks: CallbackReceiver) -> None:
    url = callbacks.base_url + "/done?iwp={iwp_name}&status={job_status}"
    info = ordered(john, "Lecture 4 fail-media", callback_url=url)
    assert info["JobStatus"] == "Media Failure"
    assert "fail-media" in info["FailureReason"]
    assert callbacks.received.get(timeout=30 * slowness()).parameters == {
        "iwp": "",
        "status": "Media Failure",
    }
    assert error_of(john.get("job/get_transcript", job_id=info["JobId"])) == (400, "INVALID_QUERY")


def test_fail_fetch_fails_the_fetch_and_lets_other_media_be_added(john: Client) -> None:
    job = john.new_job(job_name="fail-fetch")
    task = john.get("job/add_media", job_id=job, media_url=MEDIA_URL).json()["TaskId"]
    john.wait(job, lambda info: "fail-fetch" in info.get("FailureReason", ""))
    assert john.get("job/task_status", task_id=task).json()["TaskStatus"] == "FAILED"
    answer = john.post("job/perform_transcription", job_id=job, transcription_fidelity="MECHANICAL")
    assert error_of(answer) == (400, "INVALID_QUERY")
    john.upload(job, b"other media")
    john.order(job)
    assert john.finished(job)["JobStatus"] == "Complete"


def test_fail_fetch_fails_an_order_placed_at_once(john: Client) -> None:
    job = john.new_job(job_name="slow-0 fail-fetch")
    assert john.get("job/add_media", job_id=job, media_url=MEDIA_URL).status_code == 200
    answer = john.post("job/perform_transcription", job_id=job, transcription_fidelity="MECHANICAL")
    if answer.status_code == 200:  # it came before the fetch had failed
        info = john.finished(job)
        assert (info["JobStatus"], "fail-fetch" in info["FailureReason"]) == ("Media Failure", True)
    else:
        assert error_of(answer) == (400, "INVALID_QUERY")


def test_silent_is_a_job_with_nothing_to_say(john: Client) -> None:
    job = ordered(john, "silent")["JobId"]
    assert john.get("job/get_elementlist", job_id=job).json() == emit(silent_elementlist())
    assert john.get("job/get_caption", job_id=job, caption_format="SRT").text == ""


def test_slow_takes_the_seconds_that_it_names(john: Client) -> None:
    info = ordered(john, "slow-3")
    began, ended = (datetime.fromisoformat(info[name]) for name in ("StartDate", "CompletedDate"))
    assert (ended - began).total_seconds() >= 3


def test_a_job_that_is_deleted_meanwhile_is_left_alone(john: Client) -> None:
    job = john.new_job(job_name="slow-1")
    task = john.order(job)
    john.get("job/delete", job_id=job)
    assert ordered(john, "slow-1")["JobStatus"] == "Complete"
    assert john.get("job/task_status", task_id=task).json()["TaskStatus"] == "ABORTED"


def test_callback_500_is_called_again_with_the_same_id(john: Client, callbacks: CallbackReceiver) -> None:
    ordered(john, "callback-500", callback_url=callbacks.base_url + "/done")
    first, second = (callbacks.received.get(timeout=30 * slowness()) for _ in range(2))
    assert first == second
    assert first.webhook_id


def test_callback_lost_never_arrives(john: Client, callbacks: CallbackReceiver) -> None:
    info = ordered(john, "callback-lost", callback_url=callbacks.base_url + "/done")
    [order] = [each for each in info["Tasks"] if each["TaskType"] == "JOB_PERFORM_TRANSCRIPTION"]
    with services_of(john.server) as services:
        [callback] = services.callbacks.callbacks_of_task(order["TaskId"])
        john.wait(info["JobId"], lambda _: bool(services.callbacks.tries(callback.id)))
        assert "callback-lost" in services.callbacks.tries(callback.id)[0].problem
    assert callbacks.received.empty()


def test_jobs_wait_for_authorization_in_a_sandbox_too(john: Client) -> None:
    own = child(john, "careful")
    setting = "require_customer_authorization_before_starting_workflow"
    assert own.get("account/update_setting", setting=setting, value="true").status_code == 204
    job = own.new_job()
    own.order(job)
    assert own.info(job)["JobStatus"] == "Authorizing"
    assert own.get("job/authorize", job_id=job).status_code == 204
    assert own.finished(job)["JobStatus"] == "Complete"


def serve(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scribedock", "serve", "--port", "0", "--data-dir", str(folder), *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60 * slowness(),
        check=False,
    )


def test_a_real_server_refuses_a_sandboxs_folder(sandbox: OwnServer) -> None:
    done = serve(sandbox.data_dir)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "--sandbox" in done.stderr


def test_a_sandbox_refuses_a_real_servers_folder(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    done = serve(tmp_path, "--sandbox")
    assert done.returncode == 2
    assert "folder of its own" in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["secrets"]
