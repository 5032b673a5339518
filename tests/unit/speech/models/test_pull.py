from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from scribedock.settings import SettingsError
from scribedock.speech.models.installed import NamedModel
from scribedock.speech.models.pull import pull
from scribedock.speech.models.sources import SourceFailed
from tests.unit.speech.models.conftest import NAME, MakeEntry


class Copying:
    """A source that has the files of a folder."""

    def __init__(self, name: str, files: Path) -> None:
        self.name = name
        self.files = files

    def offers(self, entry: NamedModel) -> bool:
        return True

    def fetch(self, entry: NamedModel, folder: Path) -> Path:
        for path in self.files.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        return folder


class Silent(Copying):
    """A source that does not answer."""

    def fetch(self, entry: NamedModel, folder: Path) -> Path:
        raise SourceFailed("nobody\nanswers")


class NotAsked(Silent):
    """A source that has never heard of the model."""

    def offers(self, entry: NamedModel) -> bool:
        return False


def test_the_first_source_that_answers_is_taken(
    tmp_path: Path, whisper_model: Path, make_entry: MakeEntry
) -> None:
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for path in whisper_model.iterdir():
        (damaged / path.name).write_bytes(path.read_bytes() + b"!")
    told: list[str] = []
    sources = [
        NotAsked("unasked", damaged),
        Silent("silent", damaged),
        Copying("damaged", damaged),
        Copying("good", whisper_model),
        Copying("never", damaged),
    ]
    pull(make_entry(), tmp_path / "models", sources, tell=told.append)
    assert told[0] == f"{NAME} is not from the silent: nobody answers"
    assert "from the damaged" in told[1]
    assert "it was removed" in told[1]
    assert len(told) == 2


def test_a_model_that_another_process_downloads_is_left_to_it(
    tmp_path: Path, whisper_model: Path, make_entry: MakeEntry
) -> None:
    partial = tmp_path / f".{NAME}.partial"
    partial.mkdir()
    with (partial / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SettingsError, match="by another process"):
            pull(make_entry(), tmp_path, [Copying("good", whisper_model)], tell=print)


def test_what_is_no_model_of_the_engine_is_refused(
    tmp_path: Path, whisper_model: Path, make_entry: MakeEntry
) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "config.json").write_text("{}")
    with pytest.raises(SettingsError, match=r"lacks model\.bin"):
        pull(make_entry(sums={}), tmp_path / "models", [Copying("poor", files)], tell=print)
    assert not (tmp_path / "models" / NAME).exists()


def test_where_no_source_answers_one_line_says_why_and_what_to_do(
    tmp_path: Path, make_entry: MakeEntry
) -> None:
    sources = [Silent("first", tmp_path), Silent("second", tmp_path)]
    with pytest.raises(SettingsError) as caught:
        pull(make_entry(), tmp_path / "models", sources, tell=print)
    assert "from the first: nobody answers; from the second: nobody answers" in str(caught.value)
    assert "--mirror" in str(caught.value)
    assert "\n" not in str(caught.value)
