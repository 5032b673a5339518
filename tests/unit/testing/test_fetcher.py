"""The fetcher that unit tests use does what everything that fetches must do."""

from __future__ import annotations

from pathlib import Path

import pytest

from scribedock.media.fetching.fetch import FetchFailed, FetchLimits, GuardedClient
from scribedock.testing import ScriptedFetcher
from tests.support.fetching_contract import *  # noqa: F403
from tests.support.fetching_contract import Site

URL = "https://example.org/a.mp3"


@pytest.fixture
def site() -> Site:
    def serve(content: bytes | str | None) -> tuple[GuardedClient, str]:
        pages = {} if content is None else {URL: content if isinstance(content, bytes) else b"never ends"}
        return ScriptedFetcher(pages), URL

    return serve


def test_it_remembers_what_was_asked(tmp_path: Path) -> None:
    fetcher = ScriptedFetcher({URL: b"bytes"})
    fetcher.download(URL, tmp_path / "file", FetchLimits(max_bytes=10, timeout_s=1))
    fetcher.get(URL, headers={"Webhook-Id": "1"}, timeout_s=1)
    assert fetcher.asked == [(URL, {}), (URL, {"Webhook-Id": "1"})]


def test_what_fails_can_be_written_down(tmp_path: Path) -> None:
    fetcher = ScriptedFetcher({URL: FetchFailed("no")}, {URL: FetchFailed("never")})
    with pytest.raises(FetchFailed, match="no"):
        fetcher.download(URL, tmp_path / "file", FetchLimits(max_bytes=10, timeout_s=1))
    with pytest.raises(FetchFailed, match="never"):
        fetcher.get(URL, headers={}, timeout_s=1)
