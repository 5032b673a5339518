"""Uploads by the IETF's resumable uploads, over raw sockets."""

from __future__ import annotations

from tests.support.client import Client
from tests.support.raw import RawConnection, put, target_of
from tests.support.resume.resuming import (
    IETF,
    IETF_BYTES,
    ask,
    assert_is_media,
    ietf_patch,
    offset,
    wait_for_offset,
)


def test_an_ietf_upload_in_parts(client: Client, job: str, url: str, recording: bytes) -> None:
    created = ask("POST", url, IETF, "Upload-Complete: ?0", body=recording[:60_000])
    assert created.status == 201
    assert created.headers["location"] == target_of(url)
    assert created.headers["upload-complete"] == "?0"
    assert "max-size=10737418240" in created.headers["upload-limit"]
    answer = ietf_patch(url, 60_000, recording[60_000:90_000], complete=False)
    assert (answer.status, answer.headers["upload-complete"]) == (204, "?0")
    state = ask("HEAD", url, IETF)
    assert (state.status, state.headers["upload-offset"]) == (204, "90000")
    answer = ietf_patch(url, 90_000, recording[90_000:], complete=True)
    assert (answer.status, answer.headers["upload-complete"]) == (200, "?1")
    assert_is_media(client, job)


def test_an_ietf_upload_may_begin_and_end_without_bytes(
    client: Client, job: str, url: str, recording: bytes
) -> None:
    assert ask("PUT", url, "Upload-Complete: ?0", f"Upload-Length: {len(recording)}").status == 201
    assert ietf_patch(url, 0, recording, complete=False).status == 204
    assert ietf_patch(url, len(recording), b"", complete=True).status == 200
    assert_is_media(client, job)


def test_a_client_of_the_draft_learns_that_it_can_resume(
    client: Client, job: str, url: str, recording: bytes
) -> None:
    with RawConnection(url) as connection:
        connection.head(
            "PUT",
            target_of(url),
            IETF,
            "Upload-Complete: ?1",
            f"Content-Length: {len(recording)}",
            "Expect: 100-continue",
        )
        hint = connection.answer()
        assert hint.status == 104
        assert hint.headers["location"] == target_of(url)
        assert "max-age=" in hint.headers["upload-limit"]
        assert connection.answer().status == 100
        connection.send(recording[:30_000])
        progress = connection.answer()  # after a few seconds, when these bytes are durable
        assert progress.status == 104
        assert progress.headers == {"upload-offset": "30000"}
        connection.send(recording[30_000:])
        answer = connection.answer()
    assert (answer.status, answer.headers["upload-complete"]) == (200, "?1")
    assert_is_media(client, job)


def test_a_client_of_http_1_0_gets_no_interim_response(
    client: Client, job: str, url: str, recording: bytes
) -> None:
    """As a proxy that speaks it would take one for the answer."""
    with RawConnection(url) as connection:
        connection.head(
            "PUT",
            target_of(url),
            IETF,
            "Upload-Complete: ?1",
            f"Content-Length: {len(recording)}",
            version="1.0",
        )
        connection.send(recording)
        answer = connection.answer()
    assert (answer.status, answer.headers["upload-complete"]) == (200, "?1")
    assert_is_media(client, job)


def test_the_end_of_a_complete_upload_gets_its_answer_again(url: str, recording: bytes) -> None:
    want = "Want-Repr-Digest: sha-256=1"
    ask("POST", url, IETF, "Upload-Complete: ?0", want, body=recording[:1000])
    first = ietf_patch(url, 1000, recording[1000:], complete=True)
    again = ietf_patch(url, len(recording), b"", complete=True)
    assert (again.status, again.headers["upload-complete"]) == (200, "?1")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["repr-digest"] == first.headers["repr-digest"]
    more = ietf_patch(url, len(recording), b"x", complete=True)
    assert (more.status, more.headers["upload-complete"]) == (409, "?1")


def test_an_upload_of_the_draft_is_invalid_once_more_bytes_came_than_announced(
    url: str, recording: bytes
) -> None:
    ask("POST", url, IETF, "Upload-Complete: ?0", "Upload-Length: 5000", body=recording[:1000])
    assert ietf_patch(url, 1000, recording[1000:6000], complete=False).status == 413
    assert ask("HEAD", url, IETF).status == 410
    assert ietf_patch(url, 1000, recording[1000:5000], complete=True).status == 410


