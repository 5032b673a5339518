"""Uploads that are gone on with, by tus 1.0.0 and by the IETF's resumable uploads, over raw sockets."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from scribedock.demo.server import OwnServer
from tests.client import Client
from tests.fixtures import DATABASES
from tests.raw import Answer, RawConnection, put, target_of
from tests.sound import spoken
from tests.stored import stored

RUNS_ON = DATABASES

TUS = "Tus-Resumable: 1.0.0"
TUS_BYTES = "Content-Type: application/offset+octet-stream"
IETF = "Upload-Draft-Interop-Version: 8"
IETF_BYTES = "Content-Type: application/partial-upload"


@pytest.fixture
def job(client: Client) -> str:
    return client.new_job()


@pytest.fixture
def url(client: Client, job: str) -> str:
    return client.upload_url(job)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return spoken(tmp_path_factory.mktemp("recording") / "six.wav", seconds=6).read_bytes()


def ask(method: str, url: str, *headers: str, body: bytes = b"") -> Answer:
    with RawConnection(url) as connection:
        length = () if method == "HEAD" else (f"Content-Length: {len(body)}",)
        connection.head(method, target_of(url), *length, *headers)
        connection.send(body)
        while (answer := connection.answer(to_head=method == "HEAD")).status < 200:
            continue
        return answer


def tus_patch(url: str, offset: int, body: bytes, *headers: str) -> Answer:
    return ask("PATCH", url, TUS, TUS_BYTES, f"Upload-Offset: {offset}", *headers, body=body)


def ietf_patch(url: str, offset: int, body: bytes, *headers: str, complete: bool) -> Answer:
    completes = f"Upload-Complete: ?{int(complete)}"
    return ask("PATCH", url, IETF, IETF_BYTES, completes, f"Upload-Offset: {offset}", *headers, body=body)


def break_off(url: str, recording: bytes, sent: int) -> None:
    """A plain PUT whose connection is lost after `sent` bytes."""
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), f"Content-Length: {len(recording)}")
        connection.send(recording[:sent])
        time.sleep(0.2)
    wait_for_offset(url, sent)


def offset(url: str, *headers: str) -> int:
    return int(ask("HEAD", url, *headers).headers["upload-offset"])


def wait_for_offset(url: str, expected: int) -> None:
    deadline = time.monotonic() + 10
    while offset(url) != expected:
        assert time.monotonic() < deadline, f"{offset(url)} bytes came, not {expected}"
        time.sleep(0.05)


def assert_is_media(client: Client, job: str, seconds: float = 6) -> None:
    info = client.wait(job, lambda found: "MediaLengthSeconds" in found)
    assert info["MediaLengthSeconds"] == pytest.approx(seconds, abs=0.01)


def partials(client: Client) -> set[str]:
    """What the store keeps of broken uploads, of other tests too."""
    return {path.name for path in (client.server.data_dir / "media" / "partials").iterdir()}


@pytest.fixture
def kept(client: Client) -> set[str]:
    """What it kept before the test."""
    return partials(client)


def uploads(client: Client, job: str) -> list[dict[str, object]]:
    return list(client.get("upload/list", job_id=job).json()["Uploads"])


# The state


def test_a_fresh_url_says_that_nothing_came(url: str) -> None:
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


def test_a_broken_put_says_how_much_of_it_came(url: str, recording: bytes) -> None:
    break_off(url, recording, 50_000)
    answer = ask("HEAD", url)
    assert answer.headers["upload-offset"] == "50000"
    assert answer.headers["upload-length"] == str(len(recording))
    assert answer.headers["upload-complete"] == "?0"


def test_the_state_of_an_upload_under_way_is_shown(
    client: Client, job: str, url: str, recording: bytes
) -> None:
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


def test_a_broken_put_is_gone_on_with_by_tus(client: Client, job: str, url: str, recording: bytes) -> None:
    break_off(url, recording, 50_000)
    answer = tus_patch(url, 50_000, recording[50_000:])
    assert answer.status == 204
    assert answer.headers["upload-offset"] == str(len(recording))
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert answer.headers["etag"]
    assert_is_media(client, job)


def test_a_broken_put_is_gone_on_with_by_the_ietf_protocol(
    client: Client, job: str, url: str, recording: bytes
) -> None:
    break_off(url, recording, 50_000)
    answer = ietf_patch(url, 50_000, recording[50_000:], complete=True)
    assert answer.status == 200
    assert answer.headers["upload-complete"] == "?1"
    assert answer.headers["etag"]
    assert_is_media(client, job)


def test_a_broken_chunked_put_is_gone_on_with(client: Client, job: str, url: str, recording: bytes) -> None:
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), "Transfer-Encoding: chunked")
        connection.send(f"{len(recording):x}\r\n", recording[:50_000])
        wait_for_offset(url, 50_000)
    assert "upload-length" not in ask("HEAD", url).headers
    assert ask("HEAD", url, TUS).headers["upload-defer-length"] == "1"
    assert ietf_patch(url, 50_000, recording[50_000:], complete=True).status == 200
    assert_is_media(client, job)


def test_a_new_put_begins_again_and_the_broken_one_is_given_up(
    client: Client, job: str, url: str, recording: bytes, kept: set[str]
) -> None:
    break_off(url, recording, 50_000)
    assert put(url, recording).status == 200
    assert_is_media(client, job)
    assert partials(client) == kept


def test_of_broken_puts_the_newest_is_kept(
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


# tus 1.0.0


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


def test_more_bytes_than_announced_are_refused_and_forgotten(url: str, recording: bytes) -> None:
    create(url, 1000, TUS_BYTES, body=recording[:600])
    assert tus_patch(url, 600, recording[600:1001]).status == 413
    assert offset(url) == 600
    with RawConnection(url) as connection:
        connection.head(
            "PATCH", target_of(url), TUS, TUS_BYTES, "Upload-Offset: 600", "Transfer-Encoding: chunked"
        )
        connection.send(f"{500:x}\r\n", recording[600:1100], "\r\n0\r\n\r\n")
        assert connection.answer().status == 413
    assert offset(url) == 600


@pytest.mark.parametrize("algorithm", ["sha1", "md5", "sha256", "sha512"])
def test_a_checksum_holds(client: Client, url: str, recording: bytes, algorithm: str) -> None:
    def checksum(data: bytes) -> str:
        digest = base64.b64encode(hashlib.new(algorithm, data).digest()).decode()
        return f"Upload-Checksum: {algorithm} {digest}"

    create(url, len(recording), TUS_BYTES, body=recording[:1000])
    wrong = tus_patch(url, 1000, recording[1000:5000], checksum(b"something else"))
    assert wrong.status == 460
    assert offset(url) == 1000
    assert tus_patch(url, 1000, recording[1000:5000], checksum(recording[1000:5000])).status == 204
    assert offset(url) == 5000


def test_a_checksum_that_is_not_known_is_refused(url: str) -> None:
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


def test_a_client_that_cannot_send_patch_says_so(
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


def test_a_writer_that_is_silent_is_taken_over_from(
    client: Client, job: str, url: str, recording: bytes
) -> None:
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


def all_but_its_end(url: str, recording: bytes) -> None:
    """All bytes come, but not the end of the request that brings the last of them."""
    create(url, len(recording))
    with RawConnection(url) as connection:
        connection.head(
            "PATCH", target_of(url), TUS, TUS_BYTES, "Upload-Offset: 0", "Transfer-Encoding: chunked"
        )
        connection.send(f"{len(recording):x}\r\n", recording)
        time.sleep(0.5)


@pytest.mark.parametrize("headers", [(TUS,), ()], ids=["tus", "plain"])
def test_an_upload_whose_bytes_all_came_is_whole_when_its_client_asks(
    client: Client, job: str, url: str, recording: bytes, headers: tuple[str, ...], kept: set[str]
) -> None:
    """A client of tus sends nothing more."""
    all_but_its_end(url, recording)
    wait_for_offset(url, len(recording))
    assert ask("HEAD", url, *headers).headers["upload-complete"] == "?1"
    assert_is_media(client, job)
    assert partials(client) == kept


def test_an_upload_whose_bytes_are_wrong_is_not_whole_when_its_client_asks(
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


# The IETF's resumable uploads


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


def test_an_ietf_upload_is_begun_without_bytes_and_ended_without(
    client: Client, job: str, url: str, recording: bytes
) -> None:
    assert ask("PUT", url, "Upload-Complete: ?0", f"Upload-Length: {len(recording)}").status == 201
    assert ietf_patch(url, 0, recording, complete=False).status == 204
    assert ietf_patch(url, len(recording), b"", complete=True).status == 200
    assert_is_media(client, job)


def test_a_client_of_the_draft_is_told_that_it_can_resume(
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


# The owner, and the end of an upload


def test_cancelling_ends_every_url_and_what_is_under_way(
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


def test_an_order_ends_what_broke_off(
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


def test_a_deletion_ends_what_broke_off(
    client: Client, job: str, url: str, recording: bytes, kept: set[str]
) -> None:
    break_off(url, recording, 5000)
    client.get("job/delete", job_id=job)
    assert tus_patch(url, 5000, recording[5000:]).status == 410
    assert partials(client) == kept


@pytest.fixture(scope="module")
def patient_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """Its URLs live four seconds; a body without a byte for a second is given up."""
    with OwnServer(tmp_path_factory.mktemp("patient"), upload_lifetime_s="4", upload_stall_s="1") as started:
        yield started


def test_a_stalled_body_is_kept(patient_server: OwnServer, recording: bytes, kept: set[str]) -> None:
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


def test_an_expired_upload_cannot_be_gone_on_with(patient_server: OwnServer, recording: bytes) -> None:
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


def test_what_came_is_there_after_a_kill(tmp_path: Path, recording: bytes, database: dict[str, str]) -> None:
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


def test_after_a_kill_nobody_goes_on_with_a_recording_that_was_being_replaced(
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
