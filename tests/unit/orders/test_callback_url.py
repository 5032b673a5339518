from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock.orders.callback_url import expand

VALUES = {"job_id": "0f", "job_name": "Æ & b", "course": "{job_id}", "a name": "x", "empty": ""}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://h/?j={job_id}", "http://h/?j=0f"),
        ("http://h/?j=%7Bjob_id%7D&k=%7bjob_id%7d", "http://h/?j=0f&k=0f"),
        ("http://h/{job_id}/{job_id}", "http://h/0f/0f"),
        ("http://h/?n={job_name}", "http://h/?n=%C3%86%20%26%20b"),
        ("http://h/?c={course}", "http://h/?c=%7Bjob_id%7D"),
        ("http://h/?c={a+name}{a%20name}{a name}", "http://h/?c=xxx"),
        ("http://h/?e={empty}", "http://h/?e="),
        ("http://h/?o={other}&p={JOB_ID}", "http://h/?o={other}&p={JOB_ID}"),
        ("http://h/?o={{job_id}}", "http://h/?o={0f}"),
        ("http://h/?o={job_id", "http://h/?o={job_id"),
        ("http://h/?o={}", "http://h/?o={}"),
    ],
)
def test_tags_are_replaced_once_and_encoded(url: str, expected: str) -> None:
    assert expand(url, VALUES) == expected


@given(st.text(alphabet="{}%7BDbdjob_i", max_size=60))
def test_any_url_can_be_expanded_and_keeps_what_is_no_tag(url: str) -> None:
    assert expand(url, {}) == url


def test_a_hostile_url_is_masked_quickly() -> None:
    began = time.monotonic()
    expand("{" * 20_000 + "%7B" * 20_000, VALUES)
    assert time.monotonic() - began < 30
