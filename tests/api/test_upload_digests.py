"""Digests that come with an upload, and those that a client wants back."""

from __future__ import annotations

import base64
import hashlib
import zlib

import google_crc32c
import pytest

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.raw import Answer, RawConnection, put, target_of
from tests.support.resume.resuming import task_info

BODY = b"not a recording, but whole"
OTHER = b"something else"


@pytest.fixture
def job(client: Client) -> str:
    return client.new_job()


def encoded(algorithm: str, data: bytes) -> str:
    if algorithm == "crc32c":
        digest = google_crc32c.value(data).to_bytes(4, "big")
    elif algorithm in ("crc32", "adler32"):
        digest = getattr(zlib, algorithm)(data).to_bytes(4, "big")
    else:
        digest = hashlib.new(algorithm, data).digest()
    return base64.b64encode(digest).decode()


def sha256(data: bytes) -> str:
    return encoded("sha256", data)


def headers_for(data: bytes) -> list[str]:
    """Return every header that is checked, with the data's digest."""
    crc32c = google_crc32c.value(data)
    return [
        f"Content-Digest: sha-256=:{encoded('sha256', data)}:",
        f"Content-Digest: crc32c=:{encoded('crc32c', data)}:",
        f"Content-Digest: sha=:{encoded('sha1', data)}:, unixsum=:AAAA:",
        f"Repr-Digest: sha-512=:{encoded('sha512', data)}:",
        f"Repr-Digest: adler=:{encoded('adler32', data)}:",
        f"Digest: SHA-256={encoded('sha256', data)}",
        f"Digest: sha-512={encoded('sha512', data)},MD5={encoded('md5', data)}",
        f"Digest: sha={encoded('sha1', data)}",
        f"Digest: id-sha-256={encoded('sha256', data)}",
        f"Digest: crc32c={crc32c:x}",
        f"Digest: adler32={zlib.adler32(data):08X}",
        f"Content-MD5: {encoded('md5', data)}",
        f"x-amz-checksum-crc32: {encoded('crc32', data)}",
        f"x-amz-checksum-crc32c: {encoded('crc32c', data)}",
        f"x-amz-checksum-sha1: {encoded('sha1', data)}",
        f"x-amz-checksum-sha256: {encoded('sha256', data)}",
        f"x-amz-content-sha256: {hashlib.sha256(data).hexdigest()}",
        f"x-goog-hash: crc32c={encoded('crc32c', data)}",
        f"x-goog-hash: crc32c={encoded('crc32c', data)},md5={encoded('md5', data)}",
        f"x-ms-blob-content-md5: {encoded('md5', data)}",
        f"X-Bz-Content-Sha1: {hashlib.sha1(data).hexdigest()}",
    ]


def test_every_matching_digest_is_accepted(client: Client, job: str) -> None:
    url = client.upload_url(job)
    for header in headers_for(BODY):
        assert put(url, BODY, header).status == 200, header


def test_every_digest_that_does_not_match_is_refused_and_nothing_stored(client: Client, job: str) -> None:
    url = client.upload_url(job)
    for header in headers_for(OTHER):
        answer = put(url, BODY, header)
        assert answer.status == 400, header
        assert "do not match" in answer.error["ErrorComment"]
    assert "JOB_ADD_MEDIA" not in [task["TaskType"] for task in client.info(job)["Tasks"]]


def test_every_one_of_several_digests_counts(client: Client, job: str) -> None:
    right, wrong = headers_for(BODY), headers_for(OTHER)
    for one, other in zip(right, wrong[1:] + wrong[:1], strict=True):
        assert put(client.upload_url(job), BODY, one, other).status == 400, (one, other)


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        (("x-amz-checksum-crc64nvme: AAAAAAAAAAA=",), "x-amz-checksum-crc64nvme"),
        (("Content-Digest: unixsum=:AAAA:",), "content-digest=unixsum"),
        (("Digest: UNIXcksum=1234",), "digest=unixcksum"),
        (("x-goog-hash: blake3=AAAA",), "x-goog-hash=blake3"),
        (("x-ms-content-crc64: AAAA", "OC-Checksum: SHA1:ab"), "x-ms-content-crc64, oc-checksum"),
    ],
)
def test_a_digest_that_is_not_known_is_named_in_the_task(
    client: Client, job: str, headers: tuple[str, ...], named: str
) -> None:
    assert put(client.upload_url(job), BODY, *headers, f"Repr-Digest: sha-256=:{sha256(BODY)}:").status == 200
    assert task_info(client, job).endswith(f". Not verified, because it is not known here: {named}")


