"""`job/share`: links to one job for people without an account."""

from __future__ import annotations

import time

import httpx2
import pytest

from scribedock.demo.server import OwnServer
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES
from tests.support.media.ffmpeg import video

RUNS_ON = DATABASES
MADE_WITHIN_S = 120


@pytest.fixture(scope="module")
def filmed(server: OwnServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A job with a film that no browser plays."""
    arguments = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "ac3")
    film = video(tmp_path_factory.mktemp("film") / "film.mkv", *arguments, seconds=2)
    client = Client(server).login()
    job = client.new_job(job_name="Tides & Æther")
    client.upload(job, film)
    return job


def test_whoever_has_the_link_plays_the_film_until_it_is_revoked(client: Client, filmed: str) -> None:
    made = client.post("job/share", job_id=filmed, label="for Cora", hours=2).json()
    assert (made["Purpose"], made["Label"], made["Revoked"]) == ("viewing", "for Cora", None)
    with httpx2.Client(trust_env=False, base_url=client.server.base_url, follow_redirects=True) as visitor:
        page = visitor.get(made["ShareUrl"])
        assert page.status_code == 200 and "Tides &amp; Æther" in page.text
        url = f"/web/jobs/{filmed}/media"
        deadline = time.monotonic() + MADE_WITHIN_S
        while (found := visitor.get(url).json())["preparing"]:
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        assert (found["kind"], found["source"]["type"], found["refused"]) == ("video", "video/mp4", None)
        part = visitor.get(found["source"]["url"], headers={"Range": "bytes=4-7"})
        assert (part.status_code, part.content) == (206, b"ftyp")
        assert "<video" in visitor.get(made["ShareUrl"]).text
        [listed] = client.get("job/list_shares", job_id=filmed).json()
        assert listed["LastUsed"] is not None and "ShareUrl" not in listed
        assert client.post("job/revoke_share", share_id=made["ShareId"]).status_code == 204
        assert visitor.get(found["source"]["url"]).status_code == 401
        assert visitor.get(made["ShareUrl"]).status_code == 410
    [listed] = client.get("job/list_shares", job_id=filmed).json()
    assert listed["Revoked"] is not None


def test_no_link_to_another_accounts_job_can_be_made(alice: Client, filmed: str) -> None:
    assert error_of(alice.post("job/share", job_id=filmed)) == (400, "ITEM_NOT_FOUND")


def test_an_account_turns_links_off(alice: Client) -> None:
    job = alice.new_job()
    made = alice.post("job/share", job_id=job).json()
    alice.post("account/update_setting", setting="share_links", value="false")
    assert error_of(alice.post("job/share", job_id=job)) == (403, "INVALID_QUERY")
    assert httpx2.get(made["ShareUrl"], trust_env=False, follow_redirects=True).status_code == 410


@pytest.mark.parametrize(
    "wrong", [{"hours": 0}, {"hours": 8785}, {"label": "x" * 201}, {"purpose": "editing"}]
)
def test_what_makes_no_sense_is_refused(client: Client, filmed: str, wrong: dict[str, object]) -> None:
    assert client.post("job/share", job_id=filmed, **wrong).status_code == 400


def test_a_job_that_waits_for_nobody_cannot_be_approved_by_a_link(client: Client, filmed: str) -> None:
    answer = client.post("job/share", job_id=filmed, purpose="approval")
    assert error_of(answer) == (409, "INVALID_QUERY")
