"""Fetching what a stranger's URL names, without becoming their way into the network."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import httpcore2
import httpx2

from scribedock import __version__
from scribedock.errors import InvalidUrl
from scribedock.media.fetching.addresses import Policy
from scribedock.media.fetching.patience import FetchTooSlow, TransferDeadline
from scribedock.media.fetching.transport import AddressRefused, GuardedTransport, Resolver, resolve

MAX_URL_LENGTH = 4096  # characters
MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
STALL_S = 30.0
BATCH_BYTES = 1024**2
NOT_PUBLIC_MESSAGE = "leads to an address that is not on the public Internet"
FORBIDDEN_CHARACTERS = re.compile(r"[\x00-\x20\x7f\\]")


@dataclass(frozen=True, kw_only=True)
class FetchLimits:
    """The limits of a download: those of an upload."""

    max_bytes: int
    timeout_s: float  # for the whole transfer
    stall_s: float = STALL_S  # without a byte
    min_rate: int = 0  # bytes a second, over a minute


@dataclass(frozen=True, kw_only=True)
class FetchedAnswer:
    """The answer to a small request."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class FetchFailed(Exception):
    """A URL could not be fetched; the text says why, without its credentials."""


def normalise(url: str) -> str:
    """Return the URL, decoded once more where it arrived encoded twice (`http%3A%2F%2F…`)."""
    url = url.strip()
    return unquote(url) if re.match(r"https?%3a", url, re.IGNORECASE) else url


