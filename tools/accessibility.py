"""Writes what docs/accessibility.csv says of each criterion as tables, and as an OpenACR file."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "docs" / "accessibility.csv"
ADHERENCE = {
    "supports": "yes",
    "partially-supports": "in part",
    "does-not-support": "no",
    "not-applicable": "does not apply",
}
"""The levels of OpenACR's that are used, and how the page spells them."""
AXE = "[axe](#axe)"
MISSED = ("partially-supports", "does-not-support")
WCAG = ("A", "AA")
EN = "EN"  # EN 301 549 V3.2.1, clause 7
CHAPTERS = {
    "A": "success_criteria_level_a",
    "AA": "success_criteria_level_aa",
    EN: "en_301_549_ict_with_video",
}
HEAD = """\
# Written by tools/accessibility.py from docs/accessibility.csv: an OpenACR (https://github.com/GSA/openacr).
title: scribedock Accessibility Conformance Report
product:
  name: scribedock
  description: Self-hosted transcription and captioning; this report is about its web application.
author:
  name: The maintainers of scribedock
  email: ""
report_date: "2026-11-28"
version: 1
license: Apache-2.0
catalog: 2.5-edition-wcag-2.2-508-eu-en
evaluation_methods_used: >-
  axe-core on every page in several guises, tests in Chromium that use the keyboard, 320 pixels, text spacing,
  forced colours and reduced motion, and inspection by the developers. No screen reader was tried, and nobody
  with a disability has been asked yet.
chapters:
"""


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One criterion of WCAG 2.2 or requirement of EN 301 549."""

    number: str
    name: str
    level: str
    adherence: str
    remarks: str
    tests: tuple[str, ...]  # by name, and `axe` for those that run it


def criteria() -> list[Criterion]:
    with SOURCE.open(newline="", encoding="utf-8") as file:
        return [
            Criterion(
                number=row["criterion"],
                name=row["name"],
                level=row["level"],
                adherence=row["adherence"],
                remarks=row["remarks"],
                tests=tuple(row["tests"].split()),
            )
            for row in csv.DictReader(file)
        ]


def wcag_rows() -> list[tuple[str, ...]]:
    """Return the rows of the table of WCAG 2.2."""
    found = [each for each in criteria() if each.level in WCAG]
    return [("criterion", "level", "met", "how", "shown by"), *map(_row, found)]


def en_rows() -> list[tuple[str, ...]]:
    """Return the rows of the table of EN 301 549, clause 7."""
    found = [each for each in criteria() if each.level == EN]
    return [("requirement", "met", "how", "shown by"), *((row[0], *row[2:]) for row in map(_row, found))]


def missed() -> str:
    """Return the list of what is not met, or in part only."""
    lines = [
        f"- **{each.number} {each.name}** ({ADHERENCE[each.adherence]}): {each.remarks}"
        for each in criteria()
        if each.adherence in MISSED
    ]
    return "\n".join([*lines, ""])


def _row(criterion: Criterion) -> tuple[str, ...]:
    places = files_of_tests()
    shown = [AXE if test == "axe" else f"[{_readable(test)}](../{places[test]})" for test in criterion.tests]
    return (
        f"{criterion.number} {criterion.name}",
        criterion.level,
        ADHERENCE[criterion.adherence],
        criterion.remarks,
        "; ".join(shown),
    )


def _readable(test: str) -> str:
    return test.removeprefix("test_").replace("_", " ")


def files_of_tests() -> dict[str, str]:
    """Return in which file each test of the web application is."""
    found = {}
    for file in (*ROOT.glob("tests/ui/test_*.py"), *ROOT.glob("tests/unit/web/test_*.py")):
        for name in re.findall(r"^def (test_\w+)\(", file.read_text(encoding="utf-8"), re.MULTILINE):
            found[name] = file.relative_to(ROOT).as_posix()
    return found


def openacr() -> str:
    """Return the report as YAML, whose strings are written as JSON writes them."""
    return HEAD + "".join(_chapters())


def _chapters() -> Iterator[str]:
    found = criteria()
    for level, chapter in CHAPTERS.items():
        yield f"  {chapter}:\n    criteria:\n"
        component = "none" if level == EN else "web"
        for each in found:
            if each.level == level:
                notes = json.dumps(_notes(each), ensure_ascii=False)
                yield (
                    f'      - num: "{each.number}"\n        components:\n'
                    f"          - name: {component}\n            adherence:\n"
                    f"              level: {each.adherence}\n              notes: {notes}\n"
                )


def _notes(criterion: Criterion) -> str:
    tests = f"Tests: {', '.join(criterion.tests)}." if criterion.tests else ""
    return " ".join(each for each in (criterion.remarks, tests) if each)