def test_what_only_tells_of_a_digest_is_none(client: Client, job: str) -> None:
    kinds = (
        "x-amz-checksum-algorithm: CRC32",
        "x-amz-sdk-checksum-algorithm: CRC32",
        "x-amz-checksum-type: FULL_OBJECT",
    )
    assert put(client.upload_url(job), BODY, *kinds, "x-amz-content-sha256: UNSIGNED-PAYLOAD").status == 200
    assert "Not verified" not in str(client.info(job)["Tasks"])


def test_a_digest_that_is_not_known_is_remembered_until_the_last_part(client: Client, job: str) -> None:
    url = client.upload_url(job)
    with RawConnection(url) as connection:
        unknown = "Repr-Digest: unixsum=:AAAA:"
        connection.head("POST", target_of(url), "Upload-Complete: ?0", unknown, "Content-Length: 10")
        connection.send(BODY[:10])
        assert connection.answer().status == 201
    assert patch(url, 10, BODY[10:]).status == 200
    assert "repr-digest=unixsum" in task_info(client, job)


@pytest.mark.parametrize(
    "header",
    [
        "Content-Digest: sha-256",
        "Content-Digest: sha-256=abc",
        "Content-Digest: sha-256=:!!:",
        "Content-Digest: sha-256=:AAAA:",
        "Content-MD5: xyz",
        "Digest: sha-256",
        "Digest: sha-256=!",
        "Digest: sha 256=AAAA",
        "Digest: crc32c=xyz",
        "Digest: crc32c=123456789",
        "x-amz-checksum-sha256: AAAA",
        "x-amz-checksum-crc32: AAAAAAAA",
        "x-amz-content-sha256: abcd",
        "x-goog-hash: crc32c",
        "x-goog-hash: crc32c=AAAAAAAA",
        "Want-Repr-Digest: sha-256=?1",
    ],
)
def test_a_malformed_digest_is_refused(client: Client, job: str, header: str) -> None:
    answer = put(client.upload_url(job), BODY, header)
    assert answer.status == 400
    assert header.partition(":")[0].lower() in answer.error["ErrorComment"].lower()


def test_the_digest_of_the_recording_is_returned_on_request(client: Client, job: str) -> None:
    answer = put(client.upload_url(job), BODY, "Want-Repr-Digest: sha-256=1")
    assert answer.headers["repr-digest"] == f"sha-256=:{sha256(BODY)}:"
    assert "repr-digest" not in put(client.upload_url(job), BODY).headers


def test_the_digest_covers_a_recording_that_came_in_parts(client: Client, job: str) -> None:
    url = client.upload_url(job)
    with RawConnection(url) as connection:
        connection.head(
            "POST",
            target_of(url),
            "Upload-Complete: ?0",
            "Want-Repr-Digest: sha-256=1",
            f"Repr-Digest: sha-256=:{sha256(BODY)}:",
            "Content-Length: 10",
        )
        connection.send(BODY[:10])
        assert connection.answer().status == 201
    wrong = patch(url, 10, b"x" * len(BODY[10:]))
    assert wrong.status == 400
    assert "do not match Repr-Digest" in wrong.error["ErrorComment"]
    right = patch(url, 0, BODY)
    assert (right.status, right.headers["repr-digest"]) == (200, f"sha-256=:{sha256(BODY)}:")


def patch(url: str, offset: int, body: bytes) -> Answer:
    """Return the rest of a recording, by the protocol of the IETF."""
    with RawConnection(url) as connection:
        connection.head(
            "PATCH",
            target_of(url),
            "Content-Type: application/partial-upload",
            "Upload-Complete: ?1",
            f"Upload-Offset: {offset}",
            f"Content-Length: {len(body)}",
        )
        connection.send(body)
        return connection.answer()


def test_the_operator_may_want_every_digest(tmp_path_factory: pytest.TempPathFactory) -> None:
    with OwnServer(
        tmp_path_factory.mktemp("digests"), arguments=("--no-worker",), upload_digest="true"
    ) as server:
        client = Client(server).login()
        answer = put(client.upload_url(client.new_job()), BODY)
    assert answer.headers["repr-digest"] == f"sha-256=:{sha256(BODY)}:"
