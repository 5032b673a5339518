"""`scribedock watch`, on a database of either kind."""

from __future__ import annotations

import json
import os
from contextlib import closing
from pathlib import Path

import pytest

from scribedock import app
from scribedock.budgets.budgets import Budgeted
from scribedock.cli.intake.watch import Round
from scribedock.intake.folder import WatchedFolder
from scribedock.intake.journal import IntakeJournal
from scribedock.intake.taking import FileIntake, IntakeOrder
from scribedock.jobs.job import Fidelity
from scribedock.monitoring.intake_status import JOURNALS, IntakeStatus, files_waiting
from scribedock.ordering.place_order import TranscriptionRequest
from tests.support.commands import document, refusal, run
from tests.support.core import Core
from tests.support.operated import ENGLISH

ONCE = ("--once", "--settle", "0", "--interval", "0.1")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCRIBEDOCK_SPEECH_ENGINE", "pocketsphinx")
    made = tmp_path / "recordings"
    made.mkdir()
    return made


def test_what_is_in_a_folder_is_ordered_once(services: app.Services, folder: Path) -> None:
    services.accounts.create("maria", "a password", parent="admin")
    (folder / "a.mp4").write_bytes(b"one")
    (folder / "b\x1b[2J.mp4").write_bytes(b"two")
    (folder / "c.mp4.part").write_bytes(b"three")
    result = run("watch", str(folder), "--account", "maria", "--priority", "high", *ONCE)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert len(lines) == 2 and "a.mp4: job " in lines[0] and r"b\x1b[2J.mp4: job " in lines[1]
    found = document("jobs", "list", "--account", "maria")["jobs"]
    assert {each["id"] for each in found} == {line.split()[-3] for line in lines}
    assert {each["priority"] for each in found} == {"HIGH"}
    assert [(each.call, each.outcome, each.username) for each in services.audit.entries()] == [
        ("watch", "done", "maria")
    ] * 2
    assert run("watch", str(folder), "--account", "maria", *ONCE).stdout == ""
    assert document("jobs", "list")["count"] == 2


def test_what_is_refused_is_said_once_and_the_rest_is_taken_in(services: app.Services, folder: Path) -> None:
    (folder / "a.mp4").write_bytes(b"one")
    (folder / "b.mp4").write_bytes(b"2")
    os.environ["SCRIBEDOCK_UPLOAD_MAX_BYTES"] = "2"
    try:
        result = run("watch", str(folder), *ONCE)
    finally:
        del os.environ["SCRIBEDOCK_UPLOAD_MAX_BYTES"]
    assert result.exit_code == 2
    assert "b.mp4: job" in result.stdout and "a.mp4: refused: The file has 3 bytes" in result.stderr
    assert [each.outcome for each in services.audit.entries()] == ["refused", "done"]


def test_an_order_that_no_file_could_have_is_refused_at_once(services: app.Services, folder: Path) -> None:
    services.accounts.create("maria", "a password", parent="admin")
    services.accounts.disable(services.accounts.by_username("maria"))  # type: ignore[arg-type]
    for arguments, why in (
        (("--account", "nobody"), "nobody"),
        (("--account", "maria"), "disabled"),
        (("--language", "tlh"), "tlh"),
        (("--fidelity", "GOOD"), "MECHANICAL"),
        (("--callback-url", "ftp://a"), "http"),
    ):
        assert why in refusal("watch", str(folder), *arguments, *ONCE), arguments
    assert run("watch", str(folder / "gone"), *ONCE).exit_code == 2


def test_a_folder_that_is_watched_already_is_refused(services: app.Services, folder: Path) -> None:
    run("watch", str(folder), *ONCE)
    (path,) = (services.settings.data_dir / JOURNALS).iterdir()
    journal = IntakeJournal(path)
    assert "another scribedock watch" in refusal("watch", str(folder), *ONCE)
    journal.close()


