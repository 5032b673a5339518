"""`job/media`: where the media was fetched from."""

from __future__ import annotations

from tests.support.client import Client, error_of
from tests.support.media.videos import recorded  # noqa: F401


def test_media_that_was_fetched_has_its_url(client: Client) -> None:
    job = client.new_job()
    url = "http://127.0.0.1:9/film.mp4"
    client.get("job/add_media", job_id=job, media_url=url, is_duplicate="true")
    assert client.get("job/media", job_id=job).json() == {"MediaUrl": url}
    assert client.post("job/media", job_id=job).json() == {"MediaUrl": url}


def test_uploaded_media_has_no_url(client: Client, recorded: str) -> None:  # noqa: F811
    answer = client.get("job/media", job_id=recorded)
    assert error_of(answer) == (400, "ITEM_NOT_FOUND")
    assert "download_media" in answer.json()["ErrorComment"]


def test_a_job_without_media_has_no_media_url(client: Client) -> None:
    answer = client.get("job/media", job_id=client.new_job())
    assert error_of(answer) == (400, "ITEM_NOT_FOUND")
    assert "no media" in answer.json()["ErrorComment"]


def test_the_media_of_a_stranger_is_not_found(client: Client, alice: Client) -> None:
    job = client.new_job()
    client.get("job/add_media", job_id=job, media_url="http://127.0.0.1:9/a.mp4", is_duplicate="true")
    assert error_of(alice.get("job/media", job_id=job)) == (400, "ITEM_NOT_FOUND")
