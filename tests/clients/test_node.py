"""Node's fetch, axios and tus-js-client upload, and resume."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.node_js import client
from tests.clients.sent import Sent, offset
from tests.support.machine.breaking import BreakingProxy

pytestmark = pytest.mark.clients

TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
IETF = {"Content-Type": "application/partial-upload", "Upload-Complete": "?1"}


def call(
    name: str, method: str, url: str, path: Path, start: int = 0, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    done = client("upload.mjs", name, method, url, str(path), str(start), json.dumps(headers or {}))
    assert done.returncode == 0, done.stderr.decode()
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("name", ["fetch", "fetch of a stream", "axios", "axios of a stream"])
def test_a_file_is_uploaded(sent: Sent, url: str, name: str) -> None:
    assert call(name, "PUT", url, sent.recording)["status"] == 200
    sent.assert_is_media()


@pytest.mark.parametrize("name", ["fetch", "axios"])
@pytest.mark.parametrize("protocol", [TUS, IETF], ids=["tus", "IETF"])
def test_an_interrupted_upload_is_resumed(
    sent: Sent, url: str, breaking: BreakingProxy, name: str, protocol: dict[str, str]
) -> None:
    done = client("upload.mjs", name, "PUT", breaking.url(url), str(sent.recording), "0", "{}")
    assert done.returncode != 0
    assert breaking.broken
    offset(url)
    kept = int(call(name, "HEAD", url, sent.recording)["headers"]["upload-offset"])
    assert 0 < kept < sent.size
    answer = call(name, "PATCH", url, sent.recording, kept, {**protocol, "Upload-Offset": str(kept)})
    assert answer["status"] in (200, 204)
    sent.assert_is_media()


def tus(url: str, path: Path, store: Path | None = None, **options: Any) -> tuple[bool, str]:
    """Return whether it succeeded, and what it said."""
    remembered = () if store is None else (str(store),)
    done = client("tus.mjs", url, str(path), json.dumps(options), *remembered)
    return done.returncode == 0, (done.stdout + done.stderr).decode()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"chunkSize": 300_000},
        {"uploadDataDuringCreation": True},
        {"uploadLengthDeferred": True, "chunkSize": 300_000},
        {"metadata": {"filename": "six.wav", "filetype": "audio/wav"}},
        {"overridePatchMethod": True},
        {"parallelUploads": 4},
        {"parallelUploads": 3, "chunkSize": 200_000},
    ],
    ids=lambda options: " ".join(options) or "as it is",
)
def test_tus_js_client_uploads(sent: Sent, url: str, options: dict[str, Any]) -> None:
    succeeded, said = tus(url, sent.recording, **options)
    assert succeeded, said
    sent.assert_is_media()


def test_tus_js_client_retries_by_itself(sent: Sent, url: str, breaking: BreakingProxy) -> None:
    succeeded, said = tus(breaking.url(url), sent.recording, retryDelays=[500, 1000, 2000, 2000])
    assert succeeded, said
    assert breaking.broken
    sent.assert_is_media()


@pytest.fixture
def breaking_soon(sent: Sent) -> Iterator[BreakingProxy]:
    """Provide a proxy that breaks the first part to have brought so many bytes."""
    with BreakingProxy(sent.client.server.base_url, after=300_000) as proxy:
        yield proxy


def test_tus_js_client_retries_parts_that_run_side_by_side(
    sent: Sent, url: str, breaking_soon: BreakingProxy
) -> None:
    delays = [500, 1000, 2000, 2000]
    succeeded, said = tus(breaking_soon.url(url), sent.recording, parallelUploads=3, retryDelays=delays)
    assert succeeded, said
    assert breaking_soon.broken
    sent.assert_is_media()


def test_tus_js_client_resumes_in_another_process(
    sent: Sent, url: str, breaking: BreakingProxy, tmp_path: Path
) -> None:
    store = tmp_path / "remembered"
    succeeded, _ = tus(breaking.url(url), sent.recording, store, retryDelays=None)
    assert not succeeded
    assert breaking.broken
    offset(url)
    succeeded, said = tus(breaking.url(url), sent.recording, store, retryDelays=None)
    assert succeeded, said
    assert '{"resumed":1}' in said
    sent.assert_is_media()


def test_tus_js_client_resumes_a_put(sent: Sent, url: str, breaking: BreakingProxy) -> None:
    client("upload.mjs", "axios", "PUT", breaking.url(url), str(sent.recording), "0", "{}")
    assert breaking.broken
    offset(url)
    succeeded, said = tus(url, sent.recording, uploadUrl=url)
    assert succeeded, said
    sent.assert_is_media()
