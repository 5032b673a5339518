"""The reference that the server carries with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx2
import pytest
from openapi_spec_validator import validate

from scribedock.api.reference import described_type
from scribedock.api.registry import CALLS
from scribedock.api.schema.parameters import MAX_INTEGER
from scribedock.demo.server import OwnServer
from tests.captions.golden import BROADCAST
from tests.support.calls import PATHS

VENDORS = {
    *(f"account/{name}" for name in ("login", "logout", "update_password", "generate_api_key")),
    *(f"account/{name}" for name in ("remove_api_key", "verify_key", "get_settings")),
    *(f"job/{name}" for name in ("new", "info", "list", "delete", "task_status", "perform_transcription")),
    *(f"job/{name}" for name in ("request_upload_url", "add_media", "add_media_url", "add_transcript")),
    *(f"job/{name}" for name in ("get_transcript", "get_caption", "get_elementlist", "list_elementlists")),
    *(f"account/{name}" for name in ("create", "update_setting")),
    *(f"job/{name}" for name in ("authorize", "modify", "add_custom_guidelines", "aggregate_statistics")),
    *(f"job/{name}" for name in ("media", "transcoded_media", "download_media", "burn_in_caption")),
    *(f"job/{name}" for name in ("list_related", "translate", "uplevel")),
}


def get(server: OwnServer, path: str) -> httpx2.Response:
    answer = httpx2.get(server.base_url + path, trust_env=False)
    assert answer.status_code == 200, answer.text
    return answer


def test_the_openapi_document_is_valid_and_has_every_call(server: OwnServer) -> None:
    document = get(server, "/openapi.json").json()
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {f"/api/{path}" for path in PATHS}


def test_every_call_of_the_vendor_is_there() -> None:
    assert {path for path in PATHS if CALLS[path].is_vendors} == VENDORS


def test_every_option_of_captions_is_a_described_parameter(server: OwnServer) -> None:
    document = get(server, "/openapi.json").json()
    parameters = {
        each["name"]: each for each in document["paths"]["/api/job/get_caption"]["get"]["parameters"]
    }
    assert {*BROADCAST, "build_url", "caption_format", "v", "job_id"} <= set(parameters)
    assert all(each["description"] for each in parameters.values())
    assert [name for name, each in parameters.items() if each["required"]] == [
        "v",
        "job_id",
        "caption_format",
    ]


def test_each_method_says_its_own_status_of_success(server: OwnServer) -> None:
    authorize = get(server, "/openapi.json").json()["paths"]["/api/job/authorize"]
    assert "204" in authorize["get"]["responses"] and "200" not in authorize["get"]["responses"]
    assert "200" in authorize["post"]["responses"] and "204" not in authorize["post"]["responses"]


def test_a_get_is_described_with_a_query_and_a_post_with_a_body(server: OwnServer) -> None:
    modify = get(server, "/openapi.json").json()["paths"]["/api/job/modify"]
    assert {"v", "job_id", "notes"} <= {each["name"] for each in modify["get"]["parameters"]}
    assert modify["post"]["parameters"] == []
    assert set(modify["post"]["requestBody"]["content"]) == {"application/json"}


def test_each_post_has_one_type_of_body(server: OwnServer) -> None:
    types = [
        (path, sorted(methods["post"]["requestBody"]["content"]))
        for path, methods in get(server, "/openapi.json").json()["paths"].items()
        if "post" in methods
    ]
    assert {path for path, kinds in types if len(kinds) > 1} == set()
    assert [path for path, kinds in types if kinds == ["multipart/form-data"]] == [
        "/api/job/add_custom_guidelines"
    ]


def texts(document: object) -> Iterator[str]:
    """Yield every text of a JSON document that a generator writes into source code."""
    if isinstance(document, dict):
        for value in document.values():
            yield from texts(value)
    elif isinstance(document, list):
        for value in document:
            yield from texts(value)
    elif isinstance(document, str):
        yield document


def test_no_text_of_the_document_has_a_backslash(server: OwnServer) -> None:
    assert [text for text in texts(get(server, "/openapi.json").json()) if "\\" in text] == []


@pytest.mark.parametrize(
    ("schema", "shown"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 8760}, "integer, 1 to 8760"),
        ({"type": "integer", "minimum": 1, "maximum": MAX_INTEGER}, "integer, at least 1"),
        ({"type": "integer", "minimum": -MAX_INTEGER, "maximum": MAX_INTEGER}, "integer"),
        ({"type": "string", "maxLength": 10}, "text of up to 10 characters"),
        ({"type": "array", "items": {"type": "string"}}, "list of text"),
        ({"type": "string", "enum": ["", "upper"]}, "(empty) | upper"),
        ({"type": "string", "contentMediaType": "application/octet-stream"}, "file"),
        ({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}, "ISO 8601 date"),
    ],
)
def test_the_type_of_a_parameter_is_a_few_words(schema: dict[str, object], shown: str) -> None:
    assert described_type(schema) == shown


def test_the_limits_of_numbers_are_those_of_json_schema(server: OwnServer) -> None:
    document = get(server, "/openapi.json").json()
    ordered = document["components"]["schemas"]["job_perform_transcription_parameters"]["properties"]
    assert (ordered["turnaround_hours"]["minimum"], ordered["turnaround_hours"]["maximum"]) == (1, 8760)
    assert not re.search(r'"[gl][et]": ', json.dumps(document))


class Page(HTMLParser):
    """What the page would load, and which calls it shows."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.tags: set[str] = set()
        self.sections: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        if tag != "a":
            self.loaded += [value or "" for name, value in attrs if name in ("src", "href", "data")]
        if tag == "section":
            self.sections.add(given["id"] or "")


def test_the_page_shows_every_call_and_loads_nothing(server: OwnServer) -> None:
    answer = get(server, "/docs")
    page = Page()
    page.feed(answer.text)
    assert page.sections == {path.replace("/", "-") for path in PATHS}
    assert page.loaded == []
    assert not page.tags & {"script", "link", "img", "iframe", "object", "embed"}
    assert not re.search(r"url\(|@import", answer.text)
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_slash_at_its_end_leads_to_the_page(server: OwnServer) -> None:
    answer = httpx2.get(f"{server.base_url}/docs/", trust_env=False, follow_redirects=True)
    assert answer.url.path == "/docs"


@pytest.mark.parametrize("path", ["/", ""])
def test_the_root_leads_to_the_web_application(server: OwnServer, path: str) -> None:
    answer = httpx2.get(server.base_url + path, trust_env=False, follow_redirects=True)
    assert (answer.status_code, answer.url.path) == (200, "/web/sign-in")
