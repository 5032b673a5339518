"""`/api/job/list_callbacks`: a job's callbacks, with each of their tries."""

from __future__ import annotations

from typing import Any

from scribedock import app
from scribedock.demo.receiver import CallbackReceiver
from tests.captions.sample import say
from tests.support.accounts import Family, name_of
from tests.support.client import Client, error_of
from tests.support.finished import finished_job, ordered_job
from tests.support.waiting import wait_until

NOWHERE = "http://maria:secret@127.0.0.1:9/done"  # nobody listens there


def tried(client: Client, job: str) -> dict[str, Any]:
    """Return the job's only callback, once it has been tried."""
    wait_until(lambda: client.get("job/list_callbacks", job_id=job).json()[0]["tries"])
    [callback] = client.get("job/list_callbacks", job_id=job).json()
    return dict(callback)


def test_a_try_that_succeeded_is_shown_with_its_status(
    client: Client, services: app.Services, callbacks: CallbackReceiver
) -> None:
    job = finished_job(services, say("The sea is deep."), callback_url=f"{callbacks.base_url}/done")
    callback = tried(client, job)
    assert (callback["iwp_name"], callback["state"], callback["next_try"]) == ("FINAL", "delivered", "")
    [made] = callback["tries"]
    assert made["http_status"] == 200 and made["problem"] == "" and made["duration"] >= 0


def test_one_that_failed_says_why_and_when_it_is_tried_again(client: Client, services: app.Services) -> None:
    callback = tried(client, finished_job(services, say("The sea is deep."), callback_url=NOWHERE))
    assert callback["state"] == "failing" and callback["next_try"] > callback["created"]
    assert callback["url"] == NOWHERE.replace("secret", "***")
    assert callback["tries"][0]["problem"] and "http_status" not in callback["tries"][0]


def test_a_job_that_calls_nobody_has_none(client: Client, services: app.Services) -> None:
    job, _ = ordered_job(services)
    assert client.get("job/list_callbacks", job_id=job).json() == []


def test_those_of_a_stranger_are_not_found(family: Family, services: app.Services) -> None:
    job = finished_job(services, say("Hello."), username=name_of(family.child))
    assert family.parent.get("job/list_callbacks", job_id=job).json() == []
    refused = family.stranger.get("job/list_callbacks", job_id=job)
    assert error_of(refused) == (400, "ITEM_NOT_FOUND")
