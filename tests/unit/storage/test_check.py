"""`scribedock storage check` where no object store is needed: folders, wrong addresses, a wrong clock."""

from __future__ import annotations

import email.utils
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from pydantic import ValidationError

from scribedock.host.findings import Level
from scribedock.settings import Settings
from scribedock.storage import check
from scribedock.storage.cloud.advice import advice
from scribedock.storage.cloud.bucket import StoreFault

HOUR_S = 3600


class LateStore(BaseHTTPRequestHandler):
    """Speaks as S3 does to somebody whose clock is an hour ahead."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return email.utils.formatdate(time.time() - HOUR_S, usegmt=True)

    def refuse(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b"<Error><Code>RequestTimeTooSkewed</Code><Message>secret things</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = refuse

    def log_message(self, *arguments: object) -> None:
        return


@pytest.fixture
def late_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = HTTPServer(("127.0.0.1", 0), LateStore)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }.items():
        monkeypatch.setenv(name, value)
    yield
    server.shutdown()
    server.server_close()


def findings(settings: Settings) -> list[tuple[Level, str, str]]:
    return [(each.level, each.title, each.text) for each in check.check(settings)]


def test_a_folder_is_used_as_a_store_is(tmp_path: Path) -> None:
    found = findings(Settings(data_dir=tmp_path))
    assert [(level, title) for level, title, _ in found] == [(Level.GOOD, "recording"), (Level.GOOD, "room")]
    assert list((tmp_path / "media" / "partials").iterdir()) == []


def test_an_unusable_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    [(level, title, text)] = findings(Settings(storage_url=f"file://{tmp_path}/file"))
    assert (level, title) == (Level.MISSING, "folder")
    assert "Not a directory" in text


def test_a_wrong_clock_is_reported_before_its_consequences(late_store: None, tmp_path: Path) -> None:
    clock, storage = findings(Settings(data_dir=tmp_path, storage_url="s3://bucket/here"))
    assert clock[:2] == (Level.MISSING, "clock")
    found = re.search(r"(\d+) s ahead of the store's", clock[2])
    assert found and abs(int(found[1]) - HOUR_S) < 60
    assert storage == (
        Level.MISSING,
        "storage",
        "this machine's clock is wrong (403 RequestTimeTooSkewed); synchronize it by NTP",
    )


def test_azure_without_an_account_is_reported(tmp_path: Path) -> None:
    [(level, title, text)] = findings(Settings(data_dir=tmp_path, storage_url="az://container"))
    assert (level, title) == (Level.MISSING, "address")
    assert "Account must be specified" in text


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("PermanentRedirect", 301, "set AWS_REGION"),
        ("AuthorizationHeaderMalformed", 400, "set AWS_REGION"),
        ("SlowDown", 503, "ask the operator of the store"),
    ],
)
def test_every_answer_is_turned_into_advice(code: str, status: int, said: str) -> None:
    fault = StoreFault(5, f"the store answered PUT with: {status} {code}", code=code, status=status)
    assert said in advice(fault, "s3", "s3://bucket/prefix")


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3:///prefix",
        "http://example.org/bucket",
        "ftp://bucket",
        "s3://key:secret@bucket",
        "s3://bucket?region=x",
        "s3://bucket#x",
        "s3://[",
        "bucket",
    ],
)
def test_an_invalid_address_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Settings(storage_url=url)
    assert "must be s3://bucket/prefix" in str(raised.value)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["s3://bucket", "s3://bucket/a/b", "gs://bucket/a", "az://container/a", "file:///a"]
)
def test_each_kind_of_address_is_accepted(url: str) -> None:
    assert Settings(storage_url=url).storage_url == url


@pytest.mark.parametrize("url", [None, "file:///folder", "az://container"])
def test_direct_uploads_need_a_store_that_takes_plain_puts(url: str | None) -> None:
    with pytest.raises(
        ValidationError, match=r"is possible with SCRIBEDOCK_STORAGE_URL=s3://… or gs://… only"
    ):
        Settings(storage_url=url, storage_direct_uploads=True)
