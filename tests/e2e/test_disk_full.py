"""The disk is full: uploads are refused, nothing is lost or left behind, and it works again afterwards."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.machine.disk import Disk, small_disk
from tests.support.raw import Answer, RawConnection, put, target_of
from tests.support.stored import stored
from tests.support.waiting import wait_until

pytestmark = pytest.mark.trials

MIB = 1024 * 1024
SIZE = 24 * MIB
BODY = random.Random(507).randbytes(6 * MIB)
HALF = len(BODY) // 2
TUS = ("Tus-Resumable: 1.0.0", "Content-Type: application/offset+octet-stream")
IETF = ("Content-Type: application/partial-upload", "Upload-Complete: ?1")


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    with small_disk(tmp_path_factory.mktemp("disk") / "small", size=SIZE) as mounted:
        yield mounted


@pytest.fixture(scope="module")
def full_server(disk: Disk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """Its recordings lie on a small disk, which it may use to the last byte."""
    folder = tmp_path_factory.mktemp("full")
    with OwnServer(folder, storage_url=f"file://{disk.folder}", disk_reserve="0") as started:
        yield started


@pytest.fixture
def owner(full_server: OwnServer, disk: Disk) -> Iterator[Client]:
    """Its jobs are gone from the disk afterwards: the worker erases them after the answer."""
    client = Client(full_server).login()
    free = disk.free
    yield client
    for job in client.get("job/list").json()["ActiveJobs"]:
        client.get("job/delete", job_id=job["JobId"])
    wait_until(lambda: disk.free >= free)


@pytest.fixture
def bystander(owner: Client) -> Iterator[str]:
    """Provide a job whose recording was there before, and must be there afterwards."""
    job = owner.new_job()
    assert put(owner.upload_url(job), BODY).status == 200
    yield job
    with stored(owner.server) as store:
        assert store.recording(job) == BODY
        store.check_databases()


def state(url: str) -> dict[str, str]:
    with RawConnection(url) as connection:
        connection.head("HEAD", target_of(url))
        return connection.answer(to_head=True).headers


def send_past_the_end(disk: Disk, connection: RawConnection, url: str, rest: bytes, sent: int) -> Answer:
    """Send the rest of a body once what was sent is stored, and no room is left."""
    deadline = time.monotonic() + 20
    while int(state(url)["upload-offset"]) != sent:
        assert time.monotonic() < deadline, f"{sent} bytes are not stored: {state(url)}"
        time.sleep(0.05)
    with disk.filled(leaving=MIB // 2):
        with contextlib.suppress(ConnectionError):  # it may be refused on the way
            connection.send(rest)
        return connection.answer()


def assert_refused(answer: Answer) -> None:
    assert answer.status == 507
    assert answer.error["ErrorType"] == "SYSTEM_ERROR"
    assert "no room" in answer.error["ErrorComment"]
    assert answer.headers["connection"] == "close"


def assert_works_again(client: Client, job: str, url: str) -> None:
    assert put(url, BODY).status == 200
    with stored(client.server) as store:
        assert store.recording(job) == BODY
        assert store.partials() == set()


def test_a_body_that_does_not_fit_is_refused_before_it_is_sent(
    disk: Disk, owner: Client, bystander: str
) -> None:
    job = owner.new_job()
    url = owner.upload_url(job)
    with disk.filled(leaving=2 * MIB), RawConnection(url) as connection:
        free = disk.free
        connection.head("PUT", target_of(url), f"Content-Length: {len(BODY)}", "Expect: 100-continue")
        assert_refused(connection.answer())
        assert disk.free == free
    assert_works_again(owner, job, url)


def test_a_chunked_body_that_does_not_fit_leaves_nothing(disk: Disk, owner: Client, bystander: str) -> None:
    job = owner.new_job()
    url = owner.upload_url(job)
    free = disk.free
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), "Transfer-Encoding: chunked")
        connection.send(f"{len(BODY):x}\r\n", BODY[:HALF])
        assert_refused(send_past_the_end(disk, connection, url, BODY[HALF:], HALF))
        assert connection.is_closed()
    assert disk.free == free
    assert state(url)["upload-offset"] == "0"
    with stored(owner.server) as store:
        assert store.media_key(job) is None
        assert store.partials() == set()
    assert_works_again(owner, job, url)


def test_a_body_that_runs_out_of_disk_leaves_nothing(disk: Disk, owner: Client, bystander: str) -> None:
    job = owner.new_job()
    url = owner.upload_url(job)
    free = disk.free
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), f"Content-Length: {len(BODY)}")
        connection.send(BODY[:HALF])
        assert_refused(send_past_the_end(disk, connection, url, BODY[HALF:], HALF))
    assert disk.free == free
    with stored(owner.server) as store:
        assert store.media_key(job) is None
        assert store.partials() == set()
    assert_works_again(owner, job, url)


@pytest.mark.parametrize("protocol", [TUS, IETF], ids=["tus", "IETF"])
@pytest.mark.parametrize("is_chunked", [False, True], ids=["with a length", "chunked"])
def test_a_part_that_does_not_fit_leaves_the_kept_bytes_alone(
    disk: Disk, owner: Client, bystander: str, protocol: tuple[str, ...], is_chunked: bool
) -> None:
    job = owner.new_job()
    url = owner.upload_url(job)
    with RawConnection(url) as connection:
        connection.head("POST", target_of(url), *TUS, f"Upload-Length: {len(BODY)}", f"Content-Length: {MIB}")
        connection.send(BODY[:MIB])
        assert connection.answer().status == 201
    free = disk.free
    with RawConnection(url) as connection:
        rest = len(BODY) - MIB
        framing = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {rest}"
        connection.head("PATCH", target_of(url), *protocol, f"Upload-Offset: {MIB}", framing)
        connection.send(f"{rest:x}\r\n" if is_chunked else "", BODY[MIB:HALF])
        assert_refused(send_past_the_end(disk, connection, url, BODY[HALF:], HALF))
    assert disk.free == free
    assert state(url)["upload-offset"] == str(MIB)
    with RawConnection(url) as connection:
        connection.head(
            "PATCH", target_of(url), *protocol, f"Upload-Offset: {MIB}", f"Content-Length: {rest}"
        )
        connection.send(BODY[MIB:])
        assert connection.answer().status in (200, 204)
    with stored(owner.server) as store:
        assert store.recording(job) == BODY
        assert store.partials() == set()


def test_the_previous_media_stays_when_there_is_no_room_for_another(
    disk: Disk, owner: Client, bystander: str
) -> None:
    url = owner.upload_url(bystander)
    with disk.filled(leaving=MIB):
        assert_refused(put(url, BODY))
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), "Transfer-Encoding: chunked")
        connection.send(f"{len(BODY):x}\r\n", BODY[:HALF])
        assert_refused(send_past_the_end(disk, connection, url, BODY[HALF:], HALF))


def test_calls_are_answered_while_the_disk_of_the_recordings_is_full(
    disk: Disk, owner: Client, bystander: str
) -> None:
    with disk.filled(leaving=0):
        assert owner.info(owner.new_job())["JobStatus"] == "Pending"
        assert owner.info(bystander)["JobId"] == bystander


def test_the_disk_reserve_is_kept_free(tmp_path: Path) -> None:
    reserve = 8 * MIB
    with (
        small_disk(tmp_path / "small", size=SIZE) as disk,
        OwnServer(
            tmp_path / "server", storage_url=f"file://{disk.folder}", disk_reserve=str(reserve)
        ) as server,
    ):
        client = Client(server).login()
        job = client.new_job()
        url = client.upload_url(job)
        with disk.filled(leaving=reserve + MIB):
            assert_refused(put(url, BODY))
            assert put(url, BODY[: MIB // 2]).status == 200
            with RawConnection(url) as connection:
                connection.head("PUT", target_of(url), "Transfer-Encoding: chunked")
                connection.send(f"{len(BODY):x}\r\n", BODY[: 2 * MIB])
                assert_refused(connection.answer())
            assert disk.free > reserve
        assert_works_again(client, job, url)


def test_a_full_disk_under_everything_harms_nothing(tmp_path: Path) -> None:
    """The database has no room either: calls that write fail, and work again when there is room."""
    with small_disk(tmp_path / "server", size=2 * SIZE) as disk:
        server = OwnServer(disk.folder, disk_reserve="0")
        with server:
            client = Client(server).login()
            bystander, job = client.new_job(), client.new_job()
            assert put(client.upload_url(bystander), BODY).status == 200
            url = client.upload_url(job)
            client.wait(bystander, lambda info: "FailureReason" in info)
            with disk.filled(leaving=0):
                assert put(url, BODY[:1000]).status == 507
                answers = [client.get("job/new") for _ in range(200)]
                assert {answer.status_code for answer in answers} <= {200, 507}
                assert answers[-1].status_code == 507
                assert answers[-1].json()["ErrorType"] == "SYSTEM_ERROR"
                assert client.http.get("/healthz").status_code == 200
            for answer in answers:
                if answer.status_code == 200:
                    client.info(answer.json()["JobId"])
            assert_works_again(client, job, url)
            with stored(server) as store:
                assert store.recording(bystander) == BODY
        with stored(server) as store:
            store.check_databases()
