"""Content codings of an upload: none is stored, and S3's framing is taken off."""

from __future__ import annotations

import base64
import gzip
import hashlib
import zlib

import pytest

from tests.support.client import Client, error_of
from tests.support.raw import Answer, RawConnection, put, target_of
from tests.support.resume.resuming import ietf_patch, task_info, wait_for_offset
from tests.support.stored import stored

BODY = b"not a recording, but whole. " * 5000
CRC32 = base64.b64encode(zlib.crc32(BODY).to_bytes(4, "big")).decode()
UNSIGNED = "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER"
SIGNED = "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
CODED = "Content-Encoding: aws-chunked"
LENGTH = f"x-amz-decoded-content-length: {len(BODY)}"


@pytest.fixture
def job(client: Client) -> str:
    return client.new_job()


@pytest.fixture
def url(client: Client, job: str) -> str:
    return client.upload_url(job)


def chunks(body: bytes, *, size: int = 65_536, signature: str = "", trailer: str = "\r\n") -> bytes:
    """Return the body as SDKs of S3 send it."""
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    coded = [f"{len(piece):x}{signature}\r\n".encode() + piece + b"\r\n" for piece in pieces]
    return b"".join(coded) + f"0{signature}\r\n{trailer}".encode()


def assert_is_stored(client: Client, job: str, body: bytes = BODY) -> None:
    with stored(client.server) as store:
        assert store.recording(job) == body


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip", "aws-chunked,gzip", "x"])
def test_a_coded_recording_is_refused(client: Client, job: str, url: str, coding: str) -> None:
    answer = put(url, gzip.compress(BODY), f"Content-Encoding: {coding}")
    assert answer.status == 415
    assert answer.headers["accept-encoding"] == "identity"
    assert "Content-Encoding" in answer.error["ErrorComment"]
    assert "JOB_ADD_MEDIA" not in str(client.info(job))


@pytest.mark.parametrize("coding", ["identity", "", "Identity , identity"])
def test_a_coding_that_changes_nothing_is_fine(client: Client, job: str, url: str, coding: str) -> None:
    assert put(url, BODY, f"Content-Encoding: {coding}").status == 200
    assert_is_stored(client, job)


def test_add_media_takes_codings_as_an_upload_url_does(client: Client, job: str) -> None:
    call = f"/api/job/add_media?v=1&api_token={client.token}&job_id={job}"
    gzipped = client.http.post(call, content=gzip.compress(BODY), headers={"Content-Encoding": "gzip"})
    assert error_of(gzipped) == (415, "INVALID_QUERY")
    cut_off = client.http.post(call, content=chunks(BODY)[:-9], headers={"Content-Encoding": "aws-chunked"})
    assert error_of(cut_off) == (400, "INVALID_QUERY")
    assert client.http.post(
        call, content=chunks(BODY), headers={"Content-Encoding": "aws-chunked"}
    ).is_success
    assert_is_stored(client, job)


def test_a_coded_upload_by_a_resumable_protocol_is_refused(url: str) -> None:
    for protocol in (("Tus-Resumable: 1.0.0", "Upload-Length: 5"), ("Upload-Complete: ?0",)):
        for coding in ("gzip", "aws-chunked"):
            with RawConnection(url) as connection:
                connection.head(
                    "POST", target_of(url), *protocol, f"Content-Encoding: {coding}", "Content-Length: 0"
                )
                assert connection.answer().status == 415


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ((CODED, LENGTH), chunks(BODY)),
        ((CODED,), chunks(BODY)),
        ((CODED, SIGNED, LENGTH), chunks(BODY, signature=f";chunk-signature={'0' * 64}")),
        ((SIGNED, LENGTH), chunks(BODY, signature=f";chunk-signature={'0' * 64}")),
        (
            (CODED, UNSIGNED, LENGTH, "x-amz-trailer: x-amz-checksum-crc32"),
            chunks(BODY, size=7777, trailer=f"x-amz-checksum-crc32:{CRC32}\r\n\r\n"),
        ),
        (
            (CODED, SIGNED, LENGTH, "x-amz-trailer: X-Amz-Checksum-Crc32"),
            chunks(BODY, trailer=f"x-amz-checksum-crc32:{CRC32}\n\r\nx-amz-trailer-signature:ab\r\n\r\n"),
        ),
        ((CODED, LENGTH), chunks(BODY, trailer="")),
    ],
    ids=["plain", "no length", "signed", "no coding named", "trailer", "signed trailer", "no last line"],
)
@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_the_framing_of_s3_is_taken_off(
    client: Client, job: str, url: str, headers: tuple[str, ...], body: bytes, framing: str
) -> None:
    if framing == "length":
        assert put(url, body, *headers).status == 200
    else:
        assert put_in_chunks(url, body, *headers).status == 200
    assert_is_stored(client, job)


