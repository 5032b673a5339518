"""Clients that stall, and clients that open too many connections: they are ended, and calls answer meanwhile.

SLOW_CLIENTS is how many of each kind come (default 200).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.crowd import Crowd, enough_open_files, open_files_limited
from tests.support.machine.processes import memory
from tests.support.raw import put, target_of

pytestmark = [pytest.mark.trials, pytest.mark.timeout(900)]

COUNT = int(os.environ.get("SLOW_CLIENTS", "200"))
PATIENCE_S = 8
GRACE_S = 30  # a loaded machine ends them later than it ought to
ANSWERED_WITHIN_S = 5
BODY = b"x" * 100_000
RATE_WINDOW_S = 60


@pytest.fixture(scope="module")
def busy_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """Start a server where a process may open no more than 256 files, unless it asks for more."""
    enough_open_files(COUNT + 200)
    settings = {
        "upload_stall_s": str(PATIENCE_S),
        "header_timeout_s": str(PATIENCE_S),
        "connections_per_address": str(3 * COUNT),
    }
    server = OwnServer(tmp_path_factory.mktemp("busy"), **settings)
    with open_files_limited(256):
        server.start()
    yield server
    server.stop()


def longest_answer(client: Client, job: str) -> float:
    """Of twenty calls, in seconds."""
    longest = 0.0
    for _ in range(20):
        began = time.monotonic()
        client.info(job)
        longest = max(longest, time.monotonic() - began)
        time.sleep(0.05)
    return longest


def report(capsys: pytest.CaptureFixture[str], what: str, *, memory_each: float, longest_s: float) -> None:
    with capsys.disabled():
        print(
            f"\n{COUNT} {what}: {memory_each / 1024:.1f} KiB of memory each, "
            f"longest call meanwhile {1000 * longest_s:.0f} ms"
        )


def test_endless_heads_are_closed(busy_server: OwnServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert busy_server.process is not None
    client = Client(busy_server).login()
    job = client.new_job()
    target = target_of(client.upload_url(job))
    before = memory(busy_server.process.pid)
    half = f"PUT {target} HTTP/1.1\r\nHost: x\r\nX-Long: {'x' * 1000}".encode()
    with Crowd(busy_server.base_url, [half] * COUNT) as crowd:
        longest = longest_answer(client, job)
        each = (memory(busy_server.process.pid) - before) / COUNT
        endings = crowd.endings(within_s=PATIENCE_S + GRACE_S)
    report(capsys, "half heads", memory_each=each, longest_s=longest)
    assert {ending.received for ending in endings} == {b""}
    assert min(ending.after_s for ending in endings) > PATIENCE_S - 1
    assert longest < ANSWERED_WITHIN_S


@pytest.mark.parametrize("is_chunked", [False, True], ids=["with a length", "chunked"])
def test_stalled_bodies_are_closed_and_their_bytes_are_kept(
    busy_server: OwnServer, capsys: pytest.CaptureFixture[str], is_chunked: bool
) -> None:
    assert busy_server.process is not None
    client = Client(busy_server).login()
    job = client.new_job()
    urls = [client.upload_url(job) for _ in range(COUNT)]
    framing = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {2 * len(BODY)}"
    start = f"{2 * len(BODY):x}\r\n" if is_chunked else ""
    messages = [
        f"PUT {target_of(url)} HTTP/1.1\r\nHost: x\r\n{framing}\r\n\r\n{start}".encode() + BODY
        for url in urls
    ]
    before = memory(busy_server.process.pid)
    with Crowd(busy_server.base_url, messages) as crowd:
        longest = longest_answer(client, job)
        each = (memory(busy_server.process.pid) - before) / COUNT
        endings = crowd.endings(within_s=PATIENCE_S + GRACE_S)
    report(capsys, "stalled bodies", memory_each=each, longest_s=longest)
    assert {ending.received[:12] for ending in endings} == {b"HTTP/1.1 408"}
    assert min(ending.after_s for ending in endings) > PATIENCE_S - 1
    assert longest < ANSWERED_WITHIN_S
    states = client.get("upload/list", job_id=job).json()["Uploads"]
    assert [each["BytesReceived"] for each in states] == [len(BODY)] * COUNT
    assert put(urls[0], BODY).status == 200


def test_slowhttptest_does_not_make_the_server_unavailable(busy_server: OwnServer, tmp_path: Path) -> None:
    """Heads and bodies that drip: a byte now and then, so that nothing stalls."""
    client = Client(busy_server).login()
    job = client.new_job()
    url = client.upload_url(job)
    drip = {"slow heads": ("-H", "-i", "3"), "slow bodies": ("-B", "-i", "4", "-s", "1000000")}
    attacks = {
        what: slowhttptest(tmp_path / what.replace(" ", "-"), url, *options) for what, options in drip.items()
    }
    longest = 0.0
    deadline = time.monotonic() + RATE_WINDOW_S + 60
    while any(attack.poll() is None for attack in attacks.values()):
        assert time.monotonic() < deadline, "connections are still open"
        longest = max(longest, longest_answer(client, job))
    assert longest < ANSWERED_WITHIN_S
    for what, attack in attacks.items():
        assert attack.stdout is not None
        output = attack.stdout.read()
        assert "No open connections left" in output, f"{what}: {output[-2000:]}"
        availability = (tmp_path / f"{what.replace(' ', '-')}.csv").read_text().splitlines()[1:]
        assert availability
        assert {line.split(",")[-1] for line in availability if line} <= {str(COUNT), "1000"}


def slowhttptest(output: Path, url: str, *options: str) -> subprocess.Popen[str]:
    found = shutil.which("slowhttptest")
    assert found, "this test needs slowhttptest (on Debian: apt-get install slowhttptest)"
    common = [
        "-c",
        str(COUNT),
        "-r",
        "100",
        "-l",
        "110",
        "-p",
        str(ANSWERED_WITHIN_S),
        "-g",
        "-o",
        str(output),
    ]
    command = [found, *options, *common, "-t", "PUT", "-x", "8", "-f", "audio/wav", "-u", url]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_the_connections_of_an_address_are_limited(tmp_path: Path) -> None:
    limit = 20
    with OwnServer(tmp_path, connections_per_address=str(limit)) as server:
        address = (urlsplit(server.base_url).hostname, urlsplit(server.base_url).port)

        def connect(source: str) -> socket.socket:
            return socket.create_connection(address, 20, (source, 0))

        def is_served(sock: socket.socket) -> bool:
            try:
                sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                return sock.recv(1000).startswith(b"HTTP/1.1 200")
            except ConnectionError:
                return False

        opened = [connect("127.0.0.1") for _ in range(limit)]
        assert all(is_served(sock) for sock in opened)
        with connect("127.0.0.1") as one_more, connect("127.0.0.2") as other:
            assert not is_served(one_more)
            assert is_served(other)
        opened.pop().close()
        deadline = time.monotonic() + 20
        while True:
            with connect("127.0.0.1") as again:
                if is_served(again):
                    break
            assert time.monotonic() < deadline
            time.sleep(0.1)
        for sock in opened:
            sock.close()
