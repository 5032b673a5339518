"""Other people's servers, for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from scribedock.media.fetching.fetch import FetchedAnswer, FetchFailed, FetchLimits, GuardedClient
from scribedock.media.fetching.patience import Unwanted

Answering = Callable[[str, str, Mapping[str, str], bytes | None], FetchedAnswer]


class ScriptedFetcher(GuardedClient):
    """Other people's servers: what each URL gives, and what was asked of them.

    `pages` has the content of a URL, or the FetchFailed that stands in its place; `statuses` what a GET or
    a POST is answered with (200 where it says nothing). Whatever is not in `pages` cannot be reached.
    `answer`, where it is set, answers small requests, by method, URL, headers and content, or raises
    FetchFailed.
    """

    def __init__(
        self,
        pages: Mapping[str, bytes | FetchFailed] | None = None,
        statuses: Mapping[str, int | FetchFailed] | None = None,
    ) -> None:
        super().__init__(())
        self.pages = dict(pages or {})
        self.statuses = dict(statuses or {})
        self.answer: Answering | None = None
        self.posted: list[tuple[str, bytes]] = []
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    def download(
        self,
        url: str,
        destination: Path,
        limits: FetchLimits,
        *,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self.check(url)
        self.asked.append((url, {}))
        if not wanted():
            raise Unwanted
        page = self.pages.get(url, FetchFailed("The host cannot be reached: no connection."))
        if isinstance(page, FetchFailed):
            raise page
        if len(page) > limits.max_bytes:
            raise FetchFailed(f"The file is larger than the limit of {limits.max_bytes:,} bytes.")
        destination.write_bytes(page)

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str], timeout_s: float) -> int:
        self.posted.append((url, body))
        return self.get(url, headers=headers, timeout_s=timeout_s)

    def get(self, url: str, *, headers: Mapping[str, str], timeout_s: float) -> int:
        self.check(url)
        self.asked.append((url, dict(headers)))
        return self._status_of(url)

    def _status_of(self, url: str) -> int:
        status = self.statuses.get(url, 200)
        if isinstance(status, FetchFailed):
            raise status
        return status

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
        self.check(url)
        self.asked.append((url, dict(headers)))
        if self.answer is not None:
            found = self.answer(method, url, headers, content)
        else:
            page = self.pages.get(url, FetchFailed("The host cannot be reached: no connection."))
            if isinstance(page, FetchFailed):
                raise page
            found = FetchedAnswer(status=self._status_of(url), headers={}, body=page)
        if len(found.body) > max_bytes:
            raise FetchFailed(f"The answer is larger than the limit of {max_bytes:,} bytes.")
        return found
