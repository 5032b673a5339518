"""`/api/job/download_results`: the results of many jobs as one zip archive."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from scribedock.jobs.job import Fidelity
from tests.captions.sample import say
from tests.support.client import Client, error_of
from tests.support.finished import finished_job, services_of
from tests.support.office import Office


def archive(client: Client, *jobs: str, **given: str) -> dict[str, bytes]:
    answer = client.post("job/download_results", job_ids=json.dumps(jobs), **given)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


def said(client: Client, text: str) -> str:
    with services_of(client.server) as services:
        return finished_job(services, say(text))


def test_each_job_is_there_in_each_format_under_a_name_of_its_own(client: Client) -> None:
    first, second = said(client, "The sea is deep."), said(client, "The lake is cold.")
    found = archive(client, first, second, first, formats="web_vtt, TPM,TWX,ELEMENT_LIST,TRANSCRIPT")
    again = f"by hand {second[:8]}"
    endings = (".vtt", ".tpm.xml", ".twx.xml", ".json", ".txt")
    assert list(found) == [stem + ending for stem in ("by hand", again) for ending in endings]
    for job, stem in ((first, "by hand"), (second, again)):
        captions = client.get("job/get_caption", job_id=job, caption_format="WEB_VTT")
        assert found[f"{stem}.vtt"] == captions.content
        assert json.loads(found[f"{stem}.json"]) == client.get("job/get_elementlist", job_id=job).json()


def test_options_and_presets_are_those_of_captions(client: Client) -> None:
    job = said(client, " ".join(["The sea is deep and the lake is cold."] * 4))
    options = {"caption_format": "SRT", "characters_per_caption_line": "20"}
    captions = client.get("job/get_caption", job_id=job, **options).content
    narrow = archive(client, job, formats="SRT", characters_per_caption_line="20")["by hand.srt"]
    assert narrow == captions
    preset = archive(client, job, formats="SRT", preset="dcmp")["by hand.srt"]
    assert max(map(len, preset.decode().splitlines())) <= 32
    both = archive(client, job, formats="SRT", preset="dcmp", characters_per_caption_line="20")
    assert max(map(len, both["by hand.srt"].decode().splitlines()[2:])) <= 32 and both != {"": preset}


def test_jobs_without_a_result_are_listed_in_a_file(client: Client) -> None:
    done, bare = said(client, "The sea."), client.new_job(job_name="Not ordered")
    found = archive(client, bare, done, formats="SRT")
    assert list(found) == ["by hand.srt", "NOT INCLUDED.txt"]
    listed = found["NOT INCLUDED.txt"].decode()
    assert bare in listed and "Not ordered" in listed and "Pending" in listed and done not in listed


def test_an_archive_of_nothing_is_refused(client: Client, office: Office) -> None:
    done, bare = said(client, "The sea."), client.new_job()
    call = "job/download_results"
    refused = client.post(call, job_ids=bare)
    assert error_of(refused) == (400, "INVALID_QUERY") and bare in refused.json()["ErrorComment"]
    assert error_of(client.post(call, job_ids="")) == (400, "MISSING_PARAMETER")
    assert error_of(client.post(call, job_ids="[]")) == (400, "INVALID_QUERY")
    assert error_of(office.customer.post(call, job_ids=done)) == (400, "ITEM_NOT_FOUND")
    assert error_of(client.post(call, job_ids=f"{done},nothing")) == (400, "ITEM_NOT_FOUND")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"formats": "SRT,PDF"}, "INVALID_OPTION"),
        ({"formats": "[]"}, "INVALID_QUERY"),
        ({"preset": "cbs"}, "INVALID_OPTION"),
        ({"lines_per_caption": "0"}, "INVALID_OPTION"),
        ({"job_ids": ",".join(["x"] * 501)}, "INVALID_QUERY"),
    ],
)
def test_what_cannot_be_made_is_refused_at_once(client: Client, given: dict[str, str], error: str) -> None:
    job = said(client, "The sea.")
    answer = client.post("job/download_results", **{"job_ids": job, **given})
    assert error_of(answer) == (400, error)


def test_a_job_that_is_under_review_gives_what_is_final_and_nothing_else(office: Office) -> None:
    with services_of(office.server) as services:
        waiting = finished_job(services, say("Draft."), username=office.name, fidelity=Fidelity.STANDARD)
        done = finished_job(services, say("Done."), username=office.name)
    found = archive(office.customer, waiting, done, formats="TRANSCRIPT")
    assert [name for name in found if name.startswith("by hand")] == [f"by hand {done[:8]}.txt"]
