"""The audit log: every call that changes something, by whom, and how it ended."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa

from scribedock import app
from scribedock.api.registry import CALLS
from scribedock.db.tables import accounts, jobs, metadata
from scribedock.demo.server import OwnServer
from tests.support.accounts import Family, child, command, name_of
from tests.support.calls import PATHS, make
from tests.support.client import Client, error_of

READING = {
    *(f"account/{name}" for name in ("verify_key", "get_settings", "budget")),
    *(f"job/{name}" for name in ("info", "list", "list_related", "task_status", "aggregate_statistics")),
    *(f"job/{name}" for name in ("get_transcript", "get_elementlist", "list_elementlists")),
    *(f"job/{name}" for name in ("media", "download_media", "request_upload_url")),
    *(f"job/{name}" for name in ("search", "events", "download_results")),
    *(f"job/{name}" for name in ("list_callbacks", "list_guidelines", "list_shares", "audit")),
    *(f"review/{name}" for name in ("list", "elementlist", "changes", "recognized")),
    *(f"webhook/{name}" for name in ("list", "events")),
    "upload/list",
}
# What is kept so that it need not be made again: renditions with a task each, captions, what is searched.
MADE_OF_IT = {"renditions", "tasks", "caption_urls", "passages", "search_lists"}


def audited(client: Client, *arguments: str) -> list[list[str]]:
    """Account, call, job and what follows, of each entry."""
    done = command(client.server, "audit", *arguments)
    assert done.returncode == 0, done.stderr
    return [[line.split()[2], *line.split()[4:]] for line in done.stdout.splitlines()[1:]]


def test_calls_about_a_job_are_logged_whether_done_or_refused(family: Family) -> None:
    owner, stranger = family.child, family.stranger
    job = owner.new_job()
    owner.upload_url(job)
    owner.info(job)
    owner.get("job/list")
    family.parent.get("job/modify", job_id=job, account_id=name_of(owner))
    stranger.get("job/delete", job_id=job)
    owner.get("job/add_media", job_id=job, media_url="https://example.org/a.mp3")
    owner.get("job/delete", job_id=job)
    owner.get("job/modify", notes="names no job")
    assert audited(owner, "--job", job) == [
        [name_of(owner), "job/new", job, "done"],
        [name_of(family.parent), "job/modify", job, name_of(owner), "done"],
        [name_of(stranger), "job/delete", job, "ITEM_NOT_FOUND"],
        [name_of(owner), "job/add_media", job, "done"],
        [name_of(owner), "job/delete", job, "done"],
    ]


def test_an_account_sees_who_did_what_to_a_job_of_its_own(family: Family) -> None:
    owner, parent = family.child, family.parent
    job = owner.new_job()
    parent.get("job/modify", job_id=job, account_id=name_of(owner), notes="x")
    newest, oldest = parent.get("job/audit", job_id=job).json()
    assert (newest["call"], newest["username"], newest["outcome"]) == ("job/modify", name_of(parent), "done")
    assert (oldest["call"], oldest["username"]) == ("job/new", name_of(owner))
    assert newest["address"] and newest["person"] == ""
    [only] = parent.get("job/audit", job_id=job, limit="1").json()
    assert only == newest
    above, own = owner.get("job/audit", job_id=job).json()
    assert (above["call"], above["username"], above["address"]) == ("job/modify", "", ""), "it is above"
    assert own == oldest
    assert error_of(family.stranger.get("job/audit", job_id=job)) == (400, "ITEM_NOT_FOUND")


def test_links_that_need_no_token_are_logged(client: Client, server: OwnServer, finished: str) -> None:
    before = audited(client, "--job", finished)
    for given in ({}, {"build_url": "true"}):
        answer = client.get("job/get_caption", job_id=finished, caption_format="SRT", **given)
        assert answer.status_code == 200
    client.get("job/transcoded_media", job_id=finished, transcoded_version="mp3")
    told = [entry[1] for entry in audited(client, "--job", finished)[len(before) :]]
    assert told == ["job/get_caption", "job/transcoded_media"]


def test_logins_and_logouts_are_logged_and_failures_are_counted(alice: Client) -> None:
    name = name_of(alice)
    for _ in range(3):
        alice.get("account/login", username=name, password="wrong")
        alice.get("account/login", username=name, securekey="0" * 32)
    alice.get("account/logout")
    told = audited(alice, "--account", name)
    assert [name, "account/login", "done"] in told
    assert [name, "account/logout", "done"] in told
    failed = command(alice.server, "audit", "--account", name, "--failed-logins").stdout
    assert sum(map(int, re.findall(r"\((\d+) times\)", failed))) >= 5  # six, of which one minute may have one


def test_what_an_attacker_names_cannot_forge_lines_of_the_audit_log(alice: Client) -> None:
    hostile = "x\n2026-01-01 00:00:00 admin\x1b[2J\u202e\x9b"
    refused = alice.post("account/create", new_username=hostile, new_password="x")
    assert error_of(refused) == (400, "INVALID_QUERY")
    done = command(alice.server, "audit", "--account", name_of(alice))
    assert r"x\n2026-01-01 00:00:00 admin\x1b[2J\u202e\x9b" in done.stdout
    assert all(line.isprintable() for line in done.stdout.split("\n"))


def test_the_audit_log_contains_no_secret(family: Family) -> None:
    below = name_of(child(family.parent))
    family.parent.post("account/update_password", new_password="hunter2", username=below)
    shown = command(family.parent.server, "audit", "--account", name_of(family.parent)).stdout
    assert "account/update_password" in shown
    assert "hunter2" not in shown


def test_read_only_calls_are_declared_as_such() -> None:
    assert {path for path in PATHS if not CALLS[path].changes} == READING


@pytest.mark.parametrize("path", sorted(READING))
def test_a_read_only_call_changes_nothing(
    client: Client, services: app.Services, finished: str, path: str
) -> None:
    task = client.info(finished)["Tasks"][0]["TaskId"]
    before = known(services, finished)
    make(client, path, job_id=finished, task_id=task, build_url="true")
    assert known(services, finished) == before


def known(services: app.Services, job: str) -> dict[str, list[Any]]:
    """Return what the database knows of the job, and of all accounts."""
    with services.database.read() as connection:
        found = {
            table.name: connection.execute(sa.select(table).where(table.c.job_id == job)).all()
            for table in metadata.sorted_tables
            if "job_id" in table.c and table.name not in MADE_OF_IT
        }
        found["jobs"] = connection.execute(sa.select(jobs).where(jobs.c.id == job)).all()
        found["accounts"] = connection.execute(sa.select(accounts)).all()
    return {name: list(rows) for name, rows in found.items()}
