"""Which accounts are in a sandbox, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scribedock import app
from scribedock.accounts.accounts import Account
from scribedock.accounts.reviewers import ReviewScope
from scribedock.errors import AccountUnprivileged, InvalidQuery
from scribedock.settings import Settings


@pytest.fixture
def services(tmp_path: Path, database: dict[str, str]) -> Iterator[app.Services]:
    settings = Settings(data_dir=tmp_path, **database)  # type: ignore[arg-type]
    app.prepare_database(settings)
    started = app.build_services(settings)
    started.accounts.create("admin", "a password", parent=None)
    for name, parent in (("maria", "admin"), ("team", "maria"), ("pupil", "team"), ("other", "admin")):
        started.accounts.create(name, "a password", parent=parent)
    yield started
    started.close()


def named(services: app.Services, name: str) -> Account:
    found = services.accounts.by_username(name)
    assert found is not None
    return found


def covered(services: app.Services) -> list[str]:
    return [each.username for each in services.accounts.list_accounts() if services.sandboxes.cover(each)]


def test_a_mark_covers_the_account_and_all_below_it(services: app.Services) -> None:
    assert covered(services) == []
    services.sandboxes.mark(named(services, "team"), True)
    assert covered(services) == ["pupil", "team"]
    services.sandboxes.mark(named(services, "team"), False)
    assert covered(services) == []


def test_the_root_cannot_be_marked(services: app.Services) -> None:
    with pytest.raises(InvalidQuery, match="--sandbox"):
        services.sandboxes.mark(named(services, "admin"), True)
    assert covered(services) == []


def test_a_job_keeps_the_kind_it_was_opened_with(services: app.Services) -> None:
    owner = named(services, "team")
    real, _ = services.jobs.create(owner, name="x", language="en")
    services.sandboxes.mark(owner, True)
    prepared, task_id = services.jobs.create(named(services, "pupil"), name="x", language="en")
    services.sandboxes.mark(owner, False)
    assert not services.jobs.find_job(real).sandbox
    assert services.jobs.find_job(prepared).sandbox
    assert services.jobs.is_sandbox(task_id)
    services.jobs.delete(prepared, frozenset({named(services, "pupil").id}))
    assert services.jobs.is_sandbox(task_id)


def test_in_a_sandbox_an_account_reviews_its_own_jobs_and_no_others(services: app.Services) -> None:
    with pytest.raises(AccountUnprivileged):
        services.reviewers.scope(named(services, "team"))
    services.sandboxes.mark(named(services, "team"), True)
    assert services.reviewers.scope(named(services, "team")) == ReviewScope(
        account_ids=frozenset({named(services, "team").id, named(services, "pupil").id}), sandbox_only=True
    )
    with pytest.raises(AccountUnprivileged):
        services.reviewers.scope(named(services, "maria"))
