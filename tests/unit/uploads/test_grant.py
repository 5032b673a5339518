"""The signed token of an upload URL."""

from __future__ import annotations

import base64
import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock.keys.keys import SigningKey
from scribedock.uploads.grant import MAX_EXPIRY, Forged, Grant, sign, verify

KEY = SigningKey(id="k1", secret=b"1" * 32)
OTHER = SigningKey(id="k2", secret=b"2" * 32)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def grant(**changes: object) -> Grant:
    values: dict[str, object] = {
        "upload_id": uuid.uuid4().hex,
        "job_id": uuid.uuid4().hex,
        "expires": int(time.time()) + 43_200,
        "max_bytes": 10 * 1024**3,
        "epoch": 3,
        "cors_origin": "https://example.org",
    }
    return Grant(**{**values, **changes})  # type: ignore[arg-type]


def test_a_token_says_again_what_was_signed() -> None:
    issued = grant()
    assert verify(sign(issued, KEY), [KEY]) == issued


@given(
    st.builds(
        grant,
        expires=st.integers(0, MAX_EXPIRY),
        max_bytes=st.integers(0, 2**64 - 1),
        epoch=st.integers(0, 2**32 - 1),
        cors_origin=st.text(max_size=100),
    )
)
def test_every_grant_survives_the_round_trip(issued: Grant) -> None:
    assert verify(sign(issued, KEY), [OTHER, KEY]) == issued


@given(st.data())
def test_no_token_with_a_changed_character_is_accepted(data: st.DataObject) -> None:
    token = sign(grant(), KEY)
    position = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from([c for c in ALPHABET if c != token[position]]))
    with pytest.raises(Forged):
        verify(token[:position] + letter + token[position + 1 :], [KEY])


@given(st.text(max_size=300))
def test_no_invented_token_is_accepted(text: str) -> None:
    with pytest.raises(Forged):
        verify(text, [KEY])


@given(st.binary(min_size=33, max_size=200))
def test_no_invented_bytes_are_accepted(raw: bytes) -> None:
    with pytest.raises(Forged):
        verify(base64.urlsafe_b64encode(raw).rstrip(b"=").decode(), [KEY])


@pytest.mark.parametrize(
    "respell",
    [
        lambda token: token + "=",
        lambda token: token + "==",
        lambda token: token + "\n",
        lambda token: " " + token,
        lambda token: token.replace("-", "+").replace("_", "/") + "A",
        lambda token: f"%{ord(token[0]):02X}{token[1:]}",
        lambda token: token + "/",
        lambda token: token + token,
        lambda token: token[:-1],
        lambda token: "\N{FULLWIDTH DIGIT ONE}" + token[1:],
    ],
)
def test_another_spelling_of_the_same_token_is_refused(respell: object) -> None:
    assert callable(respell)
    with pytest.raises(Forged):
        verify(respell(sign(grant(), KEY)), [KEY])


def test_the_unused_bits_of_the_last_character_must_be_zero() -> None:
    token = next(
        token for token in (sign(grant(cors_origin="x" * size), KEY) for size in range(3)) if len(token) % 4
    )
    last = ALPHABET.index(token[-1])
    for changed in range(last + 1, min(last + 4, 64)):
        with pytest.raises(Forged):
            verify(token[:-1] + ALPHABET[changed], [KEY])


def test_a_key_that_is_no_longer_known_verifies_nothing() -> None:
    with pytest.raises(Forged):
        verify(sign(grant(), OTHER), [KEY])


def test_a_key_of_the_same_name_but_another_secret_verifies_nothing() -> None:
    with pytest.raises(Forged):
        verify(sign(grant(), KEY), [SigningKey(id="k1", secret=b"3" * 32)])
