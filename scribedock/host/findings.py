"""The findings of a check, shown on one line each with a mark in front."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console
from rich.markup import escape

from scribedock.host.terminal import escape_markup, printable, wrapped


class Level(StrEnum):
    GOOD = "ok"
    WARNING = "warning"
    MISSING = "missing"


MARKS = {Level.GOOD: "[green]✓[/]", Level.WARNING: "[yellow]![/]", Level.MISSING: "[red]✗[/]"}


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    level: Level
    title: str
    text: str


def report(findings: Iterable[CheckResult]) -> int:
    """Print each finding as it is made; return 1 if something necessary is missing."""
    console = Console(highlight=False, soft_wrap=True)
    worst = 0
    for finding in findings:
        head = f"  {printable(finding.title)}  "
        text = wrapped(finding.text, indent="  ", first=head).removeprefix(head)
        console.print(f"{MARKS[finding.level]} [bold]{escape_markup(finding.title)}[/]  {escape(text)}")
        worst |= finding.level is Level.MISSING
    return worst


def good(title: str, text: str) -> CheckResult:
    return CheckResult(level=Level.GOOD, title=title, text=text)


def warning(title: str, text: str) -> CheckResult:
    return CheckResult(level=Level.WARNING, title=title, text=text)


def missing(title: str, text: str) -> CheckResult:
    return CheckResult(level=Level.MISSING, title=title, text=text)