def put_in_chunks(url: str, body: bytes, *headers: str) -> Answer:
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), "Transfer-Encoding: chunked", *headers)
        for start in range(0, len(body), 10_001):
            part = body[start : start + 10_001]
            connection.send(f"{len(part):x}\r\n", part, "\r\n")
        connection.send("0\r\n\r\n")
        return connection.answer()


def test_it_is_taken_off_in_a_pipeline_too(client: Client, job: str, url: str) -> None:
    """There the body takes the way through the application."""
    body = chunks(BODY, trailer=f"x-amz-checksum-crc32:{CRC32}\r\n\r\n")
    trailer = "x-amz-trailer: x-amz-checksum-crc32"
    with RawConnection(url) as connection:
        connection.send(f"GET /healthz HTTP/1.1\r\nHost: {connection.host}\r\n\r\n")
        connection.head("PUT", target_of(url), CODED, LENGTH, trailer, f"Content-Length: {len(body)}")
        connection.send(body)
        assert [connection.answer().status for _ in range(2)] == [200, 200]
    assert_is_stored(client, job)
    with RawConnection(url) as connection:
        connection.send(f"GET /healthz HTTP/1.1\r\nHost: {connection.host}\r\n\r\n")
        connection.head("PUT", target_of(url), CODED, f"Content-Length: {len(body) // 2}")
        connection.send(body[: len(body) // 2])
        assert [connection.answer().status for _ in range(2)] == [200, 400]
    assert_is_stored(client, job)


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ((CODED, LENGTH), chunks(BODY[:-1]), 400),
        ((CODED, LENGTH), chunks(BODY + b"x"), 413),
        ((CODED, LENGTH), chunks(BODY)[:-6], 400),
        ((CODED, LENGTH), BODY, 400),
        ((CODED, LENGTH), chunks(BODY) + b"more", 400),
        ((CODED, LENGTH), chunks(BODY) + chunks(BODY), 400),
        ((CODED,), chunks(b""), 400),
        ((CODED, "x-amz-decoded-content-length: 0"), chunks(b""), 400),
        ((CODED, "x-amz-decoded-content-length: -1"), chunks(BODY), 400),
        (
            (CODED, "x-amz-trailer: x-amz-checksum-crc32"),
            chunks(BODY, trailer="x-amz-checksum-crc32:AAAAAA==\r\n\r\n"),
            400,
        ),
        (
            (CODED,),  # which nobody has announced
            chunks(BODY, trailer="x-amz-checksum-crc32:AAAAAA==\r\n\r\n"),
            400,
        ),
        (
            (CODED, "x-amz-trailer: x-amz-checksum-crc32"),
            chunks(BODY, trailer="x-amz-checksum-crc32:?\r\n\r\n"),
            400,
        ),
        ((CODED, "x-amz-trailer: x-amz-checksum-crc32"), chunks(BODY), 400),
    ],
)
def test_what_is_wrong_within_that_framing_is_refused(
    client: Client, job: str, url: str, headers: tuple[str, ...], body: bytes, status: int
) -> None:
    assert put(url, body, *headers).status == status
    assert "JOB_ADD_MEDIA" not in str(client.info(job))


def test_a_checksum_behind_the_body_that_is_not_known_is_named(client: Client, job: str, url: str) -> None:
    body = chunks(BODY, trailer="x-amz-checksum-crc64nvme:AAAAAAAAAAA=\r\n\r\n")
    for announced in ("x-amz-trailer: x-amz-checksum-crc64nvme", "Server: nothing"):
        assert put(url, body, CODED, announced).status == 200
        assert client.get("upload/list", job_id=job).json()["Uploads"]
        assert task_info(client, job).count("x-amz-checksum-crc64nvme") == 1


def test_a_digest_in_the_trailer_of_http_is_checked(client: Client, job: str, url: str) -> None:
    for data, status in ((b"other", 400), (b"whole", 200)):
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        with RawConnection(url) as connection:
            framing = ("Transfer-Encoding: chunked", "Trailer: Content-Digest")
            connection.head("PUT", target_of(url), *framing)
            connection.send(f"5\r\nwhole\r\n0\r\nContent-Digest: sha-256=:{digest}:\r\n\r\n")
            assert connection.answer().status == status
    assert_is_stored(client, job, b"whole")


def test_a_broken_upload_in_that_framing_is_resumed_in_the_recordings_own_bytes(
    client: Client, job: str, url: str
) -> None:
    body = chunks(BODY, size=1000)
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), CODED, LENGTH, f"Content-Length: {len(body)}")
        connection.send(chunks(BODY[:50_000], size=1000)[:-5])
    wait_for_offset(url, 50_000)
    assert ietf_patch(url, 50_000, BODY[50_000:], complete=True).status == 200
    assert_is_stored(client, job)
