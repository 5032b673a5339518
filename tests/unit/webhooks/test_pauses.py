"""When an endpoint is paused, and what comes to it all the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from scribedock.demo.mailbox import Mailbox
from scribedock.media.fetching.fetch import FetchFailed
from scribedock.webhooks.events import EventState
from scribedock.workflows import delivery
from tests.support.core import Core
from tests.support.webhook_events import DAY_S, URL, claimed, deliver, endpoint, events


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
