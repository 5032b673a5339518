"""What everything that fetches must do, as tests: imported beside a fixture `site`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scribedock.errors import InvalidUrl
from scribedock.media.fetching.fetch import FetchFailed, FetchLimits, GuardedClient
from scribedock.media.fetching.patience import Unwanted

LIMITS = FetchLimits(max_bytes=1000, timeout_s=30)
CONTENT = b"a recording"

SLOW = "slow"
# Serves the content, never ends to do so (SLOW), or has nobody listen (None); gives the client and the URL.
Site = Callable[[bytes | str | None], tuple[GuardedClient, str]]


def test_what_the_url_gives_is_written(site: Site, tmp_path: Path) -> None:
    client, url = site(CONTENT)
    client.download(url, tmp_path / "file", LIMITS)
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_what_is_too_large_fails(site: Site, tmp_path: Path) -> None:
    client, url = site(b"x" * 1001)
    with pytest.raises(FetchFailed, match="larger than the limit of 1,000 bytes"):
        client.download(url, tmp_path / "file", LIMITS)


def test_a_host_that_cannot_be_reached_is_said(site: Site, tmp_path: Path) -> None:
    client, url = site(None)
    with pytest.raises(FetchFailed, match="cannot be reached"):
        client.download(url, tmp_path / "file", LIMITS)


def test_a_fetch_that_nobody_wants_ends(site: Site, tmp_path: Path) -> None:
    client, url = site(SLOW)
    with pytest.raises(Unwanted):
        client.download(url, tmp_path / "file", LIMITS, wanted=lambda: False)


@pytest.mark.parametrize("url", ["ftp://example.org/a", "http://", "http://a b/", "http://[::1]/"])
def test_a_url_that_cannot_be_right_is_refused(site: Site, url: str, tmp_path: Path) -> None:
    client, _ = site(CONTENT)
    with pytest.raises(InvalidUrl):
        client.check(url)
    with pytest.raises(InvalidUrl):
        client.download(url, tmp_path / "file", LIMITS)


def test_the_status_of_a_post_is_given(site: Site) -> None:
    client, url = site(CONTENT)
    assert client.post(url, b"{}", headers={"Webhook-Id": "1"}, timeout_s=30) == 200


def test_the_status_of_a_get_is_given(site: Site) -> None:
    client, url = site(CONTENT)
    assert client.get(url, headers={"Webhook-Id": "1"}, timeout_s=30) == 200


def test_a_small_request_is_answered_with_status_and_body(site: Site) -> None:
    client, url = site(CONTENT)
    answer = client.request("GET", url, headers={}, max_bytes=1000, timeout_s=30)
    assert (answer.status, answer.body) == (200, CONTENT)


def test_a_small_request_takes_no_large_answer(site: Site) -> None:
    client, url = site(b"x" * 1001)
    with pytest.raises(FetchFailed, match="larger than the limit of 1,000 bytes"):
        client.request("GET", url, headers={}, max_bytes=1000, timeout_s=30)
    client, url = site(None)
    with pytest.raises(FetchFailed, match="cannot be reached"):
        client.request("GET", url, headers={}, max_bytes=1000, timeout_s=30)
    with pytest.raises(InvalidUrl):
        client.request("GET", "http://[::1]/", headers={}, max_bytes=1000, timeout_s=30)
