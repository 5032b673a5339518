"""`scribedock watch`, on a database of either kind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scribedock import app
from scribedock.cli.intake import watch
from tests.support.commands import document, refusal, run

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
    from scribedock.intake.journal import IntakeJournal

    run("watch", str(folder), *ONCE)
    (path,) = (services.settings.data_dir / watch.JOURNALS).iterdir()
    journal = IntakeJournal(path)
    assert "another scribedock watch" in refusal("watch", str(folder), *ONCE)
    journal.close()
