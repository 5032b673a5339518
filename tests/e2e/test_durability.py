"""What is answered survives a power cut: the order of the server's system calls shows it.

A SIGKILL never shows a missing fsync, because the kernel keeps what a dead process has written.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from subprocess import run

import pytest

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.machine.certificates import certificate
from tests.support.machine.strace import SystemCall, Trace, parse, recorded, strace
from tests.support.raw import RawConnection, target_of

pytestmark = pytest.mark.trials

BODY = b"not a recording, but every byte of it counts" * 5000
PART = len(BODY) // 2
TUS = ("Tus-Resumable: 1.0.0", "Content-Type: application/offset+octet-stream")
IETF = ("Upload-Draft-Interop-Version: 8", "Content-Type: application/partial-upload")
WAL = "scribedock.sqlite-wal>"
SENDING = "write|writev|sendto|sendmsg"

Send = Callable[[RawConnection, str], int]
"""Sends the last request of an upload; returns the status of its answer."""


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with OwnServer(tmp_path_factory.mktemp("durability")) as started:
        yield started


@pytest.fixture
def url(own_server: OwnServer) -> str:
    client = Client(own_server).login()
    return client.upload_url(client.new_job())


def put_with_a_length(connection: RawConnection, url: str) -> int:
    connection.head("PUT", target_of(url), f"Content-Length: {len(BODY)}")
    connection.send(BODY)
    return connection.answer().status


def put_chunked(connection: RawConnection, url: str) -> int:
    connection.head("PUT", target_of(url), "Transfer-Encoding: chunked")
    connection.send(f"{len(BODY):x}\r\n", BODY, "\r\n0\r\n\r\n")
    return connection.answer().status


def put_sent_ahead(connection: RawConnection, url: str) -> int:
    """Return a pipelined request takes the ordinary way through the application."""
    connection.head("GET", "/healthz")
    connection.head("PUT", target_of(url), f"Content-Length: {len(BODY)}")
    connection.send(BODY)
    assert connection.answer().status == 200
    return connection.answer().status


def patch(*headers: str, start: int, end: int) -> Send:
    def send(connection: RawConnection, url: str) -> int:
        offset = f"Upload-Offset: {start}"
        connection.head("PATCH", target_of(url), offset, f"Content-Length: {end - start}", *headers)
        connection.send(BODY[start:end])
        while (answer := connection.answer()).status < 200:
            continue
        return answer.status

    return send


@dataclass(frozen=True, kw_only=True)
class Upload:
    """The last request of an upload, as its client and the kernel saw it."""

    status: int
    trace: Trace
    port: int  # of the client

    def changed(self, trace: Trace) -> Upload:
        return replace(self, trace=trace)

    def steps(self) -> list[SystemCall]:
        """Return what makes it durable, then the answer, as they ought to follow each other."""
        [naming] = self.trace.find("link|linkat|rename|renameat|renameat2", "/partials/", "/objects/")
        _, partial, _, key, *_ = naming.text.split('"')
        folder = key.rpartition("/")[0]
        writes = self.trace.find("write|writev|pwrite64", f"<{partial}>")
        assert writes, "the body is not seen"
        return [
            writes[-1],
            self._last("fsync", f"<{partial}>"),
            naming,
            self._last("fsync", f"<{folder}>"),
            *self._commit(naming),
            self._answer(naming.begins),
        ]

    def suspended(self) -> list[SystemCall]:
        """Return the same for a part that does not complete the recording."""
        writes = self.trace.find("write|writev|pwrite64", "/partials/")
        assert writes, "the body is not seen"
        partial = writes[-1].text.partition("<")[2].partition(">")[0]
        synced = self._last("fsync|fdatasync", f"<{partial}>")
        return [writes[-1], synced, *self._commit(synced), self._answer(synced.begins)]

    def _last(self, names: str, text: str) -> SystemCall:
        found = self.trace.find(names, text)
        assert found, f"no {names} of {text}"
        return found[-1]

    def _commit(self, before: SystemCall) -> list[SystemCall]:
        """Return the last frames that the thread of `before` wrote to the log after it, and their fsync.

        The last before the answer: what is committed later is somebody else's.
        """
        answered = self._answer(before.begins).begins
        written = [
            call
            for call in self.trace.find("pwrite64|write", WAL, thread=before.thread)
            if before.begins < call.begins < answered
        ]
        assert written, "no row is written before the answer"
        synced = [
            call
            for call in self.trace.find("fsync|fdatasync", WAL, thread=before.thread)
            if call.begins > written[-1].begins
        ]
        assert synced, "the commit is not synced"
        return [written[-1], synced[0]]

    def _answer(self, after: int) -> SystemCall:
        """Return the first byte to the client since then."""
        found = [
            call for call in self.trace.find(SENDING, f"->127.0.0.1:{self.port}]>") if call.begins > after
        ]
        assert found, "the answer is not seen"
        return found[0]


def traced(server: OwnServer, url: str, send: Send, folder: Path, ca: Path | None = None) -> Upload:
    assert server.process is not None
    with RawConnection(url, ca=ca) as connection:
        with recorded(server.process.pid, folder / "trace") as recording:
            status = send(connection, url)
        return Upload(status=status, trace=recording.trace, port=connection.port)


def check_order(steps: list[SystemCall]) -> None:
    for earlier, later in pairwise(steps):
        assert earlier.ends < later.begins, f"{earlier} is not over when {later} begins"
        assert "= -1" not in earlier.text


@pytest.mark.parametrize("send", [put_with_a_length, put_chunked, put_sent_ahead])
def test_a_put_is_answered_when_file_name_and_row_are_durable(
    own_server: OwnServer, url: str, send: Send, tmp_path: Path
) -> None:
    upload = traced(own_server, url, send, tmp_path)
    assert upload.status == 200
    steps = upload.steps()
    check_order(steps)
    assert '"HTTP/1.1 200 OK' in steps[-1].text


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [
        (patch(*TUS, start=0, end=PART), patch(*TUS, start=PART, end=len(BODY)), 204),
        (
            patch(*IETF, "Upload-Complete: ?0", start=0, end=PART),
            patch(*IETF, "Upload-Complete: ?1", start=PART, end=len(BODY)),
            200,
        ),
    ],
    ids=["tus", "IETF"],
)
def test_the_last_part_is_answered_when_file_name_and_row_are_durable(
    own_server: OwnServer, url: str, first: Send, last: Send, status: int, tmp_path: Path
) -> None:
    with RawConnection(url) as connection:
        announced = (f"Upload-Length: {len(BODY)}", "Content-Length: 0")
        connection.head("POST", target_of(url), TUS[0], *announced)
        assert connection.answer().status == 201
        assert first(connection, url) == 204
    upload = traced(own_server, url, last, tmp_path)
    assert upload.status == status
    check_order(upload.steps())


def test_a_resumed_put_is_answered_when_it_is_durable(
    own_server: OwnServer, url: str, tmp_path: Path
) -> None:
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), f"Content-Length: {len(BODY)}")
        connection.send(BODY[:PART])
    wait_for_offset(url, PART)
    upload = traced(own_server, url, patch(*TUS, start=PART, end=len(BODY)), tmp_path)
    assert upload.status == 204
    check_order(upload.steps())


def wait_for_offset(url: str, expected: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        with RawConnection(url) as connection:
            connection.head("HEAD", target_of(url))
            offset = int(connection.answer(to_head=True).headers["upload-offset"])
        if offset == expected:
            return
        assert time.monotonic() < deadline, f"{offset} bytes are kept"
        time.sleep(0.1)


@pytest.mark.parametrize("headers", [TUS, (*IETF, "Upload-Complete: ?0")], ids=["tus", "IETF"])
def test_a_part_is_answered_when_its_bytes_and_their_number_are_durable(
    own_server: OwnServer, url: str, headers: tuple[str, ...], tmp_path: Path
) -> None:
    with RawConnection(url) as connection:
        connection.head("POST", target_of(url), TUS[0], f"Upload-Length: {len(BODY)}", "Content-Length: 0")
        assert connection.answer().status == 201
    upload = traced(own_server, url, patch(*headers, start=0, end=PART), tmp_path)
    assert upload.status == 204
    check_order(upload.suspended())


def test_progress_is_reported_when_the_bytes_and_their_number_are_durable(
    own_server: OwnServer, url: str, tmp_path: Path
) -> None:
    """A client of the IETF's draft may forget what the 104 says is there."""

    def slowly(connection: RawConnection, url: str) -> int:
        connection.head("PUT", target_of(url), IETF[0], "Upload-Complete: ?1", f"Content-Length: {len(BODY)}")
        hint = connection.answer()
        assert (hint.status, "location" in hint.headers) == (104, True)
        connection.send(BODY[:PART])
        progress = connection.answer()
        assert progress.headers == {"upload-offset": str(PART)}
        return progress.status

    upload = traced(own_server, url, slowly, tmp_path)
    assert upload.status == 104
    check_order(upload.suspended())


