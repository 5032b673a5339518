"""Uploads in parts side by side, by the concatenation extension of tus 1.0.0, over raw sockets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin

from tests.support.client import Client
from tests.support.raw import Answer, put, target_of
from tests.support.resume.resuming import (
    TUS,
    TUS_BYTES,
    ask,
    assert_is_media,
    ietf_patch,
    offset,
    partials,
    tus_patch,
    uploads,
)

PARTIAL = "Upload-Concat: partial"


def create_part(url: str, length: int) -> str:
    created = ask("POST", url, TUS, PARTIAL, f"Upload-Length: {length}")
    assert created.status == 201, created.body
    assert created.headers["location"] != target_of(url)
    return urljoin(url, created.headers["location"])


def upload_parts(url: str, recording: bytes, count: int) -> list[str]:
    """Upload the recording in parts, all at once; return their URLs."""
    size = len(recording) // count
    bounds = [
        (part * size, len(recording) if part == count - 1 else (part + 1) * size) for part in range(count)
    ]
    parts = [create_part(url, end - start) for start, end in bounds]
    with ThreadPoolExecutor(count) as pool:
        answers = pool.map(
            lambda part, bound: tus_patch(part, 0, recording[slice(*bound)], PARTIAL), parts, bounds
        )
    assert [answer.status for answer in answers] == [204] * count
    return parts


def concatenate(url: str, parts: list[str]) -> Answer:
    return ask("POST", url, TUS, f"Upload-Concat: final;{' '.join(parts)}")


def test_parts_become_the_recording(
    client: Client, job: str, url: str, recording: bytes, kept: set[str]
) -> None:
    parts = upload_parts(url, recording, 3)
    listed = uploads(client, job)
    assert [state["Status"] for state in listed] == ["RECEIVING"] * 3
    final = concatenate(url, parts)
    assert final.status == 201
    assert final.headers["location"] == target_of(url)
    state = ask("HEAD", url, TUS)
    assert state.headers["upload-offset"] == state.headers["upload-length"] == str(len(recording))
    assert state.headers["upload-concat"] == f"final;{' '.join(map(target_of, parts))}"
    assert_is_media(client, job)
    assert partials(client) == kept
    *of_parts, whole = uploads(client, job)
    assert {state["PartOf"] for state in of_parts} == {whole["UploadId"]}
    assert [state["Status"] for state in (*of_parts, whole)] == ["RECEIVED"] * 4


def test_the_state_of_a_part_says_that_it_is_one(url: str) -> None:
    part = create_part(url, 10)
    assert tus_patch(part, 0, b"0123").status == 204
    state = ask("HEAD", part, TUS)
    assert state.headers["upload-concat"] == "partial"
    assert (state.headers["upload-offset"], state.headers["upload-length"]) == ("4", "10")
    assert ask("HEAD", url, TUS).headers["upload-offset"] == "0"


def test_parts_may_be_named_by_relative_urls(client: Client, job: str, url: str, recording: bytes) -> None:
    parts = upload_parts(url, recording, 2)
    assert concatenate(url, [target_of(part) for part in parts]).status == 201
    assert_is_media(client, job)


def test_a_lost_answer_to_the_last_request_is_given_again(url: str, recording: bytes) -> None:
    parts = upload_parts(url, recording, 2)
    first, again = concatenate(url, parts), concatenate(url, parts)
    assert (again.status, again.headers["etag"]) == (201, first.headers["etag"])
    assert offset(parts[0]) == len(recording) // 2


def test_nothing_is_patched_to_a_recording_from_parts(url: str, recording: bytes) -> None:
    assert concatenate(url, upload_parts(url, recording, 2)).status == 201
    assert tus_patch(url, len(recording), b"").status == 403


def test_an_unfinished_part_stands_in_the_way(url: str, recording: bytes) -> None:
    parts = [*upload_parts(url, recording, 1), create_part(url, 10)]
    answer = concatenate(url, parts)
    assert answer.status == 409
    assert "Part 2" in answer.error["ErrorComment"]


def test_only_parts_of_the_same_upload_are_put_together(client: Client, url: str, recording: bytes) -> None:
    stranger = client.upload_url(client.new_job())
    (of_stranger,) = upload_parts(stranger, recording, 1)
    sibling = create_part(url, 1)
    for wrong in (of_stranger, url, sibling[:-1], f"{sibling}?", f"{sibling}/", "/upload/", "http://[", "x"):
        answer = concatenate(url, [wrong])
        assert answer.status == 400, wrong
        assert "URL 1 of Upload-Concat" in answer.error["ErrorComment"]


def test_a_malformed_concatenation_is_refused(url: str) -> None:
    part = create_part(url, 1)
    assert tus_patch(part, 0, b"x").status == 204
    final = f"Upload-Concat: final;{part}"
    for headers, body in (
        (("Upload-Concat: final",), b""),
        (("Upload-Concat: final;",), b""),
        (("Upload-Concat: final; ",), b""),
        (("Upload-Concat: whole",), b""),
        ((final, "Upload-Length: 1"), b""),
        ((final, final), b""),
        ((final, TUS_BYTES), b"x"),
        ((f"Upload-Concat: final;{' '.join([target_of(part)] * 201)}",), b""),
    ):
        answer = ask("POST", url, TUS, *headers, body=body)
        # The list of 201 may be refused for the size of the request's head alone.
        assert answer.status in (400, 431), headers


def test_the_url_of_a_part_takes_nothing_but_its_bytes(url: str, recording: bytes) -> None:
    part = create_part(url, len(recording))
    for answer in (
        put(part, recording),
        put(part, recording, "Upload-Complete: ?0"),
        ask("POST", part, TUS, "Upload-Length: 5"),
        ask("POST", part, TUS, PARTIAL, "Upload-Length: 5"),
        concatenate(part, [part]),
    ):
        assert answer.status == 405
        assert answer.headers["allow"] == "PATCH, HEAD, GET, DELETE, OPTIONS"
    assert ietf_patch(part, 0, recording, complete=True).status == 415
    assert offset(part) == 0


def test_the_url_of_a_part_is_signed_like_any(url: str) -> None:
    part = create_part(url, 10)
    for place in range(len(url.partition("/upload/")[0]) + 8, len(part), 7):
        letter = "A" if part[place] != "A" else "B"
        assert ask("HEAD", part[:place] + letter + part[place + 1 :], TUS).status == 403


def test_a_part_can_be_given_up_alone(url: str, recording: bytes) -> None:
    given_up = create_part(url, 10)
    assert ask("DELETE", given_up, TUS).status == 204
    assert ask("HEAD", given_up, TUS).status == 410
    assert concatenate(url, [given_up]).status == 410
    assert concatenate(url, upload_parts(url, recording, 2)).status == 201


def test_parts_end_with_their_upload(client: Client, job: str, url: str, kept: set[str]) -> None:
    part = create_part(url, 10)
    assert tus_patch(part, 0, b"0123").status == 204
    assert ask("DELETE", url, TUS).status == 204
    assert tus_patch(part, 4, b"456789").status == 410
    assert partials(client) == kept


def test_cancelling_the_uploads_of_a_job_ends_parts(
    client: Client, job: str, url: str, kept: set[str]
) -> None:
    part = create_part(url, 10)
    client.get("upload/cancel", job_id=job)
    assert tus_patch(part, 0, b"0123").status == 410
    assert partials(client) == kept


def test_parts_go_with_their_job(client: Client, job: str, url: str, kept: set[str]) -> None:
    part = create_part(url, 10)
    client.get("job/delete", job_id=job)
    assert tus_patch(part, 0, b"0123").status == 410
    assert partials(client) == kept
