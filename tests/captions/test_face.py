"""The public face: what `help(scribedock_captions)` shows is there, and its examples are true."""

from __future__ import annotations

import doctest
import pydoc
import re
import subprocess
import sys
from enum import StrEnum
from importlib import import_module
from pathlib import Path

import pytest

import scribedock_captions
from scribedock_captions import (
    CaptionDocument,
    CaptionFormat,
    CaptionOptions,
    CueFile,
    ElementList,
    InvalidElementList,
    Preset,
    TextFormat,
    UnreadableFile,
    check,
    lay_out,
    read,
    render,
    to_json,
)
from scribedock_captions.rendering import render_captions
from tests.captions.sample import SAMPLE, say

SRT = b"1\n00:00:01,000 --> 00:00:02,000\nOne,\ntwo.\n\n2\n00:00:02,000 --> 00:00:02,100\nThree.\n"
STEPS = ("read", "lay_out", "render", "check")


@pytest.mark.parametrize("module", ["scribedock_captions", "scribedock_captions.pipeline"])
def test_the_examples_are_true(module: str) -> None:
    found = doctest.testmod(import_module(module))
    assert found.attempted > 0
    assert found.failed == 0


def test_every_name_of_the_face_is_there_and_described() -> None:
    page = pydoc.plain(pydoc.render_doc(scribedock_captions))
    for name in scribedock_captions.__all__:
        found = getattr(scribedock_captions, name)
        assert name in page, name
        named_values = isinstance(found, type) and issubclass(found, StrEnum)
        if callable(found) and not named_values:
            assert not (found.__doc__ or f"{name}(").startswith(f"{name}("), name
    for name in STEPS:
        described = getattr(scribedock_captions, name).__doc__
        assert ">>>" in described, name
        assert "Raises" in described or name == "lay_out", name


def test_the_example_of_the_readme_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = (Path(scribedock_captions.__file__).parent / "README.md").read_text()
    [example] = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "talk.srt").write_bytes(SRT)
    exec(example, {})  # noqa: S102 - it is ours
    assert (tmp_path / "talk.vtt").read_text().startswith("WEBVTT\n\n00:00:01.000 --> ")


def test_an_unknown_name_of_the_public_face_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'pool'"):
        scribedock_captions.pool  # noqa: B018


def test_importing_the_face_imports_neither_lxml_nor_regex() -> None:
    code = "import sys, scribedock_captions; print({'lxml', 'regex', 're'} & sys.modules.keys() - {'re'})"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


def test_an_elementlist_is_read_as_one_and_mended() -> None:
    assert read(b" " + to_json(SAMPLE)) == read(to_json(SAMPLE))
    mended = read(to_json(SAMPLE))
    assert isinstance(mended, ElementList)
    assert mended.language == SAMPLE.language
    assert read(to_json(mended)) == mended
    with pytest.raises(InvalidElementList):
        read(b"{}")


def test_a_format_that_is_given_is_not_guessed() -> None:
    assert isinstance(read(b'{"version": 2}', TextFormat.TEXT), CueFile)
    with pytest.raises(UnreadableFile):
        read(b"Hello.", TextFormat.VTT)


@pytest.mark.parametrize("format", CaptionFormat)
def test_an_elementlist_is_laid_out_and_rendered_as_the_server_does(format: CaptionFormat) -> None:
    options = CaptionOptions(characters_per_caption_line=30)
    document = lay_out(SAMPLE, options, format=format, duration=80_000)
    assert render(document, format) == render_captions(SAMPLE, format, options, media_end=80_000)


def test_the_lines_and_times_of_a_file_are_kept_or_laid_out_again() -> None:
    file = read(SRT)
    kept = lay_out(file, anew=False).captions
    assert [(each.lines, each.start, each.end) for each in kept] == [
        (("One,", "two."), 1000, 2000),
        (("Three.",), 2000, 2100),
    ]
    assert [each.lines for each in lay_out(file).captions] == [("One, two.",), ("Three.",)]


def test_the_language_of_the_source_can_be_given() -> None:
    assert lay_out(say("Hello."), language="fr").metadata.language == "fr"
    assert lay_out(read(SRT)).metadata.language == "und"
    assert lay_out(read(SRT), language="pt-BR").metadata.language == "pt-br"


def rules(captions: CueFile | CaptionDocument, preset: Preset | None = None, **given: bytes) -> set[str]:
    return {finding.rule for finding in check(captions, preset, **given).findings}  # type: ignore[arg-type]


def test_captions_are_checked_as_the_file_has_them() -> None:
    backwards = read(b"1\n00:00:03,000 --> 00:00:05,000\nOne.\n\n2\n00:00:01,000 --> 00:00:02,000\nTwo.\n")
    assert isinstance(backwards, CueFile)
    assert "order" in rules(backwards)
    assert "order" not in rules(lay_out(backwards))


def test_a_check_measures_against_the_preset_and_looks_at_the_markup_of_the_file() -> None:
    data = b"1\n00:00:01,000 --> 00:00:03,000\n<i>Nothing but a line of forty characters.\n\n"
    file = read(data)
    assert isinstance(file, CueFile)
    assert rules(file) == {"reading-speed"}
    assert rules(file, Preset.DCMP) == {"reading-speed", "line-length"}
    assert rules(file, file=data) == {"reading-speed", "italics"}
