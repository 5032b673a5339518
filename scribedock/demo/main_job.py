"""The main job: log in, open a job, upload, order, receive the callback, fetch the results."""

from __future__ import annotations

import os
import queue
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import httpx2
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)

from scribedock.demo.inherited import inherited_settings
from scribedock.demo.receiver import CallbackReceiver, ReceivedCallback
from scribedock.demo.result_page import show_page
from scribedock.demo.screen import DemoScreen, short
from scribedock.demo.server import OwnServer, ServerFailed
from scribedock.host.terminal import escape_markup, printable
from scribedock.settings import SettingsError, load
from scribedock.speech.models.installed import models_folder

RECORDING = "recording.flac"
CALLBACK_TAGS = "job={job_id}&version={elementlist_version}&iwp={iwp_name}&status={job_status}"
WAIT_S = 3 * 3600
CALLBACK_WAIT_S = 60
SHOWN_CAPTIONS = 4


class DemoFailed(Exception):
    """Something did not happen as it should; the text says what."""


def run(media: Path | None) -> int:
    """Run the main job with the pulled models; return the exit status, 0 only if all of it happened."""
    console = Console(highlight=False)
    if media is not None and not media.is_file():
        console.print(f"[red]There is no file {media}[/]")
        return 2
    try:
        inherited = inherited_settings(os.environ)
        models = str(models_folder(load()))
    except SettingsError as error:
        console.print(f"[red]{escape_markup(str(error))}[/]", soft_wrap=True)
        return 2
    if notice := inherited.notice():
        console.print(f"{escape_markup(notice)}\n", soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="scribedock-demo-") as folder:
        server = OwnServer(Path(folder), **{**inherited.used, "models_dir": models})
        try:
            with (
                as_file(files("scribedock.demo") / RECORDING) as shipped,
                server,
                CallbackReceiver() as receiver,
                httpx2.Client(base_url=server.base_url, timeout=60, trust_env=False) as client,
            ):
                console.print(f"[bold]scribedock[/] is running on {server.base_url}, in a temporary folder\n")
                job_id = MainJob(console, client, receiver).go(server, media or shipped)
                is_interactive = sys.stdin.isatty() and sys.stdout.isatty()
                show_page(console, server, job_id, is_interactive=is_interactive)
        except DemoFailed as error:
            console.print(f"\n[bold red]The demonstration failed:[/] {escape_markup(str(error))}")
            return 1
        except (ServerFailed, httpx2.HTTPError) as error:
            console.print(f"\n[bold red]The demonstration failed:[/] {escape_markup(str(error))}")
            said = printable(server.log_path.read_text(errors="replace")[-4000:], keep="\n")
            console.print(said, markup=False, style="dim")
            return 1
    return 0


