"""What a source of models does, and what each of them tells while it does it."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from scribedock.speech.models.installed import NamedModel


class SourceFailed(Exception):
    """A source has not given the model; the text says why, on one line."""

    def __init__(self, reason: str) -> None:
        super().__init__(" ".join(reason.split())[:400])


class Source(Protocol):
    """Somewhere that models can be downloaded from."""

    name: str

    def offers(self, entry: NamedModel) -> bool:
        """Return whether the model may be there, without asking."""
        ...

    def fetch(self, entry: NamedModel, folder: Path) -> Path:
        """Download the model's files; return the folder with nothing else in it.

        folder is the source's own: what an earlier call that was interrupted left there is used. The sums of
        the files are not yet compared with those of the catalogue. Raises SourceFailed.
        """
        ...
