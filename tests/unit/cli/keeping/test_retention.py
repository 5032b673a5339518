"""`scribedock retention`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from typer.testing import Result

from scribedock.clock import utc_now
from scribedock.db.tables import jobs, tasks
from scribedock.jobs.job import Job, JobStatus
from scribedock.ordering.add_media import add_media_bytes
from scribedock.retention.policies import Retained
from tests.support.core import Core

Run = Callable[..., Result]


def ended(core: Core, *, days_ago: float) -> Job:
    """Return a job with a recording that ended so long ago."""
    job = core.job()
    with core.store.begin() as partial:
        partial.write(memoryview(b"a recording"))
        add_media_bytes(core.services, job.id, frozenset({core.admin.id}), partial)
    with core.services.database.write() as connection:
        connection.execute(tasks.update().values(status="COMPLETE"))
        connection.execute(
            jobs.update()
            .where(jobs.c.id == job.id)
            .values(status=JobStatus.COMPLETE.value, completed=utc_now() - timedelta(days=days_ago))
        )
    return job


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def test_values_are_set_shown_with_their_source_and_inherited_again(core: Core, run: Run) -> None:
    core.services.accounts.create("maria", "a password", parent="admin")
    done(run("retention", "set", "admin", "--results", "365", "--audit", "forever"))
    assert "recordings: 90 days" in done(run("retention", "set", "maria", "--recordings", "90"))
    [said] = json.loads(done(run("retention", "show", "maria", "--json")))["accounts"]
    assert said == {
        "account": "maria",
        "recordings": {"days": 90, "source": "maria"},
        "results": {"days": 365, "source": "admin"},
        "partials": {"days": None, "source": "SCRIBEDOCK_RETENTION_PARTIALS_DAYS"},
        "audit": {"days": None, "source": "admin"},
    }
    lines = done(run("retention", "show")).splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["admin"] * 4 + ["maria"] * 4
    assert [" ".join(line.split()) for line in lines[5:7]] == [
        "maria recordings 90 days maria",
        "maria results 365 days admin",
    ]
    done(run("retention", "set", "maria", "--recordings", "inherit"))
    maria = core.services.accounts.by_username("maria")
    assert maria is not None
    assert core.services.policies.own_days(maria)[Retained.RECORDINGS] is None
    calls = [(each.username, each.call, each.about) for each in core.services.audit.entries()]
    assert calls[-1] == ("maria", "retention set", "recordings inherit")


@pytest.mark.parametrize("wrong", ["0", "-1", "soon", "nan", "99999999"])
def test_a_number_of_days_that_is_none_is_refused(core: Core, run: Run, wrong: str) -> None:
    result = run("retention", "set", "admin", "--results", wrong)
    assert result.exit_code == 2
    assert core.services.policies.own_days(core.admin)[Retained.RESULTS] is None


def test_setting_nothing_and_an_unknown_account_are_refused(run: Run) -> None:
    assert "say what to set" in run("retention", "set", "admin").output
    assert "nobody" in run("retention", "set", "nobody", "--results", "1").output
    assert "nobody" in run("retention", "show", "nobody").output


def test_what_is_due_is_said_when_a_value_is_set_and_listed(core: Core, run: Run) -> None:
    assert done(run("retention", "preview")) == "Nothing will be erased\n"
    old, newer = ended(core, days_ago=20), ended(core, days_ago=5)
    assert "1 erasures are due now" in done(run("retention", "set", "admin", "--recordings", "10"))
    lines = done(run("retention", "preview")).splitlines()
    assert [line.split()[3] for line in lines[1:]] == [old.id, newer.id]
    document = json.loads(done(run("retention", "preview", "--until", f"{utc_now():%Y-%m-%d}", "--json")))
    [entry] = document["erasures"]
    assert (entry["job_id"], entry["what"], entry["account"]) == (old.id, "recordings", "admin")
    assert core.content(old.id) == b"a recording"


def test_a_job_is_protected_and_unprotected(core: Core, run: Run) -> None:
    job = ended(core, days_ago=20)
    done(run("retention", "set", "admin", "--recordings", "10"))
    assert "protected" in done(run("retention", "protect", job.id.upper()))
    assert done(run("retention", "preview")) == "Nothing will be erased\n"
    done(run("retention", "unprotect", job.id))
    assert job.id in done(run("retention", "preview"))
    called = [(each.call, each.job_id) for each in core.services.audit.entries()]
    assert called[-2:] == [("retention protect", job.id), ("retention unprotect", job.id)]
    assert run("retention", "protect", "0" * 32).exit_code == 2
