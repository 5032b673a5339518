"""`scribedock watch`: take in the recordings that appear in a folder."""

from __future__ import annotations

import hashlib
import sys
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scribedock.cli.common import (
    COMMAND_LINE,
    REFUSED,
    DataDir,
    explained,
    fail,
    or_fail,
    say,
    services_in_use,
)
from scribedock.cli.output.arguments import find_account
from scribedock.cli.output.documents import print_line
from scribedock.clock import SYSTEM_CLOCK, Clock
from scribedock.host.human import moment
from scribedock.host.terminal import printable
from scribedock.jobs.job import FIDELITY_NAMES, Priority
from scribedock.settings import SettingsError

if TYPE_CHECKING:
    from scribedock.app import Services
    from scribedock.intake.folder import FoundFile, WatchedFolder
    from scribedock.intake.taking import FileIntake, IntakeOrder, TakenFile

INTERRUPTED = 130  # 128 + SIGINT, as shells say it
OVER_BUDGET = 1  # files wait for their budget
RECHECK = timedelta(minutes=15)


def watch(
    folder: Annotated[
        Path, typer.Argument(help="The folder.", exists=True, file_okay=False, readable=True, metavar="DIR")
    ],
    account: Annotated[str | None, typer.Option(help="Whose jobs these are; default: the root's.")] = None,
    language: Annotated[
        str, typer.Option(help="What is spoken, or auto; default: en, unless another is surely heard.")
    ] = "",
    fidelity: Annotated[str, typer.Option(help="MECHANICAL, PREMIUM or PROFESSIONAL.")] = "MECHANICAL",
    priority: Annotated[
        Priority, typer.Option(case_sensitive=False, help="Of the orders.")
    ] = Priority.STANDARD,
    callback_url: Annotated[
        str | None, typer.Option(help="To be called when a job is done; {job_id} stands for its id.")
    ] = None,
    settle: Annotated[
        float, typer.Option(min=0, help="Seconds for which a file must not have changed.")
    ] = 10,
    interval: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks.")] = 5,
    recursive: Annotated[bool, typer.Option("--recursive", help="Watch the folders below it too.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Take in what is there now, and exit.")] = False,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print a JSON document in a line for each file (docs/commands.md)."),
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Order the transcription of every recording in a folder, of each exactly once, until interrupted.

    The files stay as and where they are. One that is changed later is a new recording. One that the budget
    of the account does not allow is tried again when the budget is renewed.
    """
    from scribedock.intake.folder import WatchedFolder
    from scribedock.intake.journal import IntakeJournal
    from scribedock.intake.taking import FileIntake
    from scribedock.monitoring.intake_status import JOURNALS, IntakeStatus
    from scribedock.ordering.capabilities import configured_capabilities

    services = services_in_use(data_dir)
    order = _order(services, account, language, fidelity, priority, callback_url)
    watched = WatchedFolder(folder, SYSTEM_CLOCK, settle_s=settle, recursive=recursive)
    name = hashlib.sha256(bytes(watched.path)).hexdigest()[:32]
    try:
        capabilities = configured_capabilities(services.settings)
        journal = IntakeJournal(services.settings.data_dir / JOURNALS / f"{name}.jsonl")
    except SettingsError as error:
        fail(str(error))
    with closing(journal), closing(IntakeStatus(services.settings.data_dir / JOURNALS)) as status:
        intake = FileIntake(services, capabilities, journal, order, SYSTEM_CLOCK)
        try:
            done = Round(services, watched, intake, order, as_json=as_json)
            while True:
                is_over = done.make()
                status.note(done.over_budget)
                if is_over and once:
                    break
                time.sleep(interval)
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
    if done.failed or done.over_budget:
        raise typer.Exit(2 if done.failed else OVER_BUDGET)


def _order(
    services: Services,
    account: str | None,
    language: str,
    fidelity: str,
    priority: Priority,
    callback_url: str | None,
) -> IntakeOrder:
    """Return what is ordered for each file; end the command where no file could be ordered like that."""
    from scribedock.intake.taking import IntakeOrder
    from scribedock.jobs.languages import spoken_language
    from scribedock.ordering.place_order import TranscriptionRequest
    from scribedock.orders.callback_url import check_callback_url

    if fidelity.upper() not in FIDELITY_NAMES:
        fail(f"--fidelity: there is no {fidelity!r}; there are {', '.join(FIDELITY_NAMES)}")
    owner = services.accounts.root() if account is None else find_account(services, account)
    if owner is None:
        fail("there are no accounts yet")
    if owner.disabled is not None:
        fail(f"the account {owner.username!r} is disabled or deleted")
    or_fail(lambda: spoken_language(language or "en"))
    or_fail(lambda: check_callback_url(services.fetcher, callback_url))
    return IntakeOrder(
        owner=owner,
        language=language,
        asked=TranscriptionRequest(
            fidelity=FIDELITY_NAMES[fidelity.upper()], priority=priority, callback_url=callback_url
        ),
        max_bytes=services.settings.upload_max_bytes,
    )


class Round:
    """A look at the folder, again and again; says what is done with which file, and what fails only once."""

    def __init__(
        self,
        services: Services,
        watched: WatchedFolder,
        intake: FileIntake,
        order: IntakeOrder,
        *,
        clock: Clock = SYSTEM_CLOCK,
        as_json: bool = False,
    ) -> None:
        self._services = services
        self._watched = watched
        self._intake = intake
        self._order = order
        self._clock = clock
        self._as_json = as_json
        self._said: dict[str, str] = {}
        self._entries: dict[FoundFile, int] = {}
        self._over_budget: dict[FoundFile, datetime] = {}  # and when they are tried again
        self.failed = False  # whether a file was refused

    @property
    def over_budget(self) -> int:
        """Return how many files wait for a budget."""
        return len(self._over_budget)

    def make(self) -> bool:
        """Take in what is whole now; return whether nothing is left to wait for but a budget."""
        try:
            files = self._watched.look()
        except OSError as error:
            self._complain("", f"{self._watched.path} cannot be read: {error.strerror}")
            return False
        left = not self._watched.is_settled()
        self._over_budget = {file: again for file, again in self._over_budget.items() if file in files}
        for file in files:
            left |= not self._take(file)
        return not left

    def _take(self, file: FoundFile) -> bool:
        """Take in a file; return whether it is dealt with, or waits for a budget."""
        if not self._intake.is_new(file, self._watched.path):
            return True
        if file in self._over_budget and self._clock.now() < self._over_budget[file]:
            return True
        try:
            entry = self._entry(file)
            taken = self._intake.take(file, self._watched.path)
        except Exception as error:
            problem = explained(error)
            if problem is None:
                raise
            self._complain(file.name, f"{file.name}: {problem}; it is tried again")
            return False
        self._over_budget.pop(file, None)
        return self._tell(taken, entry)

    def _tell(self, taken: TakenFile, entry: int) -> bool:
        from scribedock.intake.taking import IntakeOutcome
        from scribedock.reports.audit import DONE

        name = taken.file.name
        match taken.outcome:
            case IntakeOutcome.ORDERED:
                self._services.audit.end_entry(entry, DONE, job_id=taken.job_id)
                self._said.pop(name, None)
                if not self._as_json:
                    say(f"{moment(self._clock.now())}  {name}: job {taken.job_id} is ordered")
                else:
                    self._print(taken)
                return True
            case IntakeOutcome.REFUSED:
                self._services.audit.end_entry(entry, REFUSED)
                self.failed = True
                self._complain(name, f"{name}: refused: {taken.reason}", taken)
                return True
            case IntakeOutcome.OVER_BUDGET:
                assert taken.renewed is not None
                # The operator may allow more before.
                self._over_budget[taken.file] = min(taken.renewed, self._clock.now() + RECHECK)
                self._complain(name, f"{name}: stays where it is, and is tried again: {taken.reason}", taken)
                return True
            case IntakeOutcome.LATER:
                self._complain(name, f"{name}: {taken.reason}; it is tried again", taken)
            case IntakeOutcome.CHANGED:
                self._complain(name, f"{name}: it changes; it is left alone for now", taken)
        return False

    def _entry(self, file: FoundFile) -> int:
        """Return the file's entry in the audit log: one, however often it is tried."""
        if file not in self._entries:
            self._entries[file] = self._services.audit.begin_entry(
                account_id=self._order.owner.id, address=COMMAND_LINE, call="watch"
            )
        return self._entries[file]

    def _complain(self, about: str, text: str, taken: TakenFile | None = None) -> None:
        """Say what is wrong, but not at every look; with --json what became of a file is a document."""
        if self._said.get(about) == text:
            return
        self._said[about] = text
        if taken is not None and self._as_json:
            self._print(taken)
        else:
            print(f"scribedock: {printable(text)}", file=sys.stderr, flush=True)

    def _print(self, taken: TakenFile) -> None:
        print_line(
            {
                "at": self._clock.now(),
                "file": taken.file.name,
                "outcome": taken.outcome,
                "job_id": taken.job_id or None,
                "reason": taken.reason or None,
                "renewed": taken.renewed,
            }
        )
