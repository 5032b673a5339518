"""`/api/job/list_guidelines`: what was added to a job for its reviewers and the recognizer."""

from __future__ import annotations

from scribedock.api.calls.extensions.records import MAX_GUIDELINE_CHARACTERS
from tests.support.accounts import Family
from tests.support.client import Client, error_of


def test_guidelines_are_shown_as_they_were_added(client: Client) -> None:
    job = client.new_job()
    assert client.get("job/list_guidelines", job_id=job).json() == []
    client.post("job/add_custom_guidelines", job_id=job, guidelines_data="Ménard\ncitric acid cycle")
    client.post("job/add_custom_guidelines", job_id=job, guidelines_data="x" * (MAX_GUIDELINE_CHARACTERS + 1))
    first, second = client.get("job/list_guidelines", job_id=job).json()
    assert first["text"] == "Ménard\ncitric acid cycle" and first["truncated"] is False
    assert first["size"] == len("Ménard\ncitric acid cycle".encode()) and first["is_html"] is False
    assert second["text"] == "x" * MAX_GUIDELINE_CHARACTERS and second["truncated"] is True


def test_a_file_that_is_no_text_is_listed_without_one(client: Client) -> None:
    job = client.new_job()
    given = {"v": "1", "api_token": client.token, "job_id": job}
    files = {"file": ("terms.pdf", b"%PDF-1.7\n\x00\x01\x02\xff\xfe\x00\x9d\x81", "application/pdf")}
    added = client.http.post("/api/job/add_custom_guidelines", data=given, files=files)
    assert added.status_code == 200, added.text
    [found] = client.get("job/list_guidelines", job_id=job).json()
    assert found["name"] == "terms.pdf" and "text" not in found and "truncated" not in found


def test_those_of_a_stranger_are_not_found(family: Family) -> None:
    job = family.child.new_job()
    family.child.post("job/add_custom_guidelines", job_id=job, guidelines_data="Ménard")
    assert len(family.parent.get("job/list_guidelines", job_id=job).json()) == 1
    assert error_of(family.stranger.get("job/list_guidelines", job_id=job)) == (400, "ITEM_NOT_FOUND")
