"""Webhook endpoints, their events, and the tries that a worker would make."""

from __future__ import annotations

from scribedock.accounts.accounts import Account
from scribedock.dispatch.fairness import Caps
from scribedock.dispatch.queues import Queue
from scribedock.jobs.iwp import Iwp
from scribedock.webhooks.endpoints import Endpoint
from scribedock.webhooks.event_types import EventType
from scribedock.webhooks.events import Event
from scribedock.workflows import delivery
from tests.support.core import Core
from tests.support.operated import ordered

URL = "https://hook.example.org/events"
DAY_S = 86_400.0


def endpoint(core: Core, *, owner: Account | None = None, types: tuple[EventType, ...] = ()) -> Endpoint:
    return core.services.webhook_endpoints.add((owner or core.admin).id, URL, types)


def events(core: Core, of: Endpoint | None = None) -> list[Event]:
    """Return the events, oldest first."""
    found = core.services.webhook_events.listing(endpoint_id=of.id if of else None, limit=100)
    return found[::-1]


def claimed(core: Core) -> list[str]:
    """Take up what waits to be called, as a worker would; return the ids of the work."""
    taken = core.services.work.claim("executor", {Queue.CALLBACKS: 100}, {Queue.CALLBACKS: Caps()})
    return [each.id for each in taken]


def deliver(core: Core) -> int:
    """Make every try that is due now; return how many that were."""
    calls = delivery(core.services)
    due = claimed(core)
    for each in due:
        calls.attempt(each)
    return len(due)


def complete(core: Core, **asked: str) -> str:
    """Finish the order of a job with an empty list; return its id."""
    job = ordered(core.services, callback_url=None, **asked)  # type: ignore[arg-type]
    assert job.order_task_id is not None
    core.services.orders.start(job.order_task_id, "an engine")
    names = (Iwp.MECHANICAL, Iwp.FINAL)
    assert core.services.orders.finish(job.order_task_id, b'{"segments": []}', passes=names, media_ms=1000)
    return job.id
