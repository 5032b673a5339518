"""`scribedock jobs`, on a database of either kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest

from scribedock import app
from scribedock.cli.jobs import watch as watching
from scribedock.clock import utc_now
from scribedock.jobs.job import JobStatus, Priority
from tests.support.commands import document, done, refusal, run
from tests.support.operated import failed, opened, ordered

JOB_KEYS = {
    *("id", "name", "external_id", "account", "state", "ordered", "progress", "fidelity", "priority"),
    *("language", "target_language", "engine", "media_seconds", "failure_reason", "sandbox", "created"),
    *("started", "due", "completed", "deleted"),
}


def ids(*arguments: str) -> set[str]:
    return {each["id"] for each in document("jobs", "list", *arguments)["jobs"]}


def test_jobs_are_listed_newest_first(services: app.Services) -> None:
    assert done("jobs", "list") == "No jobs match\n"
    first, second = opened(services, name="one"), ordered(services, name="two", priority=Priority.HIGH)
    lines = done("jobs", "list").splitlines()
    assert lines[0].split() == ["Job", "State", "Priority", "Age", "Account", "Name"]
    assert lines[1].split() == [second.id, "Pending", "HIGH", *lines[1].split()[3:5], "admin", "two"]
    assert lines[2].startswith(f"{first.id}  Not ordered")
    found = document("jobs", "list")
    assert found["count"] == 2
    assert set(found["jobs"][0]) == JOB_KEYS
    assert found["jobs"][0]["created"].endswith("Z")


def test_jobs_are_filtered_by_state_account_name_and_age(services: app.Services) -> None:
    maria = services.accounts.create("maria", "a password", parent="admin")
    team = services.accounts.create("team", "a password", parent="maria")
    own = opened(services, name="lecture 1")
    marias, teams = opened(services, owner=maria), failed(services, owner=team, name="lecture 2")
    old = opened(services, name="old")
    with services.database.write() as connection:
        services.jobs.set(connection, old.id, created=utc_now() - timedelta(days=4))  # type: ignore[call-arg]
    assert ids("--account", "maria") == {marias.id, teams.id}
    assert ids("--account", "team") == {teams.id}
    assert ids("--name", "lecture*") == {own.id, teams.id}
    assert ids("--state", "Media-Failure") == {teams.id}
    assert ids("--since", "3d") == {own.id, marias.id, teams.id}
    assert ids("--before", "3d") == {old.id}
    assert len(ids("--limit", "1")) == 1
    assert "1 of 4 jobs" in done("jobs", "list", "--limit", "1")
    assert "no account named 'nobody'" in refusal("jobs", "list", "--account", "nobody")
    assert run("jobs", "list", "--since", "yesterday").exit_code == 2


def test_everything_about_a_job_is_shown(services: app.Services) -> None:
    job = failed(services, name="a\x1b[2J lecture", reason="It has no sound", refused=True)
    shown = done("jobs", "show", job.id[:8])
    assert "\x1b" not in shown
    for text in (
        job.id,
        r"a\x1b[2J lecture",
        "Media Failure",
        "It has no sound",
        "an engine",
        "MECHANICAL, priority STANDARD",
        "by upload, 1.0 KiB",
        "cannot be used",
        "JOB_PERFORM_TRANSCRIPTION",
        "media failed",
        "failure",  # what the callback is about
    ):
        assert text in shown, text
    found = document("jobs", "show", job.id.upper())
    assert set(found) > JOB_KEYS
    assert [each["event"] for each in found["events"]] == ["created", "ordered", "started", "media failed"]
    assert found["recording"]["refused"] is True
    assert found["callbacks"][0]["state"] == "waiting"
    assert {each["queue"] for each in found["work"]} == {"probes", "callbacks", "transcription"}


def test_a_deleted_job_shows_what_is_left(services: app.Services) -> None:
    job = failed(services, name="secret")
    done("jobs", "delete", job.id, "--yes")
    found = document("jobs", "show", job.id)
    assert found["deleted"] is not None and found["name"] == ""
    assert "Deleted" in done("jobs", "show", job.id)
    assert "was deleted on" in refusal("jobs", "retry", job.id)


def test_a_job_is_found_by_the_beginning_of_its_id(services: app.Services) -> None:
    job = opened(services)
    assert document("jobs", "show", job.id[:6])["id"] == job.id
    assert "4 or more" in refusal("jobs", "show", job.id[:3])
    assert "4 or more" in refusal("jobs", "show", "%%%%%%")
    assert "no job ffff" in refusal("jobs", "show", "ffff0000ffff")


def test_the_beginning_of_two_ids_is_refused(services: app.Services, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [opened(services), opened(services)]
    monkeypatch.setattr(type(services.listing), "beginning_with", lambda *_, **__: jobs)
    said = refusal("jobs", "show", "abcd")
    assert "give more digits" in said and all(each.id in said for each in jobs)


def test_failed_jobs_are_ordered_again_and_the_audit_log_knows_it(services: app.Services) -> None:
    job, other = failed(services), opened(services)
    result = run("jobs", "retry", other.id, job.id)
    assert result.exit_code == 2  # because of one of the two
    assert f"Job {job.id} was ordered again" in result.stdout
    assert other.id in result.stderr and "Only a job that failed" in result.stderr
    assert services.jobs.find_job(job.id).status is JobStatus.PENDING
    noted = [(each.call, each.job_id, each.outcome, each.address) for each in services.audit.entries()]
    assert noted == [
        ("jobs retry", other.id, "refused", "command line"),
        ("jobs retry", job.id, "done", "command line"),
    ]


def test_a_cancelled_job_says_why(services: app.Services) -> None:
    job = ordered(services)
    found = document("jobs", "cancel", job.id, "--reason", "by request")
    assert found["jobs"] == [{"id": job.id, "task_id": job.order_task_id}]
    assert services.jobs.find_job(job.id).failure_reason == "by request"
    assert "No order" in refusal("jobs", "cancel", job.id)
    assert [each.outcome for each in services.audit.entries()] == ["done", "refused"]


def test_nothing_is_deleted_without_being_asked_for(services: app.Services) -> None:
    job = ordered(services)
    assert "give --yes" in refusal("jobs", "delete", job.id)
    assert services.jobs.find_job(job.id)
    found = document("jobs", "delete", job.id, job.id, "--yes")
    assert [each["id"] for each in found["jobs"]] == [job.id]
    assert services.listing.beginning_with(job.id, limit=1)[0].deleted is not None


def test_an_unknown_job_among_several_keeps_the_others_from_being_deleted(services: app.Services) -> None:
    job = ordered(services)
    assert "no job" in refusal("jobs", "delete", job.id, "ffffffff", "--yes")
    assert services.jobs.find_job(job.id)


def meanwhile(monkeypatch: pytest.MonkeyPatch, *events: Callable[[], object]) -> None:
    """Have these happen while `jobs watch` sleeps, one at a time."""
    left = list(events)
    monkeypatch.setattr(watching, "time", SimpleNamespace(sleep=lambda _: left.pop(0)()))


def test_watching_ends_with_the_job(services: app.Services, monkeypatch: pytest.MonkeyPatch) -> None:
    job = ordered(services)
    assert job.order_task_id is not None
    task_id = job.order_task_id
    services.orders.start(task_id, "an engine")
    meanwhile(
        monkeypatch,
        lambda: services.jobs.stamp_progress(job.id, 0.55),
        lambda: services.orders.fail(task_id, "It broke"),
    )
    result = run("jobs", "watch", job.id)
    shown = result.stdout.splitlines()
    assert result.exit_code == 1
    stages = [line.rpartition("  ")[2] for line in shown[:-1]]
    assert stages == ["In Process 0%", "In Process 55%", "Media Failure"]
    assert shown[-1] == f"Job {job.id} failed: It broke"
    assert document("jobs", "watch", job.id, status=1)["failure_reason"] == "It broke"


@pytest.mark.parametrize("deleted", [False, True])
def test_the_status_of_watching_says_how_the_job_ended(services: app.Services, deleted: bool) -> None:
    job = ordered(services)
    with services.database.write() as connection:
        services.jobs.set(connection, job.id, status="Complete")  # type: ignore[call-arg]
    if deleted:
        services.jobs.delete(job.id, None)
        assert "was deleted on" in refusal("jobs", "watch", job.id)
    else:
        assert document("jobs", "watch", job.id)["state"] == "Complete"


def test_watching_all_ends_when_no_order_is_left(
    services: app.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ordered(services)
    opened(services)  # which nobody has ordered, and nobody waits for
    meanwhile(monkeypatch, lambda: services.orders.cancel(job.id, "By request"))
    shown = done("jobs", "watch").splitlines()
    assert shown[0].endswith(f"{job.id}  Pending")
    assert shown[-2].endswith(f"{job.id}  Media Failure")
    assert shown[-1] == "No order is waiting or running"
    assert document("jobs", "watch") == {"ended": []}


def test_on_a_terminal_jobs_are_shown_as_bars(services: app.Services) -> None:
    from rich.console import Console
    from rich.live import Live

    job = ordered(services, name="a\x1b[2J lecture" * 9)
    console = Console(force_terminal=True, width=80)
    with console.capture() as captured:
        live = Live(console=console, auto_refresh=False)
        watching.Bars(live).show([job])
        console.print(live.get_renderable())
    (line,) = re.sub(r"\x1b\[[0-9;]*m", "", captured.get()).splitlines()
    assert line.startswith(job.id[:12]) and r" Pending " in line
    assert r"a\x1b[2J lecture" in line and line.rstrip().endswith("…") and len(line) <= 80
