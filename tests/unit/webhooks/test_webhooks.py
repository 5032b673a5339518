"""Endpoints and their events, without a server: what is written down when, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook

from scribedock.accounts.accounts import Account
from scribedock.db.tables import webhook_events, webhook_tries, work
from scribedock.dispatch.queues import EVENT_PREFIX
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.jobs.job import TaskStatus
from scribedock.jobs.states import JobEvent
from scribedock.ordering.delete_account import delete_account
from scribedock.ordering.delete_job import delete_job
from scribedock.webhooks.endpoints import MAX_ENDPOINTS
from scribedock.webhooks.event_types import EventType
from scribedock.webhooks.events import EventState
from scribedock.workflows import delivery
from tests.support.core import Core
from tests.support.operated import failed, opened, ordered
from tests.support.webhook_events import DAY_S, URL, claimed, complete, deliver, endpoint, events


@pytest.fixture
def maria(core: Core) -> Account:
    return core.services.accounts.create("maria", "a password", parent="admin")


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
