"""What is said about accessibility is complete, and names tests that there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
# WCAG 2.2: how many success criteria of levels A and AA each guideline has (4.1.1 is obsolete).
GUIDELINES = {
    "1.1": 1, "1.2": 5, "1.3": 5, "1.4": 9, "2.1": 3, "2.2": 2, "2.3": 1, "2.4": 8, "2.5": 6,
    "3.1": 2, "3.2": 5, "3.3": 6, "4.1": 2,
}  # fmt: skip
LEVELS = {"supports", "partially-supports", "does-not-support", "not-applicable", "not-evaluated"}


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """Return the OpenACR, read by somebody else's parser."""
    return yaml.safe_load((ROOT / "docs" / "openacr.yaml").read_text())  # type: ignore[no-any-return]


def criteria(report: dict[str, Any], prefix: str = "") -> Iterator[dict[str, Any]]:
    for name, chapter in report["chapters"].items():
        if name.startswith(prefix):
            yield from chapter["criteria"]


def test_the_report_has_each_criterion_of_levels_a_and_aa_once(report: dict[str, Any]) -> None:
    numbers = [each["num"] for each in criteria(report, "success_criteria")]
    assert len(set(numbers)) == len(numbers) == 55
    found = dict.fromkeys(GUIDELINES, 0)
    for number in numbers:
        found[number.rpartition(".")[0]] += 1
    assert found == GUIDELINES


def test_the_report_has_what_openacr_asks_for(report: dict[str, Any]) -> None:
    assert report["title"] and report["product"]["name"] and "email" in report["author"]
    for each in criteria(report):
        [component] = each["components"]
        assert component["adherence"]["level"] in LEVELS
        assert component["adherence"]["notes"], each["num"]


def test_each_test_that_is_named_exists(report: dict[str, Any]) -> None:
    there = {
        name
        for folder in ("tests/ui", "tests/unit/web")
        for file in (ROOT / folder).glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", file.read_text(), re.MULTILINE)
    }
    named = {
        name
        for each in criteria(report)
        for name in re.findall(r"\btest_\w+", each["components"][0]["adherence"]["notes"])
    }
    assert len(named) > 20
    assert named <= there


def test_what_is_met_is_shown_by_a_test_or_says_how_it_was_looked_at(report: dict[str, Any]) -> None:
    bare = [
        each["num"]
        for each in criteria(report)
        if each["components"][0]["adherence"]["level"] == "supports"
        and not re.search(r"\btest_\w+|axe|By hand", each["components"][0]["adherence"]["notes"])
    ]
    assert bare == []
