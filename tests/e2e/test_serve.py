"""`scribedock serve` and the other commands, as an operator meets them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

from scribedock.demo.server import OwnServer
from tests.support.accounts import command
from tests.support.client import FINISHED, Client
from tests.support.machine.certificates import certificate
from tests.support.machine.processes import family, workers_of
from tests.support.media.sound import spoken
from tests.support.waiting import slowness


def scribedock(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "COLUMNS": "120",
        **{f"SCRIBEDOCK_{k.upper()}": v for k, v in settings.items()},
    }
    return subprocess.run(
        [sys.executable, "-m", "scribedock", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        stdin=subprocess.DEVNULL,
        timeout=60 * slowness(),
        check=False,
    )


def test_a_server_is_ready_when_it_says_so(server: OwnServer) -> None:
    with httpx2.Client(base_url=server.base_url, trust_env=False) as http:
        assert http.get("/healthz").json() == {"status": "ok"}
        assert http.get("/readyz").json() == {"status": "ready"}


def test_sigterm_stops_the_server_and_its_worker(tmp_path: Path) -> None:
    server = OwnServer(tmp_path)
    server.start()
    assert server.process is not None
    [_, *others] = family(server.process.pid)
    assert workers_of(server.process.pid)
    assert server.stop() == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in others)
    log = server.log_path.read_text()
    assert "server stopped" in log
    assert "Traceback" not in log


def test_a_server_that_stops_ends_the_streams_of_those_who_watch(tmp_path: Path) -> None:
    server = OwnServer(tmp_path)
    server.start()
    client = Client(server).login()
    query = {"v": "1", "api_token": client.token}
    with client.http.stream("GET", "/api/job/events", params=query) as stream:
        lines = stream.iter_lines()
        assert "event: ready" in lines
        assert server.stop() == 0
        assert set(lines) <= {"data: {}", ""}  # to its end, as HTTP has it


def test_no_library_announces_itself(tmp_path: Path) -> None:
    with OwnServer(tmp_path) as server:
        Client(server).login()
    log = server.log_path.read_text().lower()
    assert "recognizer" in log
    for name in ("dbos", "conductor", "uvicorn", "http://", "https://"):
        assert name not in log, log


def test_a_worker_that_dies_is_replaced(tmp_path: Path, speech: Path) -> None:
    with OwnServer(tmp_path, workflow_poll_s="0.1") as server:
        assert server.process is not None
        for pid in workers_of(server.process.pid):
            os.kill(pid, signal.SIGKILL)
        client = Client(server).login()
        job = client.new_job()
        client.upload(job, speech)
        client.order(job)
        assert client.finished(job)["JobStatus"] == "Complete"
        assert "starting another" in server.log_path.read_text()


def open_to_others(folder: Path) -> list[str]:
    """Return what others than the owner may touch: the folder, and what is in it and stays."""
    found = []
    for path in (folder, *folder.rglob("*")):
        with contextlib.suppress(FileNotFoundError):
            if path.lstat().st_mode & 0o077:
                found.append(str(path))
    return found


def test_other_users_cannot_read_the_data_folder(tmp_path: Path, quiet: Path) -> None:
    """Even while a job runs. A folder that was open to others is made private, once."""
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    data.chmod(0o755)
    server = OwnServer(tmp_path, workflow_poll_s="0.1", admin_password="")
    with server:
        server.password = (data / "admin-password").read_text()
        client = Client(server).login()
        job = client.new_job()
        client.upload(job, quiet)
        client.order(job)
        seen: set[str] = set()

        def finished(info: dict[str, Any]) -> bool:
            seen.update(path.name for path in data.rglob("*"))
            assert open_to_others(data) == []
            return str(info["JobStatus"]) in FINISHED

        client.wait(job, finished)
        assert seen >= {"scribedock.sqlite", "workflows.sqlite", "upload-keys", "admin-password", "work"}
    assert server.log_path.read_text().count("data folder made private") == 1
    assert command(server, "account", "list").stderr == ""
    assert open_to_others(data) == []


def test_a_command_keeps_others_out_of_the_folder_too_but_not_out_of_what_it_converts(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHi\n")
    before = os.umask(0o022)
    try:
        scribedock("keys", "rotate", data_dir=str(tmp_path / "data"))
        converted = ("captions", "convert", str(tmp_path / "a.srt"), str(tmp_path / "a.vtt"))
        done = scribedock(*converted, data_dir=str(tmp_path / "data"))
    finally:
        os.umask(before)
    assert done.returncode == 0, done.stderr
    assert open_to_others(tmp_path / "data") == []
    assert stat.S_IMODE((tmp_path / "a.vtt").stat().st_mode) == 0o644


@pytest.mark.parametrize("long_lived", [("serve", "--port", "0"), ("worker",)], ids=lambda each: each[0])
def test_a_misspelt_setting_keeps_a_server_from_starting(tmp_path: Path, long_lived: tuple[str, ...]) -> None:
    done = scribedock(
        *long_lived, data_dir=str(tmp_path / "data"), speech_modle="x", port="tcp://10.0.0.1:80"
    )
    assert done.returncode == 2
    assert done.stderr == (
        "scribedock: SCRIBEDOCK_SPEECH_MODLE: there is no such setting; "
        "did you mean SCRIBEDOCK_SPEECH_MODEL?\n"
    )
    assert not (tmp_path / "data").exists()


def test_other_commands_warn_of_a_misspelt_setting() -> None:
    done = scribedock("settings", speech_modle="x", port="tcp://10.0.0.1:80")
    assert done.returncode == 0
    assert done.stderr.count("did you mean SCRIBEDOCK_SPEECH_MODEL?") == done.stderr.count("\n") == 1


def test_the_occupied_address_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = scribedock("serve", "--port", str(port), "--data-dir", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr == f"scribedock: cannot listen on 127.0.0.1 port {port}: Address already in use\n"


def test_listening_on_the_network_needs_the_public_url(tmp_path: Path) -> None:
    done = scribedock("serve", "--host", "0.0.0.0", "--port", "0", "--data-dir", str(tmp_path))
    assert done.returncode == 2
    assert "SCRIBEDOCK_PUBLIC_URL" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("session_idle_s", "soon"),
        ("upload_lifetime_s", "50000"),
        ("database_url", "mysql://root:hunter2@localhost/x"),
        ("speech_engine", "magic"),
        ("encryption_key", "hunter2"),
        ("upload_keys", "hunter2"),
        ("public_url", "captions.example.org"),
        ("speech_model", "/does/not/exist"),
        ("callback_retries_s", "1,x"),
        ("trusted_proxies", "10.0.0.0/99"),
    ],
)
def test_a_wrong_setting_is_named_without_its_secret(tmp_path: Path, name: str, value: str) -> None:
    done = scribedock("serve", "--port", "0", "--data-dir", str(tmp_path), **{name: value})
    assert done.returncode == 2
    assert f"SCRIBEDOCK_{name.upper()}" in done.stderr
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_are_printed_with_secrets_hidden() -> None:
    done = scribedock("settings", admin_password="hunter2", session_idle_s="77")
    assert done.returncode == 0
    assert "SCRIBEDOCK_SESSION_IDLE_S=77\n" in done.stdout
    assert "SCRIBEDOCK_ADMIN_PASSWORD=(hidden)\n" in done.stdout
    assert "hunter2" not in done.stdout


def test_the_doctor_finds_nothing_missing_in_a_new_folder(tmp_path: Path) -> None:
    done = scribedock("doctor", "--data-dir", str(tmp_path / "new"))
    assert done.returncode == 0, done.stdout
    titles = "data folder,disk,database,speech,confidence of words,fence,certificates,ffmpeg"
    for title in titles.split(","):
        assert title in done.stdout


def test_the_doctor_says_what_is_missing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    done = scribedock(
        "doctor", "--data-dir", str(blocked / "data"), speech_model=str(tmp_path), speech_engine="whisper"
    )
    assert done.returncode == 1
    assert f"SCRIBEDOCK_DATA_DIR: {blocked / 'data'} cannot be created" in done.stdout
    assert "model.bin" in done.stdout


def test_the_main_job_works_over_tls(tmp_path: Path, speech: Path) -> None:
    chain, private = certificate(tmp_path)
    with OwnServer(
        tmp_path / "server", arguments=("--tls-cert", str(chain), "--tls-key", str(private))
    ) as server:
        assert server.base_url.startswith("https://")
        base = server.base_url.replace("127.0.0.1", "localhost")
        with httpx2.Client(
            base_url=base, verify=ssl.create_default_context(cafile=chain), trust_env=False, timeout=30
        ) as http:
            login = {"v": 1, "username": "admin", "password": server.password}
            token = http.get("/api/account/login", params=login).json()["ApiToken"]
            common = {"v": 1, "api_token": token}
            job = http.get("/api/job/new", params=common).json()["JobId"]
            url = http.get("/api/job/request_upload_url", params={**common, "job_id": job}).json()[
                "upload_url"
            ]
            assert url.startswith(base)
            assert http.put(url, content=speech.read_bytes()).status_code == 200
            assert http.put(url + "x", content=b"x").status_code == 403
            assert http.put(url, content=iter([b"RIFF", b"chunked"])).status_code == 200


def test_a_certificate_without_its_key_is_refused(tmp_path: Path) -> None:
    chain, _ = certificate(tmp_path)
    done = scribedock("serve", "--tls-cert", str(chain), "--data-dir", str(tmp_path / "data"))
    assert done.returncode == 2
    assert "--tls-key" in done.stderr


def test_the_demonstration_shows_the_whole_main_job(tmp_path: Path) -> None:
    recording = spoken(tmp_path / "short.wav", seconds=5)
    done = scribedock("demo", "--media", str(recording), data_dir=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    for call in ("account/login", "job/new", "request_upload_url", "perform_transcription", "get_caption"):
        assert call in done.stdout.replace("\n", "")
    assert "small library by the sea" in " ".join(done.stdout.split())
    assert "engine pocketsphinx" in " ".join(done.stdout.split())


def test_the_demonstration_fails_when_the_job_does(tmp_path: Path) -> None:
    text = tmp_path / "text.mp3"
    text.write_text("These words are no recording.")
    done = scribedock("demo", "--media", str(text), data_dir=str(tmp_path))
    assert done.returncode == 1
    assert "not a recording" in done.stdout + done.stderr
