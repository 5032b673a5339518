"""What `add_transcript` takes, and what it refuses."""

from __future__ import annotations

import pytest

from tests.support.client import Client, error_of
from tests.support.transcripts import add_body, words

SRT = (
    "1\n00:00:00,400 --> 00:00:02,000\nWELCOME to a small\n\n"
    "2\n00:00:02,000 --> 00:00:03,300\nlibrary by the sea.\n"
)
VTT = "WEBVTT\n\n00:00.400 --> 00:03.300\n<v Ann>Welcome to a small library by the sea.\n"
DFXP = (
    '<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="0.4s" end="3.3s">Welcome to a small library '
    "by the sea.</p></div></body></tt>"
)


@pytest.mark.parametrize(("body", "form"), [(SRT, "srt"), (VTT, "vtt"), (DFXP, "dfxp"), (SRT, None)])
def test_the_words_of_captions_are_aligned(
    client: Client, sentence: bytes, body: str, form: str | None
) -> None:
    job = client.new_job()
    assert add_body(client, job, body, **({"format": form} if form else {})).status_code == 200
    client.upload(job, sentence)
    client.order(job)
    assert "100% of its 8 words" in client.finished(job)["Notice"]
    starts = [word["start_time"] for word in words(client, job)]
    assert starts == sorted(set(starts))


def test_captions_of_another_recording_keep_their_times_and_the_job_says_so(
    client: Client, sentence: bytes
) -> None:
    job = client.new_job()
    add_body(
        client, job, "1\n00:00:01,000 --> 00:00:02,500\nKangaroos elected seventeen vicious umbrellas.\n"
    )
    client.upload(job, sentence)
    client.order(job)
    info = client.finished(job)
    assert info["JobStatus"] == "Complete"
    assert "0% of its 5 words were found, the times of the others are estimated" in info["Notice"]
    found = words(client, job)
    assert all(word["interpolated"] for word in found)
    assert (found[0]["start_time"], found[-1]["end_time"]) == (1000, 2500)


LOSSY = "Lost.\n\n1\n-00:00:01,000 --> 00:00:02,000\nWELCOME to a small\n"


def test_unused_parts_of_a_body_are_reported_in_the_answer_and_in_the_task(client: Client) -> None:
    job = client.new_job()
    answer = add_body(client, job, LOSSY).json()
    assert "line 1: text before the first times is left out: 'Lost.'" in answer["Warnings"]
    assert "line 4: the caption begins before the recording" in answer["Warnings"]
    task = client.get("job/task_status", task_id=answer["TaskId"]).json()
    assert (task["TaskStatus"], task["TaskInfo"]) == ("COMPLETE", answer["Warnings"])
    assert "Warnings" not in add_body(client, job, SRT).json()


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("File Format=MacCaption_MCC V1.0\n", "MCC (MacCaption)"),
        ("{0}{25}Hi.\n{26}{50}You.\n", "MicroDVD"),
        ("start\tend\ttext\n0\t900\tHi.\n", "TSV, as Whisper writes it"),
    ],
)
def test_an_unsupported_format_is_named_and_never_taken_for_speech(
    client: Client, body: str, name: str
) -> None:
    answer = add_body(client, client.new_job(), body)
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert f"The transcript is {name}, which is not read" in answer.json()["ErrorComment"]


def test_times_without_hours_or_before_zero_are_not_words(client: Client, sentence: bytes) -> None:
    job = client.new_job()
    body = (
        "1\n-00:00,100 --> 00:02,000\nWELCOME to a small\n\n2\n00:02,000 --> 00:03,300\nlibrary by the sea.\n"
    )
    assert add_body(client, job, body).status_code == 200
    client.upload(job, sentence)
    client.order(job)
    assert "100% of its 8 words" in client.finished(job)["Notice"]


def test_a_text_too_long_for_the_recording_is_refused(client: Client, sentence: bytes) -> None:
    job = client.new_job()
    add_body(client, job, "word " * 5000)
    client.upload(job, sentence)
    client.order(job)
    assert "5,000 words, more than can be said" in client.finished(job)["FailureReason"]


@pytest.mark.parametrize(
    ("body", "query", "kind"),
    [
        (b"", {}, "INVALID_QUERY"),
        (b"   \n", {}, "INVALID_QUERY"),
        (b"[MUSIC] ... !", {}, "INVALID_QUERY"),
        (b"plain", {"format": "srt"}, "INVALID_QUERY"),
        (b"plain", {"format": "docx"}, "INVALID_OPTION"),
        (b"PK\x03\x04 a document", {}, "INVALID_QUERY"),
        (b'<!DOCTYPE a [<!ENTITY a "b">]><tt/>', {"format": "dfxp"}, "INVALID_QUERY"),
    ],
)
def test_anything_but_a_transcript_is_refused_at_once(
    client: Client, body: bytes, query: dict[str, str], kind: str
) -> None:
    job = client.new_job()
    assert error_of(add_body(client, job, body, **query)) == (400, kind)
    assert len(client.info(job)["Tasks"]) == 1


def test_a_transcript_above_the_limit_is_refused(client: Client) -> None:
    assert add_body(client, client.new_job(), b"a " * (5 * 1024**2)).status_code == 413


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://10.0.0.1/a.srt", "not a url"])
def test_an_impossible_url_is_refused_at_once(client: Client, url: str) -> None:
    answer = client.get("job/add_transcript", job_id=client.new_job(), transcript_url=url)
    assert error_of(answer) == (400, "INVALID_URL")


def test_a_get_without_a_url_says_what_is_missing(client: Client) -> None:
    answer = client.get("job/add_transcript", job_id=client.new_job())
    assert error_of(answer) == (400, "MISSING_PARAMETER")
    assert "transcript_url" in answer.json()["ErrorComment"]
