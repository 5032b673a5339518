"""What the commands share: settings and services to work with, and how they fail."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from scribedock.errors import ScribedockError
from scribedock.host.setting_names import misspelt
from scribedock.host.terminal import printable
from scribedock.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from scribedock.app import Services

Result = TypeVar("Result")
COMMAND_LINE = "command line"  # in the audit log instead of an address
REFUSED = "refused"
LINE_FEED = "\n"  # between messages about wrong settings
PIPE_COLUMNS = 1000  # so that no line is wrapped in a pipe
UNUSED = "no server has used {folder} yet; scribedock serve creates what it needs"
OTHER_RELEASE = "the database is that of another release; scribedock serve upgrades it"
DataDir = Annotated[Path | None, typer.Option(help="Data folder; else SCRIBEDOCK_DATA_DIR, else ./data.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


@contextmanager
def long_lived_imports() -> Iterator[None]:
    """Exempt what is imported in this block from garbage collection, for a process that runs long."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def warn_of_misspelt_settings() -> None:
    """Warn on standard error about misspelt settings, which a server or worker refuses."""
    for line in misspelt(os.environ):
        print(f"scribedock: warning: {line}", file=sys.stderr)


def load_settings(data_dir: Path | None, *, strictly: bool = False, log_level: str = "") -> Settings:
    """Return the settings of the environment; end the command where one is wrong.

    strictly: also where a name is misspelt, so that the setting meant would have no effect.
    log_level: the command's, where the environment names none.
    """
    from scribedock import logs

    unknown = misspelt(os.environ) if strictly else []
    if unknown:
        fail("\n".join(unknown))
    try:
        found = load(data_dir=data_dir)
    except SettingsError as error:
        fail(str(error))
    level = log_level if log_level and "log_level" not in found.model_fields_set else found.log_level
    logs.configure(logs.format_named(found.log_format), level=level)
    return found


def enter_data_folder(data_dir: Path | None) -> Settings:
    """Return the settings, for a command that writes to the data folder and nowhere else."""
    from scribedock.host import data_folder

    found = load_settings(data_dir)
    try:
        data_folder.enter(found.data_dir)
    except SettingsError as error:
        fail(str(error))
    return found


def open_services(data_dir: Path | None) -> Services:
    """Return the services, on a database that is up to date."""
    from scribedock import app

    found = enter_data_folder(data_dir)
    app.prepare_database(found)
    return app.build_services(found)


def read_services(data_dir: Path | None) -> Services:
    """Return the services for a command that only reads: it creates nothing, and upgrades nothing.

    Ends the command where no server has used the data folder yet.
    """
    from scribedock import app
    from scribedock.db.migrate import is_current

    found = load_settings(data_dir)
    if not app.is_in_use(found):
        fail(UNUSED.format(folder=found.data_dir.resolve()))
    if not is_current(app.database_url(found)):
        fail(OTHER_RELEASE)
    return app.build_services(found)


def services_in_use(data_dir: Path | None) -> Services:
    """Return the services as `read_services` does, for a command that changes what is there already."""
    from scribedock.host import data_folder

    services = read_services(data_dir)
    try:
        data_folder.enter(services.settings.data_dir)
    except SettingsError as error:
        fail(str(error))
    return services


def explained(error: Exception) -> str | None:
    """Return one line about an error that an operator can mend; None for any other, which is a defect."""
    if isinstance(error, ScribedockError):
        return printable(error.comment)
    if isinstance(error, SettingsError):
        return printable(str(error), keep=LINE_FEED)
    if "sqlalchemy" not in sys.modules:
        return None
    from scribedock.db.waiting import reason_of

    reason = reason_of(error)
    return None if reason is None else f"the database cannot be used: {printable(reason)}"


def plain_table(*headings: str, wrapped: tuple[str, ...] = ()) -> Table:
    """Return an empty table without borders. wrapped: headings of columns that a narrow terminal wraps."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, no_wrap=heading not in wrapped, overflow="fold")
    return table


def add_row(table: Table, *cells: str) -> None:
    """Add a row whose texts may come from strangers."""
    table.add_row(*map(printable, cells))


def say(text: str) -> None:
    """Print a line in which a stranger's text may stand."""
    print(printable(text))


def show(content: RenderableType) -> None:
    """Print content as wide as the terminal, or unfolded into a pipe; what is wider is never cut."""
    from rich.console import Console
    from rich.measure import Measurement

    console = Console(
        width=None if sys.stdout.isatty() else PIPE_COLUMNS, markup=False, highlight=False, soft_wrap=True
    )
    unlimited = console.options.update(width=PIPE_COLUMNS)
    needed = Measurement.get(console, unlimited, content).minimum
    console.print(content, width=max(console.width, needed), crop=False)


def read_password(from_stdin: bool, *, twice: bool = True) -> str:
    """Return the password from standard input, or ask for it on the terminal."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=twice))


def or_fail(action: Callable[[], Result]) -> Result:
    """Return the result of `action`; end the command with a message where it raises one of our errors."""
    try:
        return action()
    except ScribedockError as error:
        fail(error.comment)


@contextmanager
def audited(
    services: Services, command: str, account_id: str, *, job_id: str = "", about: str = ""
) -> Iterator[None]:
    """Record in the audit log what a command does to this account or a job of it."""
    from scribedock.reports.audit import DONE

    entry = services.audit.begin_entry(
        account_id=account_id, address=COMMAND_LINE, call=command, job_id=job_id, about=about
    )
    try:
        yield
    except (typer.Exit, OSError):
        services.audit.end_entry(entry, REFUSED)
        raise
    services.audit.end_entry(entry, DONE)


@contextmanager
def audited_for_operator(services: Services, command: str, about: str) -> Iterator[None]:
    """Record in the audit log what a command does to the whole server: under the first account, if any."""
    first = services.accounts.root()
    with nullcontext() if first is None else audited(services, command, first.id, about=about):
        yield


def fail(message: str) -> NoReturn:
    print(f"scribedock: {printable(message, keep=LINE_FEED)}", file=sys.stderr)
    raise typer.Exit(2)
