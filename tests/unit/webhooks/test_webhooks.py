"""Endpoints and their events, without a server: what is written down when, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook

from scribedock.accounts.accounts import Account
from scribedock.db.tables import jobs, webhook_events, webhook_tries, work
from scribedock.demo.mailbox import Mailbox
from scribedock.dispatch.fairness import Caps
from scribedock.dispatch.queues import EVENT_PREFIX, Queue
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import TaskStatus
from scribedock.jobs.states import JobEvent
from scribedock.media.fetching.fetch import FetchFailed
from scribedock.ordering.delete_account import delete_account
from scribedock.ordering.delete_job import delete_job
from scribedock.webhooks.endpoints import MAX_ENDPOINTS, Endpoint
from scribedock.webhooks.event_types import EventType
from scribedock.webhooks.events import Event, EventState
from scribedock.workflows import delivery
from tests.support.core import Core
from tests.support.operated import failed, opened, ordered

URL = "https://hook.example.org/events"
DAY_S = 86_400.0


@pytest.fixture
def maria(core: Core) -> Account:
    return core.services.accounts.create("maria", "a password", parent="admin")


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


def test_an_endpoint_is_told_of_each_step_of_a_job(core: Core) -> None:
    endpoint(core)
    job_id = complete(core)
    told = events(core)
    assert [each.type for each in told] == [
        "job.created",
        "upload.received",
        "version.published",
        "version.published",
        "job.completed",
    ]
    assert {each.job_id for each in told} == {job_id} == {each.data["job_id"] for each in told}
    assert [each.data["iwp_name"] for each in told[2:4]] == ["MECHANICAL", "FINAL"]
    versions = [each.created for each in core.services.elementlists.versions(job_id)]
    said = [each.data["elementlist_version"] for each in told[2:4]]
    assert said == [f"{each:%Y-%m-%dT%H:%M:%S.%f}" for each in versions]
    task_id = told[-1].data["task_id"]
    assert core.services.jobs.task(task_id).type == "JOB_PERFORM_TRANSCRIPTION"


def test_an_order_that_fails_or_is_cancelled_is_told(core: Core) -> None:
    endpoint(core, types=(EventType.JOB_FAILED,))
    failed(core.services)
    job = ordered(core.services)
    core.services.orders.cancel(job.id, "by request")
    assert [each.type for each in events(core)] == ["job.failed"] * 2
    assert events(core)[1].data == {"job_id": job.id, "task_id": job.order_task_id}


def test_what_is_posted_is_signed_json_without_contents(core: Core) -> None:
    made = endpoint(core)
    opened(core.services, name="Confidential interview")
    assert deliver(core) == 1
    ((url, body),), ((_, headers),) = core.fetcher.posted, core.fetcher.asked
    assert url == URL and headers["Content-Type"] == "application/json"
    judge = Webhook(made.secrets[0])
    now = core.clock.now()
    assert abs(int(headers["Webhook-Timestamp"]) - now.timestamp()) <= 2
    expected = judge.sign(headers["Webhook-Id"], now.replace(microsecond=0), body.decode())
    assert headers["Webhook-Signature"] == expected
    said = json.loads(body)
    assert said.keys() == {"type", "timestamp", "data"} and said["type"] == "job.created"
    assert said["timestamp"].endswith("Z") and b"Confidential" not in body
    (event,) = events(core)
    assert (event.state, event.tries, event.due) == (EventState.DELIVERED, 1, None)


def test_an_endpoint_is_told_of_accounts_below_and_of_no_others(core: Core, maria: Account) -> None:
    pedro = core.services.accounts.create("pedro", "a password", parent="admin")
    of_root, of_maria, of_pedro = (endpoint(core, owner=each) for each in (core.admin, maria, pedro))
    core.job(owner=maria)
    assert [len(events(core, each)) for each in (of_root, of_maria, of_pedro)] == [1, 1, 0]
    (event,) = events(core, of_maria)
    assert core.services.work.origin_of(EVENT_PREFIX + event.id).branch_id == maria.branch_id


def test_an_event_is_not_written_down_where_its_cause_is_undone(core: Core) -> None:
    endpoint(core, types=(EventType.JOB_FAILED,))
    job = ordered(core.services)
    with pytest.raises(ZeroDivisionError), core.services.database.write() as connection:
        found = core.services.jobs.fetch_job(connection, job.id)
        core.services.jobs.advance(connection, found, JobEvent.CANCELLED)
        raise ZeroDivisionError
    assert events(core) == []


def test_a_failed_event_is_tried_again_by_the_schedule_and_then_given_up(
    build_core: Callable[..., Core],
) -> None:
    core = build_core(webhook_retries_s=(10.0, 100.0))
    endpoint(core)
    core.fetcher.statuses[URL] = 503
    core.job()
    for wait_s in (0, 10, 100):
        core.clock.advance(wait_s)
        assert deliver(core) == 1
        assert deliver(core) == 0
    (event,) = events(core)
    assert (event.state, event.tries) == (EventState.FAILED, 3)
    tries = core.services.webhook_events.tries(event.id)
    assert [each.problem for each in tries] == ["answered 503, not 2xx"] * 3
    bodies = {body for _, body in core.fetcher.posted}
    ids = {headers["Webhook-Id"] for _, headers in core.fetcher.asked}
    assert len(bodies) == 1 and ids == {event.id}


@pytest.mark.parametrize(("status", "delivered"), [(200, True), (204, True), (302, False), (400, False)])
def test_any_status_from_200_to_299_is_success(core: Core, status: int, delivered: bool) -> None:
    endpoint(core)
    core.fetcher.statuses[URL] = status
    core.job()
    deliver(core)
    assert (events(core)[0].state is EventState.DELIVERED) is delivered


def test_an_endpoint_that_fails_for_days_is_paused_and_keeps_its_events(core: Core) -> None:
    made = endpoint(core)
    core.fetcher.statuses[URL] = FetchFailed("hook.example.org cannot be reached: no connection.")
    core.job()
    for _ in range(10):
        deliver(core)
        if core.services.webhook_endpoints.find(made.id).paused:
            break
        core.clock.advance(DAY_S)
        core.job()
    paused = core.services.webhook_endpoints.find(made.id)
    assert paused.paused is not None and paused.failing_since is not None
    assert paused.paused - paused.failing_since >= timedelta(days=5)
    assert "cannot be reached" in paused.pause_reason
    (entry,) = core.services.audit.entries()
    assert entry.call == "webhooks pause" and made.id in entry.about
    core.job()
    core.clock.advance(DAY_S)
    assert deliver(core) == 0
    core.fetcher.statuses.clear()
    kept_back = sum(each.state is EventState.OWED for each in events(core))
    assert core.services.webhook_endpoints.resume(made.id) == kept_back > 0
    assert deliver(core) == kept_back
    found = core.services.webhook_endpoints.find(made.id)
    assert found.paused is None and found.failing_since is None and found.pause_reason == ""


def test_a_success_between_failures_begins_the_days_anew(core: Core) -> None:
    made = endpoint(core)
    for day in range(8):
        if day != 4:
            core.fetcher.statuses[URL] = 500
        core.job()
        deliver(core)
        core.fetcher.statuses.clear()
        core.clock.advance(DAY_S)
    assert core.services.webhook_endpoints.find(made.id).paused is None


def test_an_endpoint_that_says_it_is_gone_is_paused_at_once(core: Core) -> None:
    made = endpoint(core)
    core.fetcher.statuses[URL] = 410
    core.job()
    deliver(core)
    assert "410" in core.services.webhook_endpoints.find(made.id).pause_reason


def test_a_pause_during_a_try_keeps_the_next_one_back(core: Core) -> None:
    made = endpoint(core)
    core.fetcher.statuses[URL] = 500
    core.job()
    (work_id,) = claimed(core)
    core.services.webhook_endpoints.pause(made.id)
    delivery(core.services).attempt(work_id)
    core.clock.advance(DAY_S)
    assert deliver(core) == 0
    assert events(core)[0].due is None
    assert core.services.webhook_endpoints.resume(made.id) == 1


def test_a_test_event_and_a_resent_one_reach_a_paused_endpoint(core: Core) -> None:
    made = endpoint(core)
    core.job()
    deliver(core)
    (event,) = events(core)
    core.services.webhook_endpoints.pause(made.id)
    test_id = core.services.webhook_events.test(made)
    core.services.webhook_events.resend(event)
    assert deliver(core) == 2
    sent = {
        headers["Webhook-Id"]: json.loads(body)["type"]
        for (_, body), (_, headers) in zip(core.fetcher.posted, core.fetcher.asked, strict=True)
    }
    assert sent == {event.id: "job.created", test_id: "webhook.test"}
    assert core.services.webhook_endpoints.find(made.id).paused is not None


def test_a_test_event_is_tried_once(core: Core) -> None:
    made = endpoint(core)
    core.fetcher.statuses[URL] = 500
    core.services.webhook_events.test(made)
    deliver(core)
    (event,) = events(core)
    assert (event.state, event.type, event.job_id) == (EventState.FAILED, EventType.TEST, None)


def test_an_event_that_is_being_sent_is_not_sent_again(core: Core) -> None:
    endpoint(core)
    core.job()
    claimed(core)
    with pytest.raises(InvalidQuery, match="being sent"):
        core.services.webhook_events.resend(events(core)[0])


def test_a_deleted_job_leaves_no_event(core: Core) -> None:
    endpoint(core)
    job = core.job()
    deliver(core)
    delete_job(core.services, job.id, None)
    with core.services.database.read() as connection:
        for table in (webhook_events, webhook_tries):
            assert connection.execute(sa.select(table)).all() == []


def test_an_event_of_a_job_that_is_deleted_while_it_is_sent_ends(core: Core) -> None:
    endpoint(core)
    job = core.job()
    (work_id,) = claimed(core)
    delete_job(core.services, job.id, None)
    delivery(core.services).attempt(work_id)
    with core.services.database.read() as connection:
        assert connection.execute(sa.select(work.c.id).where(work.c.id == work_id)).all() == []


def test_a_removed_endpoint_leaves_nothing(core: Core) -> None:
    made = endpoint(core)
    core.fetcher.statuses[URL] = 500
    core.job()
    deliver(core)
    core.services.webhook_endpoints.remove(made.id)
    with core.services.database.read() as connection:
        for table in (webhook_events, webhook_tries, work):
            assert connection.execute(sa.select(table)).all() == []
    with pytest.raises(ItemNotFound):
        core.services.webhook_endpoints.find(made.id)


def test_a_deleted_account_has_no_endpoints(core: Core, maria: Account) -> None:
    endpoint(core, owner=maria)
    delete_account(core.services, maria)
    assert core.services.webhook_endpoints.listing() == []


def test_old_events_are_forgotten_also_those_kept_back(core: Core) -> None:
    made = endpoint(core)
    core.job()
    deliver(core)
    core.services.webhook_endpoints.pause(made.id)
    core.job()
    core.clock.advance(DAY_S)
    core.job()
    assert core.services.webhook_events.sweep(core.clock.now() - timedelta(hours=1)) == 2
    assert len(events(core)) == 1
    assert core.services.webhook_endpoints.resume(made.id) == 1


def test_a_new_secret_signs_beside_the_one_before_it_for_a_while(core: Core) -> None:
    made = endpoint(core)
    fresh = core.services.webhook_endpoints.rotate_secret(made.id, overlap=timedelta(days=1))
    assert core.services.webhook_endpoints.find(made.id).secrets == (fresh, made.secrets[0])
    core.clock.advance(DAY_S)
    assert core.services.webhook_endpoints.find(made.id).secrets == (fresh,)


def test_an_account_has_a_bounded_number_of_endpoints(core: Core) -> None:
    for _ in range(MAX_ENDPOINTS):
        endpoint(core)
    with pytest.raises(InvalidQuery, match="the most"):
        endpoint(core)


def test_the_database_holds_no_url_and_no_secret_in_plain(core: Core) -> None:
    made = endpoint(core)
    with core.services.database.read() as connection:
        row = connection.execute(sa.text("SELECT url, secret FROM webhook_endpoints")).one()
    assert URL not in row.url and made.secrets[0].removeprefix("whsec_") not in row.secret


def test_an_event_that_an_older_worker_took_for_a_callback_is_sent_all_the_same(core: Core) -> None:
    made = endpoint(core)
    core.job()
    (work_id,) = claimed(core)
    core.services.callbacks.close(
        work_id, TaskStatus.ABORTED
    )  # what that release does to what it cannot find
    assert deliver(core) == 0
    assert core.services.webhook_events.restore() == 1
    assert core.services.webhook_events.restore() == 0
    assert deliver(core) == 1
    assert events(core, made)[0].state is EventState.DELIVERED


def paused_after_a_failure(core: Core, email: str) -> None:
    owner = core.services.accounts.create("ana", "a password", parent="admin", email=email)
    endpoint(core, owner=owner)
    core.fetcher.statuses[URL] = 410
    core.job(owner=owner)
    deliver(core)


def test_the_account_of_a_paused_endpoint_gets_mail(build_core: Callable[..., Core]) -> None:
    with Mailbox() as mailbox:
        core = build_core(smtp_url=mailbox.url)
        paused_after_a_failure(core, "ana@example.org")
        mail = mailbox.received.get(timeout=30)
    assert mail["To"] == "ana@example.org" and "paused" in mail["Subject"]
    assert URL in str(mail.get_body(("plain",)))


def test_an_endpoint_is_paused_also_where_no_mail_can_be_sent(build_core: Callable[..., Core]) -> None:
    core = build_core(smtp_url="smtp://127.0.0.1:1")
    paused_after_a_failure(core, "ana@example.org")
    (found,) = core.services.webhook_endpoints.listing()
    assert found.paused is not None


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
