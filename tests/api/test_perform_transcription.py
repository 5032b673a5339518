"""`perform_transcription`: what it takes, what it refuses, and how an order ends."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer
from tests.support.accounts import Family
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES
from tests.support.media.ffmpeg import make, silent_video, video
from tests.support.media.sound import silence
from tests.support.raw import put
from tests.support.waiting import slowness
from tests.support.webserver import WebServer

RUNS_ON = DATABASES


@pytest.fixture
def job(client: Client, quiet: Path) -> str:
    job = client.new_job(job_name="Æ name")
    client.upload(job, quiet)
    return job


@pytest.fixture(scope="module")
def unordered(server: OwnServer, admin_token: str, quiet: Path) -> str:
    """Return a job with media, for orders that are refused."""
    client = Client(server, token=admin_token)
    job = client.new_job()
    client.upload(job, quiet)
    return job


def refused(client: Client, job: str, **parameters: Any) -> tuple[int, str]:
    given = {"transcription_fidelity": "MECHANICAL", **parameters}
    return error_of(client.post("job/perform_transcription", job_id=job, **given))


def test_an_order_without_media_explains_how_to_add_it(client: Client) -> None:
    answer = client.post(
        "job/perform_transcription", job_id=client.new_job(), transcription_fidelity="MECHANICAL"
    )
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert "request_upload_url" in answer.json()["ErrorComment"]


def test_a_second_order_is_refused(client: Client, job: str) -> None:
    client.order(job)
    assert refused(client, job) == (400, "INVALID_QUERY")
    client.finished(job)
    assert refused(client, job) == (400, "INVALID_QUERY")


def test_the_job_of_another_account_is_not_found(family: Family, unordered: str) -> None:
    assert refused(family.stranger, unordered) == (400, "ITEM_NOT_FOUND")


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"transcription_fidelity": None}, "MISSING_PARAMETER"),
        ({"transcription_fidelity": "BEST"}, "INVALID_OPTION"),
        ({"priority": "SOON"}, "INVALID_OPTION"),
        ({"turnaround_hours": "0"}, "INVALID_QUERY"),
        ({"turnaround_hours": "tomorrow"}, "INVALID_QUERY"),
        ({"target_language": "ja"}, "INVALID_OPTION"),
        ({"callback_url": "ftp://example.com/"}, "INVALID_URL"),
        ({"callback_url": "http://10.0.0.1/"}, "INVALID_URL"),
        ({"options": "not json"}, "INVALID_QUERY"),
        ({"options": "[]"}, "INVALID_QUERY"),
        ({"options": '{"unknown": 1}'}, "INVALID_OPTION"),
        ({"options": '{"return_iwp": ["NONE"]}'}, "INVALID_OPTION"),
        ({"options": '{"speaker_id": "perhaps"}'}, "INVALID_OPTION"),
        ({"options": '{"custom_metadata": {"a": {"b": 1}}}'}, "INVALID_OPTION"),
        ({"options": json.dumps({"notes": "x" * 1001})}, "INVALID_OPTION"),
    ],
)
def test_a_wrong_parameter_is_named_and_nothing_is_ordered(
    client: Client, unordered: str, parameters: dict[str, Any], error: str
) -> None:
    given = {"transcription_fidelity": "MECHANICAL", **parameters}
    answer = client.post("job/perform_transcription", job_id=unordered, **given)
    assert error_of(answer) == (400, error)
    assert next(iter(parameters)) in answer.json()["ErrorComment"] or error == "INVALID_URL"
    assert client.info(unordered)["JobStatus"] == "Pending"


def test_options_may_be_wrapped_in_strings(client: Client, job: str) -> None:
    options = {
        "return_iwp": '["FINAL"]',
        "speaker_id": "true",
        "custom_metadata": '{"course": "BIO 101"}',
        "notes": "<b>quiet</b>",
        "generate_media_intelligence_for_iwp": "FINAL",
    }
    client.order(job, options=json.dumps(options))
    shown = client.info(job)["Options"]
    assert shown["return_iwp"]["setting"] == ["FINAL"]
    assert shown["speaker_id"]["setting"] is True
    assert shown["custom_metadata"]["setting"] == {"course": "BIO 101"}
    assert shown["notes"]["setting"] == "&lt;b&gt;quiet&lt;/b&gt;"
    assert shown["generate_media_intelligence_iwp"]["setting"] == ["FINAL"]


def test_options_may_be_an_object_of_a_json_body(client: Client, job: str) -> None:
    body = {
        "v": 1,
        "api_token": client.token,
        "job_id": job,
        "transcription_fidelity": "MECHANICAL",
        "options": {"speaker_id": True},
    }
    assert client.http.post("/api/job/perform_transcription", json=body).status_code == 200
    assert client.info(job)["Options"]["speaker_id"]["setting"] is True


@pytest.mark.parametrize(
    ("parameters", "priority", "hours"),
    [
        ({}, "STANDARD", 48),
        ({"priority": "economy"}, "ECONOMY", 96),
        ({"priority": "CRITICAL"}, "CRITICAL", 12),
        ({"turnaround_hours": "24"}, "PRIORITY", 24),
        ({"turnaround_hours": "60"}, "STANDARD", 60),
    ],
)
def test_an_order_is_due_after_its_turnaround(
    client: Client, job: str, parameters: dict[str, str], priority: str, hours: int
) -> None:
    client.order(job, **parameters)
    info = client.info(job)
    assert info["Priority"] == priority
    due = datetime.fromisoformat(info["DueDate"]) - datetime.fromisoformat(info["CreationDate"])
    assert due == pytest.approx(timedelta(hours=hours), abs=timedelta(minutes=1))


def test_a_finished_job_has_its_dates_and_its_versions(client: Client, speech: Path) -> None:
    job = client.new_job()
    client.upload(job, speech)
    task = client.order(job)
    info = client.finished(job)
    assert info["JobStatus"] == "Complete"
    assert info["Progress"] == 1.0
    assert info["Engine"] == "pocketsphinx"
    assert info["JobDifficulty"] == "Good"
    assert info["StartDate"] and info["CompletedDate"] == info["ReturnDate"]
    assert client.get("job/task_status", task_id=task).json()["TaskStatus"] == "COMPLETE"
    versions = client.get("job/list_elementlists", job_id=job).json()
    assert [version["iwp_name"] for version in versions] == ["MECHANICAL", "FINAL"]
    assert versions[0]["version"] < versions[1]["version"]


@pytest.mark.parametrize(("fidelity", "shown"), [("PREMIUM", "STANDARD"), ("PROFESSIONAL", "HIGH")])
def test_an_order_with_human_passes_finishes_without_them_and_says_so(
    client: Client, job: str, fidelity: str, shown: str
) -> None:
    client.order(job, transcription_fidelity=fidelity)
    info = client.finished(job)
    assert (info["JobStatus"], info["Fidelity"]) == ("Complete", shown)
    assert "no human pass was done" in info["Notice"]


def test_a_mechanical_order_whose_speech_is_recognized_has_no_notice(client: Client, finished: str) -> None:
    assert "Notice" not in client.info(finished)


def test_silence_is_a_complete_job_that_says_blank_audio(client: Client, tmp_path: Path) -> None:
    job = client.new_job()
    client.upload(job, silence(tmp_path / "silence.wav", seconds=5))
    client.order(job)
    info = client.finished(job)
    assert (info["JobStatus"], info["Notice"]) == ("Complete", "No speech was found.")
    elementlist = client.get("job/get_elementlist", job_id=job).json()
    [segment] = elementlist["segments"]
    [token] = segment["sequences"][0]["tokens"]
    assert (token["type"], token["display_as"], token["tags"]) == ("sound", "[BLANK_AUDIO]", ["BLANK_AUDIO"])
    assert client.get("job/get_caption", job_id=job, caption_format="SRT").content == b""
    assert client.get("job/get_caption", job_id=job, caption_format="WEB_VTT").text == "WEBVTT\n"
    assert client.get("job/get_transcript", job_id=job).content == b"\n"


def bad_media(folder: Path) -> dict[str, bytes]:
    whole = video(folder / "whole.mp4", seconds=2).read_bytes()
    zero = make(folder / "zero.wav", "-f", "lavfi", "-i", "anullsrc=r=16000", "-t", "0")
    return {
        "a text": b"These words are no recording.\n" * 50,
        "a truncated mp4": whole[: len(whole) // 2],
        "a video without sound": silent_video(folder / "mute.mp4", seconds=2).read_bytes(),
        "no samples": zero.read_bytes(),
        "a playlist": b"ffconcat version 1.0\nfile /etc/passwd\n",
        "an HLS playlist": b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/a.ts\n",
        "random bytes": bytes(range(256)) * 100,
    }


BAD = [
    "a text", "a truncated mp4", "a video without sound", "no samples", "a playlist", "an HLS playlist",
    "random bytes",
]  # fmt: skip


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return bad_media(tmp_path_factory.mktemp("bad"))


@pytest.mark.parametrize("kind", BAD)
def test_unusable_media_fails_with_a_reason_and_a_callback(
    client: Client, bad: dict[str, bytes], callbacks: CallbackReceiver, kind: str
) -> None:
    job = client.new_job()
    assert put(client.upload_url(job), bad[kind]).status == 200
    url = f"{callbacks.base_url}/done?job={{job_id}}&status={{job_status}}"
    url += "&iwp={iwp_name}&v={elementlist_version}"
    client.order(job, callback_url=url)
    info = client.finished(job)
    assert info["JobStatus"] == "Media Failure"
    assert info["FailureReason"].endswith(".")
    called = callbacks.received.get(timeout=60 * slowness())
    assert called.parameters == {"job": job, "status": "Media Failure", "iwp": "", "v": ""}
    assert error_of(client.get("job/get_transcript", job_id=job)) == (400, "INVALID_QUERY")


def test_unusable_media_is_reported_before_anything_is_ordered(client: Client, bad: dict[str, bytes]) -> None:
    job = client.new_job()
    put(client.upload_url(job), bad["a video without sound"])
    info = client.wait(job, lambda found: "FailureReason" in found)
    assert (info["JobStatus"], info["FailureReason"]) == ("Pending", "The video has no sound.")


def test_a_failed_job_takes_other_media_and_another_order(
    client: Client, bad: dict[str, bytes], quiet: Path
) -> None:
    job = client.new_job()
    put(client.upload_url(job), bad["a text"])
    client.order(job)
    assert client.finished(job)["JobStatus"] == "Media Failure"
    assert refused(client, job) == (400, "INVALID_QUERY")
    client.upload(job, quiet)
    client.order(job)
    info = client.wait(job, lambda found: found["JobStatus"] == "Complete")
    assert "FailureReason" not in info


def test_a_job_deleted_while_it_runs_is_gone(client: Client, job: str, callbacks: CallbackReceiver) -> None:
    task = client.order(job, callback_url=f"{callbacks.base_url}/done")
    assert client.get("job/delete", job_id=job).status_code == 200
    assert error_of(client.get("job/info", job_id=job)) == (400, "ITEM_NOT_FOUND")
    assert client.get("job/task_status", task_id=task).json()["TaskStatus"] == "ABORTED"
    assert callbacks.received.empty()


def test_a_callback_is_made_once_with_its_tags_replaced(
    client: Client, job: str, callbacks: CallbackReceiver
) -> None:
    url = f"{callbacks.base_url}/done?a=1&job={{job_id}}&name={{job_name}}&iwp=%7Biwp_name%7D"
    url += "&v={elementlist_version}&course={course}&other={other}"
    client.order(job, callback_url=url, options='{"custom_metadata": {"course": "BIO 101 & more"}}')
    called = callbacks.received.get(timeout=60)
    final = client.get("job/list_elementlists", job_id=job).json()[-1]
    assert called.path == "/done"
    assert called.parameters == {
        "a": "1",
        "job": job,
        "name": "Æ name",
        "iwp": "FINAL",
        "v": final["version"],
        "course": "BIO 101 & more",
        "other": "{other}",
    }
    assert called.webhook_id
    assert callbacks.received.empty()


def test_further_versions_are_called_back_on_request(
    client: Client, job: str, callbacks: CallbackReceiver
) -> None:
    url = f"{callbacks.base_url}/done?iwp={{iwp_name}}"
    client.order(job, callback_url=url, options='{"return_iwp": ["MECHANICAL", "FINAL"]}')
    called = [callbacks.received.get(timeout=60) for _ in range(2)]
    assert {each.parameters["iwp"] for each in called} == {"MECHANICAL", "FINAL"}
    assert len({each.webhook_id for each in called}) == 2


def test_a_callback_says_how_much_speech_was_not_recognized(
    client: Client, job: str, callbacks: CallbackReceiver
) -> None:
    url = f"{callbacks.base_url}/done?seconds={{unrecognized_seconds}}"
    client.order(job, callback_url=url)
    assert callbacks.received.get(timeout=60).parameters == {"seconds": "0"}


def test_metadata_named_like_a_newer_tag_takes_precedence_in_callbacks(
    client: Client, job: str, callbacks: CallbackReceiver
) -> None:
    metadata = json.dumps({"custom_metadata": {"unrecognized_seconds": "mine"}})
    client.order(
        job, callback_url=f"{callbacks.base_url}/done?seconds={{unrecognized_seconds}}", options=metadata
    )
    assert callbacks.received.get(timeout=60).parameters == {"seconds": "mine"}


def test_a_failed_callback_is_tried_again(client: Client, job: str) -> None:
    with WebServer(statuses=[500, 302]) as web:
        url = web.base_url.replace("://", "://user:pass@")
        client.order(job, callback_url=f"{url}/done")
        client.finished(job)
        client.wait(job, lambda _: len(web.requests) == 3)
    assert {request.headers["authorization"] for request in web.requests} == {"Basic dXNlcjpwYXNz"}
    assert len({request.headers["webhook-id"] for request in web.requests}) == 1


def test_a_callback_that_always_fails_ends_after_its_retries(client: Client, job: str) -> None:
    with WebServer(statuses=[500] * 10) as web:
        client.order(job, callback_url=f"{web.base_url}/done")
        client.wait(job, lambda _: len(web.requests) == 3)
        client.finished(job)
        with pytest.raises(AssertionError, match="not in time"):
            client.wait(job, lambda _: len(web.requests) > 3, within_s=1.5)
    assert client.info(job)["JobStatus"] == "Complete"


def test_the_password_of_a_callback_is_not_logged(client: Client, job: str) -> None:
    with WebServer() as web:
        url = web.base_url.replace("://", "://user:hunter2@")
        client.order(job, callback_url=f"{url}/done")
        client.wait(job, lambda _: len(web.requests) == 1)
    assert "hunter2" not in client.server.log_path.read_text()
