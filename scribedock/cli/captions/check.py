"""`scribedock captions check`: what is wrong with a file of captions, for people and for machines."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from scribedock.errors import ScribedockError
from scribedock.host.terminal import printable, printable_json
from scribedock_captions.errors import CaptionsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from scribedock_captions import CaptionDocument, CueFile, ElementList, Finding, Preset, Report

DEFAULT_LIMITS = "default"


def check(
    file: Annotated[
        Path,
        typer.Argument(help="SRT, VTT, DFXP, SCC or SBV; or an ElementList, to check its captions."),
    ],
    preset: Annotated[
        str, typer.Option(help="The standard: netflix, bbc, dcmp, scc or default.")
    ] = DEFAULT_LIMITS,
    elementlist: Annotated[
        Path | None, typer.Option(help="ElementList of the speech, to find speech without captions.")
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(help="Language of the captions, as en or pt-br; else the file's, or unknown."),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(help="Encoding of the file, as windows-1251; else what it says, UTF-8, or a guess."),
    ] = None,
    shots: Annotated[Path | None, typer.Option(help="Times of shot changes in seconds, one a line.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Treat advice and warnings as errors.")] = False,
) -> None:
    """Check captions against a standard.

    The exit code is 0 if no limit is broken, 1 if one is, 2 if the files cannot be read.
    """
    from scribedock_captions import CaptionDocument, Preset
    from scribedock_captions import check as check_captions

    if preset not in (DEFAULT_LIMITS, *Preset):
        _fail(f"--preset: {preset!r} is none of {', '.join((DEFAULT_LIMITS, *Preset))}")
    standard = None if preset == DEFAULT_LIMITS else Preset(preset)
    try:
        captions, said, source = _read(file, standard, language or "", encoding or "")
        if elementlist is not None:
            said = _elementlist(elementlist.read_bytes())
        report = check_captions(
            captions,
            standard,
            language=language or (said.language if said is not None else ""),
            elementlist=said,
            shots=_shots(shots) if shots else (),
            file=source,
            encoding=encoding or "",
        )
    except (ScribedockError, CaptionsError) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}")
    warnings = () if isinstance(captions, CaptionDocument) else captions.warnings
    for warning in warnings:
        print(f"scribedock: warning: {printable(f'{file}: {warning}')}", file=sys.stderr)
    if as_json:
        document = _document(file, preset, report) | {"warnings": list(map(str, warnings))}
        print(printable_json(json.dumps(document, ensure_ascii=False, indent=2)))
    else:
        _print(file, preset, report)
        if not (language or (said.language if said else "") or getattr(captions, "language", "")):
            print("The language is unknown, so rules about words are left out; see --language.")
    raise typer.Exit(1 if report.errors or (strict and (report.findings or warnings)) else 0)


def _read(
    file: Path, preset: Preset | None, language: str, encoding: str
) -> tuple[CueFile | CaptionDocument, ElementList | None, bytes]:
    """Read the captions, the speech, and the markup that the rules look at."""
    from scribedock_captions import PRESETS, lay_out
    from scribedock_captions.elementlist.codec import looks_like_json
    from scribedock_captions.readers import TextFormat, read

    data = file.read_bytes()
    if looks_like_json(data):
        said = _elementlist(data)
        return lay_out(said, PRESETS[preset] if preset else None), said, b""
    found = read(data, language=language, encoding=encoding)
    if found.cues and all(cue.start is None or cue.end is None for cue in found.cues):
        _fail(f"{file}: has no times, so there is nothing to check")
    return found, None, b"" if found.format is TextFormat.SCC else data


def _elementlist(data: bytes) -> ElementList:
    from scribedock_captions.elementlist.codec import parse

    return parse(data)


def _shots(path: Path) -> list[int]:
    found = []
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
        if line.strip():
            try:
                seconds = float(line)
                found.append(round(seconds * 1000))
            except (ValueError, OverflowError):
                _fail(f"--shots: line {number} of {path} is no time in seconds: {line.strip()[:40]!r}")
    return found


def _document(file: Path, standard: str, report: Report) -> dict[str, object]:
    return {
        "file": str(file),
        "standard": standard,
        "errors": report.errors,
        "advice": len(report.findings) - report.errors,
        "figures": dict(report.figures),
        "rules": report.counts(),
        "findings": [
            {
                "rule": each.rule,
                "severity": each.severity.value,
                "caption": each.caption or None,
                "start_ms": each.start,
                "end_ms": each.end,
                "message": each.message,
                "text": each.text,
            }
            for each in report.findings
        ],
    }


def _print(file: Path, standard: str, report: Report) -> None:
    from rich.console import Console

    console = Console()
    if report.findings:
        _print_findings(console, report.findings)
        console.print()
        _print_rules(console, report)
        console.print()
    figures = ", ".join(f"{name} {value:g}" for name, value in report.figures.items())
    console.print(figures, style="dim", markup=False, highlight=False)
    advice = len(report.findings) - report.errors
    verdict = (
        f"{file.name}: {report.errors} errors, {advice} recommendations, measured by {standard}"
        if report.findings
        else f"{file.name}: no problems, measured by {standard}"
    )
    console.print(
        printable(verdict), style="bold red" if report.errors else "bold green", markup=False, highlight=False
    )


def _print_findings(console: Console, findings: Sequence[Finding]) -> None:
    from rich.table import Table
    from rich.text import Text

    from scribedock_captions.quality.check import Severity

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Caption", justify="right", no_wrap=True)
    table.add_column("Time", no_wrap=True)
    table.add_column("Rule", no_wrap=True)
    table.add_column("What is wrong", overflow="fold", ratio=3)
    table.add_column("Text", overflow="fold", style="dim", ratio=2)
    for each in findings:
        style = "red" if each.severity is Severity.ERROR else "yellow"
        table.add_row(
            str(each.caption or ""),
            _clock(each.start) if each.caption or each.end else "",
            Text(each.rule, style=style),
            Text(printable(each.message)),
            Text(printable(each.text)),
        )
    console.print(table)


def _print_rules(console: Console, report: Report) -> None:
    from rich.table import Table

    from scribedock_captions.quality.check import RULES

    counts = report.counts()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Rule", no_wrap=True)
    table.add_column("Found", justify="right")
    table.add_column("It asks for", overflow="fold")
    for rule in RULES:
        if rule.name in counts:
            table.add_row(rule.name, str(counts[rule.name]), rule.asks)
    console.print(table)


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def _fail(message: str) -> NoReturn:
    print(f"scribedock: {printable(message)}", file=sys.stderr)
    raise typer.Exit(2)
