"""`scribedock webhooks`, on a database of either kind."""

from __future__ import annotations

from datetime import timedelta

from scribedock import app
from scribedock.clock import utc_now
from scribedock.dispatch.tries import DeliveryTry
from scribedock.webhooks.endpoints import Endpoint
from scribedock.webhooks.events import EventState
from tests.support.commands import document, done, refusal, run
from tests.support.operated import failed, opened

URL = "https://maria:secret@hook.example.org/events"


def added(services: app.Services, *arguments: str) -> Endpoint:
    endpoint_id, secret = done("webhooks", "add", "admin", URL, *arguments).split()
    found = services.webhook_endpoints.find(endpoint_id)
    assert found.secrets == (secret,) and secret.startswith("whsec_")
    return found


def give_up(services: app.Services, problem: str, *, pause_after: timedelta) -> str:
    """Record that the newest event could not be delivered; return its id."""
    (event, *_) = services.webhook_events.listing(limit=1)
    made = DeliveryTry(number=1, at=utc_now(), http_status=None, problem=problem, duration_ms=12)
    services.webhook_events.record(event, made, end=EventState.FAILED, pause_after=pause_after)
    return event.id


def test_an_endpoint_is_added_listed_and_removed(services: app.Services) -> None:
    assert done("webhooks", "list") == "No webhook endpoints match\n"
    services.accounts.create("maria", "a password", parent="admin")
    made = added(services, "--event", "job.completed", "--event", "job.failed")
    (shown,) = document("webhooks", "list")["endpoints"]
    assert (shown["id"], shown["account"], shown["state"]) == (made.id, "admin", "active")
    assert shown["events"] == ["job.completed", "job.failed"] and "secret" not in str(shown)
    assert document("webhooks", "list", "--account", "maria") == {"endpoints": []}
    assert "maria:***@hook.example.org" in done("webhooks", "list")
    assert "is removed" in done("webhooks", "remove", made.id[:8])
    assert document("webhooks", "list") == {"endpoints": []}
    commands = [entry.call for entry in services.audit.entries()]
    assert commands == ["webhooks add", "webhooks remove"]
    assert "hook.example.org" not in str(services.audit.entries())


def test_a_url_that_may_not_be_called_is_refused(services: app.Services) -> None:
    assert "not on the public Internet" in refusal("webhooks", "add", "admin", "http://127.0.0.1/events")
    assert document("webhooks", "list") == {"endpoints": []}
    assert "no account named 'pedro'" in refusal("webhooks", "add", "pedro", URL)


def test_an_endpoint_is_paused_and_resumed(services: app.Services) -> None:
    made = added(services)
    assert "kept back" in done("webhooks", "pause", made.id)
    opened(services)
    (shown,) = document("webhooks", "list")["endpoints"]
    assert shown["state"] == "paused" and shown["pause_reason"] == "paused on request"
    (event,) = document("webhooks", "events")["events"]
    assert (event["type"], event["state"], event["due"]) == ("job.created", "owed", None)
    assert document("webhooks", "resume", made.id) == {"id": made.id, "kept_back": 1}
    assert document("webhooks", "events")["events"][0]["due"] is not None


def test_events_are_filtered_and_sent_again(services: app.Services) -> None:
    made, other = added(services, "--event", "job.failed"), added(services, "--event", "job.created")
    failed(services)
    event_id = give_up(services, "refused \x1b[2J", pause_after=timedelta(days=5))
    (shown,) = document("webhooks", "events", "--state", "failed")["events"]
    assert (shown["id"], shown["endpoint_id"], shown["type"]) == (event_id, made.id, "job.failed")
    assert r"refused \x1b[2J" in done("webhooks", "events")
    assert len(document("webhooks", "events", "--endpoint", other.id[:10])["events"]) == 1
    assert done("webhooks", "resend", event_id[:12]) == f"Event {event_id} is sent again\n"
    assert document("webhooks", "events", "--state", "owed")["events"][0]["id"] == event_id
    assert "no event" in refusal("webhooks", "resend", "ffffffff")
    (entry,) = [each for each in services.audit.entries() if each.call == "webhooks resend"]
    assert (entry.about, entry.job_id) == (event_id, shown["data"]["job_id"])


def test_a_test_event_and_a_new_secret(services: app.Services) -> None:
    made = added(services)
    event_id = document("webhooks", "test", made.id)["event_id"]
    (shown,) = document("webhooks", "events")["events"]
    assert (shown["id"], shown["type"]) == (event_id, "webhook.test")
    secret = done("webhooks", "rotate", made.id).strip()
    assert services.webhook_endpoints.find(made.id).secrets == (secret, made.secrets[0])


def test_status_says_that_an_endpoint_is_paused(services: app.Services) -> None:
    added(services)
    opened(services)
    give_up(services, "refused", pause_after=timedelta(0))
    result = run("status")
    assert "1 paused" in result.stdout and "webhook endpoints that are paused: 1" in result.stdout


def test_lost_work_is_found_again_and_old_events_are_forgotten(services: app.Services) -> None:
    made = added(services)
    opened(services)
    (event,) = services.webhook_events.listing(limit=1)
    services.webhook_events.forget_work(event.id)
    assert document("webhooks", "events")["events"][0]["due"] is None
    assert services.webhook_events.restore() == 1
    assert document("webhooks", "events")["events"][0]["due"] is not None
    assert services.webhook_events.sweep(utc_now() + timedelta(hours=1)) == 1
    assert document("webhooks", "events", "--endpoint", made.id) == {"events": []}
    assert services.webhook_events.restore() == 0
