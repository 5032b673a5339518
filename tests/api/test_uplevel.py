"""`job/uplevel`: people improve a finished job's transcript."""

from __future__ import annotations

import pytest

from scribedock.jobs.job import Fidelity
from tests.captions.sample import say
from tests.support.client import Client, error_of
from tests.support.finished import finished_job, ordered_job, services_of

LIST = say("The sea is deep.")


@pytest.mark.parametrize(
    ("fidelity", "workflow"),
    [(Fidelity.MECHANICAL, "MechFP 2nd Pass Only"), (Fidelity.STANDARD, "PremiumFP 2nd Pass Only")],
)
def test_a_second_pass_is_a_related_professional_job(
    client: Client, fidelity: Fidelity, workflow: str
) -> None:
    with services_of(client.server) as services:
        job = finished_job(services, LIST, fidelity=fidelity)
    answer = client.get(
        "job/uplevel", job_id=job, priority="CRITICAL", speaker_id="t", timing="t", requestor="Maria"
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["upleveled_workflow"] == workflow
    upleveled = answer.json()["upleveled_job_id"]
    info = client.finished(upleveled)
    assert (info["JobStatus"], info["Fidelity"], info["Priority"]) == ("Complete", "HIGH", "CRITICAL")
    assert info["Options"]["speaker_id"]["setting"] is True
    assert "times" in info["Options"]["notes"]["setting"]
    assert "no human pass was done" in info["Notice"]  # nobody reviews here
    first = client.get("job/get_transcript", job_id=job).text
    assert client.get("job/get_transcript", job_id=upleveled).text == first
    [related] = client.get("job/list_related", job_id=job).json()["related_jobs"]
    assert related["job_id"] == upleveled


def test_a_job_is_upleveled_once(client: Client) -> None:
    with services_of(client.server) as services:
        job = finished_job(services, LIST)
    first = client.post("job/uplevel", job_id=job).json()["upleveled_job_id"]
    answer = client.post("job/uplevel", job_id=job)
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert first in answer.json()["ErrorComment"]
    assert error_of(client.post("job/uplevel", job_id=first)) == (400, "INVALID_QUERY")


def test_a_job_that_is_not_finished_or_is_professional_has_no_second_pass(client: Client) -> None:
    with services_of(client.server) as services:
        professional = finished_job(services, LIST, fidelity=Fidelity.HIGH)
        job, _ = ordered_job(services)
    answer = client.get("job/uplevel", job_id=professional)
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert "PROFESSIONAL already" in answer.json()["ErrorComment"]
    assert error_of(client.get("job/uplevel", job_id=job)) == (400, "INVALID_QUERY")
    client.get("job/delete", job_id=job)


def test_wrong_parameters_and_strangers_jobs_are_refused(client: Client, alice: Client) -> None:
    with services_of(client.server) as services:
        job = finished_job(services, LIST)
    assert error_of(client.get("job/uplevel")) == (400, "MISSING_PARAMETER")
    assert error_of(client.get("job/uplevel", job_id=job, priority="SOON")) == (400, "INVALID_OPTION")
    assert error_of(alice.get("job/uplevel", job_id=job)) == (400, "ITEM_NOT_FOUND")
