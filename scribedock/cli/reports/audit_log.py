"""`scribedock audit`, which shows the audit log, and the commands that check it and hand it on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scribedock.cli.common import DataDir, fail, read_services, say
from scribedock.cli.help import CommandGroup
from scribedock.cli.reports.audit import audit
from scribedock.cli.reports.audit_export import export_audit

if TYPE_CHECKING:
    from scribedock.app import Services
    from scribedock.reports.audit_chain import ChainedEntry, ChainReport

audit_log = typer.Typer(cls=CommandGroup, help="The audit log.", invoke_without_command=True)
audit_log.callback()(audit)
audit_log.command("export")(export_audit)


@audit_log.command("verify")
def verify(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="An export by `audit --json`; default: only the database.", exists=True, dir_okay=False
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Check that no entry is missing, was changed or put in; the exit status is 1 where one was."""
    with closing(read_services(data_dir)) as services:
        found = services.audit.check()
        problems = [f"In the database, {each}" for each in found.problems]
        _tell("The database", found)
        if file is not None:
            exported = _check_file(file)
            problems += [f"In {file}, {each}" for each in exported.problems]
            problems += _lost(services, file)
            _tell(str(file), exported)
    for problem in problems:
        say(problem)
    if problems:
        raise typer.Exit(1)
    print("Nothing is missing")


def _tell(where: str, found: ChainReport) -> None:
    say(f"{where}: {found.entries:,} entries, of which retention has erased {found.erased:,}")


def _check_file(file: Path) -> ChainReport:
    from scribedock.reports.audit_chain import check_chain

    return check_chain(_lines(file))


def _lines(file: Path) -> Iterator[tuple[str, ChainedEntry]]:
    """Yield the entries of an export. Ends the command where a line is none."""
    from scribedock.reports.audit_chain import read_exported

    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield f"line {number}", read_exported(line)
            except ValueError as error:
                fail(f"{file}: line {number}: {error}")


def _lost(services: Services, file: Path) -> list[str]:
    """Return a problem where entries of the export are not in the database, nor older than all in it."""
    known, oldest = services.audit.hashes()
    lost = [
        name
        for name, entry in _lines(file)
        if entry.hash not in known and (oldest is None or entry.content.at >= oldest)
    ]
    if not lost:
        return []
    return [f"{len(lost):,} entries of {file} are not in the database, the first in {lost[0]}"]
