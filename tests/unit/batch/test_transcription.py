"""Recordings transcribed without a server, with a recognizer that is told what it hears."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scribedock.batch.formats import OutputFormat, write
from scribedock.batch.transcription import FileTranscriber, NotTranscribed, Wishes
from scribedock.batch.workspace import FileBusy, Workspace
from scribedock.jobs.languages import AUTO
from scribedock.settings import Settings
from scribedock.testing import ScriptedRecognizer, scripted_pool
from tests.support.media.sound import spoken

TEXT = "Welcome to a small library by the sea."
Start = Callable[..., FileTranscriber]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return spoken(tmp_path_factory.mktemp("recordings") / "library.wav", seconds=3.5)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    built = Workspace(Settings(data_dir=tmp_path / "data"))
    yield built
    built.close()


@pytest.fixture
def start(workspace: Workspace) -> Iterator[Start]:
    pools = []

    def start(recognizer: ScriptedRecognizer, wishes: Wishes | None = None) -> FileTranscriber:
        pools.append(scripted_pool(recognizer))
        return FileTranscriber(workspace, pools[-1], wishes or Wishes(language="en"))

    yield start
    for pool in pools:
        pool.close()


def test_a_file_becomes_captions_and_nothing_of_it_is_kept(
    start: Start, workspace: Workspace, recording: Path
) -> None:
    before = recording.read_bytes()
    transcriber = start(ScriptedRecognizer(TEXT))
    with transcriber.transcribed(recording) as result:
        assert transcriber.progress() == 1
    assert (result.media_ms, result.language, result.notice) == (3500, "en", "")
    assert write(result.elementlist, OutputFormat.JSON, recording, 3500) == result.elementlist
    assert json.loads(result.elementlist)["language"] == "en"
    captions = write(result.elementlist, OutputFormat.SRT, recording, result.media_ms).decode()
    assert TEXT in " ".join(captions.split())
    assert recording.read_bytes() == before
    assert not list(workspace.folder.glob("recordings/*")) and not list(workspace.work_folder.glob("*"))
    kept = [path for path in workspace.folder.rglob("*") if path.is_file()]
    assert not any(b"library by the sea" in path.read_bytes() for path in kept)


@pytest.mark.parametrize("format", OutputFormat)
def test_every_format_can_be_written(start: Start, recording: Path, format: OutputFormat) -> None:
    with start(ScriptedRecognizer(TEXT)).transcribed(recording) as result:
        body = write(result.elementlist, format, recording, result.media_ms)
    assert body.strip()
    if format in (OutputFormat.SRT, OutputFormat.VTT, OutputFormat.TXT):
        assert b"library by" in body


def test_what_an_interrupted_command_has_recognized_is_not_recognized_again(
    start: Start, recording: Path
) -> None:
    class Killed(BaseException):
        pass

    first = ScriptedRecognizer(TEXT)
    with pytest.raises(Killed), start(first).transcribed(recording):
        raise Killed
    second = ScriptedRecognizer("something else")
    with start(second).transcribed(recording) as result:
        assert b"library" in result.elementlist
    assert first.chunks and not second.chunks
    third = ScriptedRecognizer("something else")
    with start(third).transcribed(recording) as result:
        assert b"library" not in result.elementlist


def test_another_file_or_another_wish_begins_anew(start: Start, recording: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.wav"
    copy.write_bytes(recording.read_bytes())

    def interrupted() -> None:
        with pytest.raises(InterruptedError), start(ScriptedRecognizer(TEXT)).transcribed(copy):
            raise InterruptedError

    interrupted()
    os.utime(copy, (0, 0))  # as an editor that writes the same name
    touched = ScriptedRecognizer("again")
    with start(touched).transcribed(copy):
        assert touched.chunks
    interrupted()
    german = ScriptedRecognizer("noch einmal", languages={"de": 1.0, "en": 0.0})
    with start(german, Wishes(language="de")).transcribed(copy) as result:
        assert german.chunks and result.language == "de"


def test_the_language_is_heard_where_none_is_given(start: Start, recording: Path) -> None:
    recognizer = ScriptedRecognizer("Guten Tag.", languages={"de": 0.99, "en": 0.01})
    with start(recognizer, Wishes(language=AUTO)).transcribed(recording) as result:
        assert result.language == "de" and "de" in result.notice


def test_what_is_no_recording_is_refused_and_can_be_given_again(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "letter.mp3"
    path.write_text("Dear Anna")
    for _ in range(2):
        with pytest.raises(NotTranscribed, match=r"\w"), start(ScriptedRecognizer(TEXT)).transcribed(path):
            pass


def test_a_recording_that_another_command_transcribes_is_left_alone(start: Start, recording: Path) -> None:
    with (
        start(ScriptedRecognizer(TEXT)).transcribed(recording),
        pytest.raises(FileBusy),
        start(ScriptedRecognizer(TEXT)).transcribed(recording),
    ):
        pass
