"""A server that is a sandbox answers every call as the reference prints it."""

from __future__ import annotations

import random
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import httpx2
import pytest

from scribedock.api.application import CALL_MODULES
from scribedock.api.registry import CALLS
from scribedock.demo.server import OwnServer
from scribedock.sandbox.printed import API_TOKEN, JOB_ID
from tests.support.accounts import command
from tests.support.calls import PATHS
from tests.support.client import Client
from tests.support.sandbox import MEDIA_URL
from tests.support.waiting import slowness

assert CALL_MODULES  # importing them has filled CALLS

PRINTED = (
    "/api/job/request_upload_url?v=1&api_token=7ca5dc5c7cce449fb0fff719307e8f5f"
    "&job_id=64bea283eff6475ea6596027a6ba0929"
    "&media_url=http%3A%2F%2Fwww.domain.com%2Fvideo.mp4"
)
# Every call of the reference about the account and the job of its examples, with what it answers.
EXAMPLES: list[tuple[str, dict[str, Any], int]] = [
    ("account/login", {"username": "john_doe", "password": "example_password"}, 200),
    ("account/logout", {}, 204),
    ("account/update_password", {"new_password": "other_password"}, 204),
    ("account/generate_api_key", {"force_new": "true"}, 200),
    ("account/verify_key", {}, 200),
    ("account/get_settings", {}, 200),
    ("account/update_setting", {"setting": "default_job_notes", "value": "Please"}, 204),
    ("account/create", {"new_username": "NEW", "new_password": "secret"}, 204),
    ("job/new", {"job_name": "example", "external_id": "my_id"}, 200),
    ("job/info", {"job_id": JOB_ID}, 200),
    ("job/list", {"Username": "*"}, 200),
    ("job/list_related", {"job_id": JOB_ID}, 200),
    ("job/authorize", {"job_id": JOB_ID}, 204),
    ("job/modify", {"job_id": JOB_ID, "priority": "PRIORITY"}, 204),
    ("job/delete", {"job_id": JOB_ID}, 200),
    ("job/request_upload_url", {"job_id": JOB_ID}, 200),
    ("upload/list", {"job_id": JOB_ID}, 200),
    ("upload/cancel", {"job_id": JOB_ID}, 204),
    ("job/add_media", {"job_id": JOB_ID, "media_url": MEDIA_URL}, 200),
    ("job/add_media_url", {"job_id": JOB_ID, "media_url": MEDIA_URL}, 200),
    ("job/add_transcript", {"job_id": JOB_ID, "transcript_url": "http://www.domain.com/text.txt"}, 200),
    (
        "job/add_custom_guidelines",
        {"job_id": JOB_ID, "guidelines_url": "http://www.domain.com/terms.html", "is_html": "true"},
        200,
    ),
    ("job/media", {"job_id": JOB_ID}, 200),
    ("job/transcoded_media", {"job_id": JOB_ID, "transcoded_version": "mp4"}, 200),
    ("job/download_media", {"job_id": JOB_ID, "media_type": "mp3"}, 200),
    (
        "job/perform_transcription",
        {
            "job_id": JOB_ID,
            "transcription_fidelity": "PREMIUM",
            "target_language": "fr,es",
            "options": '{"return_iwp": "[\\"FINAL\\"]"}',
        },
        200,
    ),
    ("job/translate", {"job_id": JOB_ID, "target_languages": "de", "approve_uplevel": "true"}, 201),
    ("job/uplevel", {"job_id": JOB_ID}, 201),
    ("job/get_transcript", {"job_id": JOB_ID}, 200),
    ("job/get_caption", {"job_id": JOB_ID, "caption_format": "SRT"}, 200),
    ("job/get_elementlist", {"job_id": JOB_ID}, 200),
    ("job/list_elementlists", {"job_id": JOB_ID}, 200),
    ("job/burn_in_caption", {"job_id": JOB_ID}, 200),
    ("job/aggregate_statistics", {"metrics": '["billable_minutes_total"]', "group_by": "month"}, 200),
]
# They name what the calls before them gave.
FOLLOWING = {"account/remove_api_key", "job/task_status"}


def test_a_sandbox_says_that_it_is_one(sandbox: OwnServer) -> None:
    assert len(sandbox.announced) == 1
    assert "SANDBOX" in sandbox.announced[0]
    with httpx2.Client(base_url=sandbox.base_url, trust_env=False) as http:
        assert http.get("/healthz").json() == {"status": "ok", "sandbox": True}
    assert "this server is one" in command(sandbox, "doctor").stdout
    assert "sandbox" in sandbox.log_path.read_text()


def test_the_example_request_of_the_upload_url_works_as_printed(john: Client) -> None:
    answer = john.http.get(PRINTED)
    assert answer.status_code == 200
    assert set(answer.json()) == {"upload_url"}
    url = answer.json()["upload_url"]
    assert httpx2.put(url, content=b"any bytes at all", trust_env=False).status_code == 200


def test_each_call_has_an_example() -> None:
    vendors = {path for path in PATHS if CALLS[path].is_vendors}
    assert vendors - FOLLOWING <= {path for path, _, _ in EXAMPLES} <= set(PATHS) - FOLLOWING


