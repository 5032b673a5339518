"""`scribedock callbacks`, on a database of either kind."""

from __future__ import annotations

from scribedock import app
from scribedock.clock import utc_now
from scribedock.dispatch.tries import DeliveryTry
from scribedock.jobs.job import TaskStatus
from tests.support.commands import document, done, refusal
from tests.support.operated import failed


def callback_of(services: app.Services, job_id: str) -> str:
    (found,) = services.callback_listing.matching(job_id=job_id)
    return found.id


def give_up(services: app.Services, callback_id: str) -> None:
    made = DeliveryTry(number=1, at=utc_now(), http_status=None, problem="refused \x1b[2J", duration_ms=12)
    services.callbacks.record(callback_id, made, end=TaskStatus.FAILED)


def test_callbacks_are_listed_and_filtered(services: app.Services) -> None:
    assert done("callbacks", "list") == "No callbacks match\n"
    maria = services.accounts.create("maria", "a password", parent="admin")
    own, marias = failed(services), failed(services, owner=maria)  # type: ignore[arg-type]
    give_up(services, callback_of(services, own.id))
    lines = done("callbacks", "list").splitlines()
    assert lines[0].split() == ["Callback", "Job", "State", "Tries", "Age", "Next", "Problem"]
    assert r"refused \x1b[2J" in done("callbacks", "list", "--state", "failed")

    def jobs(*arguments: str) -> list[str]:
        return [each["job_id"] for each in document("callbacks", "list", *arguments)["callbacks"]]

    assert jobs() == [marias.id, own.id]
    assert jobs("--state", "failed") == [own.id]
    assert jobs("--account", "maria") == [marias.id]
    assert jobs("--job", own.id[:10]) == [own.id]
    assert jobs("--limit", "1") == [marias.id]


def test_a_callback_is_shown_with_its_tries(services: app.Services) -> None:
    job = failed(services, callback_url="https://maria:secret@hook.example.org/?job={job_id}")
    callback_id = callback_of(services, job.id)
    give_up(services, callback_id)
    shown = done("callbacks", "show", callback_id[:8])
    assert "https://maria:***@hook.example.org/?job={job_id}" in shown
    assert "the failure of the job" in shown and r"refused \x1b[2J" in shown
    found = document("callbacks", "show", callback_id)
    assert found["state"] == "failed" and "secret" not in str(found)
    assert [(each["number"], each["http_status"]) for each in found["tries"]] == [(1, None)]


def test_a_callback_is_sent_again_and_the_audit_log_knows_it(services: app.Services) -> None:
    job = failed(services)
    callback_id = callback_of(services, job.id)
    give_up(services, callback_id)
    assert (
        done("callbacks", "resend", callback_id) == f"Callback {callback_id} of job {job.id} is sent again\n"
    )
    assert document("callbacks", "show", callback_id)["state"] == "failing"
    (entry,) = services.audit.entries()
    assert (entry.call, entry.job_id, entry.about, entry.outcome) == (
        "callbacks resend",
        job.id,
        callback_id,
        "done",
    )
    assert "no callback" in refusal("callbacks", "resend", "ffffffff")
    assert document("callbacks", "resend", callback_id) == {"callbacks": [{"id": callback_id}]}


def test_an_account_gets_secrets_that_its_callbacks_are_signed_with(services: app.Services) -> None:
    services.accounts.create("maria", "a password", parent="admin")
    assert done("callbacks", "secret", "show", "maria") == "Callbacks of maria are not signed\n"
    of_admin = done("callbacks", "secret", "make", "admin").strip()
    assert of_admin in done("callbacks", "secret", "show", "maria")
    assert document("callbacks", "secret", "show", "maria") == {
        "account": "maria",
        "secrets": [],
        "inherited": [of_admin],
    }
    first = done("callbacks", "secret", "make", "maria").strip()
    second = done("callbacks", "secret", "make", "maria", "--overlap", "0.5").strip()
    shown = document("callbacks", "secret", "show", "maria")
    assert [each["secret"] for each in shown["secrets"]] == [second, first]
    assert [each["ends"] is None for each in shown["secrets"]] == [True, False]
    assert done("callbacks", "secret", "show", "maria").splitlines()[0].split() == ["Secret", "Made", "Ends"]
    done("callbacks", "secret", "remove", "maria")
    assert of_admin in done("callbacks", "secret", "show", "maria")
    assert "no account named 'pedro'" in refusal("callbacks", "secret", "make", "pedro")
    commands = [entry.call for entry in services.audit.entries()]
    assert commands.count("callbacks secret make") == 3
    assert "whsec_" not in str(services.audit.entries())
