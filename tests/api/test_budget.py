"""Budgets through the front door: what is refused beyond them, what is not, and `account/budget`."""

from __future__ import annotations

import httpx2

from scribedock import app
from scribedock.budgets.budgets import Budgeted
from tests.support.accounts import child, name_of
from tests.support.client import Client, error_of


def allow(services: app.Services, client: Client, **limits: int) -> None:
    account = services.accounts.by_username(name_of(client))
    assert account is not None
    services.budgets.set(account.id, {Budgeted(name): limit for name, limit in limits.items()})


def test_beyond_the_minutes_only_an_order_is_refused(
    alice: Client, services: app.Services, sentence: bytes
) -> None:
    job = alice.new_job()
    alice.upload(job, sentence)
    allow(services, alice, minutes=0)
    order = {"job_id": job, "transcription_fidelity": "MECHANICAL"}
    refused = alice.get("job/perform_transcription", **order)
    assert error_of(refused) == (429, "INVALID_QUERY")
    assert 0 < int(refused.headers["Retry-After"]) <= 31 * 86_400
    assert "0 minutes" in refused.json()["ErrorComment"]
    assert alice.info(job)["JobStatus"] == "Pending"
    for path in ("job/list", "job/aggregate_statistics", "account/budget"):
        assert alice.get(path).status_code == 200
    allow(services, alice, minutes=1)
    assert alice.get("job/perform_transcription", **order).status_code == 200
    found = alice.get("account/budget").json()
    assert (found["minutes_used"], found["minutes_budget"], found["minutes_left"]) == (1, 1, 0)
    assert found["upload_bytes_used"] == len(sentence) and "upload_bytes_budget" not in found


def test_beyond_the_bytes_no_upload_begins_and_none_is_lost(
    alice: Client, services: app.Services, sentence: bytes
) -> None:
    job, url = alice.new_job(), ""
    url = alice.upload_url(job)
    allow(services, alice, upload_bytes=len(sentence) - 1)
    refused = httpx2.put(url, content=sentence, trust_env=False)
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
    assert "bytes of uploads" in refused.json()["ErrorComment"]
    allow(services, alice, upload_bytes=len(sentence))
    assert httpx2.put(url, content=sentence, trust_env=False).status_code == 200
    for path, given in (
        ("request_upload_url", {}),
        ("add_media", {"media_url": "https://media.example.org/a.wav"}),
        ("add_media_url", {"media_url": "https://media.example.org/a.wav"}),
    ):
        assert error_of(alice.get(f"job/{path}", job_id=alice.new_job(), **given)) == (429, "INVALID_QUERY")
    body = alice.http.post(
        "/api/job/add_media",
        params={"v": "1", "api_token": alice.token, "job_id": alice.new_job()},
        content=sentence,
    )
    assert error_of(body) == (429, "INVALID_QUERY")


def test_what_an_account_above_leaves_is_shown(alice: Client, services: app.Services) -> None:
    below = child(alice)
    allow(services, alice, minutes=5)
    allow(services, below, minutes=50)
    found = below.get("account/budget").json()
    assert (found["minutes_budget"], found["minutes_left"]) == (50, 5)
    assert alice.get("account/budget", account_id=name_of(below)).json() == found
