"""`scribedock upload`, `uploads list`, `uploads cancel` and `keys rotate`, as people use them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scribedock import app
from scribedock.demo.server import OwnServer
from scribedock.settings import Settings
from tests.support.client import Client
from tests.support.raw import RawConnection, put, target_of

SIZE = 3_000_000


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recordings") / "lecture.bin"
    path.write_bytes(os.urandom(SIZE))
    return path


@pytest.fixture
def job(client: Client) -> str:
    return client.new_job()


@pytest.fixture
def url(client: Client, job: str) -> str:
    return client.upload_url(job)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "scribedock", *arguments]


def scribedock(
    *arguments: str, server: OwnServer | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    environment = {**(server.environment() if server else os.environ), "COLUMNS": "120", "NO_PROXY": "*"}
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, input=stdin, env=environment, timeout=120
    )


def stored(client: Client, job: str) -> bytes:
    """Return the bytes that are the job's media."""
    services = app.build_services(Settings(data_dir=client.server.data_dir))
    try:
        media = services.media.media_of_job(job)
        assert media is not None and media.storage_key is not None
        with services.store.local(media.storage_key) as path:
            return path.read_bytes()
    finally:
        services.close()


def break_off(url: str, data: bytes) -> None:
    """The first bytes of an upload of SIZE bytes whose connection is lost."""
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), f"Content-Length: {SIZE}")
        connection.send(data)
        time.sleep(0.3)
    while True:
        with RawConnection(url) as connection:
            connection.head("HEAD", target_of(url))
            if connection.answer(to_head=True).headers["upload-offset"] == str(len(data)):
                return
        time.sleep(0.05)


