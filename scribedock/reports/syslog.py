"""Messages of syslog, and the ways that they are sent.

Source: RFC 5424 (the message), RFC 5426 (UDP), RFC 6587 §3.4.1 (TCP, its octet counting), RFC 5425 (TLS).
"""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

AUDIT_FACILITY = 13  # log audit
NOTICE, INFORMATIONAL = 5, 6
MAX_HOST, MAX_MESSAGE_ID = 255, 32
MAX_DATAGRAM = 65_000  # bytes
TIMEOUT_S = 20.0
PORTS = {"udp": 514, "tcp": 601, "tls": 6514}
UNPRINTABLE = re.compile(r"[^!-~]")


class SyslogError(Exception):
    """A target that cannot be used or reached; the text says why."""


@dataclass(frozen=True, kw_only=True)
class SyslogTarget:
    """Where messages go: udp, tcp or tls to a host and port, or a local socket."""

    scheme: str
    host: str = ""
    port: int = 0
    path: str = ""  # of the local socket

    @classmethod
    def parse(cls, url: str) -> SyslogTarget:
        """Read `udp://host:514`, `tcp://…`, `tls://…` or `unix:///dev/log`. Raises SyslogError."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise SyslogError(f"{url!r} is no address of a syslog server") from None
        if parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc:
            return cls(scheme=parts.scheme, path=parts.path)
        extra = parts.query or parts.fragment or parts.username or parts.path.strip("/")
        if parts.scheme not in PORTS or not parts.hostname or extra:
            raise SyslogError(
                f"{url!r} is no address of a syslog server; give udp://host:514, tcp://host:601, "
                "tls://host:6514 or unix:///dev/log"
            )
        return cls(scheme=parts.scheme, host=parts.hostname, port=port or PORTS[parts.scheme])

    def __str__(self) -> str:
        if self.path:
            return f"unix://{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def message(text: str, *, at: datetime, host: str, message_id: str, severity: int) -> bytes:
    """Return a message of the audit facility; what its header cannot hold is replaced by hyphens."""
    moment = at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    head = (
        f"<{AUDIT_FACILITY * 8 + severity}>1 {moment}Z {_word(host, MAX_HOST)} scribedock - "
        f"{_word(message_id, MAX_MESSAGE_ID)} - "
    )
    return (head + " ".join(text.splitlines())).encode()


def _word(text: str, length: int) -> str:
    return UNPRINTABLE.sub("-", text)[:length] or "-"


class SyslogSender:
    """A connection to a syslog server, opened when there is something to send."""

    def __init__(self, target: SyslogTarget, *, authorities: Path | None = None) -> None:
        """Prepare for sending. authorities: certificates to trust for TLS, instead of the system's."""
        self._target = target
        self._authorities = authorities
        self._socket: socket.socket | None = None

    def send(self, sent: bytes) -> None:
        """Send a message. Raises SyslogError; the next one is sent over a new connection then."""
        try:
            if self._socket is None:
                self._socket = self._connect()
            if self._target.scheme in ("tcp", "tls"):
                self._check_open()
                self._socket.sendall(b"%d %b" % (len(sent), sent))
            else:
                self._socket.send(sent[:MAX_DATAGRAM])
        except (OSError, ValueError) as error:
            self.close()
            raise SyslogError(f"{self._target} cannot be reached: {error}") from error

    def close(self) -> None:
        """Close the connection; what was sent over TCP or TLS is waited for as long as it takes to go out."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _check_open(self) -> None:
        """Raise OSError where the server has closed the connection: what is sent now would be lost."""
        assert self._socket is not None
        self._socket.settimeout(0)
        try:
            if not self._socket.recv(1):
                raise ConnectionResetError("the server has closed the connection")
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        finally:
            self._socket.settimeout(TIMEOUT_S)

    def _connect(self) -> socket.socket:
        target = self._target
        if target.path:
            local = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            local.settimeout(TIMEOUT_S)
            local.connect(target.path)
            return local
        if target.scheme == "udp":
            family, _, _, _, address = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_DGRAM)[0]
            datagrams = socket.socket(family, socket.SOCK_DGRAM)
            datagrams.settimeout(TIMEOUT_S)
            datagrams.connect(address)
            return datagrams
        connected = socket.create_connection((target.host, target.port), TIMEOUT_S)
        if target.scheme == "tcp":
            return connected
        context = ssl.create_default_context(cafile=self._authorities)
        try:
            return context.wrap_socket(connected, server_hostname=target.host)
        except OSError:
            connected.close()
            raise
