"""What tests ask of jobs that no recording was needed for."""

from __future__ import annotations

from typing import Any

from tests.support.client import Client

MEDIA_URL = "http://www.domain.com/video.mp4"  # of the reference


def ordered(client: Client, name: str = "", **given: Any) -> dict[str, Any]:
    """Return what `info` says of a job without media that was ordered, at its end."""
    job = client.new_job(job_name=name)
    client.order(job, **given)
    return client.finished(job)


def names(client: Client, job: str) -> list[str]:
    return [each["iwp_name"] for each in client.get("job/list_elementlists", job_id=job).json()]


def words(client: Client, job: str) -> str:
    given = {"job_id": job, "caption_format": "TRANSCRIPT"}
    answer = client.get("job/get_caption", **given)
    assert answer.status_code == 200, answer.text
    return answer.text.strip()
