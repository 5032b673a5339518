"""Uploads by tus 1.0.0, over raw sockets."""

from __future__ import annotations

import base64
import hashlib
import time

import pytest

from tests.support.client import Client
from tests.support.raw import Answer, RawConnection, put, target_of
from tests.support.resume.resuming import (
    TUS,
    TUS_BYTES,
    ask,
    assert_is_media,
    offset,
    partials,
    tus_patch,
    uploads,
    wait_for_offset,
)


def create(url: str, length: int | None, *headers: str, body: bytes = b"") -> Answer:
    announced = "Upload-Defer-Length: 1" if length is None else f"Upload-Length: {length}"
    return ask("POST", url, TUS, announced, *headers, body=body)


def test_tus_is_offered_with_its_extensions(url: str) -> None:
    answer = ask("OPTIONS", url)
    assert answer.status == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert set(answer.headers["tus-extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "creation-defer-length",
        "checksum",
        "concatenation",
        "expiration",
        "termination",
    }
    assert answer.headers["tus-max-size"] == "10737418240"
    assert "sha1" in answer.headers["tus-checksum-algorithm"].split(",")


def test_a_tus_upload_in_three_parts(client: Client, job: str, url: str, recording: bytes) -> None:
    created = create(url, len(recording), "Upload-Metadata: filename d29ybGQ=")
    assert created.status == 201
    assert created.headers["location"] == target_of(url)
    assert created.headers["upload-expires"]
    state = ask("HEAD", url, TUS)
    assert (state.headers["upload-offset"], state.headers["upload-length"]) == ("0", str(len(recording)))
    for start in range(0, len(recording), 80_000):
        part = recording[start : start + 80_000]
        answer = tus_patch(url, start, part)
        assert answer.status == 204
        assert answer.headers["upload-offset"] == str(start + len(part))
        assert answer.headers["upload-expires"]
    assert_is_media(client, job)


def test_a_tus_creation_brings_the_first_bytes(client: Client, job: str, url: str, recording: bytes) -> None:
    created = create(url, len(recording), TUS_BYTES, body=recording[:70_000])
    assert created.status == 201
    assert created.headers["upload-offset"] == "70000"
    assert tus_patch(url, 70_000, recording[70_000:]).status == 204
    assert_is_media(client, job)


def test_a_tus_creation_brings_all_bytes(client: Client, job: str, url: str, recording: bytes) -> None:
    created = create(url, len(recording), TUS_BYTES, body=recording)
    assert created.status == 201
    assert created.headers["upload-offset"] == str(len(recording))
    assert_is_media(client, job)


def test_the_length_of_a_tus_upload_may_come_later(
    client: Client, job: str, url: str, recording: bytes
) -> None:
    assert create(url, None).status == 201
    assert ask("HEAD", url, TUS).headers["upload-defer-length"] == "1"
    assert tus_patch(url, 0, recording[:60_000]).status == 204
    last = tus_patch(url, 60_000, recording[60_000:], f"Upload-Length: {len(recording)}")
    assert last.status == 204
    assert_is_media(client, job)


def test_the_length_of_a_tus_upload_does_not_change(url: str) -> None:
    create(url, 100)
    answer = tus_patch(url, 0, b"x" * 10, "Upload-Length: 200")
    assert answer.status == 400
    assert "100" in answer.error["ErrorComment"]


def test_a_wrong_offset_is_a_conflict_that_says_the_right_one(url: str, recording: bytes) -> None:
    create(url, len(recording), TUS_BYTES, body=recording[:1000])
    for wrong in (0, 999, 1001):
        answer = tus_patch(url, wrong, recording[wrong:])
        assert answer.status == 409
        assert answer.headers["upload-offset"] == "1000"
        assert answer.headers["tus-resumable"] == "1.0.0"
    assert offset(url) == 1000


@pytest.mark.parametrize("framing", ["Content-Length", "Transfer-Encoding"])
def test_an_upload_is_invalid_once_more_bytes_came_than_announced(
    client: Client, job: str, url: str, recording: bytes, framing: str
) -> None:
    create(url, 1000, TUS_BYTES, body=recording[:600])
    if framing == "Content-Length":
        assert tus_patch(url, 600, recording[600:1001]).status == 413
    else:
        with RawConnection(url) as connection:
            connection.head(
                "PATCH", target_of(url), TUS, TUS_BYTES, "Upload-Offset: 600", "Transfer-Encoding: chunked"
            )
            connection.send(f"{500:x}\r\n", recording[600:1100], "\r\n0\r\n\r\n")
            assert connection.answer().status == 413
    for answer in (ask("HEAD", url, TUS), tus_patch(url, 600, recording[600:1000]), put(url, recording)):
        assert answer.status == 410
    assert [upload["Status"] for upload in uploads(client, job)] == ["INVALID"]
    assert put(client.upload_url(job), recording).status == 200


def test_a_wrong_offset_is_said_before_too_many_bytes(url: str, recording: bytes) -> None:
    create(url, 1000, TUS_BYTES, body=recording[:600])
    answer = tus_patch(url, 700, recording)
    assert (answer.status, answer.headers["upload-offset"]) == (409, "600")
    assert offset(url) == 600


def test_the_last_request_of_a_complete_upload_may_be_repeated(url: str, recording: bytes) -> None:
    create(url, len(recording))
    first = tus_patch(url, 0, recording)
    again = tus_patch(url, len(recording), b"")
    assert (again.status, again.headers["upload-offset"]) == (204, str(len(recording)))
    assert again.headers["etag"] == first.headers["etag"]
    assert tus_patch(url, len(recording), b"x").status == 409


@pytest.mark.parametrize("algorithm", ["sha1", "md5", "sha256", "sha512"])
def test_a_checksum_is_verified(client: Client, url: str, recording: bytes, algorithm: str) -> None:
    def checksum(data: bytes) -> str:
        digest = base64.b64encode(hashlib.new(algorithm, data).digest()).decode()
        return f"Upload-Checksum: {algorithm} {digest}"

    create(url, len(recording), TUS_BYTES, body=recording[:1000])
    wrong = tus_patch(url, 1000, recording[1000:5000], checksum(b"something else"))
    assert wrong.status == 460
    assert offset(url) == 1000
    assert tus_patch(url, 1000, recording[1000:5000], checksum(recording[1000:5000])).status == 204
    assert offset(url) == 5000


def test_an_unknown_checksum_algorithm_is_refused(url: str) -> None:
    create(url, 100)
    answer = tus_patch(url, 0, b"x" * 10, "Upload-Checksum: crc7 AAAA")
    assert answer.status == 400
    assert "sha256" in answer.error["ErrorComment"]


def test_bytes_whose_checksum_was_not_seen_do_not_count(url: str, recording: bytes) -> None:
    create(url, len(recording), TUS_BYTES, body=recording[:1000])
    digest = base64.b64encode(hashlib.sha256(recording[1000:5000]).digest()).decode()
    with RawConnection(url) as connection:
        connection.head(
            "PATCH",
            target_of(url),
            TUS,
            TUS_BYTES,
            "Upload-Offset: 1000",
            f"Upload-Checksum: sha256 {digest}",
            "Content-Length: 4000",
        )
        connection.send(recording[1000:3000])
        time.sleep(0.3)
    time.sleep(0.3)
    assert offset(url) == 1000


def test_another_version_of_tus_is_refused(url: str) -> None:
    answer = ask("POST", url, "Tus-Resumable: 0.2.2", "Upload-Length: 5")
    assert answer.status == 412
    assert answer.headers["tus-version"] == "1.0.0"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ((), 400),
        (("Upload-Length: -1",), 400),
        (("Upload-Length: 1e3",), 400),
        (("Upload-Length: 0",), 400),
        (("Upload-Defer-Length: 2",), 400),
        (("Upload-Length: 5", "Upload-Defer-Length: 1"), 400),
        (("Upload-Length: 99999999999999",), 413),
    ],
)
def test_a_creation_without_a_sensible_length_is_refused(
    url: str, headers: tuple[str, ...], status: int
) -> None:
    assert ask("POST", url, TUS, *headers).status == status