def test_a_file_that_the_budget_does_not_allow_stays_and_is_told_apart_from_one_that_is_refused(
    services: app.Services, folder: Path
) -> None:
    maria = services.accounts.create("maria", "a password", parent="admin")
    services.budgets.set(maria.id, {Budgeted.UPLOAD_BYTES: 5})
    (folder / "a.mp4").write_bytes(b"four")
    (folder / "b.mp4").write_bytes(b"too much")
    result = run("watch", str(folder), "--account", "maria", "--json", *ONCE)
    assert result.exit_code == 1, result.output
    ordered, over = map(json.loads, result.stdout.splitlines())
    assert (ordered["file"], ordered["outcome"], ordered["reason"]) == ("a.mp4", "ordered", None)
    assert (over["file"], over["outcome"], over["job_id"]) == ("b.mp4", "over budget", None)
    assert "is 5 bytes of uploads" in over["reason"] and over["renewed"].endswith("01T00:00:00.000000Z")
    assert (folder / "b.mp4").read_bytes() == b"too much"
    assert document("jobs", "list")["count"] == 1
    services.budgets.clear(maria.id)
    again = run("watch", str(folder), "--account", "maria", *ONCE)
    assert again.exit_code == 0 and "b.mp4: job" in again.stdout


def test_a_file_over_the_budget_is_tried_again_when_the_budget_is_renewed(
    core: Core, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    services, clock = core.services, core.clock
    services.budgets.set(core.admin.id, {Budgeted.UPLOAD_BYTES: 10})
    (tmp_path / "recordings").mkdir()
    watched = WatchedFolder(tmp_path / "recordings", clock, settle_s=0, recursive=False)
    order = IntakeOrder(
        owner=core.admin,
        language="en",
        asked=TranscriptionRequest(fidelity=Fidelity.MECHANICAL),
        max_bytes=100,
    )
    with closing(IntakeJournal(tmp_path / "journal")) as journal:
        round_ = Round(
            services, watched, FileIntake(services, ENGLISH, journal, order, clock), order, clock=clock
        )
        for name in ("a.mp4", "b.mp4"):
            (tmp_path / "recordings" / name).write_bytes(b"six by")
        assert round_.make() and round_.over_budget == 1
        for _ in range(3):
            clock.advance(3600)
            round_.make()
        said = capsys.readouterr()
        assert "a.mp4: job" in said.out and said.err.count("b.mp4: stays where it is") == 1
        clock.advance(31 * 86_400)
        assert round_.make() and round_.over_budget == 0
    assert "b.mp4: job" in capsys.readouterr().out


def test_a_file_whose_order_is_over_the_budget_is_stored_once_and_ordered_later(
    services: app.Services, folder: Path
) -> None:
    admin = services.accounts.root()
    assert admin is not None
    services.budgets.set(admin.id, {Budgeted.MINUTES: 0})
    (folder / "a.mp4").write_bytes(b"one")
    first = run("watch", str(folder), *ONCE)
    assert first.exit_code == 1 and "minutes" in first.stderr
    (job,) = document("jobs", "list")["jobs"]
    assert not job["ordered"]
    services.budgets.clear(admin.id)
    assert f"job {job['id']} is ordered" in run("watch", str(folder), *ONCE).stdout
    assert services.budgets.of_account(admin.id).used[Budgeted.UPLOAD_BYTES] == 3


def test_how_many_files_wait_is_known_while_their_folder_is_watched(tmp_path: Path) -> None:
    first, second = IntakeStatus(tmp_path), IntakeStatus(tmp_path)
    first.note(12)
    first.note(2)
    second.note(3)
    (tmp_path / "waiting-of-a-killed-process").write_text("40")
    assert files_waiting(tmp_path) == 5
    first.close()
    assert files_waiting(tmp_path) == 3
    second.close()
    assert files_waiting(tmp_path) == files_waiting(tmp_path / "nothing") == 0
