"""Faults of events that a sandbox simulates."""

from __future__ import annotations

from scribedock.db.tables import jobs
from scribedock.webhooks.event_types import EventType
from scribedock.webhooks.events import EventState
from tests.support.core import Core
from tests.support.operated import opened
from tests.support.webhook_events import DAY_S, deliver, endpoint, events


def sandbox_event(core: Core, fault: str) -> None:
    """Write down the event of a new job in a sandbox, whose name asks for this fault."""
    endpoint(core, types=(EventType.JOB_CREATED,))
    job_id = opened(core.services, name=f"Lecture 4 {fault}").id
    with core.services.database.write() as connection:
        connection.execute(jobs.update().where(jobs.c.id == job_id).values(sandbox=True))


def test_a_sandboxs_event_counts_as_refused_once_where_its_job_asks_for_that(core: Core) -> None:
    sandbox_event(core, "webhook-500")
    assert deliver(core) == 1
    (event,) = events(core)
    assert event.last is not None and event.last.http_status == 500
    assert "webhook-500" in event.last.problem
    core.clock.advance(1)
    assert deliver(core) == 1
    assert events(core)[0].state is EventState.DELIVERED
    first, second = (headers["Webhook-Id"] for _, headers in core.fetcher.asked)
    assert first == second


def test_a_sandboxs_event_is_lost_where_its_job_asks_for_that_and_its_endpoint_is_not_paused(
    core: Core,
) -> None:
    sandbox_event(core, "webhook-lost")
    for _ in range(4):
        assert deliver(core) == 1
        core.clock.advance(30 * DAY_S)
    assert deliver(core) == 0 and core.fetcher.posted == []
    (event,) = events(core)
    assert (event.state, event.tries) == (EventState.FAILED, 4)
    (found,) = core.services.webhook_endpoints.listing()
    assert (found.failing_since, found.paused) == (None, None)


def test_a_sandboxs_event_arrives_twice_where_its_job_asks_for_that(core: Core) -> None:
    sandbox_event(core, "webhook-twice")
    assert deliver(core) == 1
    (one, first), (other, second) = core.fetcher.posted
    assert (one, first) == (other, second)
    assert events(core)[0].tries == 1


def test_outside_of_a_sandbox_a_name_simulates_nothing(core: Core) -> None:
    endpoint(core, types=(EventType.JOB_CREATED,))
    opened(core.services, name="webhook-lost")
    deliver(core)
    assert len(core.fetcher.posted) == 1
