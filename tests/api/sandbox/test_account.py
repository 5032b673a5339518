"""An account of a real server whose jobs are a sandbox's."""

from __future__ import annotations

import pytest

from scribedock.demo.server import OwnServer
from scribedock.jobs.job import Fidelity
from scribedock.sandbox.prepared import prepared_elementlist
from scribedock.sandbox.printed import API_TOKEN, PASSWORD, USERNAME
from scribedock_captions.elementlist.encoder import emit
from tests.captions.sample import say
from tests.support.accounts import child, command, name_of
from tests.support.calls import PATHS, make
from tests.support.client import Client, error_of
from tests.support.finished import finished_job, services_of


@pytest.fixture
def marked(server: OwnServer, alice: Client) -> Client:
    """Return an account that was marked on the command line."""
    done = command(server, "account", "sandbox", name_of(alice), "on")
    assert done.returncode == 0, done.stderr
    return alice


def test_its_jobs_come_back_with_the_prepared_list(client: Client, marked: Client) -> None:
    for account in (marked, child(marked)):
        job = account.new_job()
        account.order(job)
        info = account.finished(job)
        assert (info["JobStatus"], info["Engine"]) == ("Complete", "sandbox")
        assert account.get("job/get_elementlist", job_id=job).json() == emit(prepared_elementlist())
    # The account above it is a real one.
    answer = client.post(
        "job/perform_transcription", job_id=client.new_job(), transcription_fidelity="MECHANICAL"
    )
    assert error_of(answer) == (400, "INVALID_QUERY")


def test_new_jobs_are_real_again_after_off(server: OwnServer, marked: Client) -> None:
    assert "real" in command(server, "account", "sandbox", name_of(marked), "off").stdout
    answer = marked.post(
        "job/perform_transcription", job_id=marked.new_job(), transcription_fidelity="MECHANICAL"
    )
    assert error_of(answer) == (400, "INVALID_QUERY")


def test_the_root_cannot_be_marked(server: OwnServer) -> None:
    done = command(server, "account", "sandbox", "admin", "on")
    assert done.returncode == 2
    assert "serve --sandbox" in done.stderr


def test_a_real_server_knows_neither_the_example_account_nor_its_token(server: OwnServer) -> None:
    client = Client(server)
    answer = client.get("account/login", username=USERNAME, password=PASSWORD)
    assert error_of(answer) == (400, "LOGIN_INVALID")
    assert error_of(client.get("account/verify_key", api_token=API_TOKEN)) == (400, "BAD_API_TOKEN")
    assert client.http.get("/healthz").json() == {"status": "ok"}


def test_a_sandbox_account_does_not_review_its_real_jobs(server: OwnServer, client: Client) -> None:
    customer = child(client, "customer")
    name = name_of(customer)
    with services_of(server) as services:
        services.accounts.set_reviewer(services.accounts.create(f"ann-{name}", "x", parent=name), True)
        real = finished_job(services, say("the see is deep."), username=name, fidelity=Fidelity.STANDARD)
    assert customer.info(real)["JobStatus"] == "Reviewing"
    assert command(server, "account", "sandbox", name, "on").returncode == 0
    prepared_elementlist = customer.new_job(job_name="by-hand")
    customer.order(prepared_elementlist, transcription_fidelity="PREMIUM")
    customer.wait(prepared_elementlist, lambda info: info["JobStatus"] == "Reviewing")
    assert [each["job_id"] for each in customer.get("review/list").json()] == [prepared_elementlist]
    for path in PATHS:
        if path.startswith("review/") and path != "review/list":
            answer = make(customer, path, job_id=real, kind="review")
            assert error_of(answer) == (400, "ACCOUNT_UNPRIVILEGED"), path
    assert customer.info(real)["JobStatus"] == "Reviewing"
    for path in ("review/take", "review/elementlist", "review/approve"):
        assert customer.post(path, job_id=prepared_elementlist, kind="review").status_code == 200, path
