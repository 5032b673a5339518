"""Transcripts for jobs, and the words of those that jobs have."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.support.client import Client


def add_body(client: Client, job: str, body: str | bytes, **query: str) -> httpx2.Response:
    given = {"v": "1", "api_token": client.token, "job_id": job, **query}
    return client.http.post("/api/job/add_transcript", params=given, content=body)


def words(client: Client, job: str) -> list[dict[str, Any]]:
    found = client.get("job/get_elementlist", job_id=job).json()
    return [
        token
        for segment in found["segments"]
        for sequence in segment["sequences"]
        for token in sequence["tokens"]
        if token["type"] == "word"
    ]


def spoken(elementlist: dict[str, Any]) -> list[str]:
    return [
        "".join(token["display_as"] for token in sequence["tokens"])
        for segment in elementlist["segments"]
        for sequence in segment["sequences"]
    ]