def test_over_tls_nothing_is_acknowledged_before_the_upload_is_durable(tmp_path: Path) -> None:
    chain, private = certificate(tmp_path)
    arguments = ("--tls-cert", str(chain), "--tls-key", str(private))
    with OwnServer(tmp_path / "server", arguments=arguments) as server:
        client = Client(server, ca=chain).login()
        url = client.upload_url(client.new_job())
        upload = traced(server, url, put_with_a_length, tmp_path, ca=chain)
    assert upload.status == 200
    check_order(upload.steps())


def test_the_stores_folders_are_durable_before_anything_is_put_into_them(tmp_path: Path) -> None:
    output, folder = tmp_path / "trace", tmp_path / "media"
    make = "import sys, pathlib, scribedock.storage.file as s; s.FileStore(pathlib.Path(sys.argv[1]))"
    run(strace(sys.executable, "-c", make, str(folder), output=output), check=True, timeout=60)
    trace = parse(output.read_text())
    made = [
        call.text.split('"')[1] for call in trace.find("mkdir|mkdirat", str(folder)) if "= 0" in call.text
    ]
    assert {str(folder), f"{folder}/partials", f"{folder}/objects", f"{folder}/objects/7f"} <= set(made)
    for path in made:
        [making] = [call for call in trace.find("mkdir|mkdirat", f'"{path}"') if "= 0" in call.text]
        synced = trace.find("fsync", f"<{path.rpartition('/')[0]}>")
        assert any(call.begins > making.ends for call in synced), f"the name of {path} is not durable"


