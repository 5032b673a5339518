"""Stretches of a recording that are recognized once more, over the API."""

from __future__ import annotations

from typing import Any

from tests.support.client import Client
from tests.support.waiting import wait_until


def asked_for(client: Client, job: str, start: int, end: int, **given: str) -> str:
    """Have a stretch recognized; return its task."""
    answer = client.post("review/recognize", job_id=job, start=str(start), end=str(end), **given)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["task_id"])


def stretches(client: Client, job: str, **given: str) -> list[dict[str, Any]]:
    answer = client.get("review/recognized", job_id=job, **given)
    assert answer.status_code == 200, answer.text
    return list(answer.json())


def ended(client: Client, job: str, task: str, **given: str) -> dict[str, Any]:
    """Return a stretch once it is recognized, or has failed."""
    wait_until(
        lambda: stretches(client, job, task_id=task, **given)[0]["status"] in ("COMPLETE", "FAILED"),
        within_s=120,
    )
    [found] = stretches(client, job, task_id=task, **given)
    return found


def said_in(stretch: dict[str, Any]) -> list[str]:
    """Return the words of a stretch, without punctuation, in lower case."""
    return [
        token["value"].lower()
        for segment in stretch["segments"]
        for sequence in segment["sequences"]
        for token in sequence["tokens"]
        if token["type"] == "word"
    ]
