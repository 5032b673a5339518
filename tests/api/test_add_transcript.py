"""`add_transcript`: a given text is synchronized instead of recognized."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES
from tests.support.transcripts import add_body, words
from tests.support.webserver import WebServer

RUNS_ON = DATABASES
TEXT = "Welcome to a small library, by the sea!"  # what is said from 0.5 to 3.3 s of the recording
OTHER = "It was the best of times. It was the worst of times. We had everything before us. We had nothing."


@pytest.fixture
def web() -> Iterator[WebServer]:
    lossy = f"Lost.\n\n00:00,500 --> 00:03,300\n{TEXT}\n"
    files = {
        "/text.txt": TEXT.encode(),
        "/lossy.srt": lossy.encode(),
        "/bad.srt": b"no times here",
        "/empty.txt": b"  \n",
    }
    with WebServer(files) as server:
        yield server


def task_of(client: Client, task_id: str) -> dict[str, str]:
    return dict(client.get("job/task_status", task_id=task_id).json())


def test_a_text_is_aligned_with_the_recording(client: Client, sentence: bytes) -> None:
    job = client.new_job()
    answer = add_body(client, job, TEXT)
    assert answer.status_code == 200
    assert task_of(client, answer.json()["TaskId"])["TaskType"] == "JOB_ADD_TRANSCRIPT"
    client.upload(job, sentence)
    client.order(job)
    info = client.finished(job)
    assert (info["JobStatus"], info["Engine"]) == ("Complete", "alignment")
    assert info["Notice"] == "Synchronized with the given transcript: 100% of its 8 words were found."
    assert TEXT in client.get("job/get_transcript", job_id=job).text
    found = words(client, job)
    assert [word["display_as"] for word in found] == "Welcome to a small library by the sea".split()
    assert not any(word["interpolated"] for word in found)
    assert found[0]["start_time"] == pytest.approx(690, abs=60)
    assert found[-1]["end_time"] == pytest.approx(3100, abs=200)


def test_a_text_of_another_recording_is_refused_and_the_right_one_may_be_added(
    client: Client, sentence: bytes
) -> None:
    job = client.new_job()
    add_body(client, job, OTHER)
    client.upload(job, sentence)
    client.order(job)
    info = client.finished(job)
    assert info["JobStatus"] == "Media Failure"
    assert "does not fit the recording" in info["FailureReason"]
    add_body(client, job, TEXT)
    client.order(job)
    assert client.finished(job)["JobStatus"] == "Complete"


def test_a_transcript_is_fetched_and_the_order_waits_for_it(
    client: Client, sentence: bytes, web: WebServer
) -> None:
    job = client.new_job()
    client.upload(job, sentence)
    url = f"{web.base_url}/text.txt".replace(":", "%3A").replace("/", "%2F")
    task = client.get("job/add_transcript", job_id=job, transcript_url=url).json()["TaskId"]
    client.order(job)
    assert "100%" in client.finished(job)["Notice"]
    assert task_of(client, task)["TaskStatus"] == "COMPLETE"


def test_unused_parts_of_a_fetched_transcript_are_reported_in_its_task(
    client: Client, web: WebServer
) -> None:
    job = client.new_job()
    answer = client.get("job/add_transcript", job_id=job, transcript_url=f"{web.base_url}/lossy.srt").json()
    client.wait(job, lambda _: task_of(client, answer["TaskId"])["TaskStatus"] == "COMPLETE")
    assert task_of(client, answer["TaskId"])["TaskInfo"] == (
        "line 1: text before the first times is left out: 'Lost.'"
    )


@pytest.mark.parametrize(
    ("path", "form", "reason"),
    [("/none", None, "404"), ("/bad.srt", "srt", "no line as"), ("/empty.txt", None, "no words")],
)
def test_an_unreadable_transcript_fails_its_task_and_another_may_be_added(
    client: Client, sentence: bytes, web: WebServer, path: str, form: str | None, reason: str
) -> None:
    job = client.new_job()
    client.upload(job, sentence)
    answer = client.get("job/add_transcript", job_id=job, transcript_url=f"{web.base_url}{path}", format=form)
    task = answer.json()["TaskId"]
    client.wait(job, lambda _: task_of(client, task)["TaskStatus"] == "FAILED")
    assert reason in task_of(client, task)["TaskInfo"]
    refused = client.post("job/perform_transcription", job_id=job, transcription_fidelity="MECHANICAL")
    assert error_of(refused) == (400, "INVALID_QUERY")
    assert reason in refused.json()["ErrorComment"]
    assert add_body(client, job, TEXT).status_code == 200
    client.order(job)


def test_a_transcript_is_refused_after_the_order(client: Client, sentence: bytes) -> None:
    job = client.new_job()
    client.upload(job, sentence)
    client.order(job)
    assert error_of(add_body(client, job, TEXT)) == (400, "INVALID_QUERY")


def test_the_last_transcript_counts_and_is_deleted_with_its_job(client: Client, sentence: bytes) -> None:
    job = client.new_job()
    add_body(client, job, OTHER)
    add_body(client, job, TEXT)
    client.upload(job, sentence)
    client.order(job)
    assert "100%" in client.finished(job)["Notice"]
    assert client.get("job/delete", job_id=job).status_code == 200
    assert error_of(add_body(client, job, TEXT)) == (400, "ITEM_NOT_FOUND")


def test_a_job_of_another_account_accepts_no_transcript(client: Client, alice: Client) -> None:
    assert error_of(add_body(alice, client.new_job(), TEXT)) == (400, "ITEM_NOT_FOUND")