def test_values_that_are_no_structured_fields_are_ignored(
    client: Client, job: str, url: str, recording: bytes
) -> None:
    created = ask("POST", url, IETF, "Upload-Complete: ?0;a=b", "Upload-Length: many", body=recording[:1000])
    assert created.status == 201
    assert "upload-length" not in ask("HEAD", url, IETF).headers
    assert ietf_patch(url, 1000, recording[1000:2000], "Upload-Length: -1", complete=False).status == 204
    for wrong in ("", "Upload-Offset: 2000, 2000", "Upload-Offset: 2e3", "Upload-Offset: 2000;="):
        answer = ask("PATCH", url, IETF, IETF_BYTES, "Upload-Complete: ?1", *filter(None, [wrong]))
        assert answer.status == 400, wrong
    last = "Upload-Offset: 2000;unit=bytes"
    assert (
        ask("PATCH", url, IETF, IETF_BYTES, "Upload-Complete: ?1", last, body=recording[2000:]).status == 200
    )
    assert_is_media(client, job)


def test_the_offset_that_a_client_of_the_draft_asks_for_is_good_for_its_next_request(
    client: Client, job: str, url: str, recording: bytes
) -> None:
    """Nothing that is still on its way moves it."""
    with RawConnection(url) as first:
        first.head("PUT", target_of(url), IETF, "Upload-Complete: ?1", f"Content-Length: {len(recording)}")
        assert first.answer().status == 104
        first.send(recording[:50_000])
        wait_for_offset(url, 50_000)
        assert ask("HEAD", url, IETF).headers["upload-offset"] == "50000"
        assert first.answer().status == 409
    assert ietf_patch(url, 50_000, recording[50_000:], complete=True).status == 200
    assert_is_media(client, job)


def test_other_clients_get_no_interim_response(url: str, recording: bytes) -> None:
    assert put(url, recording, "Upload-Complete: ?1").status == 200


def test_a_client_of_another_draft_gets_a_plain_upload(
    client: Client, job: str, url: str, recording: bytes
) -> None:
    answer = put(url, recording, "Upload-Draft-Interop-Version: 3", "Upload-Incomplete: ?0")
    assert answer.status == 200
    assert "upload-complete" not in answer.headers
    assert_is_media(client, job)


def test_a_mismatching_offset_is_a_problem_with_its_details(url: str, recording: bytes) -> None:
    ask("POST", url, IETF, "Upload-Complete: ?0", body=recording[:1000])
    answer = ietf_patch(url, 500, recording[500:], complete=True)
    assert answer.status == 409
    assert answer.headers["upload-offset"] == "1000"
    assert answer.headers["upload-complete"] == "?0"
    assert answer.error["type"].endswith("#mismatching-upload-offset")
    assert (answer.error["expected-offset"], answer.error["provided-offset"]) == (1000, 500)


def test_an_inconsistent_length_is_a_problem(url: str, recording: bytes) -> None:
    ask("POST", url, IETF, "Upload-Complete: ?0", "Upload-Length: 5000", body=recording[:1000])
    for answer in (
        ietf_patch(url, 1000, recording[1000:3000], complete=True),
        ietf_patch(url, 1000, b"", "Upload-Length: 6000", complete=False),
        put(url, recording, IETF, "Upload-Complete: ?1", "Upload-Length: 7"),
    ):
        assert answer.status == 400
        assert answer.error["type"].endswith("#inconsistent-upload-length")
    assert offset(url) == 1000


def test_a_newer_request_of_the_draft_takes_over(
    client: Client, job: str, url: str, recording: bytes
) -> None:
    ask("POST", url, IETF, "Upload-Complete: ?0")
    with RawConnection(url) as first:
        first.head(
            "PATCH",
            target_of(url),
            IETF_BYTES,
            "Upload-Complete: ?1",
            "Upload-Offset: 0",
            f"Content-Length: {len(recording)}",
        )
        first.send(recording[:1000])
        wait_for_offset(url, 1000)
        assert ietf_patch(url, 1000, recording[1000:], complete=True).status == 200
        assert first.answer().status == 409
    assert_is_media(client, job)


def test_a_cancelled_upload_of_the_draft_is_gone(url: str, recording: bytes) -> None:
    ask("POST", url, IETF, "Upload-Complete: ?0", body=recording[:1000])
    assert ask("DELETE", url, IETF).status == 204
    assert ietf_patch(url, 1000, recording[1000:], complete=True).status == 410
