"""The calls below `/api/webhook/`, and what a receiver gets."""

from __future__ import annotations

import json

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from scribedock.demo.receiver import CallbackReceiver
from tests.support.accounts import Family, child, name_of
from tests.support.client import Client, error_of

WAIT_S = 60


def added(client: Client, url: str, **given: str) -> dict[str, str]:
    answer = client.post("webhook/add", webhook_url=url, **given)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_events_of_a_job_are_posted_and_verify(alice: Client) -> None:
    with CallbackReceiver() as receiver:
        made = added(alice, f"{receiver.base_url}/events", event_types="job.created,job.failed")
        job = alice.new_job()
        alice.upload(job, b"this is no recording")
        alice.get("job/perform_transcription", job_id=job, transcription_fidelity="MECHANICAL")
        got = [receiver.events.get(timeout=WAIT_S) for _ in range(2)]
    webhook = Webhook(made["secret"])
    said = {each["type"]: each["data"] for each in (webhook.verify(one.body, one.headers) for one in got)}
    assert said.keys() == {"job.created", "job.failed"}
    assert said["job.created"]["job_id"] == said["job.failed"]["job_id"] == job
    with pytest.raises(WebhookVerificationError):
        webhook.verify(got[0].body + b" ", got[0].headers)


def test_a_paused_endpoint_gets_its_events_once_it_is_resumed(alice: Client) -> None:
    with CallbackReceiver() as receiver:
        made = added(alice, f"{receiver.base_url}/events", event_types='["job.created"]')
        endpoint = {"webhook_id": made["webhook_id"]}
        assert alice.get("webhook/pause", **endpoint).status_code == 204
        job = alice.new_job()
        (shown,) = alice.get("webhook/list").json()
        assert (shown["state"], shown["pause_reason"]) == ("paused", "paused on request")
        (event,) = alice.get("webhook/events", **endpoint).json()
        assert (event["state"], event["due"], event["data"]["job_id"]) == ("owed", "", job)
        assert alice.get("webhook/resume", **endpoint).json() == {"kept_back": 1}
        assert json.loads(receiver.events.get(timeout=WAIT_S).body)["data"]["job_id"] == job


def test_an_endpoint_can_be_tested_and_removed(alice: Client) -> None:
    with CallbackReceiver() as receiver:
        made = added(alice, f"{receiver.base_url}/events")
        endpoint = {"webhook_id": made["webhook_id"]}
        secret = alice.get("webhook/rotate_secret", **endpoint, overlap_s="0").json()["secret"]
        event_id = alice.get("webhook/test", **endpoint).json()["event_id"]
        got = receiver.events.get(timeout=WAIT_S)
    assert got.headers["Webhook-Id"] == event_id
    assert Webhook(secret).verify(got.body, got.headers)["type"] == "webhook.test"
    assert alice.get("webhook/remove", **endpoint).status_code == 204
    assert alice.get("webhook/list").json() == []
    assert error_of(alice.get("webhook/test", **endpoint)) == (400, "ITEM_NOT_FOUND")
    assert error_of(alice.get("webhook/resend", event_id=event_id)) == (400, "ITEM_NOT_FOUND")


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://169.254.169.254/latest", "INVALID_URL"),
        ("ftp://hook.example.org/", "INVALID_URL"),
        ("http://[::1", "INVALID_URL"),
        ("", "MISSING_PARAMETER"),
    ],
)
def test_a_url_that_may_not_be_called_is_refused(alice: Client, url: str, kind: str) -> None:
    assert error_of(alice.get("webhook/add", webhook_url=url)) == (400, kind)
    assert alice.get("webhook/list").json() == []


def test_an_unknown_type_of_event_is_refused(alice: Client) -> None:
    answer = alice.get("webhook/add", webhook_url="https://hook.example.org/", event_types="job.creted")
    assert error_of(answer) == (400, "INVALID_OPTION")


def test_endpoints_and_events_of_others_do_not_exist(family: Family) -> None:
    below = child(family.parent)
    made = added(family.parent, "https://hook.example.org/", account_id=name_of(below))
    endpoint = {"webhook_id": made["webhook_id"]}
    event_id = below.get("webhook/test", **endpoint).json()["event_id"]
    for other in (family.child, family.stranger):
        assert made["webhook_id"] not in {each["webhook_id"] for each in other.get("webhook/list").json()}
        for path in ("remove", "pause", "resume", "rotate_secret", "test", "events"):
            assert error_of(other.get(f"webhook/{path}", **endpoint)) == (400, "ITEM_NOT_FOUND"), path
        assert error_of(other.get("webhook/resend", event_id=event_id)) == (400, "ITEM_NOT_FOUND")
    (shown,) = below.get("webhook/list").json()
    assert shown["username"] == name_of(below) and "secret" not in shown
    assert family.parent.get("webhook/remove", **endpoint).status_code == 204