def test_a_client_that_cannot_send_patch_overrides_the_method(
    client: Client, job: str, url: str, recording: bytes
) -> None:
    create(url, len(recording))
    answer = ask(
        "POST",
        url,
        TUS,
        TUS_BYTES,
        "X-HTTP-Method-Override: PATCH",
        "Upload-Offset: 0",
        body=recording,
    )
    assert answer.status == 204
    assert_is_media(client, job)


def test_a_terminated_upload_is_gone(client: Client, url: str, recording: bytes, kept: set[str]) -> None:
    create(url, len(recording), TUS_BYTES, body=recording[:1000])
    assert ask("DELETE", url, TUS).status == 204
    assert ask("HEAD", url, TUS).status == 410
    assert put(url, recording).status == 410
    assert partials(client) == kept


def test_a_whole_recording_is_not_terminated(client: Client, job: str, url: str, recording: bytes) -> None:
    assert put(url, recording).status == 200
    assert ask("DELETE", url, TUS).status == 409
    assert_is_media(client, job)


def test_a_second_writer_waits_while_the_first_sends(url: str, recording: bytes) -> None:
    create(url, len(recording))
    with RawConnection(url) as first:
        first.head(
            "PATCH", target_of(url), TUS, TUS_BYTES, "Upload-Offset: 0", f"Content-Length: {len(recording)}"
        )
        first.send(recording[:1000])
        wait_for_offset(url, 1000)
        answer = tus_patch(url, 1000, recording[1000:])
        assert answer.status == 423
        assert answer.headers["retry-after"] == "1"
        first.send(recording[1000:])
        assert first.answer().status == 204


