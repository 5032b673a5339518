"""Budgets without a server: what counts, for whom, and when an order or upload is refused."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from scribedock import app
from scribedock.accounts.accounts import Account
from scribedock.budgets.budgets import Budget, Budgeted, BudgetExceeded
from scribedock.budgets.ledger import minutes_of, next_month
from scribedock.db.tables import budget_charges
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Fidelity, JobStatus
from scribedock.jobs.media import MediaSource
from scribedock.ordering.capabilities import Capabilities
from scribedock.ordering.delete_job import delete_job
from scribedock.ordering.place_order import TranscriptionRequest, place_order
from scribedock.settings import Settings
from tests.support.core import Core

ENGLISH = Capabilities(languages=frozenset({"en"}), detects_language=False, translates=frozenset())
MECHANICAL = TranscriptionRequest(fidelity=Fidelity.MECHANICAL)


@pytest.fixture
def maria(core: Core) -> Account:
    return core.services.accounts.create("maria", "a password", parent="admin")


def with_recording(services: app.Services, owner: Account, *, minutes: float | None, size: int = 1000) -> str:
    """Open a job with a recording, whose length is known unless `minutes` is None; return the job's id."""
    job_id, _ = services.jobs.create(owner, name="a job", language="en")
    with services.database.write() as connection:
        job = services.jobs.fetch_job(connection, job_id)
        attached = services.media.attach(
            connection, job, MediaSource.UPLOAD, storage_key="0" * 32, size=size, replace=False
        )
    if minutes is not None:
        services.media.probed(attached.task_id, media_ms=round(minutes * 60_000), problem=None)
    return job_id


def order(services: app.Services, job_id: str) -> None:
    job = services.jobs.find_job(job_id)
    place_order(services, ENGLISH, job_id, frozenset({job.account_id}), MECHANICAL)


def ordered(core: Core, owner: Account, *, minutes: float | None) -> str:
    job_id = with_recording(core.services, owner, minutes=minutes)
    order(core.services, job_id)
    return job_id


def allow(core: Core, account: Account, minutes: int | None) -> None:
    core.services.budgets.set(account.id, {Budgeted.MINUTES: minutes})


def used(core: Core, account: Account, what: Budgeted = Budgeted.MINUTES) -> int:
    return core.services.budgets.of_account(account.id).used[what]


def test_an_order_beyond_the_budget_is_refused_and_says_until_when(core: Core, maria: Account) -> None:
    allow(core, maria, 10)
    ordered(core, maria, minutes=7.5)
    too_long = with_recording(core.services, maria, minutes=3)
    with pytest.raises(BudgetExceeded) as refused:
        order(core.services, too_long)
    now = core.clock.now()
    renewed = next_month(now)
    assert refused.value.status == 429
    seconds = (renewed - now).total_seconds()
    assert seconds <= int(refused.value.headers["Retry-After"]) <= seconds + 2
    comment = refused.value.comment
    assert f"is 10 minutes in {now:%B %Y}; 8 are used, and this would be 3 more" in comment
    assert f"renewed on {renewed:%Y-%m-%d}T00:00:00" in comment


def test_a_refused_order_loses_nothing(core: Core, maria: Account) -> None:
    allow(core, maria, 10)
    job_id = with_recording(core.services, maria, minutes=11)
    before = core.services.jobs.find_job(job_id), core.tasks(job_id)
    with pytest.raises(BudgetExceeded):
        order(core.services, job_id)
    assert (core.services.jobs.find_job(job_id), core.tasks(job_id)) == before
    assert used(core, maria) == 0
    allow(core, maria, 11)
    order(core.services, job_id)
    assert used(core, maria) == 11


def test_an_order_counts_for_every_account_above(core: Core, maria: Account) -> None:
    pedro = core.services.accounts.create("pedro", "a password", parent="maria")
    ana = core.services.accounts.create("ana", "a password", parent="maria")
    allow(core, maria, 10)
    ordered(core, pedro, minutes=6)
    assert (used(core, pedro), used(core, maria), used(core, core.admin)) == (6, 6, 6)
    with pytest.raises(BudgetExceeded, match="an account above this one"):
        ordered(core, ana, minutes=6)
    ordered(core, ana, minutes=4)
    ordered(core, core.admin, minutes=100)  # not below maria


def test_the_budget_of_any_account_above_holds(core: Core, maria: Account) -> None:
    allow(core, core.admin, 5)
    allow(core, maria, 100)
    with pytest.raises(BudgetExceeded):
        ordered(core, maria, minutes=6)


def test_a_budget_counts_the_month_in_which_it_is_set(core: Core, maria: Account) -> None:
    ordered(core, maria, minutes=6)
    allow(core, maria, 10)
    with pytest.raises(BudgetExceeded):
        ordered(core, maria, minutes=5)


def test_the_next_month_begins_at_zero(core: Core, maria: Account) -> None:
    allow(core, maria, 10)
    ordered(core, maria, minutes=10)
    core.clock.advance((next_month(core.clock.now()) - core.clock.now()).total_seconds())
    assert used(core, maria) == 0
    ordered(core, maria, minutes=10)


