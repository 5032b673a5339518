"""The documentation says what the code does."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import click
import pytest
import typer
from typer.core import TyperGroup

from scribedock.cli.main import cli
from scribedock.db.engine import FURTHER_CONNECTIONS, KEPT_CONNECTIONS
from scribedock.workflow.engine import WORKER_CONNECTIONS
from scribedock.workflow.engine_client import CLIENT_CONNECTIONS
from scribedock_captions.options import CaptionOptions, TextOptions, TranscriptOptions
from scribedock_captions.readers import TextFormat
from scribedock_captions.readers.recognition import NOT_READ, OF_EACH_LINE
from scribedock_captions.rendering import CaptionFormat

COMMANDS: click.Command = typer.main.get_command(cli)
ROOT = Path(__file__).resolve().parent.parent.parent
MAX_PICTURE_BYTES = 100_000
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


def test_every_picture_is_shown_described_and_small() -> None:
    shown = [
        (page.parent / target, text)
        for page in PAGES
        for text, target in re.findall(r"!\[([^]]*)\]\(([^)\s]+\.png)\)", page.read_text())
    ]
    kept = sorted((ROOT / "docs" / "pictures").iterdir())
    assert sorted({picture for picture, _ in shown}) == kept
    assert all(len(text) > len("picture") for _, text in shown)
    assert [each.name for each in kept if each.stat().st_size > MAX_PICTURE_BYTES] == []


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


def shown_commands(page: Path) -> list[list[str]]:
    """Return the arguments of each `scribedock …` in the page's blocks of shell commands."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", page.read_text(), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    # The last one of a line: before it the word may be a user's name. A container has it as its own name.
    shown = (line for line in lines if not line.startswith("podman"))
    found = [re.search(r"^(?:.*(?:[ ;&|(]|bin/))?scribedock ((?!-).*)", line) for line in shown]
    return [shlex.split(each[1], comments=True) for each in found if each is not None]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_shown_exists_with_its_options(page: Path) -> None:
    for arguments in shown_commands(page):
        command, rest = COMMANDS, list(arguments)
        while isinstance(command, TyperGroup) and rest and not rest[0].startswith("-"):
            below = command.get_command(click.Context(command), rest[0])
            if below is None:
                break
            command = below
            del rest[0]
        options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        given = {each.partition("=")[0] for each in rest if re.match(r"--?[a-z]", each)}
        assert command is not COMMANDS or given, arguments
        assert given <= {*options, "-h", "--help"}, arguments


def test_the_connections_to_postgresql_are_those_that_processes_may_open() -> None:
    said = re.search(
        r"opens at most (\d+) connections to PostgreSQL, a worker at most (\d+)",
        (ROOT / "docs" / "configuration.md").read_text(),
    )
    assert said is not None
    server = KEPT_CONNECTIONS + FURTHER_CONNECTIONS + CLIENT_CONNECTIONS
    assert (int(said[1]), int(said[2])) == (server, server + WORKER_CONNECTIONS)
