"""The media that a web page embeds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from scribedock.errors import InvalidUrl

MAX_PAGE_BYTES = 2 * 1024**2
HEAD_BYTES = 1024
MARKUP = (b"<!doctype html", b"<html", b"<head", b"<body", b"<rss", b"<feed", b"<?xml")
EXTRACTOR_HOSTS = ("youtube.com", "youtu.be", "vimeo.com", "dailymotion.com", "facebook.com", "tiktok.com")
OPEN_GRAPH = ("og:video:secure_url", "og:video:url", "og:video", "og:audio:secure_url", "og:audio")
MAX_JSON_DEPTH = 50


def is_page(path: Path) -> bool:
    """Return whether a file begins like a page or a feed, and not like media."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(MARKUP)


def find_media(page: bytes, base_url: str) -> str:
    """Return the absolute URL of the media that a page or feed of at most 2 MiB names first.

    Sources, in this order: Open Graph, `<video>` and `<audio>` with their `<source>`, JSON-LD's `contentUrl`,
    the enclosure of a feed. Raises InvalidUrl where there is none.
    """
    host = (urlsplit(base_url).hostname or "").removeprefix("www.").removeprefix("m.")
    if host in EXTRACTOR_HOSTS:
        raise InvalidUrl(
            f"Pages of {host} hide their media; this release has no extractor for them. "
            "Upload the recording itself."
        )
    if len(page) > MAX_PAGE_BYTES:
        raise InvalidUrl("The URL is a page of more than 2 MiB; name the media file itself.")
    root = _parse(page)
    if root is not None:
        for found in _candidates(root):
            url = urljoin(base_url, found.strip())
            if url.startswith(("http://", "https://")):
                return url
    raise InvalidUrl(
        "The page embeds no media that can be found (og:video, <video>, <audio>, JSON-LD contentUrl, "
        "enclosure); name the media file itself."
    )


def _parse(page: bytes) -> html.HtmlElement | None:
    parser = html.HTMLParser(no_network=True, huge_tree=False, recover=True)
    try:
        return html.document_fromstring(page, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _candidates(root: html.HtmlElement) -> Iterator[str]:
    for name in OPEN_GRAPH:
        yield from _texts(root.xpath("//meta[@property=$name]/@content", name=name))
    yield from _texts(root.xpath("//video/@src | //video//source/@src | //audio/@src | //audio//source/@src"))
    for script in root.xpath("//script[@type='application/ld+json']/text()"):
        try:
            yield from _content_urls(json.loads(script), MAX_JSON_DEPTH)
        except (ValueError, RecursionError):
            continue
    yield from _texts(root.xpath("//enclosure/@url"))
    yield from _texts(root.xpath("//link[@rel='enclosure']/@href"))


def _texts(values: Any) -> Iterator[str]:
    for value in values:
        if str(value).strip():
            yield str(value)


def _content_urls(value: Any, depth: int) -> Iterator[str]:
    if depth == 0:
        return
    if isinstance(value, dict):
        if isinstance(value.get("contentUrl"), str):
            yield value["contentUrl"]
        for part in value.values():
            yield from _content_urls(part, depth - 1)
    elif isinstance(value, list):
        for part in value:
            yield from _content_urls(part, depth - 1)