# The judge itself


@pytest.fixture(scope="module")
def one_upload(own_server: OwnServer, tmp_path_factory: pytest.TempPathFactory) -> Upload:
    client = Client(own_server).login()
    url = client.upload_url(client.new_job())
    return traced(own_server, url, put_with_a_length, tmp_path_factory.mktemp("one"))


STEPS = [
    "write",
    "fsync of the file",
    "rename",
    "fsync of the folder",
    "commit",
    "fsync of the commit",
    "200",
]
SYNCS = [1, 3, 5]


@pytest.mark.parametrize("number", SYNCS, ids=[STEPS[number] for number in SYNCS])
def test_a_missing_step_is_noticed(one_upload: Upload, number: int) -> None:
    changed = one_upload.changed(one_upload.trace.without(one_upload.steps()[number]))
    with pytest.raises(AssertionError):
        check_order(changed.steps())


@pytest.mark.parametrize("number", range(6), ids=STEPS[:6])
def test_a_late_step_is_noticed(one_upload: Upload, number: int) -> None:
    steps = one_upload.steps()
    assert len(steps) == len(STEPS)
    changed = one_upload.changed(one_upload.trace.with_at(steps[number], steps[number + 1].ends))
    with pytest.raises(AssertionError):
        check_order(changed.steps())


def test_an_early_answer_is_noticed(one_upload: Upload) -> None:
    *_, synced, answer = one_upload.steps()
    changed = one_upload.changed(one_upload.trace.with_at(answer, synced.begins))
    with pytest.raises(AssertionError):
        check_order(changed.steps())
