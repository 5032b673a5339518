"""Models from a mirror: the folder of models of another installation, mounted or served over HTTP.

`MIRROR/NAME/FILE` is a file of a model. The sums are those of the catalogue; of models for which it has none,
those in the mirror's own `origin.json`, which show damage but not deceit.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import httpx2

from scribedock.speech.models import receipt
from scribedock.speech.models.installed import NamedModel
from scribedock.speech.models.sources import SourceFailed

MEGABYTE = 1_000_000
SLACK = 2  # how many times the announced size a file may have
TRIES = 5
TIMEOUT_S = 30


class Mirror:
    """A mirror by its URL or its folder; an interrupted download by HTTP resumes within a file."""

    name = "mirror"

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._remote = address.startswith(("http://", "https://"))

    def offers(self, entry: NamedModel) -> bool:
        return True

    def fetch(self, entry: NamedModel, folder: Path) -> Path:
        files = folder / "files"
        files.mkdir(exist_ok=True)
        conversion = entry.model.conversion
        try:
            self._take(entry, self._wanted(entry), files)
        except SourceFailed:
            if conversion is None:
                raise
            # What the makers publish does as well.
            self._take(entry, {conversion.source: entry.model.sums[conversion.source]}, files)
        return files

    def _wanted(self, entry: NamedModel) -> Mapping[str, str]:
        """Return the sums of the files to take, by name. Raises SourceFailed."""
        if entry.model.sums:
            return {name: entry.model.sums[name] for name in entry.model.pinned}
        try:
            found = receipt.parse(self._small(f"{entry.name}/{receipt.NAME}")).files
        except ValueError as error:
            raise SourceFailed(str(error)) from None
        allowed = {*entry.model.files, *entry.model.added}
        return {name: digest for name, digest in found.items() if name in allowed}

    def _take(self, entry: NamedModel, sums: Mapping[str, str], files: Path) -> None:
        for name, digest in sums.items():
            path = files / name
            if path.is_file() and receipt.sha256_of(path) == digest:
                continue
            limit = entry.model.megabytes * MEGABYTE * SLACK
            if self._remote:
                self._download(f"{entry.name}/{name}", path, limit)
            else:
                self._copy(f"{entry.name}/{name}", path)
            if receipt.sha256_of(path) != digest:
                path.unlink()
                raise SourceFailed(f"{self._address}/{entry.name}/{name} has another SHA-256 than {digest}")

    def _copy(self, place: str, path: Path) -> None:
        try:
            shutil.copyfile(Path(self._address) / place, path)
        except OSError as error:
            raise SourceFailed(f"{self._address}/{place}: {error.strerror}") from None

    def _small(self, place: str) -> bytes:
        """Return the contents of a small file. Raises SourceFailed."""
        try:
            if not self._remote:
                with (Path(self._address) / place).open("rb") as file:
                    return file.read(receipt.MAX_BYTES)
            with httpx2.stream(
                "GET", f"{self._address}/{place}", timeout=TIMEOUT_S, follow_redirects=True
            ) as answer:
                answer.raise_for_status()
                content = b""
                for part in answer.iter_bytes():
                    content += part
                    if len(content) > receipt.MAX_BYTES:
                        raise SourceFailed(f"{self._address}/{place} is too large")
                return content
        except (OSError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise SourceFailed(f"{self._address}/{place}: {error}") from None

    def _download(self, place: str, path: Path, limit: int) -> None:
        """Download a file, after what is there already. Raises SourceFailed."""
        part = path.with_name(f"{path.name}.part")
        for left in reversed(range(TRIES)):
            had = part.stat().st_size if part.exists() else 0
            try:
                _continue(f"{self._address}/{place}", part, limit)
                part.replace(path)
                return
            except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                came = part.exists() and part.stat().st_size > had
                if not left or not came:
                    raise SourceFailed(f"{self._address}/{place}: {error or type(error).__name__}") from None


def _continue(url: str, part: Path, limit: int) -> None:
    """Append the rest of a file to its part, or write it anew where the server cannot resume."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    had = part.stat().st_size if part.exists() else 0
    # The bytes of the file itself: a length that is known, and a place at which they can go on.
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={had}-"} if had else {})}
    with httpx2.stream("GET", url, headers=headers, timeout=TIMEOUT_S, follow_redirects=True) as answer:
        if answer.status_code == httpx2.codes.RANGE_NOT_SATISFIABLE:
            return  # it is whole already, or wrong: its sum tells
        answer.raise_for_status()
        resumed = answer.status_code == httpx2.codes.PARTIAL_CONTENT
        if resumed and not answer.headers.get("Content-Range", "").startswith(f"bytes {had}-"):
            raise httpx2.RemoteProtocolError("the server answered another range than it was asked for")
        total = None
        with suppress(KeyError, ValueError):
            total = int(answer.headers["Content-Length"]) + (had if resumed else 0)
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        console = Console(stderr=True)
        with (
            part.open("ab" if resumed else "wb") as file,
            Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress,
        ):
            bar = progress.add_task(part.stem, total=total, completed=file.tell())
            for piece in answer.iter_raw():
                if file.tell() + len(piece) > limit:
                    raise httpx2.RemoteProtocolError(f"it is larger than {limit} bytes")
                file.write(piece)
                progress.advance(bar, len(piece))
