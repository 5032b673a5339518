"""`/api/job/again`: another job on a recording that is there."""

from __future__ import annotations

from tests.support.client import Client, error_of

RUNS_ON = ("sqlite", "postgresql")


def test_a_recording_is_transcribed_again_without_another_upload(client: Client, sentence: bytes) -> None:
    job = client.new_job(job_name="Library", external_id="4711", expected_speakers="2")
    client.upload(job, sentence)
    client.order(job)
    client.finished(job)
    opened = client.post("job/again", job_id=job, job_name="Library, again")
    assert opened.status_code == 200, opened.text
    other = opened.json()["JobId"]
    info = client.info(other)
    assert (info["JobName"], info["ExternalID"], info["JobStatus"]) == ("Library, again", "", "Pending")
    assert info["SameRecording"] == [job]
    assert client.info(job)["SameRecording"] == [other]

    assert client.post("job/delete", job_id=job).status_code == 200
    client.order(other)
    assert client.finished(other)["JobStatus"] == "Complete"
    assert "library" in client.get("job/get_transcript", job_id=other).text
    assert "SameRecording" not in client.info(other)


def test_a_job_without_a_recording_has_nothing_to_transcribe_again(client: Client) -> None:
    job = client.new_job()
    assert error_of(client.post("job/again", job_id=job)) == (400, "INVALID_QUERY")
    wrong = client.post("job/again", job_id=job, language="Klingon")
    assert error_of(wrong) == (400, "INVALID_OPTION")
    assert "SameRecording" not in client.info(job)
