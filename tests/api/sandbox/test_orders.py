"""Orders of a server that is a sandbox come back with what is prepared, always the same."""

from __future__ import annotations

import json
import uuid

import pytest

from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer
from scribedock.sandbox.prepared import (
    LENGTH_MS,
    NOTICE,
    described_elementlist,
    prepared_elementlist,
    silent_elementlist,
)
from scribedock.sandbox.printed import JOB_ID, PASSWORD, USERNAME
from scribedock_captions.elementlist.encoder import emit
from tests.support.accounts import child
from tests.support.client import Client, error_of
from tests.support.sandbox import MEDIA_URL, names, ordered, words
from tests.support.stretches import asked_for, ended, said_in
from tests.support.waiting import slowness
from tests.support.webserver import WebServer


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
    stretch = ended(john, job, asked_for(john, job, 4600, 9000, language="de"))
    assert (stretch["language"], stretch["notice"]) == ("de", NOTICE)
    assert said_in(stretch)[:4] == ["de", "it", "was", "built"]
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


def test_jobs_wait_for_authorization_in_a_sandbox_too(john: Client) -> None:
    own = child(john, "careful")
    setting = "require_customer_authorization_before_starting_workflow"
    assert own.get("account/update_setting", setting=setting, value="true").status_code == 204
    job = own.new_job()
    own.order(job)
    assert own.info(job)["JobStatus"] == "Authorizing"
    assert own.get("job/authorize", job_id=job).status_code == 204
    assert own.finished(job)["JobStatus"] == "Complete"
