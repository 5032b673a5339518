"""Which host a piece of work talks to, so that none gets too much of it."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """Return a digest of a URL's host, empty if it has none: it distinguishes hosts without naming them."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return hashlib.sha256(host.encode(errors="replace")).hexdigest() if host else ""