def test_minutes_of_an_order_that_fails_is_cancelled_or_deleted_come_back(core: Core, maria: Account) -> None:
    failing, cancelled, gone = (ordered(core, maria, minutes=5) for _ in range(3))
    assert used(core, maria) == 15
    task_id = core.services.jobs.find_job(failing).order_task_id
    assert task_id is not None
    core.services.orders.start(task_id, "an engine")
    core.services.orders.fail(task_id, "It broke", refused=False)
    assert used(core, maria) == 10
    core.services.orders.cancel(cancelled, "by request")
    assert used(core, maria) == 5
    delete_job(core.services, gone, None)
    assert used(core, maria) == 0


def test_minutes_of_a_finished_job_stay_used_when_it_is_deleted(core: Core, maria: Account) -> None:
    job_id = ordered(core, maria, minutes=5)
    task_id = core.services.jobs.find_job(job_id).order_task_id
    assert task_id is not None
    core.services.orders.start(task_id, "an engine")
    core.services.orders.finish(task_id, b'{"segments": []}', passes=(Iwp.FINAL,), media_ms=300_000)
    assert core.services.jobs.find_job(job_id).status is JobStatus.COMPLETE
    delete_job(core.services, job_id, None)
    assert used(core, maria) == 5


def test_a_recording_of_unknown_length_counts_as_a_minute_until_it_is_known(
    core: Core, maria: Account
) -> None:
    job_id = ordered(core, maria, minutes=None)
    assert used(core, maria) == 1
    media = core.services.media.media_of_job(job_id)
    assert media is not None
    core.services.media.probed(media.task_id, media_ms=1_800_000, problem=None)
    assert used(core, maria) == 30


@pytest.mark.parametrize(("media_ms", "minutes"), [(None, 1), (0, 1), (1, 1), (60_000, 1), (60_001, 2)])
def test_each_minute_that_has_begun_counts(media_ms: int | None, minutes: int) -> None:
    assert minutes_of(media_ms) == minutes


@pytest.mark.parametrize(
    ("at", "following"),
    [
        (datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),
        (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2028, 1, 31, tzinfo=UTC), datetime(2028, 2, 1, tzinfo=UTC)),
    ],
)
def test_the_month_after_is_found(at: datetime, following: datetime) -> None:
    assert next_month(at) == following


def test_bytes_count_when_they_have_come_and_close_the_way_for_more(core: Core, maria: Account) -> None:
    core.services.budgets.set(maria.id, {Budgeted.UPLOAD_BYTES: 1500})
    core.services.budgets.check_upload(maria.id, 1500)
    with pytest.raises(BudgetExceeded, match="1,500 bytes of uploads"):
        core.services.budgets.check_upload(maria.id, 1501)
    with_recording(core.services, maria, minutes=None, size=1500)
    assert used(core, maria, Budgeted.UPLOAD_BYTES) == 1500
    with pytest.raises(BudgetExceeded):
        core.services.budgets.check_upload(maria.id)


def test_a_sandbox_has_no_budget(core: Core, maria: Account) -> None:
    core.services.sandboxes.mark(maria, True)
    allow(core, maria, 0)
    ordered(core, maria, minutes=5)
    assert used(core, maria) == 0


def test_what_was_used_long_ago_is_forgotten(core: Core, maria: Account) -> None:
    ordered(core, maria, minutes=5)
    core.clock.advance(timedelta(days=70).total_seconds())
    ordered(core, maria, minutes=5)
    assert core.services.budgets.sweep(core.clock.now() - timedelta(days=35)) == 2
    with core.services.database.read() as connection:
        months = connection.execute(sa.select(budget_charges.c.month).distinct()).scalars().all()
    assert months == [f"{core.clock.now():%Y-%m}"]


def test_a_budget_without_limits_is_none(core: Core, maria: Account) -> None:
    allow(core, maria, 10)
    allow(core, maria, None)
    assert core.services.budgets.all() == []


@pytest.fixture
def services(tmp_path: object, database: dict[str, str]) -> app.Services:
    settings = Settings(data_dir=tmp_path, **database)  # type: ignore[arg-type]
    app.prepare_database(settings)
    started = app.build_services(settings)
    started.accounts.create("admin", "a password", parent=None)
    return started


def test_of_orders_at_once_no_more_are_accepted_than_the_budget_allows(services: app.Services) -> None:
    root = services.accounts.root()
    assert root is not None
    children = [services.accounts.create(f"child-{n}", "a password", parent="admin") for n in range(6)]
    services.budgets.set(root.id, {Budgeted.MINUTES: 10})
    jobs = [with_recording(services, each, minutes=4) for each in children]
    outcomes: list[str] = []
    together = threading.Barrier(len(jobs))

    def place(job_id: str) -> None:
        together.wait()
        try:
            order(services, job_id)
        except BudgetExceeded:
            outcomes.append("refused")
        else:
            outcomes.append("accepted")

    threads = [threading.Thread(target=place, args=(each,)) for each in jobs]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    budget: Budget = services.budgets.of_account(root.id)
    services.close()
    assert sorted(outcomes) == ["accepted"] * 2 + ["refused"] * 4
    assert budget.used[Budgeted.MINUTES] == 8 and budget.left(Budgeted.MINUTES) == 2
