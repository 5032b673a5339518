from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scribedock.settings import SettingsError
from scribedock.speech.models import receipt
from scribedock.speech.models.installed import SPEAKERS, SPEECH_MODEL, catalogue, entry_named, located
from scribedock.speech.recognizer import MODULES, choose, languages

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub(whisper_model: Path) -> Iterator[str]:
    """Provide a hub on loopback with the repository of whisper-tiny, in which the tests' own model lies."""
    repository = entry_named("whisper-tiny").model.repository
    files = {path.name: path.read_bytes() for path in whisper_model.iterdir()} | {"README.md": b"not wanted"}

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def _answer(self, *, with_body: bool) -> None:
            path = self.path.partition("?")[0]
            name = path.removeprefix(f"/{repository}/resolve/{COMMIT}/")
            if path.startswith(f"/api/models/{repository}/tree/"):
                listing = [
                    {"type": "file", "path": each, "size": len(body), "oid": hashlib.sha1(body).hexdigest()}
                    for each, body in files.items()
                ]
                body, status = json.dumps(listing).encode(), 200
            elif path.startswith(f"/api/models/{repository}"):
                siblings = [{"rfilename": each} for each in files]
                answer = {"id": repository, "sha": COMMIT, "siblings": siblings}
                body, status = json.dumps(answer).encode(), 200
            elif name in files:
                body, status = files[name], 200
            else:
                body, status = b"{}", 404
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", f'"{hashlib.sha1(body).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.end_headers()
            if with_body:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the output of the tests clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scribedock", "models", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_pulled_model_can_be_used_by_its_name(tmp_path: Path, hub: str) -> None:
    done = command("pull", "whisper-tiny", "--hub", hub, "--data-dir", str(tmp_path))
    assert done.returncode == 0, done.stderr
    folder = located(Path("whisper-tiny"), tmp_path / "models", SPEECH_MODEL)
    assert folder == tmp_path / "models" / "whisper-tiny"
    spec = choose("auto", folder)
    assert (spec.engine, spec.model) == ("whisper", folder)
    assert "en" in languages(spec)
    found = receipt.read(folder)
    assert found is not None
    assert {path.name for path in folder.iterdir()} == {*found.files, receipt.NAME}
    assert found.speed is not None
    assert "× real time on this machine" in done.stdout
    assert command("path", "whisper-tiny", "--data-dir", str(tmp_path)).stdout.strip() == str(folder)
    assert "is already installed" in command("pull", "whisper-tiny", "--data-dir", str(tmp_path)).stdout
    assert "name no model: whisper-tiny." in command("list", "--data-dir", str(tmp_path)).stdout
    checked = command("check", "--data-dir", str(tmp_path))
    assert (checked.returncode, checked.stdout) == (0, f"whisper-tiny: {found.sum}\n")
    with (folder / "model.bin").open("ab") as file:
        file.write(b"!")
    checked = command("check", "--data-dir", str(tmp_path))
    assert checked.returncode == 1
    assert "model.bin damaged; remove" in checked.stdout


def test_a_failed_download_is_reported_in_one_line(tmp_path: Path, hub: str) -> None:
    done = command("pull", "parakeet-tdt-0.6b-v3", "--hub", hub, "--data-dir", str(tmp_path))
    assert done.returncode == 2
    assert "could not be downloaded" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    with pytest.raises(SettingsError, match="scribedock models pull"):
        located(Path("parakeet-tdt-0.6b-v3"), tmp_path / "models", SPEECH_MODEL)


def test_every_model_is_listed_with_its_engine(tmp_path: Path) -> None:
    listed = command("list", "--data-dir", str(tmp_path)).stdout
    assert all(name.partition("-")[0] in listed for name in catalogue())
    assert {entry.engine for entry in catalogue().values()} <= {*MODULES, SPEAKERS}


@pytest.mark.parametrize("name", ["../../etc", "somebody/a-model", "tiny"])
def test_a_name_that_is_not_in_the_catalogue_is_refused(tmp_path: Path, name: str) -> None:
    done = command("pull", name, "--data-dir", str(tmp_path))
    assert done.returncode == 2
    assert "there is no model named" in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert command("path", name, "--data-dir", str(tmp_path)).returncode == 2


def test_a_source_that_was_not_set_up_is_refused(tmp_path: Path) -> None:
    done = command("pull", "whisper-base", "--source", "mirror", "--data-dir", str(tmp_path))
    assert done.returncode == 2
    assert "SCRIBEDOCK_MODEL_MIRROR" in done.stderr


def test_a_hub_that_cannot_be_reached_is_said_once(tmp_path: Path) -> None:
    source = ("--source", "hub", "--hub", "http://127.0.0.1:1")
    done = command("pull", "whisper-base", *source, "--data-dir", str(tmp_path))
    assert done.returncode == 2
    assert len([line for line in done.stderr.splitlines() if "127.0.0.1:1" in line]) == 1
