"""What the pages of the application may load and do (Content Security Policy, Permissions Policy)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

# Nothing that a page of captions needs; the player may fill the screen.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "microphone",
        "midi",
        "payment",
        "serial",
        "usb",
    )
)


def application_policy(connections: Sequence[str] = ()) -> Mapping[str, str]:
    """Return the headers of a page with scripts; connections: other origins that it may call."""
    policy = {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "media-src": "'self' blob:",  # captions reach the player as a file that the page has made
        "connect-src": " ".join(["'self'", *connections]),
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "lit-html",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Permissions-Policy": PERMISSIONS,
    }


def origin_of(url: str) -> str:
    """Return scheme, host and port as a policy names them; empty for what has none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""
