"""Parameters that a call does not know are accepted, and named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.client import Client, error_of

HEADER = "x-unknown-parameters"


def test_the_example_of_the_reference_is_accepted_and_its_stray_parameter_is_named(client: Client) -> None:
    answer = client.get(
        "job/request_upload_url", job_id=client.new_job(), media_url="http://example.org/a.mp4"
    )
    assert answer.status_code == 200
    assert answer.headers[HEADER] == "media_url"


def test_known_parameters_and_older_names_of_them_are_not_named(client: Client) -> None:
    job = client.new_job()
    for answer in (
        client.get("job/info", job_id=job),
        client.get("job/list", ExternalId="x", ExternalID="x"),
        client.get("account/verify_key"),
        client.http.get(f"/api/account/verify_key?&v=1&api_token={client.token}&=&"),
        client.http.post("/api/account/login", json={"v": 1, "api_token": "0" * 32, "username": "nobody"}),
    ):
        assert HEADER not in answer.headers


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"langauge": "fr"}, "langauge (did you mean language?)"),
        ({"jobName": "x", "color": "red"}, "jobName (did you mean job_name?), color"),
        ({"größe": "1"}, "gr%C3%B6%C3%9Fe"),
        ({"a\r\nSet-Cookie: b": "1"}, "a%0D%0ASet-Cookie%3A%20b"),
        ({"x" * 100: "1"}, "x" * 40 + "..."),
        ({f"n{each}": "1" for each in range(30)}, ", ".join(f"n{each}" for each in range(10)) + ", 20 more"),
    ],
)
def test_each_is_named_in_a_header_with_what_was_probably_meant(
    client: Client, given: dict[str, str], named: str
) -> None:
    for call in (client.get, client.post):
        answer = call("job/new", **given)
        assert answer.status_code == 200
        assert answer.headers[HEADER] == named


def test_a_missing_parameter_is_named_with_its_misspelling(client: Client) -> None:
    answer = client.get("job/info", jobid=client.new_job())
    assert error_of(answer) == (400, "MISSING_PARAMETER")
    assert answer.json()["ErrorComment"] == (
        "Missing required parameter: job_id; unknown jobid: did you mean job_id?"
    )
    assert answer.headers[HEADER] == "jobid (did you mean job_id?)"


@pytest.mark.parametrize(
    ("path", "given", "meant"),
    [
        ("job/get_caption", {"caption_format": "VTT"}, "WEB_VTT"),
        ("job/perform_transcription", {"transcription_fidelity": "mechancal"}, "MECHANICAL"),
        (
            "job/perform_transcription",
            {"transcription_fidelity": "PREMIUM", "options": json.dumps({"return_iwps": ["FINAL"]})},
            "return_iwp",
        ),
        ("job/list", {"JobStatus": "InProcess"}, "In Process"),
    ],
)
def test_a_value_that_is_nearly_right_is_refused_with_what_was_meant(
    client: Client, path: str, given: dict[str, str], meant: str
) -> None:
    answer = client.get(path, job_id=client.new_job(), **given)
    assert error_of(answer) == (400, "INVALID_OPTION")
    assert answer.json()["ErrorComment"].endswith(f"did you mean {meant}?")


def test_a_path_that_is_nearly_right_is_answered_with_what_was_meant(client: Client) -> None:
    answer = client.get("job/get_captions")
    assert error_of(answer) == (404, "INVALID_QUERY")
    assert "did you mean /api/job/get_caption?" in answer.json()["ErrorComment"]


def test_the_notice_of_an_order_names_what_was_ignored(client: Client, quiet: Path) -> None:
    job = client.new_job()
    client.upload(job, quiet)
    secret = "5f2a9c0e7b1d4386a5c2e9f01b7d3486"
    client.order(job, turnaround_hour="24", color="red", **{secret: ""})
    said = "Unknown parameters were ignored: turnaround_hour (did you mean turnaround_hours?), color, 1 more."
    assert client.info(job)["Notice"] == said
    assert said in client.finished(job)["Notice"]


def test_the_notice_of_a_new_job_names_misspelt_parameters_alone(client: Client) -> None:
    info = client.info(client.new_job(langauge="fr", color="red"))
    assert (info["SourceLanguage"], info["Notice"]) == (
        "en",
        "Unknown parameters were ignored: langauge (did you mean language?).",
    )
    assert "Notice" not in client.info(client.new_job(color="red"))
