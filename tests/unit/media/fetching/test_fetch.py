"""The guarded client against real servers on loopback."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from scribedock.errors import InvalidUrl
from scribedock.media.fetching.fetch import FetchFailed, FetchLimits, GuardedClient, normalise
from scribedock.media.fetching.transport import resolve
from tests.support.fetching_contract import *  # noqa: F403
from tests.support.fetching_contract import SLOW, Site
from tests.support.loopback import LOOPBACK, Answer, serving


def says(text: str) -> Answer:
    return lambda path, connection: connection.sendall(text.encode())


def redirects(location: Callable[[str], str]) -> Answer:
    return lambda path, connection: connection.sendall(
        f"HTTP/1.1 302 Found\r\nLocation: {location(path)}\r\nContent-Length: 0\r\n\r\n".encode()
    )


FILE = says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbytes")


@pytest.fixture
def site() -> Iterator[Site]:
    with ExitStack() as servers:

        def serve(content: bytes | str | None) -> tuple[GuardedClient, str]:
            if content is None:
                with socket.create_server(("127.0.0.1", 0)) as unused:
                    return GuardedClient(LOOPBACK), f"http://127.0.0.1:{unused.getsockname()[1]}/a.mp3"
            answer = drips if content == SLOW else gives(content)  # type: ignore[arg-type]
            return GuardedClient(LOOPBACK), f"{servers.enter_context(serving(answer)).url}/a.mp3"

        yield serve


def gives(content: bytes) -> Answer:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode()
    return lambda path, connection: connection.sendall(head + content)


def drips(path: str, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.1)


def download(client: GuardedClient, url: str, folder: Path, **limits: float) -> bytes:
    destination = folder / "fetched"
    client.download(url, destination, FetchLimits(**{"max_bytes": 1000, "timeout_s": 10, **limits}))  # type: ignore[arg-type]
    return destination.read_bytes()


def failure(client: GuardedClient, url: str, folder: Path, **limits: float) -> str:
    with pytest.raises(FetchFailed) as caught:
        download(client, url, folder, **limits)
    return str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "", "media.mp3", "ftp://example.com/a", "file:///etc/passwd", "http://", "http:///a",
        "javascript:alert(1)",
        "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f.0.0.1/", "http://[::1]/",
        "http://[::ffff:10.0.0.1]/", "http://localhost/", "http://169.254.169.254/latest/meta-data/",
        "http://example.com:0/", "http://exa mple.com/", "http://example.com/\r\nX: y",
        "http://example.com\\@127.0.0.1/",
        "http://user:secret@10.0.0.1/", "http://[fe80::1%25eth0]/", "http://" + "a" * 5000,
    ],
)  # fmt: skip
def test_a_malformed_url_is_refused_without_the_network(url: str) -> None:
    with pytest.raises(InvalidUrl) as caught:
        GuardedClient([]).check(url)
    assert "secret" not in caught.value.comment


@pytest.mark.parametrize("url", ["http://example.com/a.mp3", "https://user:pass@example.com:8443/a?b=c#d"])
def test_a_public_url_is_accepted(url: str) -> None:
    GuardedClient([]).check(url)


def test_a_url_that_was_encoded_twice_is_decoded_once_more() -> None:
    assert normalise(" http%3A%2F%2Fexample.com%2Fa%2520b.mp3") == "http://example.com/a%20b.mp3"
    assert normalise("http://example.com/a%20b.mp3") == "http://example.com/a%20b.mp3"


def test_a_file_is_fetched(tmp_path: Path) -> None:
    with serving(FILE) as server:
        assert download(GuardedClient(LOOPBACK), f"{server.url}/a.mp3", tmp_path) == b"bytes"
        assert "Accept-Encoding: identity" in server.requests[0]


def test_a_name_that_leads_to_a_private_address_is_never_connected_to(tmp_path: Path) -> None:
    with serving(FILE) as server:
        client = GuardedClient([], resolver=lambda host, port: ["127.0.0.1"])
        assert "not on the public Internet" in failure(client, f"http://a.example:{server.port}/", tmp_path)
        assert not server.requests


def test_a_name_service_that_changes_its_answer_gains_nothing(tmp_path: Path) -> None:
    answers = iter([["127.0.0.2"], ["127.0.0.1"]])
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    with serving(FILE) as server:
        failure(
            GuardedClient(["127.0.0.2"], resolver=rebinding),
            f"http://a.example:{server.port}/",
            tmp_path,
            timeout_s=1,
        )
        assert asked == ["a.example"]
        assert not server.requests


def test_only_the_allowed_ones_of_several_addresses_are_tried(tmp_path: Path) -> None:
    with serving(FILE) as server:
        client = GuardedClient(["127.0.0.1/32"], resolver=lambda host, port: ["10.255.255.1", "127.0.0.1"])
        assert download(client, f"http://a.example:{server.port}/", tmp_path, timeout_s=60) == b"bytes"
        assert f"Host: a.example:{server.port}" in server.requests[0]


def test_a_redirect_is_followed(tmp_path: Path) -> None:
    def answer(path: str, connection: socket.socket) -> None:
        (FILE if path == "/there" else redirects(lambda _: "/there"))(path, connection)

    with serving(answer) as server:
        assert download(GuardedClient(LOOPBACK), f"{server.url}/here", tmp_path) == b"bytes"


def test_a_redirect_to_a_private_address_is_not_followed(tmp_path: Path) -> None:
    with (
        serving(FILE) as inner,
        serving(redirects(lambda _: inner.url.replace("127.0.0.1", "127.0.0.2"))) as outer,
    ):
        client = GuardedClient(["127.0.0.1/32"])
        assert "redirects to where it must not" in failure(client, outer.url, tmp_path)
        assert not inner.requests


def test_a_redirect_to_another_scheme_is_not_followed(tmp_path: Path) -> None:
    with serving(redirects(lambda _: "file:///etc/passwd")) as server:
        assert "redirects to where it must not" in failure(GuardedClient(LOOPBACK), server.url, tmp_path)


def test_endless_redirects_end(tmp_path: Path) -> None:
    with serving(redirects(lambda path: path + "x")) as server:
        assert "more than 5 times" in failure(GuardedClient(LOOPBACK), f"{server.url}/", tmp_path)
        assert len(server.requests) == 6


def test_credentials_do_not_go_to_another_host(tmp_path: Path) -> None:
    with serving(FILE) as there, serving(redirects(lambda _: f"http://localhost:{there.port}/")) as here:
        url = here.url.replace("://", "://user:secret@")
        download(GuardedClient(LOOPBACK), url, tmp_path)
        assert "Authorization: Basic" in here.requests[0]
        assert "Authorization" not in there.requests[0]


def test_an_announced_size_above_the_limit_is_not_read(tmp_path: Path) -> None:
    with serving(says("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")) as server:
        assert "larger than the limit of 1,000 bytes" in failure(
            GuardedClient(LOOPBACK), server.url, tmp_path
        )


def test_an_announced_size_of_thousands_of_digits_is_a_failed_fetch(tmp_path: Path) -> None:
    with serving(says(f"HTTP/1.1 200 OK\r\nContent-Length: {'9' * 5000}\r\n\r\n")) as server:
        assert failure(GuardedClient(LOOPBACK), server.url, tmp_path)


def test_an_endless_body_ends_at_the_limit(tmp_path: Path) -> None:
    def endless(path: str, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            connection.sendall(bytes(65536))

    with serving(endless) as server:
        assert "larger than" in failure(GuardedClient(LOOPBACK), server.url, tmp_path, max_bytes=300_000)


def drip(what: bytes) -> Answer:
    def answer(path: str, connection: socket.socket) -> None:
        while True:
            connection.sendall(what)
            time.sleep(0.05)

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        lambda path, connection: time.sleep(20),
        drip(b"HTTP/1.1 200 OK\r\nX: "),
        lambda path, connection: (
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"),
            drip(b".")(path, connection),
        ),
    ],
    ids=["never answers", "drips its headers", "drips its body"],
)
def test_a_fetch_that_takes_too_long_ends(tmp_path: Path, answer: Answer) -> None:
    with serving(answer) as server:
        began = time.monotonic()
        failure(GuardedClient(LOOPBACK), server.url, tmp_path, timeout_s=1)
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answered 404"),
        ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx", "compressed"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", "broke off"),
        ("garbage\r\n\r\n", "broke off"),
        ("", "broke off"),
    ],
)
def test_a_bad_answer_is_explained(tmp_path: Path, answer: str, reason: str) -> None:
    with serving(says(answer)) as server:
        assert reason in failure(GuardedClient(LOOPBACK), server.url, tmp_path)


def test_a_port_where_nobody_listens_is_explained(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert "cannot be reached" in failure(GuardedClient(LOOPBACK), f"http://127.0.0.1:{port}/", tmp_path)


def test_an_unknown_name_is_explained(tmp_path: Path) -> None:
    def unknown(host: str, port: int) -> list[str]:
        return resolve("does-not-exist.invalid", port)

    client = GuardedClient([], resolver=unknown)
    assert "cannot be reached" in failure(client, "http://does-not-exist.invalid/", tmp_path, timeout_s=20)


def test_a_status_is_all_that_a_callback_wants() -> None:
    with serving(redirects(lambda _: "/elsewhere")) as server:
        client = GuardedClient(LOOPBACK)
        url = f"http://user:pa%20ss@127.0.0.1:{server.port}/call?a={{x}}"
        assert client.get(url, headers={"Webhook-Id": "7"}, timeout_s=60) == 302
        assert len(server.requests) == 1
        assert "Authorization: Basic dXNlcjpwYSBzcw==" in server.requests[0]
        assert "Webhook-Id: 7" in server.requests[0]


def test_proxies_of_the_environment_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(FILE) as proxy, serving(FILE) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        download(GuardedClient(LOOPBACK), server.url, tmp_path)
        assert not proxy.requests


def test_a_small_request_may_send_a_body() -> None:
    received = bytearray()

    def takes(path: str, connection: socket.socket) -> None:
        received.extend(server.requests[0].partition("\r\n\r\n")[2].encode())
        while len(received) < len(b"code=1&b=2"):
            received.extend(connection.recv(100))
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}")

    with serving(takes) as server:
        answer = GuardedClient(LOOPBACK).request(
            "POST", server.url, headers={}, content=b"code=1&b=2", max_bytes=100, timeout_s=10
        )
    assert (answer.status, answer.body, bytes(received)) == (400, b"{}", b"code=1&b=2")
    assert server.requests[0].startswith("POST / HTTP/1.1")


def test_a_small_request_follows_no_redirect() -> None:
    with serving(redirects(lambda path: "http://169.254.169.254/")) as server:
        answer = GuardedClient(LOOPBACK).request("GET", server.url, headers={}, max_bytes=100, timeout_s=10)
    assert answer.status == 302
