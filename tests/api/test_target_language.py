"""`target_language` of `job/perform_transcription`: a related job for each language."""

from __future__ import annotations

from pathlib import Path

from scribedock.demo.receiver import CallbackReceiver
from tests.support.client import Client, error_of
from tests.support.transcripts import spoken


def test_a_translation_follows_the_transcription(
    client: Client, speech: Path, callbacks: CallbackReceiver
) -> None:
    job = client.new_job(job_name="with a translation")
    client.upload(job, speech)
    url = callbacks.base_url + "/done?job={job_id}&iwp={iwp_name}"
    client.order(job, target_language="de,en", callback_url=url)
    assert client.finished(job)["TargetLanguage"] == "de,en"
    related = client.get("job/list_related", job_id=job).json()
    assert related["leading_job"]["job_id"] == job
    assert related["leading_job"]["language"] == "en:de,en"
    [child] = related["related_jobs"]
    assert child["language"] == "en:de"

    info = client.finished(child["job_id"])
    assert info["JobStatus"] == "Complete", info
    assert info["JobName"] == "with a translation"
    assert info["Engine"] == "ctranslate2"
    source = client.get("job/get_elementlist", job_id=job).json()
    translated = client.get("job/get_elementlist", job_id=child["job_id"]).json()
    assert translated["language"] == "de"
    assert [(each["start_time"], each["end_time"]) for each in translated["segments"]] == [
        (each["start_time"], each["end_time"]) for each in source["segments"]
    ]
    words = [word.strip(".,").lower() for word in spoken(translated)]
    assert set(words) <= {"die", "see", "ist", "tief", "blau", "und", "wort"}
    received = [callbacks.received.get(timeout=30).parameters for _ in range(2)]
    called = {(each["job"], each["iwp"]) for each in received}
    assert called == {(job, "FINAL"), (child["job_id"], "FINAL")}


def test_a_language_without_an_engine_is_refused_at_the_order(client: Client, quiet: Path) -> None:
    job = client.new_job()
    client.upload(job, quiet)
    given = {"job_id": job, "transcription_fidelity": "MECHANICAL"}
    answer = client.post("job/perform_transcription", **given, target_language="de,ja")
    assert error_of(answer) == (400, "INVALID_OPTION")
    assert "no translation engine is installed for en to ja" in answer.json()["ErrorComment"]
    assert "en to de" in answer.json()["ErrorComment"]
    assert client.info(job)["JobStatus"] == "Pending"
    answer = client.post("job/perform_transcription", **given, target_language="klingon")
    assert error_of(answer) == (400, "INVALID_OPTION")
    assert client.get("job/list_related", job_id=job).json()["related_jobs"] == []


def test_the_source_language_needs_no_translation(client: Client, quiet: Path) -> None:
    job = client.new_job()
    client.upload(job, quiet)
    client.order(job, target_language="EN")
    assert client.get("job/list_related", job_id=job).json()["related_jobs"] == []
