"""People who review over HTTP: a customer, two reviewers, and what they do."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx2

from scribedock.demo.server import OwnServer
from scribedock.jobs.job import Fidelity
from scribedock_captions.elementlist.codec import emit
from tests.captions.sample import say
from tests.support.client import Client
from tests.support.finished import finished_job, services_of

MACHINE = say("the see is deep.")
CORRECTED = say("The sea is deep.")


class Office:
    """A customer and two reviewers below it: nobody else's jobs are reviewed."""

    def __init__(self, server: OwnServer) -> None:
        tag = uuid.uuid4().hex[:8]
        self.server = server
        self.name = f"customer-{tag}"
        people = (f"ann-{tag}", f"ben-{tag}")
        with services_of(server) as services:
            services.accounts.create(self.name, "a password", parent="admin")
            for name in people:
                made = services.accounts.create(name, "a password", parent=self.name)
                services.accounts.set_reviewer(made, True)
        self.customer, self.ann, self.ben = (
            Client(server).login(name, "a password") for name in (self.name, *people)
        )

    def job(self, fidelity: Fidelity = Fidelity.STANDARD, **given: Any) -> str:
        with services_of(self.server) as services:
            return finished_job(services, MACHINE, username=self.name, fidelity=fidelity, **given)


def save(client: Client, job: str, elementlist: Any, **given: str) -> httpx2.Response:
    query = {"v": "1", "api_token": client.token, "job_id": job, **given}
    content = elementlist if isinstance(elementlist, bytes) else json.dumps(elementlist).encode()
    return client.http.post("/api/review/save", params=query, content=content)


def taken(client: Client, job: str) -> dict[str, Any]:
    """Return the list that a reviewer who has taken the job's pass starts from."""
    answer = client.post("review/take", job_id=job)
    assert answer.status_code == 200, answer.text
    return dict(client.get("review/elementlist", job_id=job).json())


def corrected() -> dict[str, Any]:
    return emit(CORRECTED)


def names(client: Client, job: str) -> list[str]:
    return [each["iwp_name"] for each in client.get("job/list_elementlists", job_id=job).json()]


def text(client: Client, job: str, **given: str) -> str:
    answer = client.get("job/get_caption", job_id=job, caption_format="TRANSCRIPT", **given)
    return answer.text.strip()