class GuardedClient:
    """Fetches from global addresses and from those that `allow` (CIDRs, host names) adds."""

    def __init__(self, allow: Iterable[str], *, resolver: Resolver = resolve) -> None:
        self._policy = Policy(allow)
        self._resolver = resolver

    def check(self, url: str) -> None:
        """Raise InvalidUrl for what can be known without the network: syntax, scheme, address."""
        self._parse(url)

    def target(self, url: str) -> str:
        """Return the path and query of a request for the URL, as they are sent. Raises InvalidUrl."""
        return self._parse(url).raw_path.decode("ascii")

    def download(
        self,
        url: str,
        destination: Path,
        limits: FetchLimits,
        *,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """Write what the URL gives to a file.

        Follows up to 5 redirects, each checked like the first. wanted: is asked every second whether to
        continue. Raises FetchFailed, Unwanted, and InvalidUrl for the URL itself.
        """
        patience = TransferDeadline(timeout_s=limits.timeout_s, min_rate=limits.min_rate, wanted=wanted)
        target = self._parse(url)
        for _ in range(MAX_REDIRECTS + 1):
            with self._request(target, {"Accept-Encoding": "identity"}, patience, limits.stall_s) as response:
                if response.status_code not in REDIRECTS:
                    self._save(response, destination, limits.max_bytes)
                    return
                target = self._redirected(target, response)
        raise FetchFailed(f"The URL redirects more than {MAX_REDIRECTS} times.")

    def get(self, url: str, *, headers: Mapping[str, str], timeout_s: float) -> int:
        """Return the status of a GET; the body is not read and redirects are not followed.

        Raises FetchFailed, and InvalidUrl for the URL itself.
        """
        return self._status(url, "GET", headers, timeout_s)

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str], timeout_s: float) -> int:
        """Return the status of a POST of `body`; otherwise as `get`."""
        return self._status(url, "POST", headers, timeout_s, body)

    def _status(
        self, url: str, method: str, headers: Mapping[str, str], timeout_s: float, body: bytes | None = None
    ) -> int:
        patience = TransferDeadline(timeout_s=timeout_s)
        target = self._parse(url)
        with self._request(target, headers, patience, STALL_S, method=method, body=body) as response:
            return response.status_code

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes | None = None,
        max_bytes: int,
        timeout_s: float,
    ) -> FetchedAnswer:
        """Make a request whose answer is small; redirects are not followed.

        Raises FetchFailed, also for an answer of more than `max_bytes`, and InvalidUrl for the URL itself.
        """
        patience = TransferDeadline(timeout_s=timeout_s)
        given = {"Accept-Encoding": "identity", **headers}
        with self._request(
            self._parse(url), given, patience, STALL_S, method=method, body=content
        ) as response:
            answer = bytearray()
            for part in response.iter_raw(BATCH_BYTES):
                answer += part
                if len(answer) > max_bytes:
                    raise FetchFailed(f"The answer is larger than the limit of {max_bytes:,} bytes.")
            return FetchedAnswer(
                status=response.status_code, headers=dict(response.headers), body=bytes(answer)
            )

    def _parse(self, url: str) -> httpx2.URL:
        if len(url) > MAX_URL_LENGTH:
            raise InvalidUrl(f"A URL may have {MAX_URL_LENGTH:,} characters; this one has {len(url):,}.")
        if FORBIDDEN_CHARACTERS.search(url):
            raise InvalidUrl("A URL has no spaces, control characters or backslashes; encode them.")
        try:
            parsed = httpx2.URL(url)
        except (httpx2.InvalidURL, ValueError) as error:
            raise InvalidUrl(f"This is not a URL: {error}.") from error
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise InvalidUrl("A URL must start with http:// or https:// and name a host.")
        if "%" in parsed.host or parsed.port == 0:
            raise InvalidUrl("The URL must name a host of the public Internet.")
        if self._policy.refuses_outright(parsed.host):
            raise InvalidUrl(
                f"The URL {NOT_PUBLIC_MESSAGE}. Use a public one, or have the operator add {parsed.host} to "
                "SCRIBEDOCK_FETCH_ALLOW."
            )
        return parsed

    def _redirected(self, origin: httpx2.URL, response: httpx2.Response) -> httpx2.URL:
        try:
            return self._parse(str(origin.join(response.headers.get("location", ""))))
        except (InvalidUrl, httpx2.InvalidURL) as error:
            raise FetchFailed(f"The URL redirects to where it must not: {error}") from error

    @contextmanager
    def _request(
        self,
        url: httpx2.URL,
        headers: Mapping[str, str],
        patience: TransferDeadline,
        stall_s: float,
        *,
        method: str = "GET",
        body: bytes | None = None,
    ) -> Iterator[httpx2.Response]:
        transport = GuardedTransport(self._policy, self._resolver, patience)
        agent = {"User-Agent": f"scribedock/{__version__}", "Accept": "*/*"}
        with (
            httpx2.Client(transport=transport, trust_env=False, timeout=stall_s, headers=agent) as client,
            _explained(url),
            client.stream(method, url, headers=dict(headers), content=body) as response,
        ):
            yield response

    @staticmethod
    def _save(response: httpx2.Response, destination: Path, max_bytes: int) -> None:
        if response.status_code != 200:
            raise FetchFailed(f"{response.url.host} answered {response.status_code}, not 200.")
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise FetchFailed(f"{response.url.host} sent compressed bytes although it was asked not to.")
        too_large = FetchFailed(f"The file is larger than the limit of {max_bytes:,} bytes.")
        declared = response.headers.get("content-length", "")
        # int() refuses thousands of digits, which the server may have sent.
        if declared.isascii() and declared.isdecimal() and int(declared[:20]) > max_bytes:
            raise too_large
        received = 0
        with destination.open("wb") as file:
            for part in response.iter_raw(BATCH_BYTES):
                received += len(part)
                if received > max_bytes:
                    raise too_large
                file.write(part)


@contextmanager
def _explained(url: httpx2.URL) -> Iterator[None]:
    """Turn network errors into FetchFailed with one sentence."""
    host = url.host
    try:
        yield
    except AddressRefused:
        raise FetchFailed(f"{host} {NOT_PUBLIC_MESSAGE}.") from None
    except FetchTooSlow:
        raise FetchFailed(f"{host} sent its answer too slowly.") from None
    except httpcore2.ConnectTimeout as error:
        raise FetchFailed(f"{host} cannot be reached: no connection in time.") from error
    except httpcore2.TimeoutException as error:
        raise FetchFailed(f"{host} did not answer in time.") from error
    except httpcore2.ConnectError as error:
        reason = "its certificate is not valid" if _is_certificate(error) else "no connection"
        raise FetchFailed(f"{host} cannot be reached: {reason}.") from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError, httpx2.HTTPError) as error:
        raise FetchFailed(f"{host} broke off its answer.") from error


def _is_certificate(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
