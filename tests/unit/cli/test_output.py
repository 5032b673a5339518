"""How the commands print: tables that fit, documents, what they take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from scribedock.cli.output import tables
from scribedock.cli.output.arguments import read_moment
from scribedock.cli.output.tables import GAP, SHORTEST, cut, fitted, print_fields, print_table
from scribedock.clock import parse_time, utc_now

HEADINGS = ("Job", "Name", "Count")


@contextmanager
def terminal(columns: int, patch: pytest.MonkeyPatch) -> Iterator[None]:
    patch.setattr(tables, "on_terminal", lambda: True)
    patch.setenv("COLUMNS", str(columns))
    yield


def test_what_is_too_wide_for_the_terminal_is_cut_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with terminal(40, monkeypatch):
        print_table(HEADINGS, [("abc", "x" * 90, "7")], shortened=("Name",), right=("Count",))
    heading, row = capsys.readouterr().out.splitlines()
    assert row == f"abc  {'x' * 27}…      7"
    assert heading.split() == ["Job", "Name", "Count"]
    assert cell_len(row) == 40


def test_into_a_pipe_nothing_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(HEADINGS, [("abc", "x" * 900, "7")], shortened=("Name",))
    assert "x" * 900 in capsys.readouterr().out


def test_names_of_strangers_move_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(HEADINGS, [("abc", "a\x1b[2J\u202eb\n", "7")])
    print_fields([("Name", "a\x1b[2J\u202eb\n")])
    said = capsys.readouterr().out
    assert "\x1b" not in said and "\u202e" not in said
    assert said.count("\n") == 3


@given(st.lists(st.integers(1, 200), min_size=1, max_size=8), st.integers(40, 200))
def test_columns_give_way_down_to_a_width_that_still_says_something(widths: list[int], room: int) -> None:
    found = fitted(widths, range(len(widths)), room)
    assert all(new == old or SHORTEST <= new < old for new, old in zip(found, widths, strict=True))
    assert sum(found) <= room or all(
        new <= max(SHORTEST, 0) or new == old for new, old in zip(found, widths, strict=True)
    )
    assert GAP > 0


@given(st.text(), st.integers(2, 40))
def test_a_text_that_is_cut_fits(text: str, width: int) -> None:
    shown = cut(text, width)
    assert cell_len(shown) <= width
    assert shown == text or shown.endswith("…")


@pytest.mark.parametrize(
    ("text", "ago"),
    [("90s", 90), ("90min", 5400), ("5m", 300), ("12h", 43_200), (" 3D ", 259_200), ("2w", 1_209_600)],
)
def test_an_age_is_a_moment_so_long_ago(text: str, ago: int) -> None:
    assert abs(utc_now() - timedelta(seconds=ago) - read_moment(text)) < timedelta(seconds=30)


def test_a_moment_is_in_utc_unless_it_names_a_zone() -> None:
    assert read_moment("2026-01-31") == parse_time("2026-01-31T00:00:00+00:00")
    assert read_moment("2026-01-31T12:00+02:00") == parse_time("2026-01-31T10:00:00Z")


@pytest.mark.parametrize("text", ["", "yesterday", "3 fortnights", "-3d", "999999w", "2026-13-01", "٣d"])
def test_what_is_neither_a_time_nor_an_age_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="12h"):
        read_moment(text)
