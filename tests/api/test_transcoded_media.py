"""`job/transcoded_media`: a link to the media as mp4 or mp3."""

from __future__ import annotations

import time
from pathlib import Path

import httpx2
import pytest

from scribedock.results.signed_links import APPROVAL, MEDIA, Link, sign
from scribedock.settings import Settings
from tests.support.client import Client, error_of
from tests.support.finished import services_of
from tests.support.media.ffmpeg import make
from tests.support.media.videos import filmed, recorded, stored_key, streams  # noqa: F401
from tests.support.waiting import wait_until


def test_a_film_becomes_an_mp4_that_every_browser_plays(client: Client, filmed: str, tmp_path: Path) -> None:  # noqa: F811
    url = client.get("job/transcoded_media", job_id=filmed, transcoded_version="mp4").json()["MediaUrl"]
    assert url.startswith(f"{client.server.base_url}/media/") and url.endswith(".mp4")
    answer = client.http.get(url)  # no token
    assert answer.headers["content-type"] == "video/mp4"
    made = tmp_path / "made.mp4"
    made.write_bytes(answer.content)
    assert streams(made) == {"video": "h264", "audio": "aac"}
    assert answer.content.index(b"moov") < answer.content.index(b"mdat")  # plays before it is all there


def test_the_older_name_of_the_parameter_and_any_case_are_read(client: Client, filmed: str) -> None:  # noqa: F811
    answer = client.post("job/transcoded_media", job_id=filmed, transcoded_media="MP4")
    assert answer.status_code == 200, answer.text


def test_a_file_is_made_once(client: Client, filmed: str) -> None:  # noqa: F811
    links = {
        client.get("job/transcoded_media", job_id=filmed, transcoded_version="mp4").json()["MediaUrl"]
        for _ in range(3)
    }
    assert links
    made = [task for task in client.info(filmed)["Tasks"] if task["TaskType"] == "JOB_MAKE_MEDIA"]
    assert len(made) == 1
    assert made[0]["TaskStatus"] == "COMPLETE"


def test_a_sound_recording_cannot_become_an_mp4(client: Client, recorded: str) -> None:  # noqa: F811
    answer = client.get("job/transcoded_media", job_id=recorded, transcoded_version="mp4")
    assert error_of(answer) == (422, "ITEM_NOT_FOUND")
    assert "no video" in answer.json()["ErrorComment"]


def test_anything_but_a_recording_cannot_be_transcoded(client: Client) -> None:
    job = client.new_job()
    client.upload(job, b"ffconcat version 1.0\nfile /etc/passwd\n")
    answer = client.get("job/transcoded_media", job_id=job, transcoded_version="mp3")
    assert error_of(answer) == (422, "ITEM_NOT_FOUND")
    assert "playlist" in answer.json()["ErrorComment"]


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"transcoded_version": None}, "MISSING_PARAMETER"),
        ({"transcoded_version": "avi"}, "INVALID_OPTION"),
        ({"job_id": None}, "MISSING_PARAMETER"),
        ({"job_id": "0" * 32}, "ITEM_NOT_FOUND"),
    ],
)
def test_a_wrong_parameter_is_named(
    client: Client,
    filmed: str,  # noqa: F811
    parameters: dict[str, str | None],
    error: str,
) -> None:
    given = {"job_id": filmed, "transcoded_version": "mp4", **parameters}
    assert error_of(client.get("job/transcoded_media", **given)) == (400, error)


def test_the_media_of_a_stranger_is_not_found(alice: Client, filmed: str) -> None:  # noqa: F811
    answer = alice.get("job/transcoded_media", job_id=filmed, transcoded_version="mp4")
    assert error_of(answer) == (400, "ITEM_NOT_FOUND")


def test_a_link_that_was_changed_or_has_expired_opens_nothing(client: Client, filmed: str) -> None:  # noqa: F811
    url = client.get("job/transcoded_media", job_id=filmed, transcoded_version="mp4").json()["MediaUrl"]
    head, token = url.removesuffix(".mp4").rsplit("/", 1)
    for place in range(0, len(token), 7):
        other = "A" if token[place] != "A" else "B"
        answer = client.http.get(f"{head}/{token[:place]}{other}{token[place + 1 :]}.mp4")
        assert error_of(answer) == (403, "ITEM_NOT_FOUND")
    with services_of(client.server) as services:
        key = services.keys.upload.all()[0]
        expired = sign(Link(subject="0" * 32, expires=int(time.time()) - 1), MEDIA, key)
        other = sign(Link(subject="0" * 32, expires=int(time.time()) + 60), APPROVAL, key)
    assert error_of(client.http.get(f"{head}/{expired}.mp4")) == (410, "ITEM_NOT_FOUND")
    assert error_of(client.http.get(f"{head}/{other}.mp4")) == (403, "ITEM_NOT_FOUND")


def test_a_link_is_dead_once_its_job_is_deleted(client: Client, quiet: Path) -> None:
    job = client.new_job()
    client.upload(job, quiet)
    url = client.get("job/transcoded_media", job_id=job, transcoded_version="mp3").json()["MediaUrl"]
    assert client.http.get(url).status_code == 200
    with services_of(client.server) as services:
        key = stored_key(services, url)
        client.get("job/delete", job_id=job)
        assert error_of(client.http.get(url)) == (404, "ITEM_NOT_FOUND")
        with pytest.raises(FileNotFoundError):
            services.store.size(key)


def test_deleting_a_job_ends_the_encoding_under_way(client: Client, tmp_path: Path) -> None:
    silence = ("-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", str(3 * 3600))
    job = client.new_job()
    client.upload(job, make(tmp_path / "silence.flac", *silence))
    with pytest.raises(httpx2.TimeoutException):
        client.http.get(
            f"{client.server.base_url}/api/job/transcoded_media",
            params={"v": "1", "api_token": client.token, "job_id": job, "transcoded_version": "mp3"},
            timeout=2,
        )
    work = client.server.data_dir / "work"
    wait_until(lambda: any(work.glob("*/made.mp3")))
    client.get("job/delete", job_id=job)
    wait_until(lambda: not any(work.glob("*/made.mp3")), within_s=10)


def test_links_live_for_a_week_by_default() -> None:
    assert Settings().media_link_lifetime_s == 7 * 24 * 3600
