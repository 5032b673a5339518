"""`scribedock account`, `jobs late` and `audit`, on a database of either kind."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from scribedock import app
from scribedock.accounts.accounts import Account
from scribedock.accounts.client_address import ClientAddress
from scribedock.accounts.sessions import Dialect
from scribedock.accounts.signing_in import failed_logins
from scribedock.accounts.signing_in.failed_logins import ROWS_PER_MINUTE
from scribedock.clock import utc_now
from scribedock.db import tables
from scribedock.errors import AccountUnprivileged, BadApiToken, LoginInvalid
from scribedock.jobs.job import TaskStatus, TaskType
from scribedock.jobs.jobs import add_task, set_task
from tests.support.commands import document, done, refusal, run

HERE = ClientAddress(address="192.0.2.1")


def login(services: app.Services, name: str) -> str:
    proven = asyncio.run(services.login.prove_password(name, "secret", HERE))
    return services.login.open_session(proven, dialect=Dialect.CLASSIC)


def test_an_account_is_made_shown_disabled_and_enabled(services: app.Services) -> None:
    done("account", "create", "maria", "--password-stdin", "--email", "maria@example.org", text="secret\n")
    done("account", "create", "team", "--password-stdin", "--parent", "maria", "--reviewer", text="secret\n")
    listed = done("account", "list").splitlines()
    assert [line.split()[:3] for line in listed[1:]] == [
        ["admin", "active", listed[1].split()[2]],
        ["maria", "admin", "active"],
        ["team", "maria", "active"],
    ]
    assert "maria@example.org" in listed[2]
    assert done("account", "tree").splitlines() == ["admin", "└── maria", "    └── team (reviewer)"]
    token = login(services, "team")
    key = services.api_keys.newest(services.accounts.find_reachable(_root(services), "team"), force_new=False)

    assert "2 accounts are disabled" in done("account", "disable", "maria")
    assert done("account", "tree", "maria").splitlines() == [
        "maria (disabled)",
        "└── team (reviewer, disabled)",
    ]
    for name in ("maria", "team"):
        with pytest.raises(LoginInvalid):
            login(services, name)
    with pytest.raises(AccountUnprivileged):
        services.login.prove_key("team", key, HERE)
    with pytest.raises(BadApiToken):
        services.sessions.use(token)
    refused = run("account", "create", "new", "--password-stdin", "--parent", "maria", text="secret\n")
    assert refused.exit_code == 2 and "disabled" in refused.output
    refused = run("account", "enable", "team")
    assert refused.exit_code == 2 and "maria" in refused.output

    assert "2 accounts are enabled" in done("account", "enable", "maria")
    assert login(services, "team")


def _root(services: app.Services) -> Account:
    root = services.accounts.root()
    assert root is not None
    return root


def test_the_root_cannot_be_disabled_and_rights_are_given_and_taken_away(services: app.Services) -> None:
    refused = run("account", "disable", "admin")
    assert refused.exit_code == 2
    assert "root" in refused.output
    done("account", "create", "maria", "--password-stdin", text="secret\n")
    done("account", "reviewer", "maria")
    assert services.accounts.by_username("maria").reviewer  # type: ignore[union-attr]
    done("account", "reviewer", "maria", "--revoke")
    assert not services.accounts.by_username("maria").reviewer  # type: ignore[union-attr]


def test_an_unknown_account_is_named(services: app.Services) -> None:
    for command in ("passwd", "disable", "enable", "reviewer", "tree"):
        result = run("account", command, "nobody", text="x\nx\n")
        assert result.exit_code == 2
        assert "nobody" in result.output


def test_late_jobs_are_shown_the_latest_first(services: app.Services) -> None:
    root = _root(services)
    now = utc_now()
    ids = [services.jobs.create(root, name="x", language="en")[0] for _ in range(4)]
    assert done("jobs", "late") == "No jobs are late\n"
    services.jobs.update(ids[0], due=now - timedelta(hours=1), priority="CRITICAL")
    services.jobs.update(ids[1], due=now - timedelta(days=2), status="In Process")
    services.jobs.update(ids[2], due=now + timedelta(hours=1))
    services.jobs.update(ids[3], due=now - timedelta(days=9), status="Complete")
    lines = done("jobs", "late").splitlines()
    assert [line.split()[0] for line in lines[1:]] == [ids[1], ids[0]]
    assert "2 d" in lines[1]
    assert "CRITICAL" in lines[2]


def test_the_audit_log_is_shown_filtered_and_expires(services: app.Services) -> None:
    root = _root(services)
    job = "1" * 32
    for call, named in (("job/new", ""), ("job/delete", job), ("job/delete", "2" * 32)):
        entry = services.audit.begin_entry(account_id=root.id, address="192.0.2.1", call=call, job_id=named)
        services.audit.end_entry(entry, "done")
    services.audit.begin_entry(
        account_id=root.id, address="192.0.2.1", call="job/modify", job_id=job, about="bob"
    )
    lines = done("audit").splitlines()
    assert [line.split()[4] for line in lines[1:]] == ["job/new", "job/delete", "job/delete", "job/modify"]
    assert "cut short" in lines[-1] and "bob" in lines[-1]
    assert len(done("audit", "--job", job.upper()).splitlines()) == 3
    assert len(done("audit", "--limit", "1", "--account", "admin").splitlines()) == 2
    assert len(done("audit", "--since", "2999-01-01").splitlines()) == 1
    assert run("audit", "--account", "nobody").exit_code == 2
    assert services.audit.sweep(utc_now() - timedelta(days=1)) == 0
    assert services.audit.sweep(utc_now()) == 4


def test_commands_that_change_an_account_are_audited(services: app.Services) -> None:
    done("account", "create", "maria", "--password-stdin", text="secret\n")
    done("account", "passwd", "maria", "--password-stdin", text="other\n")
    done("account", "reviewer", "maria", "--revoke")
    done("account", "sandbox", "maria", "on")
    done("account", "disable", "maria")
    done("account", "enable", "maria")
    assert run("account", "disable", "admin").exit_code == 2
    told = [re.split(r"  +", line.partition(" ")[2].partition(" ")[2].strip()) for line in _audit()]
    assert told == [
        ["admin", "command line", "account create", "maria", "done"],
        ["maria", "command line", "account passwd", "done"],
        ["maria", "command line", "account reviewer", "revoked", "done"],
        ["maria", "command line", "account sandbox", "on", "done"],
        ["maria", "command line", "account disable", "done"],
        ["maria", "command line", "account enable", "done"],
        ["admin", "command line", "account disable", "refused"],
    ]


def _audit() -> list[str]:
    return done("audit").splitlines()[1:]


def test_failed_logins_are_counted_by_minute_and_hide_nothing(services: app.Services) -> None:
    root = _root(services)
    for number in range(80):
        entry = services.audit.begin_entry(account_id=root.id, address="192.0.2.1", call="job/new")
        services.audit.end_entry(entry, "done")
        services.failed_logins.note("admin", f"198.51.100.{number}")
    for _ in range(3):
        services.failed_logins.note("pa55word", "192.0.2.7")
    lines = done("audit").splitlines()[1:]
    assert len(lines) == 100
    assert sum("job/new" in line for line in lines) >= 75
    failed = done("audit", "--failed-logins").splitlines()[1:]
    assert len(failed) <= 2 * (ROWS_PER_MINUTE + 1)  # in the one minute, or two
    assert sum(int(line.partition(" (")[2].partition(" times")[0] or 1) for line in failed) == 83
    assert "pa55word" not in done("audit", "--failed-logins")
    assert done("audit", "--failed-logins", "--account", "admin").count("198.51.100.") >= ROWS_PER_MINUTE - 1
    assert "LOGIN_INVALID" not in done("audit", "--job", "1" * 32)


def test_failed_logins_beyond_a_number_are_forgotten(
    services: app.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failed_logins, "MAX_ROWS", 5)
    now = utc_now().replace(second=0, microsecond=0)
    with services.database.write() as connection:
        connection.execute(
            tables.failed_logins.insert(),
            [
                {"minute": now - timedelta(minutes=age), "username": "", "address": str(row), "times": 1}
                for age in range(4)
                for row in range(2)
            ],
        )
    assert services.failed_logins.sweep(now - timedelta(days=1)) == 4  # of the minute that is cut, all
    assert services.failed_logins.sweep(now - timedelta(days=1)) == 0
    assert services.failed_logins.sweep(now) == 4


def test_an_account_is_renamed_with_its_past(services: app.Services) -> None:
    done("account", "create", "maria", "--password-stdin", text="secret\n")
    done("account", "disable", "maria")
    assert done("account", "rename", "maria", " maria jones ") == "Account maria is named maria jones now\n"
    assert services.accounts.by_username("maria") is None
    entry = services.audit.entries()[-1]
    assert (entry.username, entry.call, entry.about) == (
        "maria jones",
        "account rename",
        "maria to  maria jones ",
    )
    assert {each.username for each in services.audit.entries()} == {"admin", "maria jones"}
    assert "already an account named 'admin'" in refusal("account", "rename", "maria jones", "admin")
    assert "printable" in refusal("account", "rename", "maria jones", "x\x1b[2J")
    assert "no account named 'maria'" in refusal("account", "rename", "maria", "x")


def test_a_deleted_account_leaves_its_name_and_nothing_that_opens_a_session(services: app.Services) -> None:
    done("account", "create", "maria", "--password-stdin", "--email", "maria@example.org", text="secret\n")
    maria = services.accounts.by_username("maria")
    assert maria is not None
    token = login(services, "maria")
    key = services.api_keys.newest(maria, force_new=False)
    job_id, _ = services.jobs.create(maria, name="x", language="en")
    found = document("account", "delete", "maria", "--yes")
    assert found == {"id": maria.id, "name": "maria", "jobs_deleted": 1}
    assert services.listing.beginning_with(job_id, limit=1)[0].deleted is not None
    with pytest.raises(BadApiToken):
        services.sessions.use(token)
    with pytest.raises(AccountUnprivileged):
        services.login.prove_key("maria", key, HERE)
    with pytest.raises(LoginInvalid):
        login(services, "maria")
    with pytest.raises(AccountUnprivileged):
        services.accounts.find_reachable(_root(services), "maria")
    assert [each["name"] for each in document("account", "list")["accounts"]] == ["admin"]
    (tombstone,) = document("account", "list", "--deleted")["accounts"]
    assert (tombstone["name"], tombstone["state"], tombstone["email"]) == ("maria", "deleted", None)
    assert "maria" in {each.username for each in services.audit.entries()}


def test_the_name_of_a_deleted_account_is_free_only_once_the_account_is_renamed(
    services: app.Services,
) -> None:
    done("account", "create", "maria", "--password-stdin", text="secret\n")
    done("account", "delete", "maria", "--yes")
    taken = run("account", "create", "maria", "--password-stdin", text="secret\n")
    assert taken.exit_code == 2 and "stays with its past" in taken.output
    for command in ("passwd", "enable", "disable", "reviewer"):
        refused = run("account", command, "maria", text="x\nx\n")
        assert refused.exit_code == 2 and "was deleted on" in refused.output
    below = run("account", "create", "team", "--password-stdin", "--parent", "maria", text="secret\n")
    assert below.exit_code == 2
    done("account", "rename", "maria", "maria until 2026")
    done("account", "create", "maria", "--password-stdin", text="secret\n")


def test_an_account_that_is_needed_is_not_deleted(services: app.Services) -> None:
    done("account", "create", "maria", "--password-stdin", text="secret\n")
    done("account", "create", "team", "--password-stdin", "--parent", "maria", text="secret\n")
    assert "delete these first: 'team'" in refusal("account", "delete", "maria", "--yes")
    assert "root" in refusal("account", "delete", "admin", "--yes")
    team = services.accounts.by_username("team")
    assert team is not None
    job_id, _ = services.jobs.create(team, name="x", language="en")
    with services.database.write() as connection:
        task_id = add_task(connection, job_id, TaskType.JOB_ADD_MEDIA, TaskStatus.QUEUED)
    said = refusal("account", "delete", "team", "--yes")
    assert "is under way" in said and job_id in said
    with services.database.write() as connection:
        set_task(connection, task_id, TaskStatus.COMPLETE)
    assert "give --yes" in refusal("account", "delete", "team")  # nobody can be asked
    done("account", "delete", "team", "--yes")
    done("account", "delete", "maria", "--yes")
    outcomes = [(each.call, each.outcome) for each in services.audit.entries() if "delete" in each.call]
    assert outcomes.count(("account delete", "refused")) == 3
    assert outcomes.count(("account delete", "done")) == 2


def test_an_enabled_parent_does_not_bring_a_deleted_account_back(services: app.Services) -> None:
    done("account", "create", "maria", "--password-stdin", text="secret\n")
    done("account", "create", "team", "--password-stdin", "--parent", "maria", text="secret\n")
    done("account", "delete", "team", "--yes")
    done("account", "disable", "maria")
    assert "1 account is enabled" in done("account", "enable", "maria")
    with pytest.raises(LoginInvalid):
        login(services, "team")
