"""Interrupted uploads and their resumption, over raw sockets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.fixtures import DATABASES
from tests.support.raw import RawConnection, put, target_of
from tests.support.resume.resuming import (
    TUS,
    ask,
    assert_is_media,
    break_off,
    ietf_patch,
    offset,
    partials,
    tus_patch,
    uploads,
    wait_for_offset,
)
from tests.support.stored import stored

RUNS_ON = DATABASES


# The state


def test_a_fresh_url_reports_no_bytes(url: str) -> None:
    answer = ask("HEAD", url)
    assert answer.status == 200
    assert answer.headers["upload-offset"] == "0"
    assert answer.headers["upload-complete"] == "?0"
    assert "upload-length" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    expires = parsedate_to_datetime(answer.headers["upload-expires"])
    assert expires.timestamp() - time.time() == pytest.approx(43_200, abs=60)


def test_a_finished_put_says_that_it_is_complete(url: str, recording: bytes) -> None:
    assert put(url, recording).status == 200
    answer = ask("HEAD", url)
    assert answer.headers["upload-complete"] == "?1"
    assert answer.headers["upload-offset"] == answer.headers["upload-length"] == str(len(recording))


def test_an_interrupted_put_reports_how_much_arrived(url: str, recording: bytes) -> None:
    break_off(url, recording, 50_000)
    answer = ask("HEAD", url)
    assert answer.headers["upload-offset"] == "50000"
    assert answer.headers["upload-length"] == str(len(recording))
    assert answer.headers["upload-complete"] == "?0"


def test_the_state_of_a_current_upload_is_shown(client: Client, job: str, url: str, recording: bytes) -> None:
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), f"Content-Length: {len(recording)}")
        connection.send(recording[:40_000])
        wait_for_offset(url, 40_000)
        client.wait(job, lambda _: [each["BytesReceived"] for each in uploads(client, job)] == [40_000])
        [listed] = uploads(client, job)
        assert listed["Status"] == "RECEIVING"
        assert listed["BytesTotal"] == len(recording)
        assert listed["Percent"] == 100 * 40_000 // len(recording)
        task = client.get("job/task_status", task_id=listed["TaskId"]).json()
        assert task["TaskType"] == "JOB_UPLOAD_MEDIA"
        assert task["TaskStatus"] == "INPROGRESS"
        client.wait(
            job,
            lambda _: (
                "40,000 of" in client.get("job/task_status", task_id=listed["TaskId"]).json()["TaskInfo"]
            ),
        )
        connection.send(recording[40_000:])
        assert connection.answer().status == 200
    task = client.get("job/task_status", task_id=listed["TaskId"]).json()
    assert task["TaskStatus"] == "COMPLETE"
    assert "(100 %)" in task["TaskInfo"]
    [listed] = uploads(client, job)
    assert (listed["Status"], listed["BytesReceived"]) == ("RECEIVED", len(recording))


def test_a_forged_url_has_no_state(url: str) -> None:
    assert ask("HEAD", url + "x").status == 403


# A plain PUT that broke


def test_an_interrupted_put_is_resumed_by_tus(client: Client, job: str, url: str, recording: bytes) -> None:
    break_off(url, recording, 50_000)
    answer = tus_patch(url, 50_000, recording[50_000:])
    assert answer.status == 204
    assert answer.headers["upload-offset"] == str(len(recording))
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert answer.headers["etag"]
    assert_is_media(client, job)


def test_an_interrupted_put_is_resumed_by_the_ietf_protocol(
    client: Client, job: str, url: str, recording: bytes
) -> None:
    break_off(url, recording, 50_000)
    answer = ietf_patch(url, 50_000, recording[50_000:], complete=True)
    assert answer.status == 200
    assert answer.headers["upload-complete"] == "?1"
    assert answer.headers["etag"]
    assert_is_media(client, job)


def test_an_interrupted_chunked_put_is_resumed(client: Client, job: str, url: str, recording: bytes) -> None:
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), "Transfer-Encoding: chunked")
        connection.send(f"{len(recording):x}\r\n", recording[:50_000])
        wait_for_offset(url, 50_000)
    assert "upload-length" not in ask("HEAD", url).headers
    assert ask("HEAD", url, TUS).headers["upload-defer-length"] == "1"
    assert ietf_patch(url, 50_000, recording[50_000:], complete=True).status == 200
    assert_is_media(client, job)


def test_a_new_put_starts_over_and_the_interrupted_one_is_discarded(
    client: Client, job: str, url: str, recording: bytes, kept: set[str]
) -> None:
    break_off(url, recording, 50_000)
    assert put(url, recording).status == 200
    assert_is_media(client, job)
    assert partials(client) == kept


def test_the_newest_of_interrupted_puts_is_kept(
    client: Client, job: str, url: str, recording: bytes, kept: set[str]
) -> None:
    first = RawConnection(url)
    first.head("PUT", target_of(url), f"Content-Length: {len(recording)}")
    first.send(recording[:30_000])
    time.sleep(1.5)
    second = RawConnection(url)
    second.head("PUT", target_of(url), f"Content-Length: {len(recording)}")
    second.send(recording[:20_000])
    time.sleep(1.5)
    second.close()
    wait_for_offset(url, 20_000)
    first.close()
    time.sleep(0.5)
    assert offset(url) == 20_000
    assert len(partials(client) - kept) == 1
    assert tus_patch(url, 20_000, recording[20_000:]).status == 204
    assert_is_media(client, job)


def test_an_older_put_that_still_completes_wins(client: Client, job: str, url: str, recording: bytes) -> None:
    with RawConnection(url) as older:
        older.head("PUT", target_of(url), f"Content-Length: {len(recording)}")
        older.send(recording[:30_000])
        time.sleep(1.5)
        break_off(url, recording, 20_000)
        older.send(recording[30_000:])
        assert older.answer().status == 200
    assert_is_media(client, job)
    assert ask("HEAD", url).headers["upload-complete"] == "?1"


# The owner, and the end of an upload


def test_cancelling_ends_every_url_and_current_uploads(
    client: Client, job: str, url: str, recording: bytes, kept: set[str]
) -> None:
    other = client.upload_url(job)
    break_off(other, recording, 5000)
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), f"Content-Length: {len(recording)}")
        connection.send(recording[:1000])
        time.sleep(0.3)
        assert client.get("upload/cancel", job_id=job).status_code == 204
        assert connection.answer().status == 410
    for dead in (url, other):
        assert put(dead, recording).status == 410
        assert ask("HEAD", dead).status == 410
    assert {each["Status"] for each in uploads(client, job)} == {"CANCELLED"}
    assert partials(client) == kept
    assert put(client.upload_url(job), recording).status == 200


def test_an_order_discards_interrupted_uploads(
    client: Client, job: str, url: str, recording: bytes, kept: set[str]
) -> None:
    broken = client.upload_url(job)
    break_off(broken, recording, 5000)
    assert put(url, recording).status == 200
    client.order(job)
    assert tus_patch(broken, 5000, recording[5000:]).status == 409
    [listed, _] = uploads(client, job)
    assert listed["Status"] == "CLOSED"
    task = client.get("job/task_status", task_id=listed["TaskId"]).json()
    assert (task["TaskStatus"], task["TaskInfo"]) == ("ABORTED", "The transcription of the job was ordered")
    assert partials(client) == kept


def test_a_deletion_discards_interrupted_uploads(
    client: Client, job: str, url: str, recording: bytes, kept: set[str]
) -> None:
    break_off(url, recording, 5000)
    client.get("job/delete", job_id=job)
    assert tus_patch(url, 5000, recording[5000:]).status == 410
    assert partials(client) == kept


@pytest.fixture(scope="module")
def patient_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """Start a server whose URLs live four seconds, and which closes a body after a second without a byte."""
    with OwnServer(tmp_path_factory.mktemp("patient"), upload_lifetime_s="4", upload_stall_s="1") as started:
        yield started


def test_a_stalled_body_is_kept(patient_server: OwnServer, recording: bytes) -> None:
    client = Client(patient_server).login()
    job = client.new_job()
    url = client.upload_url(job)
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), f"Content-Length: {len(recording)}")
        connection.send(recording[:7000])
        answer = connection.answer()
    assert answer.status == 408
    assert "HEAD it" in answer.error["ErrorComment"]
    assert tus_patch(url, 7000, recording[7000:]).status == 204
    assert_is_media(client, job)


def test_an_expired_upload_cannot_be_resumed(patient_server: OwnServer, recording: bytes) -> None:
    client = Client(patient_server).login()
    url = client.upload_url(client.new_job())
    break_off(url, recording, 7000)
    time.sleep(4.1)
    assert tus_patch(url, 7000, recording[7000:]).status == 410
    assert ask("HEAD", url).status == 410


def test_an_upload_that_began_in_time_may_end_later(patient_server: OwnServer, recording: bytes) -> None:
    client = Client(patient_server).login()
    job = client.new_job()
    url = client.upload_url(job)
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), f"Content-Length: {len(recording)}")
        for start in range(0, len(recording), len(recording) // 12):
            connection.send(recording[start : start + len(recording) // 12])
            time.sleep(0.4)
        assert connection.answer().status == 200
    assert_is_media(client, job)


def test_received_bytes_survive_a_kill(tmp_path: Path, recording: bytes, database: dict[str, str]) -> None:
    server = OwnServer(tmp_path, **database)
    server.start()
    client = Client(server).login()
    job = client.new_job()
    path = target_of(client.upload_url(job))
    connection = RawConnection(server.base_url)
    connection.head("PUT", path, f"Content-Length: {len(recording)}")
    connection.send(recording[:60_000])
    client.wait(job, lambda _: [each["BytesReceived"] for each in uploads(client, job)] == [60_000])
    server.kill()
    connection.close()
    with server:
        url = server.base_url + path
        assert offset(url) == 60_000
        assert tus_patch(url, 60_000, recording[60_000:]).status == 204
        assert_is_media(Client(server).login(), job)


def test_after_a_kill_a_recording_that_was_being_replaced_is_not_resumed(
    tmp_path: Path, recording: bytes, database: dict[str, str]
) -> None:
    server = OwnServer(tmp_path, **database)
    server.start()
    client = Client(server).login()
    job = client.new_job()
    path = target_of(client.upload_url(job))
    other = bytes(reversed(recording))
    break_off(server.base_url + path, recording, 50_000)
    with RawConnection(server.base_url) as connection:
        connection.head("PUT", path, f"Content-Length: {len(other)}")
        connection.send(other[:20_000])
        time.sleep(0.3)
        server.kill()
    with server:
        url = server.base_url + path
        kept = offset(url)
        assert kept in (0, 20_000)
        assert tus_patch(url, kept, other[kept:]).status == 204
        with stored(server) as store:
            assert store.recording(job) == other
