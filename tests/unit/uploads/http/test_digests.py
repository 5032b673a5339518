"""The headers that carry digests."""

from __future__ import annotations

import pytest

from scribedock.errors import InvalidQuery
from scribedock.uploads.http.digests import digests_of
from scribedock.uploads.http.head import RequestHead, parse_head


def head(*lines: str) -> RequestHead:
    return parse_head("\r\n".join(("PUT /upload/x HTTP/1.1", *lines)).encode("latin-1"))


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("Want-Repr-Digest: sha-256=1", True),
        ("Want-Repr-Digest: sha-512=9, sha-256=10", True),
        ("Want-Repr-Digest: sha-256=0", False),
        ("Want-Repr-Digest: sha-512=3", False),
    ],
)
def test_a_client_asks_for_a_digest_by_its_weight(line: str, wanted: bool) -> None:
    assert digests_of(head(line)).wanted is wanted


@pytest.mark.parametrize("weight", ["-1", "1_0", "\u00b2", "9" * 16, "9" * 5000, "?1", ""])
def test_a_weight_that_is_no_integer_of_a_structured_field_is_refused(weight: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        digests_of(head(f"Want-Repr-Digest: sha-256={weight}"))
    assert caught.value.status == 400
