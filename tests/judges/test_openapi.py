"""Schemathesis makes requests of the OpenAPI document, right ones and wrong ones, and judges the answers.

CASES of them (default 1000) are spread over all operations. Each is made by an account of its own on jobs
in every state; no URL in it leads away from this machine.
"""

from __future__ import annotations

import os
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from scribedock import app
from scribedock.api import application
from scribedock.api.openapi import document
from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer
from scribedock.jobs.job import Fidelity
from tests.captions.sample import say
from tests.support.accounts import child, name_of
from tests.support.client import Client
from tests.support.finished import finished_job, ordered_job

assert application.CALL_MODULES, "they have registered their calls"

CASES = int(os.environ.get("CASES", "1000"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
URLS = ("media_url", "transcript_url", "guidelines_url", "callback_url")
# These end the session of the case before.
ENDING = ("/api/account/logout", "/api/account/update_password", "/api/account/remove_api_key")
# These make a file of the recording, and only that of the first job was really sent.
OF_A_RECORDING = ("/api/job/transcoded_media", "/api/job/download_media", "/api/review/media")
# Hardly anything that is made up is right here, and what is wrong hides all the rest.
DIFFICULT = {
    *("elementlist_version", "iwp_name", "audio_description", "mixed", "base_version", "file_format"),
    *("dfxp_header", "srt_format", "timecode_format", "sound_boundaries", "remove_sounds_list"),
    *("sound_tokens_by_caption_list", "sound_tokens_by_line_list", "maximum_caption_duration"),
}
SOMETIMES = 8  # one in so many cases keeps what was made up


def closed(schema: Any) -> Any:
    """Return the schema of an answer, in which nothing else may stand than what it names."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(value) for name, value in schema.items()}
    if isinstance(found.get("properties"), dict) and found.get("type") == "object":
        found.setdefault("additionalProperties", False)
    return found


def strict() -> dict[str, Any]:
    """Return the server's document, with closed answers; what is sent may have more than what it names."""
    found: dict[str, Any] = closed(document())
    for name, schema in found["components"]["schemas"].items():
        if name.endswith("_parameters"):
            del schema["additionalProperties"]
    return found


SCHEMA = schemathesis.openapi.from_dict(strict())
OPERATIONS = {each.ok().label: each.ok() for each in SCHEMA.get_all_operations()}
PER_OPERATION = -(-CASES // len(OPERATIONS))


@dataclass(frozen=True, kw_only=True)
class Caller:
    """An account with a key, and with jobs in every state."""

    client: Client
    name: str
    key: str
    web: str  # where URLs may lead
    spare_key: str = ""  # that may be removed
    jobs: tuple[str, ...] = ()
    finished: str = ""  # the one that has a result

    def known(self, name: str, path: str) -> Sequence[str]:
        """Return what a parameter of this name may be so that the call finds something."""
        if name == "job_id":
            if path.startswith("/api/job/get_"):
                return [self.finished]
            return self.jobs[:2] if path in OF_A_RECORDING else self.jobs
        if name == "task_id":
            return [task["TaskId"] for task in self.client.info(self.jobs[0])["Tasks"]]
        if name in URLS:
            return [f"{self.web}/{number}" for number in range(100)]
        return {
            "api_securekey": [self.spare_key],
            "securekey": [self.key],
            "language": ["en", "fr"],
            "target_language": ["de"],
            "target_languages": ["de"],
            **{each: [self.name] for each in ("username", "Username", "account_id", "parent_account")},
        }.get(name, [])

    def log_in(self) -> None:
        self.client.token = ""
        answer = self.client.get("account/login", securekey=self.key)
        self.client.token = answer.json()["ApiToken"]


@pytest.fixture(scope="module")
def web() -> Iterator[CallbackReceiver]:
    with CallbackReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def account(server: OwnServer, services: app.Services, web: CallbackReceiver) -> Caller:
    """With the reviewer's right, for its own jobs; it has none yet."""
    client = child(child(Client(server).login()), "fuzz")
    name = name_of(client)
    found = services.accounts.by_username(name)
    assert found is not None
    services.accounts.set_reviewer(found, True)
    return Caller(client=client, name=name, key=new_key(client), web=web.base_url)


def new_key(client: Client) -> str:
    return str(client.get("account/generate_api_key", force_new="true").json()["ApiKey"])


@pytest.fixture
def caller(account: Caller, services: app.Services, speech: Path) -> Caller:
    account.log_in()
    client = account.client
    jobs = [client.new_job(), client.new_job(job_name="Ænother", language="fr")]
    client.upload(jobs[0], speech)
    client.get("job/add_media", job_id=jobs[1], media_url=account.web, is_duplicate="true")
    jobs.append(client.new_job(job_name="Nothing yet"))
    jobs += [ordered_job(services, username=account.name)[0] for _ in range(2)]
    approval = {"customer_approval_steps": ["RETURN"]}
    for options in (approval, {**approval, "custom_metadata": {"course": "BIO 101"}}):
        jobs.append(finished_job(services, say("The sea is deep."), username=account.name, options=options))
    for _ in range(2):
        reviewed = say("The sea.")
        jobs.append(finished_job(services, reviewed, username=account.name, fidelity=Fidelity.HIGH))
    finished = finished_job(services, say("The sea is deep."), username=account.name)
    return replace(account, jobs=(*jobs, finished), finished=finished, spare_key=new_key(client))


def at_home(case: Case, caller: Caller) -> None:
    """Put what exists into most cases, an address of ours into every URL, and an end to every stream."""
    for where in (case.query, case.body):
        if not isinstance(where, dict):
            continue
        if case.operation.path == "/api/job/events" and str(where.get("seconds", "60")).isdigit():
            where["seconds"] = "1"
        chosen = zlib.crc32(repr(sorted(map(str, where.items()))).encode())
        for name, value in [*where.items()]:
            if name in DIFFICULT and chosen % SOMETIMES:
                del where[name]
            known = caller.known(name, case.operation.path)
            if known and (chosen % SOMETIMES or (name in URLS and _may_lead_away(value))):
                where[name] = known[chosen % len(known)]


def _may_lead_away(value: object) -> bool:
    try:
        return bool(urlsplit(str(value).strip()).netloc) or "%" in str(value)
    except ValueError:
        return True


@pytest.mark.judges
@pytest.mark.timeout(0)
@pytest.mark.parametrize("label", OPERATIONS)
def test_no_answer_is_a_fault_or_undocumented(
    label: str, caller: Caller, capsys: pytest.CaptureFixture[str]
) -> None:
    operation = OPERATIONS[label]
    statuses: Counter[int] = Counter()
    cases = operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE)

    @given(case=cases)
    @settings(
        max_examples=PER_OPERATION, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    def judged(case: Case) -> None:
        at_home(case, caller)
        if case.operation.path in ENDING or not caller.client.token:
            caller.log_in()
        headers = {"Authorization": f"Bearer {caller.client.token}"}
        answer = case.call_and_validate(
            base_url=caller.client.server.base_url, headers=headers, checks=CHECKS, timeout=90
        )
        statuses[answer.status_code] += 1

    judged()
    with capsys.disabled():
        print(f"\n{label}: {', '.join(f'{count} of {status}' for status, count in sorted(statuses.items()))}")
