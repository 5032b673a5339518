"""Jobs of a sandbox fail, wait and lose callbacks as their names ask for."""

from __future__ import annotations

from datetime import datetime

from scribedock.demo.receiver import CallbackReceiver
from scribedock.sandbox.prepared import (
    silent_elementlist,
)
from scribedock_captions.elementlist.encoder import emit
from tests.support.client import Client, error_of
from tests.support.finished import services_of
from tests.support.sandbox import MEDIA_URL, ordered
from tests.support.waiting import slowness


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
