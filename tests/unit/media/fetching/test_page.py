"""Finding the media in a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from scribedock.errors import InvalidUrl
from scribedock.media.fetching.page import MAX_PAGE_BYTES, find_media, is_page

BASE = "https://news.example/story/"
FOUND = "https://news.example/story/film.mp4"


@pytest.mark.parametrize(
    "page",
    [
        '<meta property="og:video" content="film.mp4">',
        '<meta property="og:video:url" content="https://news.example/story/film.mp4">',
        '<video src="film.mp4"></video>',
        '<video><source src="film.mp4"><source src="film.webm"></video>',
        '<audio src="film.mp4"></audio>',
        '<script type="application/ld+json">{"@graph": [{"contentUrl": "film.mp4"}]}</script>',
        '<rss><channel><item><enclosure url="film.mp4" type="video/mp4"/></item></channel></rss>',
    ],
)
def test_each_way_to_embed_media_is_known(page: str) -> None:
    assert find_media(f"<html><head></head><body>{page}</body></html>".encode(), BASE) == FOUND


def test_open_graph_goes_before_a_video_of_the_page() -> None:
    page = b'<html><video src="advert.mp4"></video><meta property="og:video" content="film.mp4"></html>'
    assert find_media(page, BASE) == FOUND


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"<html></html>",
        b'<video src="javascript:alert(1)"></video>',
        b'<video src="file:///etc/passwd"></video>',
        b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script>",
        b"<html>" + b"<div>" * 50_000,
        b"\x00\xff\xfe not a page",
    ],
)
def test_a_page_without_media_is_refused(page: bytes) -> None:
    with pytest.raises(InvalidUrl, match="embeds no media"):
        find_media(page, BASE)


def test_a_page_that_is_too_large_is_refused() -> None:
    with pytest.raises(InvalidUrl, match="2 MiB"):
        find_media(b" " * (MAX_PAGE_BYTES + 1), BASE)


@pytest.mark.parametrize(
    "url", ["https://www.youtube.com/watch?v=x", "https://youtu.be/x", "https://vimeo.com/1"]
)
def test_hosts_that_need_an_extractor_are_named(url: str) -> None:
    with pytest.raises(InvalidUrl, match="extractor"):
        find_media(b'<video src="a.mp4"></video>', url)


@pytest.mark.parametrize(
    ("content", "page"),
    [
        (b"<!DOCTYPE html><html>", True),
        (b"\xef\xbb\xbf\n <html lang=en>", True),
        (b"<?xml version='1.0'?><rss>", True),
        (b"RIFF....WAVE", False),
        (b"", False),
    ],
)
def test_a_page_is_distinguished_from_media(tmp_path: Path, content: bytes, page: bool) -> None:
    path = tmp_path / "fetched"
    path.write_bytes(content)
    assert is_page(path) is page
