"""The log's treatment of the texts that it gets."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scribedock.logs import LogFormat, without_secrets


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "GET https://user:pass@example.org:8443/a/b?sig=1#c failed",
            "GET https://example.org:8443/… failed",
        ),
        ("https://us:er@pa:ss@example.org", "https://example.org"),
        ("at 'https://example.org?token=1'", "at 'https://example.org/…'"),
        ("https%3A%2F%2Fuser%3Apass%40example.org%2Fa%3Fb", "https%3A%2F%2Fexample.org/…"),
        ("postgresql+psycopg://scribe:secret@db/scribedock", "postgresql+psycopg://db/…"),
        ("no route for /api/job/info?api%5Ftoken=abc&v=1", "no route for /api/job/info?…"),
        ("PUT /upload/v1.0123456789abcdefghij-_~.xyz broke", "PUT /upload/… broke"),
        ("/captions/0123456789abcdefghijklmn.srt", "/captions/…"),
        ("/srv/data/media/objects/ab: no such folder", "/srv/data/media/objects/ab: no such folder"),
        ("550 <maria.b+x@mail.example.org>: unknown", "550 <…@mail.example.org>: unknown"),
        ("why? because a = b", "why? because a = b"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_only_the_host_of_a_url_is_logged(text: str, told: str) -> None:
    assert without_secrets(text) == told


@pytest.mark.parametrize("form", LogFormat)
def test_an_error_is_logged_without_urls_and_local_variables(form: LogFormat) -> None:
    code = f"""
import logging, structlog
from scribedock import logs
logs.configure(logs.format_named({form.value!r}))
local = "hun" + "ter1"
for log in (structlog.get_logger("scribedock"), logging.getLogger("uvicorn.error")):
    try:
        raise ValueError("cannot fetch https://user:" + "hun" + "ter2@example.org/a?b=" + "hun" + "ter3")
    except ValueError:
        log.exception("broken")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.count("https://example.org/…") == 2
    assert done.stderr.count("ValueError") >= 2
    assert "hunter" not in done.stderr
