"""When a worker is needed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scribedock.db.engine import shared_time
from scribedock.db.tables import executors, search_lists
from scribedock.dispatch.queues import Queue
from scribedock.dispatch.work import Work, add
from scribedock.workflow.needs import Needs
from tests.support.core import Core

ME = "me"


@pytest.fixture
def needs(core: Core) -> Needs:
    return Needs(core.services.database, lease_s=30)


def queue(core: Core, *, in_s: float | None = 0) -> None:
    """Queue work that is ready so many seconds from now; None: once something is there that it needs."""
    ready = None if in_s is None else core.clock.now() + timedelta(seconds=in_s)
    with core.services.database.write() as connection:
        add(connection, Queue.CALLBACKS, "a", job_id=None, branch_id="b", ready=ready)


def join(core: Core, executor_id: str, *, silent_s: float = 0, crashed: bool = False) -> None:
    with core.services.database.write() as connection:
        heartbeat = shared_time(connection) - timedelta(seconds=silent_s)
        connection.execute(
            executors.insert().values(id=executor_id, host="", heartbeat=heartbeat, crashed=crashed)
        )


def hold(core: Core, executor_id: str) -> None:
    queue(core)
    Work(core.services.database).hand_on(["a"], executor_id)


def test_nothing_needs_a_worker_in_an_installation_at_rest(core: Core, needs: Needs) -> None:
    join(core, ME)
    join(core, "other")
    core.job()
    assert not needs.any()
    assert not needs.any(ME)


@pytest.mark.parametrize(("in_s", "needed"), [(0, True), (None, True), (3600, False)])
def test_work_needs_a_worker_once_it_is_ready(
    core: Core, needs: Needs, in_s: float | None, needed: bool
) -> None:
    queue(core, in_s=in_s)
    assert needs.any() == needed
    core.clock.advance(3601)
    assert needs.any()


@pytest.mark.parametrize(("holder", "needed"), [(ME, True), ("other", False), ("gone", True)])
def test_work_needs_the_worker_that_holds_it_or_one_in_the_place_of_a_dead_one(
    core: Core, needs: Needs, holder: str, needed: bool
) -> None:
    join(core, ME)
    join(core, "other")
    hold(core, holder)
    assert needs.any(ME) == needed


@pytest.mark.parametrize(("silent_s", "crashed"), [(31, False), (0, True)])
def test_a_dead_executor_needs_a_worker_that_takes_over(
    core: Core, needs: Needs, silent_s: float, crashed: bool
) -> None:
    join(core, "other", silent_s=silent_s, crashed=crashed)
    assert needs.any(ME)


def test_a_deleted_job_needs_a_worker_until_it_is_erased(core: Core, needs: Needs) -> None:
    core.services.jobs.delete(core.job().id, frozenset({core.admin.id}))
    assert needs.any()


def test_a_list_that_cannot_be_searched_yet_needs_a_worker(core: Core, needs: Needs) -> None:
    listed = search_lists.insert().values(job_id=core.job().id, wanted=core.clock.now())
    with core.services.database.write() as connection:
        connection.execute(listed)
    assert needs.any()
