"""The recordings that a command line names, and the files to write for each."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scribedock.batch.formats import OutputFormat

RECORDINGS = frozenset(
    """
    .3g2 .3gp .aac .aif .aifc .aiff .amr .asf .au .avi .caf .flac .flv .m2ts .m4a .m4b .m4v .mka .mkv
    .mov .mp2 .mp3 .mp4 .mpeg .mpg .mts .mxf .oga .ogg .ogv .opus .ra .rm .spx .ts .vob .w64 .wav .weba
    .webm .wma .wmv .wv
    """.split()
)
"""Names of files in a folder that are taken for recordings; a file that is named itself may have any."""


class NoRecording(Exception):
    """What was named leads to no recording; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A recording and where it was found."""

    path: Path
    below: Path  # its folder, relative to the folder that was named


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A recording with the files to write."""

    path: Path
    outputs: Mapping[OutputFormat, Path]


def find_recordings(named: Iterable[Path]) -> tuple[list[Found], int]:
    """Return the recordings that are named, those of folders by name, and how many other files these have.

    A recording that is named twice is returned once. Raises NoRecording for what is neither a file nor a
    folder.
    """
    found: dict[Path, Found] = {}
    others = 0
    for path in named:
        if path.is_dir():
            here, left_out = _in_folder(path)
            others += left_out
        elif path.is_file():
            here = [Found(path=path, below=Path())]
        else:
            raise NoRecording(f"{path}: there is no such file or folder")
        for each in here:
            found.setdefault(each.path.resolve(), each)
    return list(found.values()), others


def plan(found: Sequence[Found], formats: Sequence[OutputFormat], folder: Path | None) -> list[Planned]:
    """Return which files to write: beside each recording, or in `folder` with the folders it was found in.

    They have the recording's name with another ending; where two recordings differ in their ending alone,
    the whole name with the other ending.
    """
    bases = [(each.path.parent if folder is None else folder / each.below) / each.path.stem for each in found]
    count = Counter(bases)
    planned = []
    for each, base in zip(found, bases, strict=True):
        name = base.name if count[base] == 1 else each.path.name
        outputs = {format: base.with_name(f"{name}{format.ending}") for format in formats}
        planned.append(Planned(path=each.path, outputs=outputs))
    return planned


def _in_folder(folder: Path) -> tuple[list[Found], int]:
    """Return the recordings in a folder and those below, and how many other files there are."""
    found, others = [], 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            if path.suffix.lower() in RECORDINGS and not name.startswith("."):
                found.append(Found(path=path, below=path.parent.relative_to(folder)))
            else:
                others += 1
    return found, others
