"""Counting of requests, by call and not by path: a path may hold anything."""

from __future__ import annotations

from starlette.types import Scope

from scribedock import metrics

CALL = "scribedock.call"  # of the scope: the path of the registered call that was made
OTHER = "other"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# What is no call of the API, by the first part of its path.
PARTS = {
    name: name
    for name in ("api", "approve", "captions", "docs", "healthz", "media", "openapi.json", "readyz", "web")
} | {"upload": "upload URL"}


def call_of(scope: Scope) -> str:
    """Return the call that was made, or what the path belongs to."""
    return str(scope.get(CALL) or part_of(scope["path"]))


def method_of(scope: Scope) -> str:
    """Return the method of a request; others than those of HTTP may be anything."""
    return shown_method(str(scope["method"]))


def shown_method(method: str) -> str:
    """Return the method as it is counted."""
    return method if method in METHODS else OTHER


def count_request(scope: Scope, status: int, seconds: float) -> None:
    """Count an answered request of the application."""
    count(call_of(scope), scope["method"], status, seconds)


def count(call: str, method: str, status: int, seconds: float) -> None:
    """Count an answered request."""
    metrics.HTTP_REQUESTS.labels(call, shown_method(method), str(status)).inc()
    metrics.HTTP_DURATION.labels(call).observe(seconds)


def part_of(path: str) -> str:
    """Return what a path that is no call's belongs to."""
    return PARTS.get(path.lstrip("/").partition("/")[0], OTHER)
