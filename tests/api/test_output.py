"""What comes out of a finished job: transcript, captions, ElementList and their versions."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scribedock.demo.server import OwnServer
from tests.api.test_accounts import account
from tests.client import Client, error_of
from tests.unit.captions.test_elementlist_json import EMITTED


@pytest.fixture(scope="module")
def finished(server: OwnServer, speech: Path) -> str:
    """A Complete job, which the tests only read."""
    client = Client(server).login()
    job = client.new_job(job_name="Tides & Æther / part 1")
    client.upload(job, speech)
    client.order(job)
    assert client.finished(job)["JobStatus"] == "Complete"
    return job


def caption(client: Client, job: str, format: str = "SRT", **parameters: Any) -> str:
    answer = client.get("job/get_caption", job_id=job, caption_format=format, **parameters)
    assert answer.status_code == 200, answer.text
    return answer.text


def spoken(elementlist: dict[str, Any]) -> list[str]:
    return [
        "".join(token["display_as"] for token in sequence["tokens"])
        for segment in elementlist["segments"]
        for sequence in segment["sequences"]
    ]


def test_the_elementlist_keeps_to_the_schema_and_to_the_order_of_time(client: Client, finished: str) -> None:
    answer = client.get("job/get_elementlist", job_id=finished)
    assert answer.headers["content-type"] == "application/json"
    elementlist = answer.json()
    jsonschema.validate(elementlist, EMITTED)
    assert elementlist["language"] == "en"
    assert elementlist["end_time"] == round(client.info(finished)["MediaLengthSeconds"] * 1000)
    at = 0
    for segment in elementlist["segments"]:
        assert at <= segment["start_time"] <= segment["end_time"] <= elementlist["end_time"]
        for sequence in segment["sequences"]:
            assert at <= sequence["start_time"] <= sequence["end_time"] <= segment["end_time"]
            at = sequence["end_time"]
        assert "ENDS_SENTENCE" in segment["sequences"][-1]["tokens"][-1]["tags"]


def test_every_output_has_the_words_of_the_elementlist(client: Client, finished: str) -> None:
    words = spoken(client.get("job/get_elementlist", job_id=finished).json())
    assert len(words) > 10
    plain = {"create_paragraphs": "false"}
    assert client.get("job/get_transcript", job_id=finished, **plain).text.split() == words
    assert caption(client, finished, "TRANSCRIPT").split() == words
    times = re.compile(r"^\d+$|^.* --> .*$|^WEBVTT$", re.M)
    assert times.sub("", caption(client, finished, "SRT")).split() == words
    assert times.sub("", caption(client, finished, "WEB_VTT")).split() == words


@pytest.mark.parametrize(
    ("format", "media_type", "extension"),
    [
        ("srt", "text/plain; charset=utf-8", "srt"),
        ("Web_Vtt", "text/vtt; charset=utf-8", "vtt"),
        ("TRANSCRIPT", "text/plain; charset=utf-8", "txt"),
    ],
)
def test_a_file_has_its_type_and_a_safe_name(
    client: Client, finished: str, format: str, media_type: str, extension: str
) -> None:
    answer = client.get("job/get_caption", job_id=finished, caption_format=format)
    assert answer.headers["content-type"] == media_type
    assert answer.headers["x-content-type-options"] == "nosniff"
    disposition = answer.headers["content-disposition"]
    assert disposition == (
        f'inline; filename="Tides _ _ther _ part 1.{extension}"; '
        f"filename*=UTF-8''Tides%20_%20%C3%86ther%20_%20part%201.{extension}"
    )


def test_html_transcripts_are_served_as_html(client: Client, finished: str) -> None:
    answer = client.get("job/get_transcript", job_id=finished, file_format="HTML")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!DOCTYPE html>")


def test_options_change_the_captions(client: Client, finished: str) -> None:
    assert max(map(len, caption(client, finished, "TRANSCRIPT").splitlines())) > 20
    narrow = caption(client, finished, "TRANSCRIPT", characters_per_caption_line="20", lines_per_caption="1")
    assert max(map(len, narrow.splitlines())) <= 20
    assert caption(client, finished, force_case="upper").isupper()
    assert caption(client, finished, utf8_mark="true").startswith("\ufeff")
    assert "\r\n" in caption(client, finished, line_ending_format="WINDOWS")
    template = "{caption_number:03d} {start_second}\\n{caption_text}\\n"
    assert caption(client, finished, srt_format=template).startswith("001 ")


@pytest.mark.parametrize(
    "spelling",
    [
        {"remove_sounds_list": '["MUSIC", "NOISE"]'},
        {"remove_sounds_list": "['MUSIC','NOISE']"},
        {"remove_sounds_list": "('MUSIC', 'NOISE')"},
        {"remove_sounds_list": "MUSIC,NOISE"},
        {"remove_sounds_list": ["MUSIC", "NOISE"]},
        {"sound_boundaries": '("{","}")'},
        {"sound_boundaries": "('{', '}')"},
        {"sound_boundaries": '["{", "}"]'},
        {"emit_speaker_change_token_as": "--"},
        {"sound_tokens_by_caption_list": "[BLANK_AUDIO,MUSIC]"},
    ],
)
def test_lists_are_read_in_every_spelling(client: Client, finished: str, spelling: dict[str, Any]) -> None:
    caption(client, finished, **spelling)


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"caption_format": None}, "MISSING_PARAMETER"),
        ({"caption_format": "DOCX"}, "INVALID_OPTION"),
        ({"characters_per_caption_line": "0"}, "INVALID_OPTION"),
        ({"characters_per_caption_line": "wide"}, "INVALID_QUERY"),
        ({"caption_by_sentence": "perhaps"}, "INVALID_QUERY"),
        ({"maximum_caption_duration": "500", "minimum_caption_length_ms": "900"}, "INVALID_OPTION"),
        ({"remove_sounds_list": "DRUMS"}, "INVALID_OPTION"),
        ({"sound_boundaries": "["}, "INVALID_OPTION"),
        ({"srt_format": "{caption_text.__class__}"}, "INVALID_OPTION"),
        ({"srt_format": "{caption_number:0200000000d}"}, "INVALID_OPTION"),
        ({"force_case": "title"}, "INVALID_OPTION"),
        ({"display_speaker_id": "maybe"}, "INVALID_OPTION"),
        ({"line_ending_format": "AMIGA"}, "INVALID_OPTION"),
        ({"replace_english_spelling": "X"}, "INVALID_OPTION"),
        ({"mask_profanity": "true"}, "INVALID_OPTION"),
        ({"elementlist_version": "yesterday"}, "INVALID_QUERY"),
        ({"iwp_name": "BEST"}, "INVALID_OPTION"),
        ({"mixed": "true"}, "INVALID_QUERY"),
        ({"audio_description": "true"}, "ITEM_NOT_FOUND"),
        ({"job_id": None}, "MISSING_PARAMETER"),
        ({"job_id": "0" * 32}, "ITEM_NOT_FOUND"),
    ],
)
def test_a_wrong_parameter_is_named(
    client: Client, finished: str, parameters: dict[str, Any], error: str
) -> None:
    given = {"job_id": finished, "caption_format": "SRT", **parameters}
    answer = client.get("job/get_caption", **given)
    assert error_of(answer) == (400, error)
    comment = answer.json()["ErrorComment"]
    assert any(name in comment for name in parameters) or error == "ITEM_NOT_FOUND", comment


def test_the_captions_of_another_account_are_not_found(client: Client, finished: str) -> None:
    account(client.server, "create", "reader", "--password-stdin", password="a long password")
    stranger = Client(client.server).login("reader", "a long password")
    for call in ("get_transcript", "get_elementlist", "list_elementlists"):
        assert error_of(stranger.get(f"job/{call}", job_id=finished)) == (400, "ITEM_NOT_FOUND")
    answer = stranger.get("job/get_caption", job_id=finished, caption_format="SRT")
    assert error_of(answer) == (400, "ITEM_NOT_FOUND")


def test_before_the_job_is_finished_the_caller_is_told_so(client: Client) -> None:
    job = client.new_job()
    answer = client.get("job/get_caption", job_id=job, caption_format="SRT")
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert "has no finished ElementList yet" in answer.json()["ErrorComment"]
    assert client.get("job/list_elementlists", job_id=job).json() == []


def test_versions_are_chosen_by_name_and_by_date(client: Client, finished: str) -> None:
    first, last = client.get("job/list_elementlists", job_id=finished).json()
    assert (first["iwp_name"], last["iwp_name"]) == ("MECHANICAL", "FINAL")
    moment = datetime.fromisoformat(first["version"])
    for version in (first["version"], first["version"].rstrip("Z"), moment.isoformat()):
        answer = client.get(
            "job/get_elementlist", job_id=finished, elementlist_version=version, iwp_name="MECHANICAL"
        )
        assert answer.status_code == 200, answer.text
    assert caption(client, finished, iwp_name="mechanical") == caption(client, finished)
    mismatch = client.get(
        "job/get_elementlist", job_id=finished, elementlist_version=first["version"], iwp_name="FINAL"
    )
    assert error_of(mismatch) == (400, "ITEM_NOT_FOUND")
    assert first["version"] in mismatch.json()["ErrorComment"]
    missing = client.get("job/get_elementlist", job_id=finished, iwp_name="PREMIUM")
    assert error_of(missing) == (400, "INVALID_QUERY")


def test_what_is_known_already_is_not_sent_again(client: Client, finished: str) -> None:
    query = {"v": "1", "api_token": client.token, "job_id": finished, "caption_format": "SRT"}
    first = client.http.get("/api/job/get_caption", params=query)
    tag = {"If-None-Match": f'"other", W/{first.headers["etag"]}'}
    again = client.http.get("/api/job/get_caption", params=query, headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    other = client.http.get("/api/job/get_caption", params={**query, "utf8_mark": "true"}, headers=tag)
    assert other.status_code == 200


def test_a_permanent_url_needs_no_token_and_always_gives_the_same_bytes(
    client: Client, finished: str
) -> None:
    given = {"job_id": finished, "caption_format": "WEB_VTT", "characters_per_caption_line": "30"}
    url = client.get("job/get_caption", **given, build_url="true").json()["CaptionUrl"]
    assert url == client.get("job/get_caption", **given, build_url="true").json()["CaptionUrl"]
    assert re.fullmatch(re.escape(client.server.base_url) + r"/captions/[\w-]{32}\.vtt", url)
    answer = client.http.get(url)
    assert answer.headers["content-type"] == "text/vtt; charset=utf-8"
    assert answer.text == caption(client, finished, "WEB_VTT", characters_per_caption_line="30")
    assert client.http.get(url[:-5] + "x.vtt").status_code == 404
    other = client.get("job/get_caption", **{**given, "utf8_mark": "true"}, build_url="true").json()
    assert other["CaptionUrl"] != url


def test_a_permanent_url_ends_with_its_job(client: Client, speech: Path) -> None:
    job = client.new_job()
    client.upload(job, speech)
    client.order(job)
    client.finished(job)
    given = {"job_id": job, "caption_format": "SRT", "build_url": "true"}
    url = client.get("job/get_caption", **given).json()["CaptionUrl"]
    assert client.http.get(url).status_code == 200
    client.get("job/delete", job_id=job)
    assert client.http.get(url).status_code == 404


def test_captions_may_be_asked_for_by_post(client: Client, finished: str) -> None:
    posted = client.post("job/get_caption", job_id=finished, caption_format="SRT")
    assert posted.text == caption(client, finished)
