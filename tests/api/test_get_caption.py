"""`job/get_caption`: captions of a finished job, alone or at a permanent URL."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scribedock import app
from scribedock.db.tables import element_lists
from scribedock.demo.server import OwnServer
from scribedock.settings import Settings
from scribedock_captions.elementlist.codec import to_json
from scribedock_captions.readers import read
from tests.captions.golden import TABLE
from tests.captions.sample import say
from tests.captions.schema import EMITTED
from tests.support.accounts import Family
from tests.support.client import Client, error_of


@pytest.fixture(scope="module")
def annotated(server: OwnServer, speech: Path) -> str:
    """Return a Complete job with metadata; tests may have replaced its audio description."""
    metadata = '{"custom_metadata": {"course": "BIO <101>", "room": 7}}'
    return ordered(Client(server).login(), speech, options=metadata)


def caption(client: Client, job: str, format: str = "SRT", **parameters: Any) -> str:
    answer = client.get("job/get_caption", job_id=job, caption_format=format, **parameters)
    assert answer.status_code == 200, answer.text
    return answer.text


@contextmanager
def services_of(server: OwnServer) -> Iterator[app.Services]:
    """Provide the parts of the running server, for what no call of the API does."""
    services = app.build_services(Settings(data_dir=server.data_dir))
    yield services
    services.close()


def describe(server: OwnServer, *arguments: str, text: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """`scribedock captions describe …` beside the server."""
    command = [sys.executable, "-m", "scribedock", "captions", "describe", *arguments]
    return subprocess.run(command, env=server.environment(), input=text, capture_output=True, check=False)


def ordered(client: Client, speech: Path, **parameters: Any) -> str:
    """Return a Complete job of a test's own."""
    job = client.new_job()
    client.upload(job, speech)
    client.order(job, **parameters)
    assert client.finished(job)["JobStatus"] == "Complete"
    return job


@pytest.mark.parametrize("format", sorted(TABLE))
def test_a_file_has_its_type_and_a_safe_name(client: Client, finished: str, format: str) -> None:
    media_type, extension = TABLE[format]
    answer = client.get("job/get_caption", job_id=finished, caption_format=format.swapcase())
    assert answer.status_code == 200, answer.text
    assert answer.content == answer.content.decode("utf-8").encode()
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == (
        f'inline; filename="Tides _ _ther _ part 1{extension}"; '
        f"filename*=UTF-8''Tides%20_%20%C3%86ther%20_%20part%201{extension}"
    )


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
def test_a_list_may_be_spelled_in_many_ways(client: Client, finished: str, spelling: dict[str, Any]) -> None:
    caption(client, finished, **spelling)


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"caption_format": None}, "MISSING_PARAMETER"),
        ({"caption_format": "DOCX"}, "INVALID_OPTION"),
        ({"caption_format": "DFXP", "dfxp_header": "<body/>"}, "INVALID_OPTION"),
        ({"caption_format": "DFXP", "dfxp_header": "<!DOCTYPE a><head/>"}, "INVALID_OPTION"),
        (
            {
                "caption_format": "DFXP",
                "dfxp_header": '<head><metadata><script xmlns="http://www.w3.org/1999/xhtml"/></metadata></head>',
            },
            "INVALID_OPTION",
        ),
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


def test_the_captions_of_another_account_are_not_found(family: Family, finished: str) -> None:
    stranger = family.stranger
    for call in ("get_transcript", "get_elementlist", "list_elementlists"):
        assert error_of(stranger.get(f"job/{call}", job_id=finished)) == (400, "ITEM_NOT_FOUND")
    answer = stranger.get("job/get_caption", job_id=finished, caption_format="SRT")
    assert error_of(answer) == (400, "ITEM_NOT_FOUND")


def test_an_unfinished_job_is_explained(client: Client) -> None:
    job = client.new_job()
    answer = client.get("job/get_caption", job_id=job, caption_format="SRT")
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert "has no finished ElementList yet" in answer.json()["ErrorComment"]
    assert client.get("job/list_elementlists", job_id=job).json() == []


