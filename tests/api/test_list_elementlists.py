"""`job/list_elementlists`, and how a version is chosen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.support.client import Client, error_of


def caption(client: Client, job: str, format: str = "SRT", **parameters: Any) -> str:
    answer = client.get("job/get_caption", job_id=job, caption_format=format, **parameters)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_version_can_be_selected_by_name_and_by_date(client: Client, finished: str) -> None:
    first, last = client.get("job/list_elementlists", job_id=finished).json()
    assert (first["iwp_name"], last["iwp_name"]) == ("MECHANICAL", "FINAL")
    moment = datetime.fromisoformat(first["version"])
    for version in (first["version"], first["version"].rstrip("Z"), moment.isoformat()):
        answer = client.get(
            "job/get_elementlist", job_id=finished, elementlist_version=version, iwp_name="MECHANICAL"
        )
        assert answer.status_code == 200, answer.text
    assert caption(client, finished, iwp_name="mechanical") == caption(client, finished)
    mismatch = client.get(
        "job/get_elementlist", job_id=finished, elementlist_version=first["version"], iwp_name="FINAL"
    )
    assert error_of(mismatch) == (400, "ITEM_NOT_FOUND")
    assert first["version"] in mismatch.json()["ErrorComment"]
    missing = client.get("job/get_elementlist", job_id=finished, iwp_name="PREMIUM")
    assert error_of(missing) == (400, "INVALID_QUERY")