@pytest.mark.parametrize("seed", range(2))
def test_every_example_works_in_any_order_and_again(sandbox: OwnServer, seed: int) -> None:
    examples = EXAMPLES * 2
    random.Random(seed).shuffle(examples)
    client = Client(sandbox)
    client.token = API_TOKEN
    for path, given, status in examples:
        if path == "account/create":
            given = {**given, "new_username": uuid.uuid4().hex[:8] + "-new"}
        call = client.post if path == "account/update_password" else client.get
        answer = call(path, **given)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[:500]}"
    key = client.get("account/generate_api_key").json()["ApiKey"]
    assert client.post("account/remove_api_key", api_securekey=key).status_code == 204
    task = client.get("job/delete", job_id=JOB_ID).json()["TaskId"]
    assert client.get("job/task_status", task_id=task).json()["TaskType"] == "JOB_DELETED"


PRINTED_VALUES: list[tuple[str, dict[str, str]]] = [
    ("account/generate_api_key", {"account_id": "my_sub_account"}),
    ("account/create", {"sub_account": "my_sub_account", "parent_account": "my_parent_account"}),
    ("job/new", {"username": "my_sub_account"}),
    ("job/list", {"Priority": "STANDARD"}),
    ("job/list", {"Username": "my_account_name"}),
    ("job/list_related", {"v": "", "job_id": "93n7dc5c7cce449fbk4h3nfo89m2be8w"}),
    ("job/info", {"job_id": "93n7dc5c7cce449fbk4h3nfo89m2be8w"}),
    ("job/get_elementlist", {"elementlist_version": "2014-07-31T12:35:52Z"}),
    ("job/get_elementlist", {"iwp_name": "MECHANICAL"}),
    ("job/get_elementlist", {"audio_description": "true"}),
    ("job/get_transcript", {"elementlist_version": "2014-07-31T12:35:52Z", "iwp_name": "MECHANICAL"}),
    ("job/get_transcript", {"audio_description": "true", "mixed": "true"}),
    ("job/get_caption", {"caption_format": "SRT", "elementlist_version": "2014-07-31T12:35:52.324389"}),
    ("job/get_caption", {"caption_format": "SRT", "audio_description": "true"}),
    ("job/get_caption", {"caption_format": "SRT", "build_url": "true"}),
    ("job/download_media", {"media_type": "mp3", "text_to_speech": "true"}),
    ("job/aggregate_statistics", {"account_id": "my_sub_account"}),
]


@pytest.mark.parametrize(("path", "given"), PRINTED_VALUES)
def test_values_that_the_reference_prints_work(john: Client, path: str, given: dict[str, str]) -> None:
    if path == "account/create":
        given = {**given, "new_username": uuid.uuid4().hex[:8] + "-new", "new_password": "example_password"}
    about = {"job_id": JOB_ID} if path.startswith("job/") else {}
    answer = john.get(path, **{**about, **given})
    assert answer.status_code in (200, 204), answer.text


@pytest.mark.parametrize(
    "given", [{}, {"CompleteDateTo": "2014-08-27T14:44:54"}, {"CompleteDateTo": "2014-08-27"}]
)
def test_the_list_of_the_reference_has_the_job_with_the_dates_that_it_prints(
    john: Client, given: dict[str, str]
) -> None:
    john.get("job/media", job_id=JOB_ID)  # it is finished after that
    [found] = [each for each in john.get("job/list", **given).json()["ActiveJobs"] if each["JobId"] == JOB_ID]
    assert (found["JobName"], found["ExternalID"]) == ("example_job", "sample_id")
    assert (found["CreationDate"], found["CompletedDate"]) == (
        "2014-08-27T14:00:06.472706",
        "2014-08-27T14:10:41.923125",
    )


@pytest.mark.parametrize("name", ["john_doe", "user", None])
@pytest.mark.parametrize("in_header", [False, True])
def test_the_key_of_the_reference_logs_in(sandbox: OwnServer, name: str | None, in_header: bool) -> None:
    key = "968a8b637a5040159424872fffdb895b"
    sent = (
        {"x-auth-user": name, "x-auth-securekey": key} if in_header else {"username": name, "securekey": key}
    )
    sent = {field: value for field, value in sent.items() if value is not None}
    with httpx2.Client(base_url=sandbox.base_url, trust_env=False) as http:
        for _ in range(2):
            query, headers = ({}, sent) if in_header else (sent, {})
            answer = http.get("/api/account/login", params={"v": "1", **query}, headers=headers)
            token = answer.json()["ApiToken"]
            named = http.get("/api/account/verify_key", params={"v": 1, "api_token": token})
            assert named.json() == {"name": "john_doe"}
            ended = {"v": 1, "api_token": API_TOKEN, "api_securekey": key}
            assert http.get("/api/account/remove_api_key", params=ended).status_code == 204


def serve(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scribedock", "serve", "--port", "0", "--data-dir", str(folder), *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60 * slowness(),
        check=False,
    )


def test_a_real_server_refuses_a_sandboxs_folder(sandbox: OwnServer) -> None:
    done = serve(sandbox.data_dir)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "--sandbox" in done.stderr


def test_a_sandbox_refuses_a_real_servers_folder(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    done = serve(tmp_path, "--sandbox")
    assert done.returncode == 2
    assert "folder of its own" in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["secrets"]
