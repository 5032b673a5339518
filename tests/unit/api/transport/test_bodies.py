"""The announced length of a request's body."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from scribedock.api.transport.bodies import announces_more


def request(*headers: tuple[str, str]) -> Request:
    return Request(
        {"type": "http", "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers]}
    )


@pytest.mark.parametrize("length", ["101", "0101", "9" * 5000])
def test_a_body_that_is_announced_as_too_large_is_recognized(length: str) -> None:
    assert announces_more(request(("content-length", length)), 100)


@pytest.mark.parametrize(
    "length", ["100", "0", "", "-101", "1_01", "10\u00b2", "\u00b2\u00b2\u00b2\u00b2", "all"]
)
def test_any_other_length_is_left_to_the_reading_of_the_body(length: str) -> None:
    assert not announces_more(request(("content-length", length)), 100)


def test_a_body_without_a_length_is_not_announced_as_too_large() -> None:
    assert not announces_more(request(), 100)