class MainJob:
    def __init__(self, console: Console, client: httpx2.Client, receiver: CallbackReceiver) -> None:
        self._console = console
        self._screen = DemoScreen(console)
        self._client = client
        self._receiver = receiver

    def go(self, server: OwnServer, recording: Path) -> str:
        """Run the job; return its id. Raises DemoFailed, httpx2.HTTPError."""
        began = time.monotonic()
        login = self._json(
            "Log in", "POST", "account/login", {"username": server.username, "password": server.password}
        )
        token = {"api_token": login["ApiToken"]}
        job = {
            "job_id": self._json("Open a job", "GET", "job/new", {**token, "job_name": "Demonstration"})[
                "JobId"
            ]
        }
        upload_url = self._json("Request an upload URL", "GET", "job/request_upload_url", {**token, **job})[
            "upload_url"
        ]
        self._upload(recording, upload_url)
        self._json(
            "Order the transcription",
            "POST",
            "job/perform_transcription",
            {
                **token,
                **job,
                "transcription_fidelity": "MECHANICAL",
                "callback_url": f"{self._receiver.base_url}/done?{CALLBACK_TAGS}",
            },
        )
        info = self._wait({**token, **job})
        self._expect_callback(job["job_id"])
        transcript = self._text("Take the transcript", "job/get_transcript", {**token, **job})
        self._screen.block(transcript)
        captions = self._text(
            "Take the captions", "job/get_caption", {**token, **job, "caption_format": "SRT"}
        )
        self._screen.block("\n\n".join(captions.strip().split("\n\n")[:SHOWN_CAPTIONS]) + "\n…")
        elements = self._json("Fetch the timed words", "GET", "job/get_elementlist", {**token, **job})
        words = sum(
            token["type"] == "word"
            for segment in elements["segments"]
            for sequence in segment["sequences"]
            for token in sequence["tokens"]
        )
        if not transcript.strip() or not captions.strip() or not words:
            raise DemoFailed("the transcript is empty: no speech was recognized")
        self._console.print(
            f"\n[bold green]Everything worked:[/] {info['MediaLengthSeconds']:.0f} seconds of sound, "
            f"{words} timed words, {time.monotonic() - began:.0f} seconds, engine {info['Engine']}."
        )
        return str(job["job_id"])

    def _json(self, title: str, method: str, path: str, parameters: dict[str, str]) -> dict[str, Any]:
        response = self._call(title, method, path, parameters)
        found: dict[str, Any] = response.json()
        shown = {name: value for name, value in found.items() if isinstance(value, str)}
        self._screen.values(shown)
        return found

    def _text(self, title: str, path: str, parameters: dict[str, str]) -> str:
        return self._call(title, "GET", path, parameters).text

    def _call(self, title: str, method: str, path: str, parameters: dict[str, str]) -> httpx2.Response:
        self._screen.call(title, method, path, parameters)
        values = {"v": "1", **parameters}
        response = (
            self._client.get(f"/api/{path}", params=values)
            if method == "GET"
            else self._client.post(f"/api/{path}", data=values)
        )
        if response.status_code != 200:
            raise DemoFailed(f"{path} answered {response.status_code}: {response.text}")
        return response

    def _upload(self, recording: Path, url: str) -> None:
        size = recording.stat().st_size
        self._console.print("[bold]PUT the recording[/]")
        command = f"curl -T {shlex.quote(recording.name)} {short(url)}"
        self._console.print(f"  [dim]{escape_markup(command)}[/]", soft_wrap=True)
        columns = (TextColumn("  {task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        with Progress(*columns, console=self._console) as progress, recording.open("rb") as file:
            bar = progress.add_task("upload", total=size)

            def body() -> Iterator[bytes]:
                while part := file.read(64 * 1024):
                    yield part
                    progress.advance(bar, len(part))

            response = self._client.put(url, content=body(), headers={"Content-Length": str(size)})
        if response.status_code != 200:
            raise DemoFailed(f"the upload answered {response.status_code}: {response.text}")
        self._console.print(f"  [cyan]ETag[/] {response.headers['ETag']}\n")

    def _wait(self, parameters: dict[str, str]) -> dict[str, Any]:
        self._console.print("[bold]Watch the job[/]\n  [dim]GET /api/job/info?v=1&…[/]")
        columns = (
            TextColumn("  {task.description:<11}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
        )
        deadline = time.monotonic() + WAIT_S
        with Progress(*columns, console=self._console) as progress:
            bar = progress.add_task("Pending", total=1.0)
            while time.monotonic() < deadline:
                info = self._client.get("/api/job/info", params={"v": "1", **parameters}).json()
                progress.update(bar, completed=info["Progress"], description=info["JobStatus"])
                if info["JobStatus"] == "Complete":
                    return dict(info)
                if info["JobStatus"] == "Media Failure":
                    raise DemoFailed(f"Media Failure: {info['FailureReason']}")
                time.sleep(0.2)
        raise DemoFailed("the job was not complete in time")

    def _expect_callback(self, job_id: str) -> None:
        try:
            received: ReceivedCallback = self._receiver.received.get(timeout=CALLBACK_WAIT_S)
        except queue.Empty:
            raise DemoFailed("no callback came") from None
        if received.parameters.get("job") != job_id or received.parameters.get("iwp") != "FINAL":
            raise DemoFailed(f"the callback said {received.parameters}")
        self._console.print("\n[bold]Be called back[/]")
        self._screen.values(received.parameters)
