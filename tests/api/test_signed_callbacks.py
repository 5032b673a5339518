"""The receivers of docs/callbacks.md, run as they stand there, verify what the server sends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from scribedock import app
from scribedock.db.tables import webhook_endpoints
from tests.support.accounts import name_of
from tests.support.client import Client
from tests.support.machine.node import PROGRAM as NODE

PAGE = Path(__file__).parents[2] / "docs" / "callbacks.md"
LANGUAGES = {"python": [sys.executable, "-u", "-c"], "javascript": [str(NODE), "-e"]}


def next_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@contextmanager
def receiver(language: str, secret: str) -> Iterator[subprocess.Popen[str]]:
    (program,) = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    process = subprocess.Popen(
        [*LANGUAGES[language], program],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "WEBHOOK_SECRET": secret},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def order_with_callback(client: Client, url: str) -> None:
    """Order the transcription of what is no recording, whose failure is called back soon."""
    job = client.new_job()
    client.upload(job, b"this is no recording")
    answer = client.get(
        "job/perform_transcription", job_id=job, transcription_fidelity="MECHANICAL", callback_url=url
    )
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receiver_of_the_page_verifies_callbacks_and_refuses_others(
    alice: Client, services: app.Services, language: str
) -> None:
    owner = services.accounts.by_username(name_of(alice))
    assert owner is not None
    secret = services.webhook_secrets.make(owner.id, overlap=timedelta(days=1))
    with receiver(language, secret) as process:
        assert process.stdout is not None
        address = f"http://127.0.0.1:{int(process.stdout.readline())}/done"
        assert httpx2.get(f"{address}?job=forged", trust_env=False).status_code == 401
        assert process.stdout.readline().startswith("refused")
        order_with_callback(alice, f"{address}?job={{job_id}}&state={{job_status}}&note=caf%C3%A9")
        assert re.fullmatch(r"verified: [0-9a-f]{32}\n", process.stdout.readline())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receiver_of_the_page_verifies_events_and_refuses_others(
    alice: Client, services: app.Services, language: str
) -> None:
    owner = services.accounts.by_username(name_of(alice))
    assert owner is not None
    # The secret is known before the receiver has its address, as it is to somebody who sets up both.
    made = services.webhook_endpoints.add(owner.id, "https://hook.example.org/")
    with receiver(language, made.secrets[0]) as process:
        address = f"http://127.0.0.1:{int(next_line(process))}/events"
        with services.database.write() as connection:
            connection.execute(
                webhook_endpoints.update().where(webhook_endpoints.c.id == made.id).values(url=address)
            )
        assert httpx2.post(address, content=b"{}", trust_env=False).status_code == 401
        assert next_line(process).startswith("refused")
        event_id = alice.get("webhook/test", webhook_id=made.id).json()["event_id"]
        assert next_line(process) == f"verified: {event_id}\n"