@contextlib.contextmanager
def cutting_proxy(server: OwnServer, *, after: int, times: int) -> Iterator[str]:
    """Forward to the server, but cut the first `times` connections once they have sent `after` bytes."""
    parts = urlsplit(server.base_url)
    listening = socket.create_server(("127.0.0.1", 0))
    cuts = iter(range(times))

    def pump(source: socket.socket, sink: socket.socket, limit: int | None) -> None:
        sent = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sent += len(data)
                sink.sendall(data)
                if limit is not None and sent >= limit and next(cuts, None) is not None:
                    break
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                incoming, _ = listening.accept()
                outgoing = socket.create_connection((parts.hostname, parts.port))
                for pair in ((incoming, outgoing, after), (outgoing, incoming, None)):
                    threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def test_a_file_is_uploaded(client: Client, job: str, url: str, file: Path) -> None:
    done = scribedock("upload", url, str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Uploaded lecture.bin" in done.stdout
    assert stored(client, job) == file.read_bytes()


def test_the_url_may_come_from_standard_input(client: Client, job: str, url: str, file: Path) -> None:
    assert scribedock("upload", "-", str(file), stdin=url + "\n").returncode == 0
    assert stored(client, job) == file.read_bytes()


def test_it_resumes_when_the_connection_breaks(client: Client, job: str, url: str, file: Path) -> None:
    with cutting_proxy(client.server, after=1_000_000, times=2) as proxy:
        done = scribedock("upload", proxy + target_of(url), str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("retrying in") == 2
    assert stored(client, job) == file.read_bytes()


def test_it_resumes_after_an_interruption(client: Client, job: str, url: str, file: Path) -> None:
    break_off(url, file.read_bytes()[:1_000_000])
    done = scribedock("upload", url, str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert stored(client, job) == file.read_bytes()


def test_it_notices_that_the_server_has_a_part_of_another_file(
    client: Client, job: str, url: str, file: Path
) -> None:
    break_off(url, os.urandom(1_000_000))
    done = scribedock("upload", url, str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "part of another file" in done.stdout
    assert stored(client, job) == file.read_bytes()


def heed_interrupts() -> None:
    """Restore the handling of interrupts, which a shell makes background processes ignore."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupted_upload_says_how_to_resume(client: Client, job: str, url: str, tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as sparse:
        sparse.truncate(8 * 1024**3)
    process = subprocess.Popen(
        command("upload", "--no-digest", url, str(large)),
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_PROXY": "*"},
        preexec_fn=heed_interrupts,
    )
    with RawConnection(url) as connection:
        offset = "0"
        while offset == "0":
            connection.head("HEAD", target_of(url))
            offset = connection.answer(to_head=True).headers["upload-offset"]
            time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "run the same command again" in " ".join(output.split())
    assert client.get("upload/cancel", job_id=job).status_code == 204


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda url: url + "x", "did not sign this URL"),
        (lambda url: "nonsense", "not an upload URL"),
    ],
)
def test_a_wrong_url_is_explained(url: str, file: Path, change: object, said: str) -> None:
    assert callable(change)
    done = scribedock("upload", change(url), str(file), "--retries", "0")
    assert done.returncode == 1
    assert said in " ".join(done.stdout.split())


def test_a_job_that_is_ordered_is_explained(
    client: Client, job: str, url: str, file: Path, speech: Path
) -> None:
    put(url, speech.read_bytes())
    client.order(job)
    done = scribedock("upload", url, str(file))
    assert done.returncode == 1
    assert "ordered already" in " ".join(done.stdout.split())


def test_an_unreachable_server_ends_the_upload(file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = scribedock("upload", f"http://127.0.0.1:{port}/upload/x", str(file), "--retries", "1")
    assert done.returncode == 1
    assert "gave up after 2 tries" in " ".join(done.stdout.split())


def test_an_operator_lists_and_cancels_uploads(client: Client, job: str, url: str, file: Path) -> None:
    empty = scribedock("uploads", "list", job, server=client.server)
    assert "Nothing was uploaded" in empty.stdout
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), f"Content-Length: {SIZE}")
        connection.send(file.read_bytes()[:1_000_000])
        client.wait(job, lambda info: "JOB_UPLOAD_MEDIA" in str(info["Tasks"]))
        listed = scribedock("uploads", "list", job, server=client.server)
        assert "RECEIVING" in listed.stdout
        assert "3,000,000" in listed.stdout
        done = scribedock("uploads", "cancel", job, server=client.server)
        assert done.returncode == 0, done.stderr
        assert connection.answer().status == 410
    assert "CANCELLED" in scribedock("uploads", "list", job, server=client.server).stdout
    assert put(url, b"x").status == 410
    unknown = scribedock("uploads", "cancel", "0" * 32, server=client.server)
    assert (unknown.returncode, "no job" in unknown.stderr) == (2, True)


def test_a_rotated_key_signs_at_once_and_the_old_one_still_verifies(tmp_path: Path) -> None:
    with OwnServer(tmp_path, arguments=("--no-worker",)) as server:
        client = Client(server).login()
        before = client.upload_url(client.new_job())
        done = scribedock("keys", "rotate", server=server)
        assert done.returncode == 0, done.stderr
        time.sleep(1.2)
        after = client.upload_url(client.new_job())
        assert target_of(before)[:20] != target_of(after)[:20]
        assert put(before, b"x").status == put(after, b"x").status == 200
        key_file = server.data_dir / "secrets" / "upload-keys"
        assert key_file.stat().st_mode & 0o777 == 0o600
        key_file.write_text(key_file.read_text().split(",")[0])
        time.sleep(1.2)
        assert put(before, b"x").status == 403, "a retired key verifies nothing"
        assert put(after, b"x").status == 200


def test_keys_from_the_environment_are_rotated_there(tmp_path: Path) -> None:
    with OwnServer(tmp_path, upload_keys=f"k1:{'A' * 43}") as server:
        done = scribedock("keys", "rotate", server=server)
    assert done.returncode == 2
    assert "SCRIBEDOCK_UPLOAD_KEYS is set" in done.stderr
