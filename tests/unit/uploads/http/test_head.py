"""The head of a request, and the framing of its body (RFC 9112)."""

from __future__ import annotations

import pytest

from scribedock.errors import InvalidQuery
from scribedock.uploads.http.head import BadFraming, body_length, parse_head


def head(*lines: str, request: str = "PUT /upload/x HTTP/1.1") -> bytes:
    return "\r\n".join((request, *lines)).encode("latin-1")


def test_names_are_found_in_lower_case_and_repeated_values_stay_in_order() -> None:
    found = parse_head(head("Host: a", "X-Part: 1", "x-part:2"))
    assert found.headers == {"host": ("a",), "x-part": ("1", "2")}
    assert (found.method, found.target, found.version) == ("PUT", "/upload/x", "1.1")


@pytest.mark.parametrize(
    ("lines", "length"),
    [
        (["Content-Length: 5"], 5),
        (["Transfer-Encoding: chunked"], None),
        (["Transfer-Encoding: Chunked"], None),
    ],
)
def test_the_length_of_the_body_is_known(lines: list[str], length: int) -> None:
    assert body_length(parse_head(head(*lines))) == length


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Content-Length: 5", "Content-Length: 5"],
        ["Content-Length: 5, 5"],
        ["Content-Length: +5"],
        ["Content-Length: 5_0"],
        ["Content-Length: \u0665".encode().decode("latin-1")],
        ["Content-Length: 99999999999999999999"],
        ["Transfer-Encoding: gzip, chunked"],
        ["Transfer-Encoding: chunked, chunked"],
        ["Transfer-Encoding: identity"],
    ],
)
def test_a_doubtful_length_is_refused(lines: list[str]) -> None:
    with pytest.raises(BadFraming):
        body_length(parse_head(head(*lines)))


def test_http_1_0_has_no_chunked_coding() -> None:
    with pytest.raises(BadFraming):
        body_length(parse_head(head("Transfer-Encoding: chunked", request="PUT /upload/x HTTP/1.0")))


def test_a_missing_length_is_411() -> None:
    with pytest.raises(InvalidQuery) as caught:
        body_length(parse_head(head("Host: a")))
    assert caught.value.status == 411


@pytest.mark.parametrize(
    "raw",
    [
        head("No colon here"),
        head(" folded: value"),
        head("Name : value"),
        head("Name: va\x00lue"),
        head(request="PUT  /upload/x HTTP/1.1"),
        head(request="PUT /upload/x HTTP/2.0"),
        head(request="P(T /upload/x HTTP/1.1"),
        b"",
    ],
)
def test_a_malformed_head_is_refused(raw: bytes) -> None:
    with pytest.raises(BadFraming):
        parse_head(raw)


def test_http_1_0_closes_and_1_1_keeps_alive_unless_told() -> None:
    assert parse_head(head("Host: a")).keeps_alive
    assert not parse_head(head("Connection: Close")).keeps_alive
    assert not parse_head(head(request="PUT /upload/x HTTP/1.0")).keeps_alive
