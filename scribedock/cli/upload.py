"""`scribedock upload`: a client of upload URLs that resumes interrupted uploads.

It speaks the IETF's resumable uploads: it asks how much has arrived (HEAD), sends the rest (PATCH), and lets
the server verify the SHA-256 of the whole recording. An object store's own URL (direct mode) supports none of
that, so each try sends everything.
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from scribedock.host.terminal import escape_markup

CHUNK_BYTES = 1024 * 1024
WAITS_S = (1, 2, 5, 10, 20, 30)  # seconds; the last one applies to all further tries
TIMEOUT_S = 60
PARTIAL_HEADERS = {"Content-Type": "application/partial-upload", "Upload-Draft-Interop-Version": "8"}
RETRYABLE_STATUSES = frozenset({408, 423, 425, 429, 500, 502, 503, 504})
# Such a URL takes one whole PUT and nothing else.
STORE_SIGNATURES = ("X-Amz-Signature=", "X-Goog-Signature=")
NUMBER = re.compile(r"[0-9]{1,15}\Z")  # an Integer of RFC 9651 (§3.3.1), not negative
DONE, FAILED, INTERRUPTED = 0, 1, 130


class NotUploaded(Exception):
    """The server will not take the recording; the text says why."""


class ConnectionBroken(Exception):
    """The connection failed; another try may succeed."""


class BytesDiffer(NotUploaded):
    """The server's bytes and those sent are not the recording together."""


@dataclass(frozen=True, kw_only=True)
class RemoteState:
    offset: int
    is_complete: bool
    length: int | None


def run(url: str, path: Path, *, digest: bool, retries: int) -> int:
    """Upload and show the progress; return the exit status."""
    console = Console(highlight=False)
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=32),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
    )
    try:
        with progress, httpx2.Client(timeout=TIMEOUT_S) as http:
            upload = ResumableUpload(http, url, path, progress)
            if digest:
                upload.hash()
            upload.go(retries)
    except NotUploaded as error:
        console.print(f"[bold red]Not uploaded:[/] {escape_markup(str(error))}")
        return FAILED
    except KeyboardInterrupt:
        console.print("Interrupted; run the same command again to resume, until the URL expires")
        return INTERRUPTED
    console.print(f"[bold green]Uploaded[/] {escape_markup(path.name)}")
    return DONE


class ResumableUpload:
    def __init__(self, http: httpx2.Client, url: str, path: Path, progress: Progress) -> None:
        self._http = http
        self._url = url
        self._path = path
        self._size = path.stat().st_size
        self._digest = ""
        self._progress = progress

    def hash(self) -> None:
        """Compute the SHA-256, which the server is asked to verify."""
        hasher = hashlib.sha256()
        task = self._progress.add_task("Hashing  ", total=self._size)
        for piece in self._pieces(0, lambda sent: self._progress.update(task, completed=sent)):
            hasher.update(piece)
        self._progress.remove_task(task)
        self._digest = f"sha-256=:{base64.b64encode(hasher.digest()).decode()}:"

    def go(self, retries: int) -> None:
        """Upload; raise NotUploaded where refused, or after `retries` tries in a row without progress."""
        if self._size == 0:
            raise NotUploaded(f"{self._path} is empty")
        task = self._progress.add_task("Uploading", total=self._size)
        failures, furthest, has_sent = 0, -1, False
        while True:
            try:
                state = self._state()
                if has_sent and state.is_complete and state.length == self._size:
                    self._progress.update(task, completed=self._size)
                    return  # only the answer was lost
                offset = self._start(state)
                if offset > furthest:
                    failures, furthest = 0, offset
                is_foreign, has_sent = offset > 0 and not has_sent, True
                self._send(offset, lambda sent: self._progress.update(task, completed=sent))
                return
            except BytesDiffer:
                if not is_foreign:
                    raise
                self._progress.console.print("The server had a part of another file; starting again")
            except ConnectionBroken as error:
                if failures >= retries:
                    raise NotUploaded(f"{error} (gave up after {failures + 1} tries)") from None
                wait = WAITS_S[min(failures, len(WAITS_S) - 1)]
                failures += 1
                self._progress.console.print(
                    f"[yellow]{escape_markup(str(error))}; retrying in {wait} s[/]", soft_wrap=True
                )
                time.sleep(wait)

    def _start(self, state: RemoteState) -> int:
        """Return the offset to resume from; what another file of another length left is sent again."""
        if state.is_complete or state.length not in (None, self._size) or state.offset > self._size:
            return 0
        return state.offset

    def _state(self) -> RemoteState:
        if any(name in self._url for name in STORE_SIGNATURES):
            return RemoteState(offset=0, is_complete=False, length=None)
        answer = self._ask("HEAD", headers={})
        return RemoteState(
            offset=_bytes(answer, "Upload-Offset") or 0,
            is_complete=answer.headers.get("Upload-Complete") == "?1",
            length=_bytes(answer, "Upload-Length"),
        )

    def _send(self, offset: int, shown: Callable[[int], None]) -> None:
        headers = {"Upload-Complete": "?1", "Content-Length": str(self._size - offset)}
        if self._digest:
            headers["Repr-Digest"] = self._digest
        if offset:
            headers |= {**PARTIAL_HEADERS, "Upload-Offset": str(offset), "Upload-Length": str(self._size)}
        self._ask("PATCH" if offset else "PUT", headers=headers, content=self._pieces(offset, shown))

    def _ask(
        self, method: str, *, headers: dict[str, str], content: Iterator[bytes] | None = None
    ) -> httpx2.Response:
        try:
            answer = self._http.request(method, self._url, headers=headers, content=content)
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
            raise NotUploaded(
                "this is not an upload URL; give it as request_upload_url returned it"
            ) from None
        except httpx2.TransportError as error:
            raise ConnectionBroken(f"The connection failed: {error or type(error).__name__}") from None
        if answer.is_success:
            return answer
        comment = _comment(answer)
        has_moved = answer.status_code == 409 and "Upload-Offset" in answer.headers
        if answer.status_code in RETRYABLE_STATUSES or has_moved:
            raise ConnectionBroken(comment)
        raise BytesDiffer(comment) if "do not match" in comment else NotUploaded(comment)

    def _pieces(self, offset: int, shown: Callable[[int], None]) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            file.seek(offset)
            while piece := file.read(CHUNK_BYTES):
                shown(file.tell() - len(piece))
                yield piece
            shown(file.tell())


def _bytes(answer: httpx2.Response, name: str) -> int | None:
    """Return the number of bytes in a header, None without it. Raises NotUploaded for anything else."""
    text = answer.headers.get(name)
    if text is None:
        return None
    if not NUMBER.match(text):
        raise NotUploaded(f"The server's {name} is no number of bytes: {text[:40]!r}")
    return int(text)


def _comment(answer: httpx2.Response) -> str:
    """Return what the server says; an answer to HEAD has nothing but its status."""
    try:
        return str(answer.json()["ErrorComment"])
    except (ValueError, KeyError, TypeError):
        meanings = {
            403: "The server did not sign this URL",
            410: "The URL has expired or was cancelled",
        }
        return meanings.get(answer.status_code, f"The server answered {answer.status_code}")
