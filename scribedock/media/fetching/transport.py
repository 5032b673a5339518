"""The transport of every fetch: it connects to checked addresses, until a deadline.

The name is resolved once, and the connection goes to the very address that was checked, so a name service
that changes its answer gains nothing. The certificate is still verified for the name.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import httpcore2
import httpx2

from scribedock.media.fetching.addresses import Policy
from scribedock.media.fetching.patience import LOOK_INTERVAL_S, TransferDeadline

Resolver = Callable[[str, int], list[str]]
CONNECT_S = 8.0
RESOLVE_S = 20.0
SocketOption = Any


class AddressRefused(Exception):
    """The host leads to no address that may be reached."""


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, in the system's order of preference. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def has_authorities() -> bool:
    """Return whether this system has certificates of authorities: without, no https:// can be fetched."""
    if httpx2.create_ssl_context(trust_env=False).cert_store_stats()["x509_ca"]:
        return True
    folder = Path(ssl.get_default_verify_paths().openssl_capath)  # read when a certificate is verified
    return folder.is_dir() and any(folder.iterdir())


class GuardedTransport(httpx2.BaseTransport):
    """A transport that connects within a policy, and only until the deadline.

    Raises AddressRefused, the exceptions of `patience`, and those of httpcore2.
    """

    def __init__(self, policy: Policy, resolver: Resolver, patience: TransferDeadline) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(trust_env=False),
            network_backend=_Backend(policy, resolver, patience),
            max_keepalive_connections=0,
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        response = self._pool.handle_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        assert isinstance(response.stream, Iterable)
        return httpx2.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class _Backend(httpcore2.NetworkBackend):
    def __init__(self, policy: Policy, resolver: Resolver, patience: TransferDeadline) -> None:
        self._policy = policy
        self._resolver = resolver
        self._patience = patience
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.NetworkStream:
        addresses = self._resolved(host, port)
        allowed = [
            address
            for address in addresses
            if self._policy.may_reach(host, ipaddress.ip_address(address.partition("%")[0]))
        ]
        if not allowed:
            raise AddressRefused
        problem: Exception | None = None
        for address in allowed:
            try:
                self._patience.check()
                stream = self._sockets.connect_tcp(address, port, self._patience.left(CONNECT_S))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                problem = error
            else:
                return _Stream(stream, self._patience)
        assert problem is not None
        raise problem

    def _resolved(self, host: str, port: int) -> list[str]:
        """Return the addresses of the host.

        A name server that does not answer holds a thread, not the fetch.
        """
        found: Future[list[str]] = Future()

        def resolve() -> None:
            try:
                found.set_result(self._resolver(host, port))
            except BaseException as error:
                found.set_exception(error)

        threading.Thread(target=resolve, name="resolver", daemon=True).start()
        until = time.monotonic() + self._patience.left(RESOLVE_S)
        while True:
            self._patience.check()
            try:
                return found.result(LOOK_INTERVAL_S)
            except TimeoutError as error:
                if found.done() or time.monotonic() > until:
                    raise httpcore2.ConnectTimeout("the name server does not answer") from error
            except (OSError, UnicodeError) as error:
                raise httpcore2.ConnectError("the name is not known") from error


class _Stream(httpcore2.NetworkStream):
    """A network stream that ends at the deadline."""

    def __init__(self, stream: httpcore2.NetworkStream, patience: TransferDeadline) -> None:
        self._stream = stream
        self._patience = patience

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        until = time.monotonic() + self._patience.left(timeout)
        while True:
            self._patience.check()
            left = until - time.monotonic()
            try:
                came = self._stream.read(max_bytes, min(max(left, 0.001), LOOK_INTERVAL_S))
            except httpcore2.ReadTimeout:
                if left > LOOK_INTERVAL_S:
                    continue
                raise
            self._patience.came(len(came))
            return came

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._patience.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._patience.left(CONNECT_S))
        return _Stream(stream, self._patience)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
