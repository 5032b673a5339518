"""The URL of a callback, with tags for values that are known when it is called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote_plus

from scribedock.media.fetching.fetch import GuardedClient

TAG = re.compile(r"(?:\{|%7B)((?:(?!%7[BD])[^{}])*)(?:\}|%7D)", re.I)
PASSWORD = re.compile(r"(?i)^(https?://[^/?#:]*:)[^/?#]*@")


def check_callback_url(fetcher: GuardedClient, url: str | None) -> None:
    """Raise InvalidUrl for what can be known without the network."""
    if url:
        fetcher.check(expand(url, dict.fromkeys(("job_id", "job_name"), "x")))


def names_job(url: str) -> bool:
    """Return whether the URL names the job, so that several jobs may use it."""
    return _has_tag(url, "job_id")


def names_status(url: str) -> bool:
    """Return whether the URL names the job's state, so that its receiver can tell what a call means."""
    return _has_tag(url, "job_status")


def _has_tag(url: str, name: str) -> bool:
    return any(found[1] == name for found in TAG.finditer(url))


def without_password(url: str) -> str:
    """Mask a password before the host of the URL as `***`."""
    return PASSWORD.sub(r"\1***@", url)


def expand(url: str, values: Mapping[str, str]) -> str:
    """Replace each `{tag}` (also `%7Btag%7D`) by its URL-encoded value; the rest stays as it is.

    Inserted values are not expanded again, so a value that looks like a tag stays a value.
    """

    def value(found: re.Match[str]) -> str:
        name = found[1] if found[1] in values else unquote_plus(found[1])
        return quote(values[name], safe="") if name in values else found[0]

    return TAG.sub(value, url)
