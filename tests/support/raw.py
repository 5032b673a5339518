"""HTTP spoken byte by byte, where a client library would smooth things over."""

from __future__ import annotations

import json
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def error(self) -> dict[str, Any]:
        """Return the body as the API's error; its shape is checked on the way."""
        error = dict(json.loads(self.body))
        assert set(error) >= {"ErrorType", "ErrorComment"}
        is_problem = set(error) > {"ErrorType", "ErrorComment"}
        assert self.headers["content-type"] == f"application/{'problem+' if is_problem else ''}json"
        return error


class ConnectionEnded(ConnectionError):
    """Before the answer was whole."""


class RawConnection:
    """One TCP connection to the server of a URL; with TLS for https, verified with the certificate `ca`."""

    def __init__(self, url: str, *, timeout_s: float = 20, ca: Path | None = None) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        self.host = parts.netloc
        self._socket = socket.create_connection((parts.hostname, parts.port or 80), timeout_s)
        self.port = int(self._socket.getsockname()[1])
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=ca)
            self._socket = context.wrap_socket(self._socket, server_hostname=parts.hostname)
        self._rest = b""

    def send(self, *parts: bytes | str) -> None:
        for part in parts:
            self._socket.sendall(part.encode("latin-1") if isinstance(part, str) else part)

    def head(self, method: str, target: str, *headers: str, version: str = "1.1") -> None:
        """Send a request line and headers; Host is added."""
        lines = [f"{method} {target} HTTP/{version}", f"Host: {self.host}", *headers, "", ""]
        self.send("\r\n".join(lines))

    def answer(self, *, to_head: bool = False) -> Answer:
        """Return the next response; also an interim one."""
        head = self._until(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        status = int(first.split()[1])
        length = int(headers.get("content-length", 0)) if status >= 200 and not to_head else 0
        while len(self._rest) < length:
            part = self._socket.recv(65536)
            if not part:
                raise ConnectionEnded("inside a body")
            self._rest += part
        body, self._rest = self._rest[:length], self._rest[length:]
        return Answer(status=status, headers=headers, body=body)

    def is_closed(self) -> bool:
        """Return whether the server closes the connection without another byte."""
        try:
            return not self._rest and self._socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def _until(self, end: bytes) -> bytes:
        while end not in self._rest:
            part = self._socket.recv(65536)
            if not part:
                raise ConnectionEnded(f"before a response: {self._rest!r}")
            self._rest += part
        found, _, self._rest = self._rest.partition(end)
        return found

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> RawConnection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def target_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def put(url: str, body: bytes, *headers: str, version: str = "1.1", target: str | None = None) -> Answer:
    """Return a PUT with Content-Length on a connection of its own."""
    with RawConnection(url) as connection:
        connection.head(
            "PUT", target or target_of(url), f"Content-Length: {len(body)}", *headers, version=version
        )
        connection.send(body)
        return connection.answer()
