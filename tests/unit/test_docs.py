"""The documentation says what the code does."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest

from scribedock_captions.options import CaptionOptions, TextOptions, TranscriptOptions
from scribedock_captions.readers import TextFormat
from scribedock_captions.readers.recognition import NOT_READ, OF_EACH_LINE
from scribedock_captions.rendering import CaptionFormat

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
]


def test_the_tables_of_the_documentation_are_those_of_the_code() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "tables.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_another_page_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_heading_leads_to_one(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", page.read_text()):
        there = page.parent / target if target else page
        headings = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
        assert anchor in [re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings], anchor


def caption_examples() -> ModuleType:
    spec = importlib.util.spec_from_file_location("caption_examples", ROOT / "tools" / "caption_examples.py")
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_option_of_captions_has_an_example_that_shows_what_it_does() -> None:
    examples = caption_examples()
    shared = {option.name for option in fields(TextOptions)}
    assert set(examples.CAPTION_EXAMPLES) == {option.name for option in fields(CaptionOptions)}
    assert set(examples.TRANSCRIPT_EXAMPLES) == {option.name for option in fields(TranscriptOptions)} - shared
    for table in (examples.captions(), examples.transcripts()):
        for row in table.splitlines()[2:]:
            _, option, without, with_it, _ = re.split(r"(?<!\\)\|", row)
            assert without.strip() != with_it.strip(), option


def test_every_format_that_is_refused_is_named_in_the_report_on_caption_files() -> None:
    page = " ".join((ROOT / "docs" / "caption-files.md").read_text().split())
    names = [name for _, name in (*NOT_READ, *OF_EACH_LINE)]
    assert [name for name in names if name.partition(",")[0] not in page] == []
    assert [format for format in (*TextFormat, *CaptionFormat) if f"`{format}`" not in page] == []
