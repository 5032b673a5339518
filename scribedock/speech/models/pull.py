"""Downloading a model of the catalogue from the first source that gives it."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from scribedock.settings import SettingsError
from scribedock.speech.models.installed import NamedModel
from scribedock.speech.models.receipt import NAME, Receipt, sha256_of
from scribedock.speech.models.sources import Source, SourceFailed


def pull(entry: NamedModel, models: Path, sources: Sequence[Source], *, tell: Callable[[str], None]) -> Path:
    """Download a model and check it; return its folder, in the folder of models.

    The sources are tried in their order; tell is given a line for each that failed before one gave the model.
    An interrupted download resumes. Raises SettingsError where no source gives the model, with all reasons in
    one line, and while another process pulls it.
    """
    failures: list[str] = []
    partial = models / f".{entry.name}.partial"
    partial.mkdir(parents=True, exist_ok=True)
    with _alone(partial, entry.name):
        if (models / entry.name).is_dir():  # another process was quicker
            shutil.rmtree(partial)
            return models / entry.name
        for source in sources:
            if not source.offers(entry):
                continue
            own = partial / source.name
            own.mkdir(exist_ok=True)
            try:
                folder = source.fetch(entry, own)
                _finish(entry, folder, source.name)
            except SourceFailed as error:
                failures.append(f"from the {source.name}: {error}")
                continue
            for failure in failures:
                tell(f"{entry.name} is not {failure}")
            folder.rename(models / entry.name)
            shutil.rmtree(partial)
            return models / entry.name
    raise SettingsError(
        f"{entry.name} could not be downloaded {'; '.join(failures) or 'from any of these sources'}. "
        "Try again later, or copy it from another installation's models with --mirror (see docs/speech.md)"
    )


@contextmanager
def _alone(partial: Path, name: str) -> Iterator[None]:
    with (partial / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SettingsError(f"{name} is being downloaded by another process") from None
        yield


def _finish(entry: NamedModel, folder: Path, source: str) -> None:
    """Check what a source gave, make what is made from it, and write the receipt. Raises SourceFailed."""
    model = entry.model
    if model.conversion is not None and (folder / model.conversion.source).is_file():
        _check_sum(folder / model.conversion.source, model.sums)
        try:
            model.conversion.convert(folder / model.conversion.source, folder / model.conversion.made)
        except ValueError as error:
            raise SourceFailed(f"{model.conversion.source} cannot be converted: {error}") from None
        (folder / model.conversion.source).unlink()
    for name in model.pinned:
        _check_sum(folder / name, model.sums)
    for name, text in model.added.items():
        (folder / name).write_text(text, encoding="utf-8")
    try:
        entry.check(folder)
    except SettingsError as error:
        raise SourceFailed(str(error)) from None
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != NAME)
    Receipt(
        model=entry.name,
        licence=model.licence,
        origin=model.published,
        source=source,
        files={path.name: sha256_of(path) for path in files},
    ).write(folder)


def _check_sum(path: Path, sums: Mapping[str, str]) -> None:
    """Remove a file that has not the pinned sum. Raises SourceFailed."""
    if not path.is_file():
        raise SourceFailed(f"{path.name} is missing")
    found = sha256_of(path)
    if found != sums[path.name]:
        path.unlink()
        raise SourceFailed(
            f"{path.name} has the SHA-256 {found} instead of {sums[path.name]}: it is damaged, or not the "
            "file that its makers published; it was removed"
        )
