"""`/api/job/search`: words of one's transcripts, with their times."""

from __future__ import annotations

import uuid

import pytest

from scribedock.demo.server import OwnServer
from tests.captions.sample import say
from tests.support.client import Client, error_of
from tests.support.finished import finished_job, services_of
from tests.support.office import Office

RUNS_ON = ("sqlite", "postgresql")


@pytest.fixture
def word() -> str:
    """Return a word that no other transcript of this server has."""
    return "sea" + uuid.uuid4().hex[:10].translate(str.maketrans("0123456789", "ghijklmnop"))


def said(client: Client, *texts: str) -> str:
    name = client.get("account/verify_key").json()["name"]
    with services_of(client.server) as services:
        return finished_job(services, say(*texts), username=name)


def test_a_transcript_is_found_soon_after_it_is_finished(client: Client, word: str) -> None:
    job = said(client, "Nothing here.", f"The {word.upper()} is deep.")
    [found] = client.search(f'"the {word}" dee*')
    version = found.pop("Version")
    listed = client.get("job/list_elementlists", job_id=job).json()
    assert {"iwp_name": "FINAL", "version": version} in listed
    assert found == {
        "JobId": job,
        "JobName": "by hand",
        "ExternalID": "",
        "Language": "en",
        "IwpName": "FINAL",
        "Start": 600,
        "End": 1800,
        "Speaker": "",
        "Snippet": [
            {"Text": f"The {word.upper()}", "Match": True},
            {"Text": " is ", "Match": False},
            {"Text": "deep", "Match": True},
            {"Text": ".", "Match": False},
        ],
    }


def test_pages_have_a_cursor(client: Client, word: str) -> None:
    said(client, *[f"{word} number{number}." for number in range(5)])
    client.search(word)
    first = client.get("job/search", query=word, limit="2").json()
    second = client.get("job/search", query=word, limit="2", cursor=first["Cursor"]).json()
    last = client.get("job/search", query=word, limit="2", cursor=second["Cursor"]).json()
    starts = [[each["Start"] for each in page["Passages"]] for page in (first, second, last)]
    assert starts == [[0, 600], [1200, 1800], [2400]]
    assert last["Cursor"] == ""


def test_strangers_transcripts_are_not_found(office: Office, client: Client, word: str) -> None:
    job = said(office.customer, f"The {word}.")
    assert [each["JobId"] for each in client.search(word)] == [job]
    assert [each["JobId"] for each in office.customer.search(word)] == [job]
    assert office.ann.search(word) == []
    refused = office.ann.get("job/search", query=word, job_id=job)
    assert error_of(refused) == (400, "ITEM_NOT_FOUND")


def test_a_correction_is_found_and_a_deleted_job_is_not(client: Client, word: str) -> None:
    job = said(client, f"The {word}.", "The lake.")
    assert client.search(word)
    client.post("job/delete", job_id=job)
    assert client.search(word) == []


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"query": '"sea'}, "quotation mark"),
        ({"query": "!?"}, "no letters"),
        ({"query": "x" * 501}, "500"),
        ({"query": "sea", "limit": "201"}, "limit"),
        ({"query": "sea", "limit": "0"}, "limit"),
        ({"query": "sea", "cursor": "-1"}, "cursor"),
        ({"query": "sea", "cursor": "9" * 19}, "cursor"),
        ({"query": "sea", "cursor": "²"}, "cursor"),
    ],
)
def test_what_cannot_be_searched_is_refused(client: Client, given: dict[str, str], problem: str) -> None:
    answer = client.get("job/search", **given)
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert problem in answer.json()["ErrorComment"]


def test_what_was_searched_is_not_in_the_log(server: OwnServer, client: Client, word: str) -> None:
    client.search(word)
    assert word not in server.log_path.read_text()
