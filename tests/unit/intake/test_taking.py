"""Taking in files: each exactly once, whatever is interrupted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from scribedock.errors import SystemFault
from scribedock.intake import taking
from scribedock.intake.folder import FoundFile, found_file
from scribedock.intake.journal import IntakeJournal
from scribedock.intake.taking import FileIntake, IntakeOrder, IntakeOutcome, TakenFile
from scribedock.jobs.job import Fidelity, Job
from scribedock.jobs.listing.filter import JobFilter
from scribedock.ordering.place_order import TranscriptionRequest
from scribedock.settings import SettingsError
from tests.support.core import Core
from tests.support.operated import ENGLISH

CONTENT = b"the bytes of a recording" * 100_000  # more than a piece


class Killed(BaseException):
    """The process is killed here."""


class Taker:
    """A folder, and processes that take in what is in it, one after the other."""

    def __init__(self, core: Core, folder: Path) -> None:
        self.core, self.folder = core, folder
        folder.mkdir()

    def file(self, name: str = "a.mp4", content: bytes = CONTENT) -> FoundFile:
        (self.folder / name).write_bytes(content)
        found = found_file(self.folder / name, self.folder)
        assert found is not None
        return found

    def take(self, file: FoundFile, *, language: str = "", max_bytes: int = 10**9) -> TakenFile | None:
        order = IntakeOrder(
            owner=self.core.admin,
            language=language,
            asked=TranscriptionRequest(fidelity=Fidelity.MECHANICAL),
            max_bytes=max_bytes,
        )
        with closing(IntakeJournal(self.folder.parent / "journals" / "a.jsonl")) as journal:
            intake = FileIntake(self.core.services, ENGLISH, journal, order, self.core.clock)
            return intake.take(file, self.folder) if intake.is_new(file, self.folder) else None

    def jobs(self) -> list[Job]:
        wanted = JobFilter(account_ids=None)
        return [job for page in self.core.services.listing.matching(wanted) for job in page]


@pytest.fixture
def taker(core: Core, tmp_path: Path) -> Taker:
    return Taker(core, tmp_path / "recordings")


def test_a_file_becomes_a_job_with_its_recording_and_an_order(taker: Taker) -> None:
    file = taker.file("lecture \udcff.mp4")
    taken = taker.take(file)
    assert taken is not None and taken.outcome is IntakeOutcome.ORDERED
    (job,) = taker.jobs()
    assert (job.id, job.name, job.language_given) == (taken.job_id, "lecture ?.mp4", False)
    assert job.order_task_id is not None
    assert taker.core.content(job.id) == CONTENT
    assert file.path.read_bytes() == CONTENT  # the file stays


def test_a_restart_forgets_nothing(taker: Taker) -> None:
    file = taker.file()
    assert taker.take(file) is not None
    assert taker.take(file) is None
    (job,) = taker.jobs()
    taker.core.services.jobs.delete(job.id, None)
    assert taker.take(file) is None  # it was dealt with, though its job is gone
    assert taker.jobs() == []


def test_no_name_of_a_file_is_in_the_journal(taker: Taker) -> None:
    taker.take(taker.file("maria.mp4"))
    assert "maria" not in (taker.folder.parent / "journals" / "a.jsonl").read_text()


@pytest.mark.parametrize("place", ["create", "begin", "add_media_bytes", "place_order", "note", "after note"])
def test_a_file_is_taken_in_once_wherever_the_process_is_killed(
    taker: Taker, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def killing(function: Callable[..., object], *, after: bool) -> Callable[..., object]:
        def run(*arguments: object, **options: object) -> object:
            if after:
                function(*arguments, **options)
            raise Killed

        return run

    owner: object = {
        "create": type(taker.core.services.jobs),
        "begin": type(taker.core.store),
        "note": IntakeJournal,
        "after note": IntakeJournal,
    }.get(place, taking)
    name = place.removeprefix("after ")
    file = taker.file()
    for after in (
        (False, True) if place in ("create", "add_media_bytes", "place_order") else (place != "note",)
    ):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, killing(getattr(owner, name), after=after))
            with pytest.raises(Killed):
                taker.take(file)
    taker.take(file)
    (job,) = taker.jobs()
    assert job.order_task_id is not None and taker.core.content(job.id) == CONTENT
    assert taker.take(file) is None


def test_a_file_that_changes_while_it_is_read_is_left_alone(
    taker: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = taker.file()
    file.path.write_bytes(CONTENT + b"more")
    taken = taker.take(file)
    assert taken is not None and taken.outcome is IntakeOutcome.CHANGED
    file.path.unlink()
    taken = taker.take(file)
    assert taken is not None and taken.outcome is IntakeOutcome.CHANGED
    assert taker.jobs() == []
    assert list(taker.core.store.keys()) == []
    again = taker.file()
    taken = taker.take(again)
    assert taken is not None and taken.outcome is IntakeOutcome.ORDERED


@pytest.mark.parametrize(
    ("asked", "reason"),
    [({"language": "tlh"}, "tlh"), ({"language": "de"}, "'de'"), ({"max_bytes": 10}, "bytes")],
)
def test_a_file_that_is_refused_leaves_no_job_and_is_not_tried_again(
    taker: Taker, asked: dict[str, str], reason: str
) -> None:
    file = taker.file()
    taken = taker.take(file, **asked)  # type: ignore[arg-type]
    assert taken is not None and taken.outcome is IntakeOutcome.REFUSED and reason in taken.reason
    assert taker.jobs() == [] and list(taker.core.store.keys()) == []
    assert taker.take(file) is None


def test_a_file_for_which_there_is_no_room_is_taken_in_later(
    taker: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = taker.file()

    def full(_: object) -> None:
        raise SystemFault("The server has no room", status=507)

    with monkeypatch.context() as patch:
        patch.setattr(type(taker.core.services.uploads), "check_room", full)
        taken = taker.take(file)
    assert taken is not None and (taken.outcome, taken.reason) == (
        IntakeOutcome.LATER,
        "The server has no room",
    )
    taken = taker.take(file)
    assert taken is not None and taken.outcome is IntakeOutcome.ORDERED
    assert len(taker.jobs()) == 1


def test_two_processes_do_not_have_the_same_folder(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with closing(IntakeJournal(path)), pytest.raises(SettingsError, match="another scribedock watch"):
        IntakeJournal(path)
    IntakeJournal(path).close()


@pytest.mark.parametrize("rubbish", [b'{"file": "ab', b"\xff\x00", b"[]\n", b"7", b'{"file": 1}\n'])
def test_a_journal_whose_last_line_was_cut_is_read(core: Core, tmp_path: Path, rubbish: bytes) -> None:
    path = tmp_path / "a.jsonl"
    with closing(IntakeJournal(path)) as journal:
        journal.note("first", outcome="ordered", job_id="", at=core.clock.now())
    with path.open("ab") as file:
        file.write(rubbish)
    with closing(IntakeJournal(path)) as journal:
        journal.note("second", outcome="ordered", job_id="", at=core.clock.now())
    with closing(IntakeJournal(path)) as journal:
        assert journal.knows("first") and journal.knows("second") and not journal.knows("ab")
