"""Who reads transcripts and recordings is in the audit log where a setting says so."""

from __future__ import annotations

from pathlib import Path

from scribedock.demo.server import OwnServer
from tests.support.accounts import command
from tests.support.client import Client


def called(server: OwnServer, job: str) -> list[str]:
    """Return the calls about the job and their outcomes, in order, without what changed it."""
    lines = command(server, "audit", "--job", job).stdout.splitlines()[1:]
    return [" ".join(line.split()[4:]).replace(job, "").strip() for line in lines]


def test_reads_of_transcripts_and_recordings_are_audited_with_calls_and_with_links(tmp_path: Path) -> None:
    with OwnServer(tmp_path, arguments=("--sandbox",), audit_reads="true", workflow_poll_s="0.2") as server:
        client = Client(server).login()
        job = client.new_job()
        client.upload(job, b"RIFF")
        client.order(job)
        client.finished(job)
        url = client.get("job/get_caption", job_id=job, caption_format="SRT", build_url="true").json()
        link = client.get("job/transcoded_media", job_id=job, transcoded_version="mp3").json()
        begun = len(called(server, job))
        client.info(job)
        client.get("job/list_elementlists", job_id=job)
        client.get("job/get_transcript", job_id=job)
        client.get("job/get_caption", job_id=job, caption_format="VTT_NO_SUCH")
        client.get("job/get_caption", job_id=job, caption_format="SRT")
        client.get("job/get_elementlist", job_id=job, elementlist_version="2001-01-01T00:00:00")
        client.get("job/download_media", job_id=job, media_type="mp3")
        assert client.http.get(url["CaptionUrl"]).status_code == 200
        for asked in ({}, {"Range": "bytes=0-9"}, {"Range": "bytes=10-19"}):
            assert client.http.get(link["MediaUrl"], headers=asked).status_code in (200, 206)
        assert called(server, job)[begun:] == [
            "job/get_transcript  done",
            "job/get_caption  done",
            "job/get_elementlist  ITEM_NOT_FOUND",
            "job/download_media  done",
            "caption link  done",
            "media link  done",
            "media link  done",
        ]