def test_captions_the_client_already_has_are_not_sent_again(client: Client, finished: str) -> None:
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
    assert answer.headers["access-control-allow-origin"] == "*"
    again = client.http.get(url, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("job/get_caption", **{**given, "utf8_mark": "true"}, build_url="true").json()
    assert other["CaptionUrl"] != url


def test_a_permanent_url_ends_with_its_job(client: Client, speech: Path) -> None:
    job = ordered(client, speech)
    given = {"job_id": job, "caption_format": "SRT", "build_url": "true"}
    url = client.get("job/get_caption", **given).json()["CaptionUrl"]
    assert client.http.get(url).status_code == 200
    client.get("job/delete", job_id=job)
    assert client.http.get(url).status_code == 404


def test_a_permanent_url_keeps_its_bytes_even_if_their_source_is_gone(client: Client, speech: Path) -> None:
    job = ordered(client, speech)
    given = {"job_id": job, "caption_format": "SCC", "build_url": "true"}
    url = client.get("job/get_caption", **given).json()["CaptionUrl"]
    before = client.http.get(url).content
    with services_of(client.server) as services, services.database.write() as connection:
        connection.execute(element_lists.delete().where(element_lists.c.job_id == job))
    assert client.http.get(url).content == before


def test_the_head_of_dfxp_has_the_job_and_the_metadata_of_its_order(client: Client, annotated: str) -> None:
    job = annotated
    plain = caption(client, job, "DFXP")
    assert f"<ttm:desc>{job}</ttm:desc>" in plain
    assert job not in caption(client, job, "DFXP", include_dfxp_metadata="false")
    header = '<head><metadata><ttm:copyright room="{room}">{course} {else}</ttm:copyright></metadata></head>'
    own = caption(client, job, "DFXP", dfxp_header=header)
    assert '<ttm:copyright room="7">BIO &lt;101&gt; {else}</ttm:copyright>' in own
    assert "ttm:desc" not in own


DESCRIPTION = b"WEBVTT\n\n00:00.000 --> 00:00.900\n<v Narrator>A harbour at night.\n"


def test_an_audio_description_is_returned_alone_or_mixed_in(client: Client, annotated: str) -> None:
    job = annotated
    spoken_before, versions = (
        caption(client, job, "TRANSCRIPT"),
        client.get("job/list_elementlists", job_id=job),
    )
    done = describe(client.server, job, "-", text=DESCRIPTION)
    assert done.returncode == 0, done.stderr
    alone = caption(client, job, "TRANSCRIPT", audio_description="true")
    assert alone == ">> Narrator: A harbour at night.\n"
    mixed = caption(client, job, "TRANSCRIPT", audio_description="true", mixed="true")
    assert sorted(mixed.replace(">>", "").split()) == sorted(
        f"{alone} {spoken_before}".replace(">>", "").split()
    )
    assert caption(client, job, "TRANSCRIPT") == spoken_before
    assert client.get("job/list_elementlists", job_id=job).json() == versions.json()
    text = client.get(
        "job/get_transcript", job_id=job, audio_description="true", timecode_every_paragraph="no"
    )
    assert text.text == ">> A harbour at night.\n\n"
    described = client.get("job/get_elementlist", job_id=job, audio_description="true").json()
    jsonschema.validate(described, EMITTED)
    assert described["speakers"] == [{"id": 1, "name": "Narrator", "gender": "UNKNOWN"}]
    describe(client.server, job, "-", text=DESCRIPTION.replace(b"night", b"dawn"))
    assert "dawn" in caption(client, job, "TRANSCRIPT", audio_description="true")


@pytest.mark.parametrize(
    ("job", "text", "problem"),
    [("0" * 32, DESCRIPTION, b"There is no job"), ("", b"PK\x03\x04", b"The transcript is a ZIP")],
)
def test_a_description_that_cannot_be_used_is_refused(
    client: Client, finished: str, job: str, text: bytes, problem: bytes
) -> None:
    done = describe(client.server, job or finished, "-", text=text)
    assert done.returncode == 2
    assert done.stderr.startswith(b"scribedock: " + problem), done.stderr


def test_many_clients_get_long_captions_in_every_format_at_once(client: Client, annotated: str) -> None:
    job = annotated
    sentences = [f"Sentence {number} says what there is to say, and it goes on." for number in range(600)]
    with services_of(client.server) as services:
        services.elementlists.describe(job, to_json(say(*sentences, gap=100)))

    def words(format: str) -> str:
        text = caption(client, job, format, audio_description="true")
        if format in ("SRT", "WEB_VTT", "DFXP", "ECHO", "TPM", "TRANSCRIPT"):
            cues = read(text.encode()).cues
            return " ".join(line.text for cue in cues for line in cue.lines)
        return " ".join(sentences) if text.count("Sentence") == len(sentences) or format == "SCC" else text

    with ThreadPoolExecutor(8) as clients:
        assert set(clients.map(words, sorted(TABLE) * 2)) == {" ".join(sentences)}


def test_captions_can_be_requested_by_post(client: Client, finished: str) -> None:
    posted = client.post("job/get_caption", job_id=finished, caption_format="SRT")
    assert posted.text == caption(client, finished)
