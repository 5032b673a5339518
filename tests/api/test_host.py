"""The Host header, the version of HTTP and the form of the target, byte by byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.raw import Answer, RawConnection, target_of

BAD_HOSTS = [
    "",
    "a b",
    "user@evil.example",
    "evil.example/path",
    "evil.example?",
    "evil.example#",
    "a,b",
    "evil.example:0",
    "evil.example:65536",
    "evil.example:",
    "evil.example:80:80",
    'evil.example"><script>',
    "[::1",
    "::1",
    "%65vil.example",
]
REQUESTS = {"a call": "GET /healthz", "an upload": "PUT /upload/x", "a missing path": "GET /nowhere"}


def exchanged(url: str, *lines: str) -> Answer:
    """Return the answer to these lines, after which the connection must be closed."""
    with RawConnection(url) as connection:
        connection.send("\r\n".join([*lines, "", ""]))
        answer = connection.answer()
        assert connection.is_closed()
        return answer


def link(server: OwnServer, token: str, *headers: str, version: str = "1.1", base: str = "") -> Answer:
    """Return what a call answers in whose answer a link stands."""
    with RawConnection(server.base_url) as connection:
        job = Client(server, token=token).new_job()
        target = f"{base}/api/job/request_upload_url?v=1&api_token={token}&job_id={job}"
        connection.send("\r\n".join([f"GET {target} HTTP/{version}", *headers, "", ""]))
        return connection.answer()


def start_of(answer: Answer) -> str:
    """Return the base URL of the link."""
    assert answer.status == 200, answer.body
    parts = urlsplit(json.loads(answer.body)["upload_url"])
    return f"{parts.scheme}://{parts.netloc}"


@pytest.mark.parametrize("request_line", REQUESTS.values(), ids=list(REQUESTS))
@pytest.mark.parametrize("host", BAD_HOSTS)
def test_a_malformed_host_is_refused(server: OwnServer, request_line: str, host: str) -> None:
    answer = exchanged(server.base_url, f"{request_line} HTTP/1.1", f"Host: {host}", "Content-Length: 0")
    assert (answer.status, answer.error["ErrorType"]) == (400, "INVALID_QUERY")
    assert "Host" in answer.error["ErrorComment"]
    assert "evil" not in answer.body.decode()


@pytest.mark.parametrize("request_line", REQUESTS.values(), ids=list(REQUESTS))
@pytest.mark.parametrize(
    "hosts", [[], ["Host: a", "Host: a"], ["Host: a", "host: b"]], ids=["none", "twice", "two"]
)
def test_http_1_1_needs_one_host(server: OwnServer, request_line: str, hosts: list[str]) -> None:
    answer = exchanged(server.base_url, f"{request_line} HTTP/1.1", *hosts, "Content-Length: 0")
    assert (answer.status, answer.error["ErrorType"]) == (400, "INVALID_QUERY")


@pytest.mark.parametrize("request_line", REQUESTS.values(), ids=list(REQUESTS))
@pytest.mark.parametrize("version", ["0.9", "2.0", "3.0"])
def test_unsupported_versions_of_http_are_refused(server: OwnServer, request_line: str, version: str) -> None:
    answer = exchanged(server.base_url, f"{request_line} HTTP/{version}", "Host: a", "Content-Length: 0")
    assert answer.status in (400, 505)
    assert answer.error["ErrorType"] == "INVALID_QUERY"


def test_a_request_line_without_a_version_is_refused(server: OwnServer) -> None:
    assert exchanged(server.base_url, "GET /healthz").error["ErrorType"] == "INVALID_QUERY"


def test_a_refusal_waits_for_the_answers_before_it(server: OwnServer) -> None:
    with RawConnection(server.base_url) as connection:
        connection.send("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n")
        assert [connection.answer().status for _ in range(2)] == [200, 400]
        assert connection.is_closed()


@pytest.mark.parametrize("host", ["captions.example.org", "a_b:65535", "[::1]:8024", "127.0.0.1"])
def test_links_start_with_the_host_of_the_request(server: OwnServer, admin_token: str, host: str) -> None:
    assert start_of(link(server, admin_token, f"Host: {host}")) == f"http://{host}"


def test_http_1_0_without_a_host_gets_links_to_the_address_it_connected_to(
    server: OwnServer, admin_token: str
) -> None:
    assert start_of(link(server, admin_token, version="1.0")) == server.base_url
    client = Client(server, token=admin_token)
    url = client.upload_url(client.new_job())
    with RawConnection(url) as connection:
        connection.send(f"PUT {target_of(url)} HTTP/1.0\r\nContent-Length: 4\r\n\r\nRIFF")
        assert connection.answer().status == 200


def test_the_host_of_an_absolute_target_counts_instead_of_the_header(
    server: OwnServer, admin_token: str
) -> None:
    answer = link(server, admin_token, "Host: other.example", base="http://named.example:81")
    assert start_of(answer) == "http://named.example:81"
    assert start_of(link(server, admin_token, base="http://named.example", version="1.0")) == (
        "http://named.example"
    )


@pytest.mark.parametrize(
    ("target", "hosts"),
    [
        ("http://user@evil.example/healthz", ["Host: a"]),
        ("http://evil.example:0/healthz", ["Host: a"]),
        ("http:///healthz", ["Host: a"]),
        ("http://named.example/healthz", []),
        ("http://named.example/healthz", ["Host: a", "Host: a"]),
        ("ftp://named.example/healthz", ["Host: a", "Host: a"]),
        ("named.example:80", ["Host: a"]),
    ],
)
def test_an_absolute_target_follows_the_same_rules(server: OwnServer, target: str, hosts: list[str]) -> None:
    answer = exchanged(server.base_url, f"GET {target} HTTP/1.1", *hosts)
    assert (answer.status, answer.error["ErrorType"]) == (400, "INVALID_QUERY")


def test_headers_of_an_untrusted_proxy_are_ignored(server: OwnServer, admin_token: str) -> None:
    answer = link(server, admin_token, "Host: a", "X-Forwarded-Host: evil/", "X-Forwarded-Proto: x")
    assert start_of(answer) == "http://a"


@pytest.fixture(scope="module")
def behind_a_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OwnServer, str]]:
    folder = tmp_path_factory.mktemp("proxied")
    with OwnServer(folder, arguments=("--no-worker",), trusted_proxies="127.0.0.0/8") as started:
        yield started, Client(started).login().token


def test_links_start_with_what_a_trusted_proxy_says(behind_a_proxy: tuple[OwnServer, str]) -> None:
    proxy = ["Host: inside", "X-Forwarded-Proto: https"]
    assert start_of(link(*behind_a_proxy, *proxy, "X-Forwarded-Host: a.example")) == "https://a.example"
    # A client sent the first, and the proxy added its own.
    added = link(*behind_a_proxy, *proxy, "X-Forwarded-Host: evil", "X-Forwarded-Host: b, c.example:1")
    assert start_of(added) == "https://c.example:1"
    assert start_of(link(*behind_a_proxy, "Host: inside")) == "http://inside"


@pytest.mark.parametrize(
    ("header", "prefix"),
    [
        ("X-Forwarded-Prefix: /captions", "/captions"),
        ("X-Forwarded-Prefix: /a/b%20c/", "/a/b%20c"),
        ("X-Forwarded-Prefix: /evil, /captions", "/captions"),
        ("X-Forwarded-Prefix: /", ""),
    ],
)
def test_links_and_locations_contain_the_prefix_that_a_trusted_proxy_took_off(
    behind_a_proxy: tuple[OwnServer, str], header: str, prefix: str
) -> None:
    answer = link(*behind_a_proxy, "Host: a.example", header)
    path = urlsplit(json.loads(answer.body)["upload_url"]).path
    assert path.startswith(f"{prefix}/upload/")
    inside = path.removeprefix(prefix)
    with RawConnection(behind_a_proxy[0].base_url) as connection:
        for kind in ("Upload-Length: 9", "Upload-Length: 9\r\nUpload-Concat: partial"):
            connection.head("POST", inside, "Tus-Resumable: 1.0.0", "Content-Length: 0", kind, header)
            location = connection.answer().headers["location"]
            assert location.startswith(f"{prefix}/upload/")
            connection.head("HEAD", location.removeprefix(prefix), "Tus-Resumable: 1.0.0")
            assert connection.answer(to_head=True).status == 200


def test_a_prefix_counts_only_if_the_proxy_is_trusted(server: OwnServer, admin_token: str) -> None:
    answer = link(server, admin_token, "Host: a", "X-Forwarded-Prefix: /evil")
    path = urlsplit(json.loads(answer.body)["upload_url"]).path
    assert path.startswith("/upload/")
    with RawConnection(server.base_url) as connection:
        connection.head(
            "POST",
            path,
            "Tus-Resumable: 1.0.0",
            "Content-Length: 0",
            "Upload-Length: 9",
            "X-Forwarded-Prefix: /evil",
        )
        assert connection.answer().headers["location"] == path


@pytest.mark.parametrize(
    "prefix", ["captions", "//evil.example", "/a//b", "/a/../b", "/.", "/a?b", "/a b", "/%zz"]
)
def test_a_prefix_of_a_trusted_proxy_must_be_a_path(
    behind_a_proxy: tuple[OwnServer, str], prefix: str
) -> None:
    header = f"X-Forwarded-Prefix: {prefix}"
    assert "X-Forwarded-Prefix" in link(*behind_a_proxy, "Host: a", header).error["ErrorComment"]
    for method in ("PUT", "HEAD"):
        with RawConnection(behind_a_proxy[0].base_url) as connection:
            connection.head(method, "/upload/x", "Content-Length: 0", header)
            assert connection.answer(to_head=method == "HEAD").status == 400


@pytest.mark.parametrize(
    "header", ["X-Forwarded-Host: evil/x", "X-Forwarded-Host: a@b", "X-Forwarded-Proto: javascript"]
)
def test_a_trusted_proxy_must_send_a_valid_host(behind_a_proxy: tuple[OwnServer, str], header: str) -> None:
    answer = link(*behind_a_proxy, "Host: inside", header)
    assert (answer.status, answer.error["ErrorType"]) == (400, "INVALID_QUERY")
    assert header.partition(":")[0] in answer.error["ErrorComment"]


def test_no_redirect_leads_to_the_host_of_the_request(server: OwnServer) -> None:
    for path in ("/", "/docs/", "/healthz/", "/captions/x/"):
        with RawConnection(server.base_url) as connection:
            connection.send(f"GET {path} HTTP/1.1\r\nHost: evil.example\r\n\r\n")
            assert "evil" not in connection.answer().headers.get("location", "")
