"""`scribedock storage check` where no object store is needed: folders, wrong addresses, a wrong clock."""

from __future__ import annotations

import email.utils
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from pydantic import ValidationError

import scribedock
from scribedock.host.findings import Level
from scribedock.settings import Settings, SettingsError
from scribedock.storage import check
from scribedock.storage.cloud.advice import advice
from scribedock.storage.cloud.bucket import StoreFault
from scribedock.storage.schemes import s3
from scribedock.storage.stores import MODULES, open_store

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
    assert said in advice(fault, s3.KIND, "s3://bucket/prefix")


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3:///prefix",
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
    assert "s3://bucket/prefix" in str(raised.value)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["s3://bucket", "s3://bucket/a/b", "gs://bucket/a", "az://container/a", "file:///a"]
)
def test_each_kind_of_address_is_accepted(url: str) -> None:
    assert Settings(storage_url=url).storage_url == url


@pytest.mark.parametrize("url", ["http://example.org/bucket", "ftp://bucket"])
def test_a_scheme_that_there_is_not_is_refused_with_those_that_there_are(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="s3://bucket/prefix") as raised:
        open_store(Settings(storage_url=url, data_dir=tmp_path))
    assert all(f"{name}://" in str(raised.value) for name in MODULES)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (None, "there is no object store"),
        ("file:///folder", "there is no object store"),
        ("az://container", "Azure takes a PUT only with a header"),
    ],
)
def test_direct_uploads_need_a_store_that_takes_plain_puts(
    url: str | None, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=reason):
        open_store(Settings(storage_url=url, storage_direct_uploads=True, data_dir=tmp_path))


@pytest.mark.parametrize("scheme", MODULES)
def test_without_its_module_and_its_line_a_scheme_is_gone(scheme: str, tmp_path: Path) -> None:
    root = Path(scribedock.__file__).parent.parent
    for package in ("scribedock", "scribedock_captions"):
        shutil.copytree(root / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    tmp_path.joinpath(*MODULES[scheme].split(".")).with_suffix(".py").unlink()
    registry = tmp_path / "scribedock/storage/stores.py"
    without, lines = re.subn(rf'^    "{scheme}": ".*",\n', "", registry.read_text(), flags=re.M)
    assert lines == 1
    registry.write_text(without)
    other = next(each for each in MODULES if each != scheme)
    code = (
        "import scribedock.server, scribedock.worker\n"
        "from scribedock.storage.stores import scheme_of\n"
        f"print(scheme_of('{other}://a/b').example)\n"
        f"scheme_of('{scheme}://a/b')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith(f"{other}://")
    said = done.stderr.splitlines()[-1]
    assert "SCRIBEDOCK_STORAGE_URL: must be like one of" in said
    assert f"{scheme}://" not in said
