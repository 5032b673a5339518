from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scribedock.batch.formats import OutputFormat, UnknownFormat, parse_formats
from scribedock.batch.recordings import NoRecording, find_recordings, plan

Tree = Callable[..., Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Makes a folder with empty files of these names."""

    def make(*names: str) -> Path:
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return tmp_path

    return make


def names(folder: Path, *named: str) -> list[str]:
    found, _ = find_recordings([folder / name for name in named])
    return [str(each.path.relative_to(folder)) for each in found]


def test_a_folder_stands_for_the_recordings_in_it_and_below(tree: Tree) -> None:
    folder = tree("b.mp4", "a.WAV", "notes.md", ".hidden.mp3", ".git/c.mp3", "term 1/d.ogg")
    assert names(folder, "") == ["a.WAV", "b.mp4", "term 1/d.ogg"]
    assert find_recordings([folder])[1] == 2  # the notes, and the hidden file


def test_a_file_that_is_named_may_have_any_name_and_counts_once(tree: Tree) -> None:
    folder = tree("talk", "a.wav")
    assert names(folder, "talk", "a.wav", "", "./talk") == ["talk", "a.wav"]


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoRecording, match=r"lost\.mp3: there is no such file or folder"):
        find_recordings([tmp_path / "lost.mp3"])


def test_captions_lie_beside_their_recording_or_in_a_folder_that_has_its_folders(tree: Tree) -> None:
    folder = tree("a.wav", "term 1/d.ogg")
    found, _ = find_recordings([folder])
    formats = [OutputFormat.SRT, OutputFormat.QT]
    beside = [list(each.outputs.values()) for each in plan(found, formats, None)]
    assert beside == [
        [folder / "a.srt", folder / "a.qt.txt"],
        [folder / "term 1" / "d.srt", folder / "term 1" / "d.qt.txt"],
    ]
    apart = [each.outputs[OutputFormat.SRT] for each in plan(found, formats, Path("out"))]
    assert apart == [Path("out/a.srt"), Path("out/term 1/d.srt")]


def test_recordings_that_differ_in_their_ending_alone_get_different_captions(tree: Tree) -> None:
    found, _ = find_recordings([tree("talk.mp4", "talk.wav", "other.wav")])
    assert [each.outputs[OutputFormat.SRT].name for each in plan(found, [OutputFormat.SRT], None)] == [
        "other.srt",
        "talk.mp4.srt",
        "talk.wav.srt",
    ]


def test_formats_are_named_by_their_endings() -> None:
    assert parse_formats(" SRT,.vtt,srt") == [OutputFormat.SRT, OutputFormat.VTT]
    with pytest.raises(UnknownFormat, match="'jsn' is no format; did you mean json"):
        parse_formats("srt,jsn")
    with pytest.raises(UnknownFormat, match="there are srt, vtt, txt"):
        parse_formats("")
