"""What strangers write cannot move the cursor, hide or reorder text on an operator's terminal."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from scribedock import logs
from scribedock.host.terminal import escape_markup, printable, printable_json

HOSTILE = "a\nb\x1b[2J\x9b31m\r\u202eevil\u2066\u200b\u2028\ufeff\U000e0041\u3164\x00\x7f"
SHOWN = r"a\nb\x1b[2J\x9b31m\r\u202eevil\u2066\u200b\u2028\ufeff\U000e0041\u3164\x00\x7f"
NATURAL = "Ærø 中文　日本語 עברית العربية हिन्दी नमस्ते 👍🏽 e\u0301 \u00a0½"


def test_invisible_characters_are_shown_as_escapes() -> None:
    assert printable(HOSTILE) == SHOWN
    assert printable("a\nb\t", keep="\n") == "a\nb\\t"


def test_the_texts_of_all_languages_stay_as_they_are() -> None:
    assert printable(NATURAL) == NATURAL


@given(st.text(st.characters(codec=None)))
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    left = {unicodedata.category(char) for char in printable(text)}
    assert not left & {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}


@given(st.text())
def test_a_json_document_keeps_its_meaning(text: str) -> None:
    document = json.dumps({text: [text]}, ensure_ascii=False)
    assert json.loads(printable_json(document)) == {text: [text]}
    assert printable(printable_json(document)) == printable_json(document)


def test_markup_in_the_text_is_escaped() -> None:
    assert escape_markup("[bold]x[/]\u202e") == r"\[bold]x\[/]\u202e"


@pytest.fixture
def fresh_log() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("form", logs.LogFormat)
def test_a_log_line_is_one_line_whatever_it_is_about(
    capsys: pytest.CaptureFixture[str], fresh_log: None, form: logs.LogFormat
) -> None:
    logs.configure(form)
    structlog.get_logger("test").info("called", name=HOSTILE)
    line = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().err)  # our own colours
    assert line.count("\n") == 1
    assert printable(line, keep="\n") == line
    if form is logs.LogFormat.JSON:
        assert json.loads(line)["name"] == HOSTILE


@pytest.mark.parametrize("form", logs.LogFormat)
def test_a_traceback_hides_nothing(
    capsys: pytest.CaptureFixture[str], fresh_log: None, form: logs.LogFormat
) -> None:
    logs.configure(form)
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        structlog.get_logger("test").exception("failed")
    text = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().err)
    assert printable(text, keep="\n") == text
    assert "ValueError" in text
