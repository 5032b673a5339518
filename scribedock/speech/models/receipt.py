"""What is written beside a model that was pulled: licence, origin, sums, and its speed on this machine."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

NAME = "origin.json"
MAX_BYTES = 1024 * 1024
SUM = re.compile(r"[0-9a-f]{64}")
FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True, kw_only=True)
class Speed:
    """How long recognition takes, as a multiple of the sound's length, measured on one machine."""

    machine: str
    real_time: float


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The contents of the file."""

    model: str
    licence: str
    origin: str  # who published the files
    source: str  # where they were downloaded from
    files: Mapping[str, str]  # SHA-256 by name
    speed: Speed | None = None

    @property
    def sum(self) -> str:
        """Return the SHA-256 of the model: that of its file, or of the sums of all its parts."""
        weights = [digest for name, digest in sorted(self.files.items()) if name.endswith((".bin", ".onnx"))]
        if len(weights) == 1:
            return weights[0]
        return hashlib.sha256("".join(weights).encode()).hexdigest()

    def write(self, folder: Path) -> None:
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        (folder / NAME).write_text(f"{text}\n", encoding="utf-8")


def parse(text: bytes) -> Receipt:
    """Return the receipt in the bytes of its file. Raises ValueError where they are none."""
    try:
        found = json.loads(text)
        speed = found.get("speed")
        made = Receipt(
            **{name: str(found[name]) for name in ("model", "licence", "origin", "source")},
            files={str(name): str(digest) for name, digest in found["files"].items()},
            speed=speed and Speed(machine=str(speed["machine"]), real_time=float(speed["real_time"])),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{NAME} cannot be read: {type(error).__name__}: {error}") from None
    for name, digest in made.files.items():
        if not FILE_NAME.fullmatch(name) or not SUM.fullmatch(digest):
            raise ValueError(f"{NAME} has a wrong name or sum: {name!r}, {digest!r}")
    return made


def read(folder: Path) -> Receipt | None:
    """Return the receipt of a model; None for a folder without a readable one, as of an older release."""
    path = folder / NAME
    try:
        return parse(path.read_bytes()) if path.stat().st_size <= MAX_BYTES else None
    except (OSError, ValueError):
        return None


def with_speed(folder: Path, speed: Speed) -> None:
    """Write the speed into the receipt of a model."""
    found = read(folder)
    if found is not None:
        replace(found, speed=speed).write(folder)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def wrong_files(folder: Path, receipt: Receipt) -> list[str]:
    """Return the files that are missing or whose sum is not the receipt's."""
    return [
        name
        for name, digest in receipt.files.items()
        if not (folder / name).is_file() or sha256_of(folder / name) != digest
    ]
