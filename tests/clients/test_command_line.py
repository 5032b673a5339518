"""curl and wget upload, and resume."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.sent import HALF, Sent, offset
from tests.support.machine.breaking import BreakingProxy

pytestmark = pytest.mark.clients

TUS = ("Tus-Resumable: 1.0.0", "Content-Type: application/offset+octet-stream")
IETF = ("Content-Type: application/partial-upload", "Upload-Complete: ?1")
PROTOCOLS = pytest.mark.parametrize("protocol", [TUS, IETF], ids=["tus", "IETF"])


def command(name: str, *arguments: str, stdin: Path | None = None) -> subprocess.CompletedProcess[str]:
    found = shutil.which(name)
    assert found, f"this test needs {name} (on Debian: apt-get install {name})"
    with (stdin or Path("/dev/null")).open("rb") as given:
        return subprocess.run(
            [found, *arguments], stdin=given, capture_output=True, text=True, timeout=60, check=False
        )


def curl(*arguments: str, stdin: Path | None = None) -> subprocess.CompletedProcess[str]:
    return command("curl", "--silent", "--show-error", "--noproxy", "*", *arguments, stdin=stdin)


def status(done: subprocess.CompletedProcess[str]) -> int:
    assert done.returncode == 0, done.stderr
    return int(done.stdout.rpartition("\n")[2])


WITH_STATUS = ("--write-out", r"\n%{http_code}")


@pytest.mark.parametrize(
    "options",
    [(), ("--http1.0",), ("--http2",), ("--header", "Expect:"), ("--header", "Transfer-Encoding: chunked")],
    ids=lambda options: " ".join(options) or "as it is",
)
def test_curl_uploads_a_file(sent: Sent, url: str, options: tuple[str, ...]) -> None:
    assert status(curl(*WITH_STATUS, *options, "--upload-file", str(sent.recording), url)) == 200
    sent.assert_is_media()


def test_curl_uploads_its_standard_input(sent: Sent, url: str) -> None:
    assert status(curl(*WITH_STATUS, "--upload-file", "-", url, stdin=sent.recording)) == 200
    sent.assert_is_media()


def test_curl_uploads_by_data_binary(sent: Sent, url: str) -> None:
    data = ("--request", "PUT", "--data-binary", f"@{sent.recording}")
    assert status(curl(*WITH_STATUS, *data, url)) == 200
    sent.assert_is_media()


def test_curl_sending_a_form_learns_the_right_call(sent: Sent, url: str) -> None:
    done = curl(*WITH_STATUS, "--request", "PUT", "--form", f"file=@{sent.recording}", url)
    assert status(done) == 400
    assert "curl -T FILE URL" in done.stdout
    sent.assert_is_not_media()


def test_curl_sending_a_range_learns_how_to_resume(sent: Sent, url: str) -> None:
    done = curl(*WITH_STATUS, "--continue-at", "1000", "--upload-file", str(sent.recording), url)
    assert status(done) == 400
    assert "PATCH" in done.stdout


def test_a_password_sent_by_curl_is_refused(sent: Sent, url: str) -> None:
    done = curl(*WITH_STATUS, "--user", "a:b", "--upload-file", str(sent.recording), url)
    assert status(done) == 400
    assert "Leave out the Authorization header" in done.stdout


@PROTOCOLS
def test_curl_resumes_after_a_lost_connection(
    sent: Sent, url: str, breaking: BreakingProxy, protocol: tuple[str, ...], tmp_path: Path
) -> None:
    assert curl("--upload-file", str(sent.recording), breaking.url(url)).returncode != 0
    assert breaking.broken
    offset(url)
    state = curl("--head", url).stdout.lower()
    [kept] = re.findall(r"^upload-offset: (\d+)", state, re.M)
    assert 0 < int(kept) < HALF
    assert f"upload-length: {sent.size}" in state
    headers = [each for header in (*protocol, f"Upload-Offset: {kept}") for each in ("--header", header)]
    rest = ("--request", "PATCH", "--data-binary", f"@{sent.rest(tmp_path, int(kept))}")
    assert status(curl(*WITH_STATUS, *headers, *rest, url)) in (200, 204)
    sent.assert_is_media()


def test_the_bytes_of_a_killed_curl_are_kept(sent: Sent, url: str, tmp_path: Path) -> None:
    found = shutil.which("curl")
    assert found
    options = ["--silent", "--noproxy", "*", "--limit-rate", "200k", "--upload-file", str(sent.recording)]
    started = subprocess.Popen([found, *options, url])
    while offset(url) < HALF // 4:
        assert started.poll() is None
    started.kill()
    started.wait()
    kept = offset(url)
    headers = [each for header in (*TUS, f"Upload-Offset: {kept}") for each in ("--header", header)]
    rest = ("--request", "PATCH", "--upload-file", str(sent.rest(tmp_path, kept)))
    assert status(curl(*WITH_STATUS, *headers, *rest, url)) == 204
    sent.assert_is_media()


def wget(*arguments: str) -> subprocess.CompletedProcess[str]:
    return command("wget", "--no-proxy", "--tries=1", "--output-document=-", *arguments)


def test_wget_uploads_a_file(sent: Sent, url: str) -> None:
    done = wget("--method=PUT", f"--body-file={sent.recording}", url)
    assert done.returncode == 0, done.stderr
    assert "200 OK" in done.stderr
    sent.assert_is_media()


@PROTOCOLS
def test_wget_resumes_after_a_lost_connection(
    sent: Sent, url: str, breaking: BreakingProxy, protocol: tuple[str, ...], tmp_path: Path
) -> None:
    assert wget("--method=PUT", f"--body-file={sent.recording}", breaking.url(url)).returncode != 0
    assert breaking.broken
    offset(url)
    state = wget("--method=HEAD", "--server-response", url).stderr.lower()
    [kept] = re.findall(r"^ *upload-offset: (\d+)", state, re.M)
    headers = [f"--header={header}" for header in (*protocol, f"Upload-Offset: {kept}")]
    done = wget("--method=PATCH", *headers, f"--body-file={sent.rest(tmp_path, int(kept))}", url)
    assert done.returncode == 0, done.stderr
    sent.assert_is_media()
