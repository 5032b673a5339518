"""`job/add_custom_guidelines` in its four ways, and the terms that a recognizer gets from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx2
import pytest

from scribedock import app
from scribedock.jobs.order_options import OrderOptions
from scribedock.orders.guidelines import MAX_SPOKEN_CHARACTERS, MAX_VOCABULARY
from tests.support.accounts import Family, name_of
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES
from tests.support.webserver import WebServer

RUNS_ON = DATABASES
PAGE = b"<html><body><h1>Names</h1><ul><li>Ada Lovelace</li></ul></body></html>"
PDF = b"%PDF-1.7\n" + bytes(range(256))


@pytest.fixture(scope="module")
def web() -> Iterator[WebServer]:
    files = {"/page": PAGE, "/large": b"x" * 1_100_000, "/pdf": PDF}
    with WebServer(files=files) as running:
        yield running


def stored(answer: httpx2.Response) -> tuple[bool, int]:
    """Return whether it is a page, and its bytes."""
    assert answer.status_code == 200, answer.text
    kept = answer.json()["CUSTOM_GUIDELINES_STORED"]
    assert set(kept["storage_data"]) == {"path", "account", "bucket", "size"}
    return kept["full_html"], kept["storage_data"]["size"]


def post_file(client: Client, job: str, content: bytes) -> httpx2.Response:
    return client.http.post(
        "/api/job/add_custom_guidelines",
        data={"api_token": client.token, "job_id": job},
        files={"file": ("names.txt", content, "text/plain")},
    )


def test_a_guideline_can_be_given_in_four_ways(
    client: Client, web: WebServer, services: app.Services
) -> None:
    job = client.new_job()
    call = "job/add_custom_guidelines"
    assert stored(client.get(call, job_id=job, guidelines_url=f"{web.base_url}/pdf")) == (False, len(PDF))
    page = client.get(call, job_id=job, guidelines_url=f"{web.base_url}/page", is_html="true")
    assert stored(page) == (True, len(PAGE))
    assert stored(post_file(client, job, "Speaker: Zoë Müller\n".encode())) == (False, 22)
    assert stored(client.post(call, job_id=job, guidelines_data="Say CRISPR-Cas9.")) == (False, 16)
    assert page.json()["CUSTOM_GUIDELINES_STORED"]["storage_data"]["account"] == "admin"
    kept = services.guidelines.guidelines_of_job(job)
    assert [guideline.body for guideline in kept][:2] == [PDF, PAGE]
    assert [guideline.name for guideline in kept][2:] == ["names.txt", "guidelines_data"]
    assert services.guidelines.terms(job) == ("Ada Lovelace", "Zoë Müller", "CRISPR-Cas9")


def test_a_recognizer_gets_the_terms_of_guidelines_and_notes(client: Client, services: app.Services) -> None:
    opened = client.new_job()
    stored(client.post("job/add_custom_guidelines", job_id=opened, guidelines_data="Say CRISPR-Cas9."))
    notes = (
        f"We hear of CRISPR-Cas9 and Ada Lovelace &amp; her engine.\n- {'X' * (MAX_SPOKEN_CHARACTERS + 1)}"
    )
    job = replace(services.jobs.find_job(opened), options=OrderOptions(notes=notes))
    assert services.guidelines.vocabulary(job) == ("CRISPR-Cas9", "Ada Lovelace")
    many = ", ".join(f"Name{number}" for number in range(2 * MAX_VOCABULARY))
    assert (
        len(services.guidelines.vocabulary(replace(job, options=OrderOptions(notes=many)))) == MAX_VOCABULARY
    )


def test_the_version_may_be_left_out(client: Client) -> None:
    given = {"api_token": client.token, "job_id": client.new_job(), "guidelines_data": "x"}
    assert client.http.post("/api/job/add_custom_guidelines", data=given).status_code == 200


def test_guidelines_are_deleted_with_their_job(client: Client, services: app.Services) -> None:
    job = client.new_job()
    client.post("job/add_custom_guidelines", job_id=job, guidelines_data="x")
    client.get("job/delete", job_id=job)
    answer = client.post("job/add_custom_guidelines", job_id=job, guidelines_data="x")
    assert error_of(answer) == (400, "ITEM_NOT_FOUND")


def test_a_parent_account_may_add_a_guideline_which_belongs_to_the_jobs_owner(family: Family) -> None:
    job = family.child.new_job()
    answer = family.parent.get("job/add_custom_guidelines", job_id=job, guidelines_data="x")
    kept = answer.json()["CUSTOM_GUIDELINES_STORED"]["storage_data"]
    assert kept["account"] == name_of(family.child)


@pytest.mark.parametrize(
    ("parameters", "error", "named"),
    [
        ({}, "MISSING_PARAMETER", "guidelines_url"),
        ({"guidelines_data": "x", "guidelines_url": "https://example.org"}, "INVALID_QUERY", "one of them"),
        ({"guidelines_data": "   "}, "MISSING_PARAMETER", "guidelines_data"),
        ({"guidelines_data": "x", "is_html": "perhaps"}, "INVALID_QUERY", "is_html"),
        ({"guidelines_url": "file:///etc/passwd"}, "INVALID_URL", "http"),
        ({"guidelines_url": "http://10.0.0.1/"}, "INVALID_URL", "SCRIBEDOCK_FETCH_ALLOW"),
        ({"guidelines_url": "{web}/missing"}, "INVALID_URL", "404"),
        ({"guidelines_url": "{web}/large"}, "INVALID_URL", "limit"),
    ],
)
def test_an_unusable_guideline_is_refused(
    client: Client, web: WebServer, parameters: dict[str, str], error: str, named: str
) -> None:
    given = {name: value.replace("{web}", web.base_url) for name, value in parameters.items()}
    answer = client.post("job/add_custom_guidelines", job_id=client.new_job(), **given)
    assert error_of(answer) == (400, error)
    assert named in answer.json()["ErrorComment"]


def test_an_empty_file_and_a_large_one_are_refused(client: Client) -> None:
    job = client.new_job()
    assert error_of(post_file(client, job, b" \n")) == (400, "INVALID_QUERY")
    assert error_of(post_file(client, job, b"x" * 1_100_000))[0] == 413


def test_no_more_than_twenty_are_kept(client: Client) -> None:
    job = client.new_job()
    for _ in range(20):
        answer = client.post("job/add_custom_guidelines", job_id=job, guidelines_data="x")
        assert answer.status_code == 200
    answer = client.post("job/add_custom_guidelines", job_id=job, guidelines_data="x")
    assert error_of(answer) == (400, "INVALID_QUERY")


def test_a_file_in_place_of_a_text_is_refused(client: Client) -> None:
    answer = client.http.post(
        "/api/job/new",
        data={"v": "1", "api_token": client.token},
        files={"job_name": ("name.txt", b"x", "text/plain")},
    )
    assert error_of(answer) == (400, "INVALID_QUERY")
