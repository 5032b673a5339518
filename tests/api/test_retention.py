"""What the API answers once retention has erased a job's recording or results."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from scribedock import app
from scribedock.host.erasure_journal import ErasedPart
from scribedock.retention.policies import Retained
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES
MOMENT_DAYS = 1e-9


@pytest.fixture
def job(alice: Client, quiet: Path) -> str:
    made = alice.new_job()
    alice.upload(made, quiet)
    alice.order(made)
    assert alice.finished(made)["JobStatus"] == "Complete"
    return made


def refused(answer: httpx2.Response, what: str, at: str) -> None:
    assert error_of(answer) == (400, "ITEM_NOT_FOUND")
    comment = answer.json()["ErrorComment"]
    assert what in comment and at in comment


def test_erased_results_are_not_found_with_the_date_and_their_urls_are_dead(
    alice: Client, services: app.Services, job: str
) -> None:
    url = alice.get("job/get_caption", job_id=job, caption_format="SRT", build_url="true").json()[
        "CaptionUrl"
    ]
    assert alice.http.get(url).status_code == 200
    assert services.retention.erase_part(job, ErasedPart.RESULTS)
    at = alice.info(job)["ResultsErasedDate"]
    assert alice.http.get(url).status_code == 404
    for call, given in (
        ("get_transcript", {}),
        ("get_caption", {"caption_format": "SRT"}),
        ("get_caption", {"caption_format": "SRT", "build_url": "true"}),
        ("get_elementlist", {}),
        ("list_elementlists", {}),
        ("uplevel", {}),
        ("translate", {"target_languages": "de", "approve_uplevel": "true"}),
    ):
        refused(alice.get(f"job/{call}", job_id=job, **given), "results", at)
    assert alice.get("job/download_media", job_id=job, media_type="mp3").status_code == 200


def test_an_erased_recording_is_not_found_with_the_date_and_cannot_be_ordered_again(
    alice: Client, services: app.Services, job: str
) -> None:
    link = alice.get("job/transcoded_media", job_id=job, transcoded_version="mp3").json()["MediaUrl"]
    assert alice.http.get(link).status_code == 200
    assert services.retention.erase_part(job, ErasedPart.RECORDING)
    info = alice.info(job)
    at = info["RecordingErasedDate"]
    assert info["JobStatus"] == "Complete" and info["MediaLengthSeconds"] == pytest.approx(1, abs=0.1)
    assert alice.http.get(link).status_code == 404
    for call, given in (
        ("media", {}),
        ("download_media", {"media_type": "mp3"}),
        ("transcoded_media", {"transcoded_version": "mp3"}),
        ("uplevel", {}),
    ):
        refused(alice.get(f"job/{call}", job_id=job, **given), "recording", at)
    answer = alice.post("job/perform_transcription", job_id=job, transcription_fidelity="MECHANICAL")
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert "Open another job" in answer.json()["ErrorComment"]
    assert alice.get("job/get_transcript", job_id=job).status_code == 200


def test_erased_parts_are_shown_in_lists_and_to_nobody_else(
    alice: Client, services: app.Services, job: str
) -> None:
    services.retention.erase_part(job, ErasedPart.RESULTS)
    [shown] = alice.get("job/list").json()["ActiveJobs"]
    assert shown["ResultsErasedDate"]
    assert "RecordingErasedDate" not in shown


def test_what_an_account_keeps_for_a_moment_only_is_erased(
    alice: Client, services: app.Services, job: str
) -> None:
    account = services.accounts.by_username(alice.get("account/verify_key").json()["name"])
    assert account is not None
    services.policies.set_days(account, {Retained.RECORDINGS: MOMENT_DAYS, Retained.RESULTS: MOMENT_DAYS})
    kinds = {due.retained for due in services.retention.preview() if due.job_id == job}
    assert kinds == {Retained.RECORDINGS, Retained.RESULTS}
    services.jobs.update(job, protected=True)
    assert services.retention.enforce() == []
    services.jobs.update(job, protected=False)
    assert services.retention.enforce() == [job, job]
    assert {"RecordingErasedDate", "ResultsErasedDate"} <= alice.info(job).keys()
    assert services.media.media_of_job(job) is None