def test_a_silent_writer_is_taken_over(client: Client, job: str, url: str, recording: bytes) -> None:
    create(url, len(recording))
    with RawConnection(url) as first:
        first.head(
            "PATCH", target_of(url), TUS, TUS_BYTES, "Upload-Offset: 0", f"Content-Length: {len(recording)}"
        )
        first.send(recording[:1000])
        wait_for_offset(url, 1000)
        time.sleep(5.5)
        assert tus_patch(url, 1000, recording[1000:]).status == 204
        assert first.answer().status == 409
    assert_is_media(client, job)


def send_all_but_its_end(url: str, recording: bytes) -> None:
    """Send all bytes, but not the end of the request that brings the last of them."""
    create(url, len(recording))
    with RawConnection(url) as connection:
        connection.head(
            "PATCH", target_of(url), TUS, TUS_BYTES, "Upload-Offset: 0", "Transfer-Encoding: chunked"
        )
        connection.send(f"{len(recording):x}\r\n", recording)
        time.sleep(0.5)


@pytest.mark.parametrize("headers", [(TUS,), ()], ids=["tus", "plain"])
def test_an_upload_whose_bytes_all_arrived_is_completed_when_its_client_asks(
    client: Client, job: str, url: str, recording: bytes, headers: tuple[str, ...], kept: set[str]
) -> None:
    """A client of tus sends nothing more."""
    send_all_but_its_end(url, recording)
    wait_for_offset(url, len(recording))
    assert ask("HEAD", url, *headers).headers["upload-complete"] == "?1"
    assert_is_media(client, job)
    assert partials(client) == kept


def test_an_upload_with_wrong_bytes_is_not_completed_when_its_client_asks(
    client: Client, job: str, url: str, recording: bytes
) -> None:
    wrong = base64.b64encode(hashlib.sha256(b"something else").digest()).decode()
    with RawConnection(url) as connection:
        connection.head(
            "PUT", target_of(url), f"Content-Length: {len(recording)}", f"Repr-Digest: sha-256=:{wrong}:"
        )
        connection.send(recording[:50_000])
    wait_for_offset(url, 50_000)
    with RawConnection(url) as connection:
        framing = ("Transfer-Encoding: chunked", "Upload-Offset: 50000")
        connection.head("PATCH", target_of(url), TUS, TUS_BYTES, *framing)
        connection.send(f"{len(recording) - 50_000:x}\r\n", recording[50_000:])
        time.sleep(0.5)
    wait_for_offset(url, 0)
    assert "JOB_ADD_MEDIA" not in [task["TaskType"] for task in client.info(job)["Tasks"]]
