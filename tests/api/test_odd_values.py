"""No value of a parameter makes the server fail, on either database and in any encoding.

ODD_VALUES=all sends every value of `tests/support/odd_values.py` that a call takes; otherwise those at which
databases have failed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
import pytest

from scribedock.api import application
from scribedock.api.registry import CALLS
from scribedock.api.schema.parameters import Repeated, read
from scribedock.errors import ScribedockError
from tests.support.accounts import child
from tests.support.client import Client, error_of
from tests.support.odd_values import IN_JSON, SURROGATE, TEXTS

RUNS_ON = ("sqlite", "postgresql")
assert application.CALL_MODULES, "they have registered their calls"

KNOWN_BREAKERS: tuple[Any, ...] = (
    *("a\0b", "\0", "x" * 7000, "é" * 400, "1" * 5000, "9999-12-31T23:59:59.999999-23:59", "0001-01-01"),
    *(str(2**31 - 1), str(-(2**31)), 1e308, 10**400, {"custom_metadata": {"a": "\0"}}, {"notes": "\0"}),
)
VALUES = (*TEXTS, *IN_JSON) if os.environ.get("ODD_VALUES") == "all" else KNOWN_BREAKERS
# A hash of a password takes as long as ten other calls, and logout ends the session of all.
SELDOM = ("account/logout", "account/login", "account/update_password", "account/create")
ENDLESS = ("job/events",)  # of the stream that it answers with, the beginning says all
RIGHT: Mapping[str, str] = {
    "transcription_fidelity": "MECHANICAL",
    "caption_format": "SRT",
    "target_languages": "de",
    "setting": "default_job_notes",
    "transcoded_version": "mp3",
    "media_type": "mp3",
}


def bodies(path: str, job: str) -> Iterator[dict[str, Any]]:
    """Provide what the call would take: its required parameters, and one odd one."""
    model = CALLS[path].model
    required = {
        name: job if name == "job_id" else RIGHT.get(name, "1")
        for name, field in model.model_fields.items()
        if field.is_required()
    }
    values = VALUES[:2] if path in SELDOM else VALUES
    seen = set()
    for name in model.model_fields:
        for value in values:
            given = {**required, name: value}
            try:
                understood = repr(read(model, {key: Repeated([each]) for key, each in given.items()}))
            except ScribedockError:
                continue
            if understood not in seen:
                seen.add(understood)
                yield given


def encoded(given: Mapping[str, Any]) -> httpx2.Request:
    """As JSON where only JSON can say it, else as a form."""
    if all(isinstance(value, str) and SURROGATE not in value for value in given.values()):
        return httpx2.Request("POST", "http://x/", data=dict(given))
    headers = {"Content-Type": "application/json"}
    return httpx2.Request("POST", "http://x/", content=json.dumps(given).encode(), headers=headers)


@pytest.mark.parametrize("path", sorted(set(CALLS) - {"account/logout"}))
def test_an_extreme_value_is_answered(alice_of_server: Client, path: str) -> None:
    client = alice_of_server
    job = client.new_job()
    for given in bodies(path, job):
        request = encoded(given)
        query = {"v": "1", "api_token": client.token}
        if CALLS[path].body_is_file({}):
            query |= {name: str(value).encode("utf-8", "replace").decode() for name, value in given.items()}
        with client.http.stream(
            "POST", f"/api/{path}", params=query, content=request.content, headers=_type_of(request)
        ) as answer:
            if path not in ENDLESS or answer.status_code >= 400:
                answer.read()
            check(answer, path, given)


def _type_of(request: httpx2.Request) -> dict[str, str]:
    return {"Content-Type": request.headers["content-type"]}


def check(answer: httpx2.Response, *what: object) -> None:
    assert answer.status_code < 500, (answer.read(), repr(what)[:300])
    if answer.status_code >= 400:
        error_of(answer)


@pytest.fixture(scope="module")
def alices() -> dict[str, Client]:
    return {}


@pytest.fixture
def alice_of_server(client: Client, alices: dict[str, Client]) -> Client:
    """One account to each server, for all that these tests do."""
    if client.server.base_url not in alices:
        alices[client.server.base_url] = child(client, "odd")
    return alices[client.server.base_url]


RAW_QUERIES = (
    *("%", "%zz=1", "%ff=%fe", "job_id=%00", "job_id=%C0%80", "job_id=%ED%A0%80", "a[]=1", "=", "&&&", "v"),
    *("job_id=" + "%00" * 1000, "job_id=%F4%90%80%80", ";".join("a" * 50), "api_token=%ff", "v=1&v=1&v=1"),
)


@pytest.mark.parametrize("query", RAW_QUERIES)
def test_an_odd_query_is_answered(client: Client, query: str) -> None:
    url = f"{client.server.base_url}/api/job/info?v=1&api_token={client.token}&{query}"
    check(client.http.get(url), query)
    check(client.http.get(f"{client.server.base_url}/api/job/info?{query}"), query)


MULTIPART = "multipart/form-data; boundary=b"
ODD_BODIES = {
    "a number of 401 digits": (b'{"TurnaroundTimeHoursFrom": ' + b"9" * 401 + b"}", "application/json"),
    "a number of 5000 digits": (b'{"TurnaroundTimeHoursFrom": ' + b"9" * 5000 + b"}", "application/json"),
    "JSON in UTF-16": ('{"v": "1"}'.encode("utf-16"), "application/json"),
    "JSON that is no text": (b"\xff\xfe\xfd", "application/json"),
    "JSON with a mark": (b"\xef\xbb\xbf{}", "application/json"),
    "a list": (b"[]", "application/json"),
    "null": (b"null", "application/json"),
    "a small deep list": (b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}", "application/json"),
    "a large deep list": (b'{"a":' + b"[" * 400_000 + b"]" * 400_000 + b"}", "application/json"),
    "a large open list": (b'{"a":' + b"[" * 900_000, "application/json"),
    "a large wide list": (b'{"a":[' + b"[]," * 300_000 + b"[]]}", "application/json"),
    "a large form": (b"a=" + b"%41" * 300_000, "application/x-www-form-urlencoded"),
    "a form of many fields": (b"a=1&" * 200_000, "application/x-www-form-urlencoded"),
    "a form that is no text": (b"a=\xff\xfe", "application/x-www-form-urlencoded"),
    "a large form that is no text": (b"a=\xff" * 20_000, "application/x-www-form-urlencoded"),
    "a form with a NUL": (b"job_id=%00", ""),
    "multipart without a boundary": (b"--b\r\n\r\n", "multipart/form-data"),
    "multipart without an end": (b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx', MULTIPART),
    "multipart without a name": (b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n", MULTIPART),
    "multipart of headers": (b"--b\r\n" + b"a: b\r\n" * 100_000, MULTIPART),
    "multipart of parts": (b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n" * 10_000, MULTIPART),
    "a boundary of another alphabet": (b"--b", "multipart/form-data; boundary=\xe9"),
    "an odd character set": (
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--b--\r\n',
        f"{MULTIPART}; charset=nonsense",
    ),
}


@pytest.mark.parametrize("name", ODD_BODIES)
def test_an_odd_body_is_answered(client: Client, name: str) -> None:
    body, content_type = ODD_BODIES[name]
    answer = client.http.post(
        "/api/job/list",
        params={"v": "1", "api_token": client.token},
        content=body,
        headers={b"Content-Type": content_type.encode("latin-1")},
    )
    check(answer, name)


def test_a_large_body_means_what_a_small_one_does(client: Client) -> None:
    job = client.new_job()
    words = " ".join(f"Öresund{number}" for number in range(5000))
    query = {"v": "1", "api_token": client.token}
    for given in (
        {"json": {"job_id": job, "guidelines_data": words}},
        {"data": {"job_id": job, "guidelines_data": words}},
        {"data": {"job_id": job}, "files": {"file": ("Ö.txt", words.encode())}},
        {"data": {"job_id": job, "guidelines_data": words}, "files": {"other": ("a", b"b")}},
    ):
        answer = client.http.post("/api/job/add_custom_guidelines", params=query, **given)
        assert answer.status_code == 200, answer.text
        stored = answer.json()["CUSTOM_GUIDELINES_STORED"]
        assert stored["storage_data"]["size"] == len(words.encode())
