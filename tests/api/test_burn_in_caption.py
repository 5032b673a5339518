"""`job/burn_in_caption` on a server that sends no mail; tests/api/test_mail.py has one that does."""

from __future__ import annotations

from scribedock.jobs.job import Fidelity
from tests.captions.sample import say
from tests.support.client import Client, error_of
from tests.support.finished import finished_job, services_of


def test_without_a_mail_server_the_caller_is_told(client: Client) -> None:
    with services_of(client.server) as services:
        job = finished_job(services, say("The sea is deep."), fidelity=Fidelity.HIGH)
    answer = client.get("job/burn_in_caption", job_id=job, send_to_email="maria@example.org")
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert "SCRIBEDOCK_SMTP_URL" in answer.json()["ErrorComment"]


def test_a_malformed_address_is_refused(client: Client) -> None:
    job = client.new_job()
    for address in ("maria", "a@b@c", "a b@c", "a@b\r\nBcc: c@d", "@", "a@" + "b" * 400):
        answer = client.get("job/burn_in_caption", job_id=job, send_to_email=address)
        assert error_of(answer) == (400, "INVALID_QUERY")
        assert "send_to_email" in answer.json()["ErrorComment"]


def test_the_job_of_a_stranger_is_not_found(client: Client, alice: Client) -> None:
    assert error_of(alice.get("job/burn_in_caption", job_id=client.new_job())) == (400, "ITEM_NOT_FOUND")
    assert error_of(client.get("job/burn_in_caption")) == (400, "MISSING_PARAMETER")
