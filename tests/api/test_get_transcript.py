"""`job/get_transcript`."""

from __future__ import annotations

import re
from typing import Any

from tests.support.client import Client
from tests.support.transcripts import spoken


def caption(client: Client, job: str, format: str = "SRT", **parameters: Any) -> str:
    answer = client.get("job/get_caption", job_id=job, caption_format=format, **parameters)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_every_output_has_the_words_of_the_elementlist(client: Client, finished: str) -> None:
    words = spoken(client.get("job/get_elementlist", job_id=finished).json())
    assert len(words) > 10
    plain = {"create_paragraphs": "false"}
    assert client.get("job/get_transcript", job_id=finished, **plain).text.split() == words
    assert caption(client, finished, "TRANSCRIPT").split() == words
    times = re.compile(r"^\d+$|^.* --> .*$|^WEBVTT$", re.M)
    assert times.sub("", caption(client, finished, "SRT")).split() == words
    assert times.sub("", caption(client, finished, "WEB_VTT")).split() == words


def test_html_transcripts_are_served_as_html(client: Client, finished: str) -> None:
    answer = client.get("job/get_transcript", job_id=finished, file_format="HTML")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!DOCTYPE html>")
