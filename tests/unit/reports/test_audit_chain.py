"""The chain of the audit log, in the database and in exports."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import Result

from scribedock import app
from scribedock.db.tables import audit_entries
from scribedock.retention.policies import Retained
from scribedock.settings import Settings
from tests.support import commands
from tests.support.core import Core

DAY_S = 86_400


def note(core: Core, *calls: str, account_id: str = "", job_id: str = "") -> None:
    for call in calls:
        entry = core.services.audit.begin_entry(
            account_id=account_id or core.admin.id, address="192.0.2.1", call=call, about="somebody"
        )
        core.services.audit.end_entry(entry, "done", job_id=job_id)
        core.clock.advance(1)


def change(core: Core, call: str, **values: Any) -> None:
    with core.services.database.write() as connection:
        connection.execute(audit_entries.update().where(audit_entries.c.call == call).values(values))


def remove(core: Core, call: str) -> None:
    with core.services.database.write() as connection:
        connection.execute(audit_entries.delete().where(audit_entries.c.call == call))


@pytest.fixture
def audit(core: Core, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("SCRIBEDOCK_DATA_DIR", str(core.services.settings.data_dir))
    return lambda *arguments: commands.run("audit", *arguments)


def exported(audit: Callable[..., Result], folder: Path) -> Path:
    file = folder / "audit.jsonl"
    file.write_text(audit("--json").stdout)
    return file


def test_a_log_that_nobody_touched_is_whole(core: Core, audit: Callable[..., Result], tmp_path: Path) -> None:
    note(core, "job/delete", "job/modify")
    note(core, "job/new", job_id="1" * 32)  # which the entry has only at its end
    assert core.services.audit.check().problems == []
    done = audit("verify", str(exported(audit, tmp_path)))
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "Nothing is missing")
    assert "3 entries" in done.stdout


def test_a_missing_entry_shows(core: Core, audit: Callable[..., Result]) -> None:
    note(core, "first", "second", "third")
    remove(core, "second")
    done = audit("verify")
    assert done.exit_code == 1
    assert "entries are missing" in done.stdout


@pytest.mark.parametrize(
    "changed", [{"address": "198.51.100.7"}, {"about": ""}, {"job_id": "x"}, {"hash": "0"}]
)
def test_a_changed_entry_shows(core: Core, changed: dict[str, str]) -> None:
    note(core, "first", "second", "third")
    if "job_id" in changed:  # of a call that named a job
        core.services.audit.begin_entry(
            account_id=core.admin.id, address="", call="second with job", job_id="2" * 32
        )
        change(core, "second with job", **changed)
    else:
        change(core, "second", **changed)
    assert core.services.audit.check().problems != []


def test_an_entry_that_was_put_in_shows(core: Core) -> None:
    note(core, "first", "second")
    with core.services.database.write() as connection:
        row = (
            connection.execute(sa.select(audit_entries).where(audit_entries.c.call == "second"))
            .mappings()
            .one()
        )
        connection.execute(audit_entries.insert().values({**row, "id": None, "call": "forged"}))
    assert core.services.audit.check().problems != []


def test_entries_that_are_cut_off_at_the_end_show_in_an_earlier_export(
    core: Core, audit: Callable[..., Result], tmp_path: Path
) -> None:
    note(core, "first", "second", "third")
    file = exported(audit, tmp_path)
    remove(core, "third")
    assert audit("verify").exit_code == 0
    done = audit("verify", str(file))
    assert done.exit_code == 1
    assert "1 entries" in done.stdout and "line 3" in done.stdout


def test_a_line_that_is_missing_in_an_export_shows(
    core: Core, audit: Callable[..., Result], tmp_path: Path
) -> None:
    note(core, "first", "second", "third")
    file = exported(audit, tmp_path)
    first, _, third = file.read_text().splitlines(keepends=True)
    file.write_text(first + third)
    assert audit("verify", str(file)).exit_code == 1
    file.write_text("no entry\n")
    assert audit("verify", str(file)).exit_code == 2


def test_retention_leaves_no_contents_and_the_chain_whole(
    core: Core, audit: Callable[..., Result], tmp_path: Path
) -> None:
    short = core.services.accounts.create("short", "a password", parent="admin")
    core.services.policies.set_days(short, {Retained.AUDIT: 1})
    note(core, "kept")
    note(core, "expired", account_id=short.id)
    note(core, "kept too")
    file = exported(audit, tmp_path)
    core.clock.advance(2 * DAY_S)
    core.services.retention.enforce()
    note(core, "later")
    assert [entry.call for entry in core.services.audit.entries()] == ["kept", "kept too", "later"]
    report = core.services.audit.check()
    assert (report.entries, report.erased, report.problems) == (4, 1, [])
    assert "expired" not in audit("--json").stdout
    assert audit("verify", str(file)).exit_code == 0
    core.clock.advance(400 * DAY_S)
    core.services.retention.enforce()
    note(core, "much later")
    report = core.services.audit.check()
    assert (report.entries, report.erased, report.problems) == (2, 1, [])  # the newest kept its place
    assert audit("verify", str(file)).exit_code == 0


def test_entries_of_a_release_without_a_chain_are_no_gap(core: Core) -> None:
    with core.services.database.write() as connection:
        connection.execute(
            audit_entries.insert().values(
                at=core.clock.now() - timedelta(days=1),
                account_id=core.admin.id,
                address="",
                call="of old",
                job_id="",
                about="",
                outcome="done",
            )
        )
    note(core, "of now")
    report = core.services.audit.check()
    assert (report.entries, report.problems) == (1, [])


def test_entries_of_many_at_once_are_one_chain(tmp_path: Path, database: dict[str, str]) -> None:
    settings = Settings(data_dir=tmp_path, **database)  # type: ignore[arg-type]
    app.prepare_database(settings)
    with closing(app.build_services(settings)) as services:
        admin = services.accounts.create("admin", "a password", parent=None)

        def begin(number: int) -> int:
            return services.audit.begin_entry(account_id=admin.id, address="", call=f"call {number}")

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(begin, range(64)))
        report = services.audit.check()
        assert (report.entries, report.problems) == (64, [])


def test_lines_are_filtered_as_the_table_is(core: Core, audit: Callable[..., Result]) -> None:
    note(core, "first", "second", "third")
    core.services.failed_logins.note("admin", "198.51.100.7")
    lines = [json.loads(line) for line in audit("--json").stdout.splitlines()]
    assert [line["call"] for line in lines] == ["first", "second", "third"]
    assert [line["previous"] for line in lines[1:]] == [line["hash"] for line in lines[:-1]]
    [last] = [json.loads(line) for line in audit("--json", "--limit", "1").stdout.splitlines()]
    assert last["call"] == "third" and last["outcome"] == "done" and last["account"] == "admin"
    [failed] = [json.loads(line) for line in audit("--json", "--failed-logins").stdout.splitlines()]
    assert (failed["address"], failed["times"]) == ("198.51.100.7", 1)
