"""What sessions of keys with a scope may do: every call says what it needs, and one place checks it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scribedock.accounts.scopes import KeyScope, Right, grants
from scribedock.api.application import CALL_MODULES
from scribedock.api.registry import CALLS
from tests.support.client import Client, error_of

assert CALL_MODULES  # importing them has registered the calls
PATHS = sorted({call.path for call in CALLS.values() if call.needs_token})
JOB = "0" * 32
# Whatever its calls need; a value for each, so that the rights are what they are refused for.
GIVEN = {
    "job_id": JOB,
    "task_id": JOB,
    "new_username": "never-made",
    "new_password": "a password",
    "api_securekey": JOB,
    "setting": "default_job_notes",
    "value": "x",
    "media_url": "https://media.example.org/a.wav",
    "transcript_url": "https://media.example.org/a.txt",
    "guidelines_data": "x",
    "transcription_fidelity": "MECHANICAL",
    "transcoded_version": "mp3",
    "media_type": "mp3",
    "caption_format": "SRT",
    "target_languages": "de",
    "approve_uplevel": "true",
    "webhook_url": "https://hook.example.org/events",
    "webhook_id": JOB,
    "event_id": JOB,
    "share_id": JOB,
    "note": "x",
    "seconds": "0",
    "job_ids": JOB,
    "query": "x",
    "save_id": "x",
    "start": "0",
    "end": "1000",
    "base_version": "2026-01-01T00:00:00.000000",
    "since": "2026-01-01T00:00:00.000000",
}
CREATES = {"job/new", "account/logout"}
REFUSED = (400, "ACCOUNT_UNPRIVILEGED")


def keyed(client: Client, scope: str) -> Client:
    """Return a session that a key of this scope has opened, for the same account."""
    answer = client.get("account/generate_api_key", key_scope=scope, key_name="of a test", force_new="true")
    session = Client(client.server)
    session.token = session.get("account/login", securekey=answer.json()["ApiKey"]).json()["ApiToken"]
    return session


@pytest.mark.parametrize("scope", ["upload", "read"])
def test_each_call_is_refused_exactly_where_the_key_is_not_good_for_it(alice: Client, scope: str) -> None:
    session = keyed(alice, scope)
    for path in PATHS:
        if path in CREATES:
            continue
        call = CALLS[path]
        right = call.needs if isinstance(call.needs, Right) else call.needs.usual
        # Of some calls the body is a file; then parameters are in the query.
        query = {"v": "1", "api_token": session.token, **GIVEN}
        answer = session.http.post(f"/api/{path}", params=query)
        refused = answer.status_code == 400 and error_of(answer) == REFUSED
        expected = not grants(KeyScope(scope), right)
        if not expected and path.startswith("review/"):
            continue  # refused for another reason: the account is no reviewer
        assert refused == expected, (path, scope, answer.text)
        if expected:
            comment = answer.json()["ErrorComment"]
            assert comment == "Account does not have permission to access/change this data"


def test_an_upload_key_brings_a_recording_in_and_sees_no_result(alice: Client, quiet: Path) -> None:
    session = keyed(alice, "upload")
    job = session.new_job(job_name="from the encoder")
    session.upload(job, quiet)
    task = session.order(job)
    assert alice.finished(job)["JobStatus"] == "Complete"
    assert session.get("job/task_status", task_id=task).json()["TaskStatus"] == "COMPLETE"
    for call in ("info", "get_transcript", "list", "delete", "get_caption"):
        answer = session.get(f"job/{call}", job_id=job, caption_format="SRT")
        assert error_of(answer) == REFUSED, call


def test_a_read_key_sees_results_and_changes_nothing_nor_hands_out_lasting_urls(
    alice: Client, quiet: Path
) -> None:
    job = alice.new_job()
    alice.upload(job, quiet)
    alice.order(job)
    alice.finished(job)
    session = keyed(alice, "read")
    assert session.info(job)["JobStatus"] == "Complete"
    assert session.get("job/get_caption", job_id=job, caption_format="SRT").status_code == 200
    build = session.get("job/get_caption", job_id=job, caption_format="SRT", build_url="true")
    assert error_of(build) == REFUSED
    for call in ("new", "delete", "request_upload_url"):
        assert error_of(session.get(f"job/{call}", job_id=job)) == REFUSED
    assert error_of(session.get("account/generate_api_key")) == REFUSED


def test_a_session_of_any_key_can_be_ended(alice: Client) -> None:
    for scope in ("upload", "read"):
        session = keyed(alice, scope)
        assert session.get("account/verify_key").status_code == 200
        assert session.get("account/logout").status_code == 204
        assert error_of(session.get("account/verify_key")) == (400, "BAD_API_TOKEN")


def test_refused_deeds_are_in_the_audit_log(alice: Client, services: object) -> None:
    session = keyed(alice, "read")
    name = alice.get("account/verify_key").json()["name"]
    session.get("job/delete", job_id=JOB)
    account = services.accounts.by_username(name)  # type: ignore[attr-defined]
    last = services.audit.entries(account=account)[-1]  # type: ignore[attr-defined]
    assert (last.call, last.outcome) == ("job/delete", "ACCOUNT_UNPRIVILEGED")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"key_scope": "everything"}, "INVALID_OPTION"),
        ({"key_expires_in": "0"}, "INVALID_QUERY"),
        ({"key_expires_in": "99999999999"}, "INVALID_QUERY"),
        ({"key_name": "x" * 300}, "INVALID_QUERY"),
    ],
)
def test_a_key_that_cannot_be_is_refused(alice: Client, given: dict[str, str], error: str) -> None:
    assert error_of(alice.get("account/generate_api_key", force_new="true", **given)) == (400, error)


def test_keys_with_a_scope_change_nothing_about_the_vendors_key(alice: Client) -> None:
    plain = alice.get("account/generate_api_key").json()["ApiKey"]
    limited = alice.get("account/generate_api_key", key_scope="READ", key_expires_in="60").json()["ApiKey"]
    assert limited != plain
    assert alice.get("account/generate_api_key").json()["ApiKey"] == plain
    again = alice.get("account/generate_api_key", key_scope="read", key_expires_in="60").json()["ApiKey"]
    assert again == limited
