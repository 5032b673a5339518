"""The names that a client may give a server, and that come back in URLs."""

from __future__ import annotations

import pytest

from scribedock.api.transport.authority import authority, authority_of, base_url, check_request, is_authority
from scribedock.errors import InvalidQuery

GOOD = [
    "captions.example.org",
    "captions.example.org.",
    "CAPTIONS.example.org:8024",
    "localhost",
    "my_service:80",
    "127.0.0.1:1",
    "[::1]:65535",
    "[2001:db8::7]",
    "a" * 63,
]
BAD = [
    "",
    ":80",
    "a:",
    "a:0",
    "a:65536",
    "a:080000",
    "a:-1",
    "a:\u0661",
    "a:b",
    "a:1:2",
    "a b",
    "a,b",
    "user@a",
    "a/b",
    "a?b",
    "a#b",
    "a\\b",
    "a'b",
    'a"><script>',
    "a%41",
    "a..b",
    ".a",
    "ex\u00e4mple.org",
    "a\n",
    "a\x00",
    "::1",
    "[::1",
    "[::1]a",
    "[::1%25eth0]",
    "[1.2.3.4]",
    "[v1.x]",
    "a" * 64,
    "a." * 130,
]


@pytest.mark.parametrize("text", GOOD)
def test_a_name_or_an_address_with_or_without_a_port_is_an_authority(text: str) -> None:
    assert is_authority(text)


@pytest.mark.parametrize("text", BAD, ids=ascii)
def test_everything_else_is_no_authority(text: str) -> None:
    assert not is_authority(text)


@pytest.mark.parametrize(
    ("version", "hosts", "status"),
    [
        ("1.1", [], 400),
        ("1.1", ["a", "a"], 400),
        ("1.0", ["a", "b"], 400),
        ("1.0", [""], 400),
        ("1.1", ["a b"], 400),
        ("0.9", ["a"], 505),
        ("2.0", ["a"], 505),
    ],
)
def test_a_request_without_one_usable_host_is_refused(version: str, hosts: list[str], status: int) -> None:
    with pytest.raises(InvalidQuery) as refused:
        check_request(version, hosts)
    assert refused.value.status == status


@pytest.mark.parametrize(("version", "hosts"), [("1.0", []), ("1.0", ["a"]), ("1.1", [" a:1\t"])])
def test_a_request_with_a_host_or_of_http_1_0_is_accepted(version: str, hosts: list[str]) -> None:
    check_request(version, hosts)


def test_only_a_target_in_absolute_form_names_a_host() -> None:
    assert authority_of(b"HTTP://a.example:1/x?y=http://b") == b"a.example:1"
    assert authority_of(b"https://u@a?x") == b"u@a"
    assert [authority_of(target) for target in (b"/http://a/", b"*", b"ftp://a/", b"a:80")] == [None] * 4


def test_the_nearest_proxy_has_the_last_word() -> None:
    assert base_url("http, https", "evil.example, a.example:443") == "https://a.example:443"


@pytest.mark.parametrize(
    ("scheme", "host"),
    [("javascript", "a"), ("", "a"), ("https,", "a"), ("https", "a/b"), ("https", "a,"), ("https", "a, b c")],
)
def test_what_a_proxy_says_is_checked_too(scheme: str, host: str) -> None:
    with pytest.raises(InvalidQuery, match="X-Forwarded-"):
        base_url(scheme, host)


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert (authority("::1", 80), authority("127.0.0.1", 80)) == ("[::1]:80", "127.0.0.1:80")
