"""`job/add_media`: the body, or what a URL gives."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from scribedock.demo.server import OwnServer
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES
from tests.support.media.sound import spoken
from tests.support.webserver import WebServer

RUNS_ON = DATABASES


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return spoken(tmp_path_factory.mktemp("recording") / "speech.wav", seconds=4).read_bytes()


@pytest.fixture
def web(recording: bytes) -> Iterator[WebServer]:
    page = b'<!DOCTYPE html><html><video src="/film.wav"></video></html>'
    with WebServer({"/film.wav": recording, "/page.html": page, "/empty.html": b"<html></html>"}) as server:
        yield server


def task_of(client: Client, task_id: str) -> dict[str, str]:
    return dict(client.get("job/task_status", task_id=task_id).json())


def add_body(client: Client, job: str, body: bytes, **headers: str) -> httpx2.Response:
    query = {"v": "1", "api_token": client.token, "job_id": job}
    return client.http.post("/api/job/add_media", params=query, content=body, headers=headers)


@pytest.mark.parametrize(
    "kind", ["video/mp4", "application/x-www-form-urlencoded", "application/json", "multipart/form-data"]
)
def test_the_body_is_the_recording_whatever_its_type(client: Client, recording: bytes, kind: str) -> None:
    job = client.new_job()
    answer = add_body(client, job, recording, **{"Content-Type": kind})
    assert answer.status_code == 200
    assert set(answer.json()) == {"TaskId"}
    info = client.wait(job, lambda found: "MediaLengthSeconds" in found)
    assert info["MediaLengthSeconds"] == pytest.approx(4, abs=0.01)


def test_a_body_that_lacks_its_digest_is_refused_and_can_be_sent_again(
    client: Client, recording: bytes
) -> None:
    job = client.new_job()
    right = base64.b64encode(hashlib.md5(recording).digest()).decode()
    for header, digest in (("Content-MD5", right), ("x-amz-checksum-sha1", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")):
        refused = add_body(client, job, recording[:-1] + b"?", **{header: digest})
        assert error_of(refused) == (400, "INVALID_QUERY")
        assert f"do not match {header.lower()}" in refused.json()["ErrorComment"].lower()
    assert error_of(add_body(client, job, recording, **{"Content-MD5": "nonsense"})) == (400, "INVALID_QUERY")
    assert add_body(client, job, recording, **{"Content-MD5": right}).status_code == 200


def test_a_second_recording_is_refused(client: Client, recording: bytes) -> None:
    job = client.new_job()
    assert add_body(client, job, recording).status_code == 200
    assert error_of(add_body(client, job, recording)) == (400, "INVALID_QUERY")


def test_an_empty_body_is_refused(client: Client) -> None:
    assert error_of(add_body(client, client.new_job(), b"")) == (400, "INVALID_QUERY")


def test_a_get_without_a_url_says_what_is_missing(client: Client) -> None:
    answer = client.get("job/add_media", job_id=client.new_job())
    assert error_of(answer) == (400, "MISSING_PARAMETER")
    assert "media_url" in answer.json()["ErrorComment"]


def test_a_recording_is_fetched_from_its_url(client: Client, web: WebServer) -> None:
    job = client.new_job()
    task = client.get("job/add_media", job_id=job, media_url=f"{web.base_url}/film.wav").json()["TaskId"]
    info = client.wait(job, lambda found: "MediaLengthSeconds" in found)
    assert info["MediaLengthSeconds"] == pytest.approx(4, abs=0.01)
    assert task_of(client, task)["TaskStatus"] == "COMPLETE"


def test_a_url_that_was_encoded_twice_is_understood(client: Client, web: WebServer) -> None:
    job = client.new_job()
    url = f"{web.base_url}/film.wav".replace(":", "%3A").replace("/", "%2F")
    assert client.get("job/add_media", job_id=job, media_url=url).status_code == 200
    client.wait(job, lambda found: "MediaLengthSeconds" in found)


def test_the_same_url_in_another_job_is_refused_where_is_duplicate_is_false(
    client: Client, web: WebServer
) -> None:
    url = f"{web.base_url}/film.wav?{uuid.uuid4().hex}"
    first, again = client.new_job(), client.new_job()
    assert client.get("job/add_media", job_id=first, media_url=url).status_code == 200
    refused = client.get("job/add_media", job_id=again, media_url=url, is_duplicate="false")
    assert error_of(refused) == (400, "INVALID_QUERY")
    meant = client.get("job/add_media", job_id=again, media_url=url, is_duplicate="true")
    assert meant.status_code == 200
    assert "Notice" not in client.info(again)


@pytest.mark.parametrize("call", ["job/add_media", "job/add_media_url"])
def test_the_same_url_in_another_job_is_accepted_and_said_where_is_duplicate_is_left_out(
    client: Client, web: WebServer, call: str
) -> None:
    url = f"{web.base_url}/film.wav?{uuid.uuid4().hex}"
    first, again = client.new_job(), client.new_job()
    for job in (first, again):
        assert client.get(call, job_id=job, media_url=url).status_code == 200
    assert client.info(again)["Notice"] == f"Job {first} had the same media_url already."
    assert "Notice" not in client.info(first)


@pytest.mark.parametrize(
    "url",
    [
        "not a url",
        "ftp://example.com/film.mp4",
        "file:///etc/passwd",
        "http://10.0.0.1/film.mp4",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:192.168.0.1]/film.mp4",
        "http://0xA000001/film.mp4",
        "https://printer.local/film.mp4",
    ],
)
@pytest.mark.parametrize("call", ["job/add_media", "job/add_media_url"])
def test_an_impossible_url_is_refused_at_once(client: Client, call: str, url: str) -> None:
    job = client.new_job()
    assert error_of(client.get(call, job_id=job, media_url=url)) == (400, "INVALID_URL")
    assert len(client.info(job)["Tasks"]) == 1


@pytest.mark.parametrize(("path", "reason"), [("/none.wav", "404"), ("/empty.html", "embeds no media")])
def test_a_failed_fetch_fails_its_task_and_other_media_may_be_added(
    client: Client, web: WebServer, path: str, reason: str
) -> None:
    job = client.new_job()
    url = f"{web.base_url}{path}"
    task = client.get("job/add_media_url", job_id=job, media_url=url).json()["TaskId"]
    info = client.wait(job, lambda found: "FailureReason" in found)
    assert reason in info["FailureReason"]
    assert task_of(client, task)["TaskStatus"] == "FAILED"
    client.get("job/add_media_url", job_id=job, media_url=f"{web.base_url}/film.wav")
    client.wait(job, lambda found: "MediaLengthSeconds" in found)


def test_a_redirect_into_a_private_network_is_not_followed(client: Client) -> None:
    with WebServer(redirect="http://10.0.0.1/secret") as web:
        job = client.new_job()
        client.get("job/add_media", job_id=job, media_url=web.base_url)
        info = client.wait(job, lambda found: "FailureReason" in found)
    assert "must not" in info["FailureReason"]


def test_an_order_waits_for_media_that_is_being_fetched(client: Client, web: WebServer) -> None:
    job = client.new_job()
    client.get("job/add_media", job_id=job, media_url=f"{web.base_url}/film.wav?wait")
    client.order(job)
    assert client.finished(job)["JobStatus"] == "Complete"


def test_an_order_on_media_that_cannot_be_fetched_ends_as_media_failure(
    client: Client, web: WebServer
) -> None:
    job = client.new_job()
    web.statuses = [404]
    client.get("job/add_media", job_id=job, media_url=f"{web.base_url}/film.wav?gone")
    answer = client.post("job/perform_transcription", job_id=job, transcription_fidelity="MECHANICAL")
    if answer.status_code == 200:
        info = client.finished(job)
        assert (info["JobStatus"], "404" in info["FailureReason"]) == ("Media Failure", True)
    else:  # the fetch had failed before the order came
        assert "404" in answer.json()["ErrorComment"]


def test_a_fetched_file_above_the_limit_is_refused(tmp_path: Path, recording: bytes) -> None:
    with (
        WebServer({"/film.wav": recording}) as web,
        OwnServer(tmp_path, upload_max_bytes="100000", workflow_poll_s="0.1") as server,
    ):
        client = Client(server).login()
        job = client.new_job()
        client.get("job/add_media", job_id=job, media_url=f"{web.base_url}/film.wav")
        info = client.wait(job, lambda found: "FailureReason" in found)
        assert "limit of 100,000 bytes" in info["FailureReason"]
        assert add_body(client, client.new_job(), recording).status_code == 413


def test_a_private_network_is_off_limits_unless_allowed(tmp_path: Path, web: WebServer) -> None:
    with OwnServer(tmp_path, arguments=("--no-worker",), fetch_allow="") as server:
        client = Client(server).login()
        answer = client.get("job/add_media", job_id=client.new_job(), media_url=f"{web.base_url}/film.wav")
        assert error_of(answer) == (400, "INVALID_URL")
        assert "SCRIBEDOCK_FETCH_ALLOW" in answer.json()["ErrorComment"]
        assert not web.requests
