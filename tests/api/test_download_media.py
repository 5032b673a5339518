"""`job/download_media`: the media as a file."""

from __future__ import annotations

from pathlib import Path

import av
import httpx2
import pytest

from tests.support.client import Client, error_of
from tests.support.media.ffmpeg import tone
from tests.support.media.videos import filmed, recorded, streams  # noqa: F401


def download(client: Client, job: str, media_type: str = "mp3", **headers: str) -> httpx2.Response:
    query = {"api_token": client.token, "job_id": job, "media_type": media_type}  # v may be left out
    return client.http.get("/api/job/download_media", params=query, headers=headers)


def test_the_audio_is_sent_as_an_attachment(client: Client, filmed: str, tmp_path: Path) -> None:  # noqa: F811
    answer = download(client, filmed)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="Tides _ _ther _ part 1.mp3"; '
        "filename*=UTF-8''Tides%20_%20%C3%86ther%20_%20part%201.mp3"
    )
    made = tmp_path / "made.mp3"
    made.write_bytes(answer.content)
    assert streams(made) == {"audio": "mp3float"}


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-50", -50, None), ("bytes=5-5", 5, 6)],
)
def test_a_range_of_it_can_be_requested(
    client: Client,
    recorded: str,  # noqa: F811
    asked: str,
    start: int,
    end: int | None,
) -> None:
    whole = download(client, recorded).content
    answer = download(client, recorded, range=asked)
    assert answer.status_code == 206
    assert answer.content == whole[start:end]
    first = start % len(whole)
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(answer.content) - 1}/{len(whole)}"


def test_a_range_beyond_its_end_is_refused(client: Client, recorded: str) -> None:  # noqa: F811
    answer = download(client, recorded, range="bytes=999999999-")
    assert answer.status_code == 416
    assert answer.headers["content-range"].startswith("bytes */")


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "lines=1-2", "bytes=9-2", "bytes=x"])
def test_a_malformed_range_gives_the_whole_file(
    client: Client,
    recorded: str,  # noqa: F811
    asked: str,
) -> None:
    answer = download(client, recorded, range=asked)
    assert answer.status_code == 200
    assert answer.headers["accept-ranges"] == "bytes"


def test_a_range_of_another_file_is_never_sent(client: Client, recorded: str) -> None:  # noqa: F811
    etag = download(client, recorded).headers["etag"]
    assert download(client, recorded, **{"range": "bytes=0-9", "if-range": etag}).status_code == 206
    assert download(client, recorded, **{"range": "bytes=0-9", "if-range": '"other"'}).status_code == 200


def test_a_head_request_gets_the_length_without_the_file(client: Client, recorded: str) -> None:  # noqa: F811
    whole = download(client, recorded)
    query = {"api_token": client.token, "job_id": recorded, "media_type": "mp3"}
    answer = client.http.head("/api/job/download_media", params=query)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(whole.content))


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"media_type": "mp4"}, "ITEM_NOT_FOUND"),  # there is no picture
        ({"media_type": None}, "MISSING_PARAMETER"),
        ({"media_type": "webm"}, "INVALID_OPTION"),
        ({"media_type": "mp4", "text_to_speech": "true"}, "INVALID_OPTION"),
        ({"text_to_speech": "maybe"}, "INVALID_QUERY"),
        ({"job_id": "0" * 32}, "ITEM_NOT_FOUND"),
        ({"v": "2"}, "INVALID_OPTION"),
    ],
)
def test_an_unavailable_file_is_explained(
    client: Client,
    recorded: str,  # noqa: F811
    parameters: dict[str, str | None],
    error: str,
) -> None:
    given = {"job_id": recorded, "media_type": "mp3", **parameters}
    assert error_of(client.get("job/download_media", **given)) == (400, error)


def test_a_job_without_media_explains_how_to_add_it(client: Client) -> None:
    answer = client.get("job/download_media", job_id=client.new_job(), media_type="mp3")
    assert error_of(answer) == (400, "ITEM_NOT_FOUND")
    assert "request_upload_url" in answer.json()["ErrorComment"]


def test_recordings_that_were_joined_in_one_file_are_all_in_it(
    client: Client, sentence: bytes, tmp_path: Path
) -> None:
    job = client.new_job()
    client.upload(job, tone(tmp_path / "a.m4a", seconds=2).read_bytes() + sentence)
    answer = client.get("job/download_media", job_id=job, media_type="mp3")
    made = tmp_path / "made.mp3"
    made.write_bytes(answer.content)
    with av.open(str(made)) as container:
        assert container.duration == pytest.approx(5.5e6, abs=1e5)
