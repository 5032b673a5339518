"""Every call of the API, once, on a server of its own or on one that runs already.

What the calls are, and which answers they may give, is read from the server's OpenAPI document; a call in
it that the tour does not make is a failure.  All is done by an account that the tour opens below the one
that it logs in with.
"""

from __future__ import annotations

import json
import queue
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape

from scribedock.demo.mailbox import Mailbox
from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.screen import Screen, short
from scribedock.demo.server import OwnServer, ServerFailed
from scribedock.demo.walk import RECORDING
from scribedock.errors import ErrorType
from scribedock.media import ffmpeg

CLIP_S = 6
PICTURE = ("-f", "lavfi", "-i", "testsrc=size=320x180:rate=10")
SENTENCE = b"Welcome to a small library by the sea."
CALLBACK_TAGS = "job={job_id}&version={elementlist_version}&iwp={iwp_name}"
WAIT_S = 300
LOOK_EVERY_S = 0.2


class TourFailed(Exception):
    """A call did not answer as it should; the text says which, and what came."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What stands beside a server of our own, and that no other server can reach."""

    receiver: CallbackReceiver
    mailbox: Mailbox
    make_reviewer: Callable[[str], None]


def run(url: str | None, username: str, password: str) -> int:
    """Makes the tour at `url`, or on a server of its own; returns the exit status: 0 if all was right."""
    console = Console(highlight=False)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scribedock-walk-")))
        surroundings = None
        try:
            if url is None:
                surroundings, server = _own(stack, folder)
                url, username, password = server.base_url, server.username, server.password
            console.print(f"[bold]scribedock[/] serves on {escape(url)}\n")
            client = stack.enter_context(httpx.Client(base_url=url, timeout=90, trust_env=False))
            Tour(console, client, surroundings).go(username, password, clip(folder))
        except (TourFailed, ServerFailed, httpx.HTTPError) as error:
            console.print(f"\n[bold red]The walk failed:[/] {escape(str(error))}", soft_wrap=True)
            return 1
    return 0


def _own(stack: ExitStack, folder: Path) -> tuple[Surroundings, OwnServer]:
    """A server of our own with all that a server can have. Raises ServerFailed."""
    mailbox = stack.enter_context(Mailbox())
    server = stack.enter_context(OwnServer(folder, smtp_url=mailbox.url, workflow_poll_s="0.5"))

    def make_reviewer(username: str) -> None:
        command = [sys.executable, "-m", "scribedock", "account", "reviewer", username]
        subprocess.run(command, env=server.environment(), check=True, stdout=subprocess.DEVNULL)

    receiver = stack.enter_context(CallbackReceiver())
    return Surroundings(receiver=receiver, mailbox=mailbox, make_reviewer=make_reviewer), server


def clip(folder: Path) -> bytes:
    """A few seconds of speech, with a picture where there is an ffmpeg to make one."""
    program = ffmpeg.find()
    with as_file(files("scribedock.demo") / RECORDING) as shipped:
        if program is None:
            return shipped.read_bytes()
        made = folder / "clip.mp4"
        arguments = (*PICTURE, "-i", str(shipped), "-t", str(CLIP_S), "-pix_fmt", "yuv420p", str(made))
        subprocess.run([str(program), "-v", "error", *arguments], check=True, stdin=subprocess.DEVNULL)
    return made.read_bytes()


class Tour:
    def __init__(self, console: Console, client: httpx.Client, surroundings: Surroundings | None) -> None:
        self._console = console
        self._screen = Screen(console)
        self._client = client
        self._around = surroundings
        self._paths: dict[str, Any] = {}
        self._token: dict[str, str] = {}
        self._lacking: list[str] = []
        self.made: list[str] = []

    def go(self, username: str, password: str, recording: bytes) -> None:
        """Raises TourFailed, or httpx.HTTPError where the server does not answer."""
        began = time.monotonic()
        self._paths = self._client.get("/openapi.json").raise_for_status().json()["paths"]
        self._accounts(username, password)
        job = self._order(recording)
        self._review(job)
        self._results(job)
        self._media_out(job)
        self._related(job)
        self._other_media(recording)
        self._end(job)
        left_out = sorted(unvisited(self._paths, self.made))
        if left_out:
            raise TourFailed(f"the server has calls that were not made: {', '.join(left_out)}")
        lacking = f"; this server lacks what it takes for {', '.join(self._lacking)}" if self._lacking else ""
        self._console.print(
            f"[bold green]All {len(self._paths)} calls answered as they should[/] "
            f"in {time.monotonic() - began:.0f} seconds{lacking}.",
            soft_wrap=True,
        )

    def _accounts(self, username: str, password: str) -> None:
        own = {"username": f"walk-{secrets.token_hex(4)}", "password": secrets.token_urlsafe(12)}
        given = {"username": username, "password": password}
        self._token = _api_token(self._call("account/login", given))
        self._call("account/verify_key")
        named = {"new_username": own["username"], "new_password": own["password"]}
        self._call("account/create", {**named, "email": "walk@example.org"})
        if self._around is not None:
            self._around.make_reviewer(own["username"])
        self._token = _api_token(self._ask("GET", "account/login", own).json())
        self._call("account/update_password", {"new_password": secrets.token_urlsafe(12)})
        key = self._call("account/generate_api_key")["ApiKey"]
        self._call("account/remove_api_key", {"api_securekey": key})
        waits = "require_customer_authorization_before_starting_workflow"
        self._call("account/update_setting", {"setting": waits, "value": "true"})
        settings = self._call("account/get_settings")
        self._expect(settings[waits] is True, "the setting is not what it was set to")

    def _order(self, recording: bytes) -> dict[str, str]:
        job = {
            "job_id": self._call("job/new", {"job_name": "Walk", "external_id": secrets.token_hex(4)})[
                "JobId"
            ]
        }
        url = self._call("job/request_upload_url", job)["upload_url"]
        put = self._client.put(url, content=recording)
        self._expect(put.status_code == 200, f"the upload answered {put.status_code}: {put.text}")
        uploads = self._call("upload/list", job)["Uploads"]
        self._expect([each["Status"] for each in uploads] == ["RECEIVED"], f"the uploads are {uploads}")
        self._call(
            "job/add_custom_guidelines",
            {**job, "guidelines_data": "Library: with a capital L"},
            method="POST",
        )
        self._call("job/modify", {**job, "expected_speakers": "1", "priority": "HIGH"})
        callback = {}
        if self._around is not None:
            callback = {"callback_url": f"{self._around.receiver.base_url}/done?{CALLBACK_TAGS}"}
        order = {"transcription_fidelity": "MECHANICAL", "options": '{"customer_approval_steps": ["RETURN"]}'}
        task = self._call("job/perform_transcription", {**job, **order, **callback}, method="POST")["TaskId"]
        self._call("job/authorize", job)
        self._wait(job, "Reviewing")
        info = self._call("job/info", job)
        self._expect(info["JobStatus"] == "Reviewing", f"the job is {info['JobStatus']}, not Reviewing")
        self._call("job/task_status", {"task_id": task})
        return job

    def _review(self, job: dict[str, str]) -> None:
        """By the customer, who has asked to approve: that takes no reviewer's right."""
        turn = {**job, "kind": "approval"}
        self._call("review/take", turn)
        work = self._call("review/elementlist", turn)
        self._call("review/media", turn)
        changed = json.dumps(work["elementlist"]).encode()
        base = {**turn, "base_version": work["version"]}
        saved = self._call("review/save", base, method="POST", content=changed)
        self._expect(saved["version"] > work["version"], "what was saved is not newer")
        task = self._call("review/realign", turn)["task_id"]
        self._wait_for_task(task)
        self._call("review/release", turn)
        approved = self._call("review/approve", turn)
        self._expect(approved["JobStatus"] == "Complete", f"the job is {approved['JobStatus']}")
        if self._around is not None:
            called = _next(self._around.receiver.received, "no callback came")
            self._expect(called.parameters["job"] == job["job_id"], f"the callback said {called}")

    def _results(self, job: dict[str, str]) -> None:
        transcript = self._call("job/get_transcript", job)
        captions = self._call("job/get_caption", {**job, "caption_format": "WEB_VTT"})
        self._expect(bool(transcript.strip()), "the transcript is empty: no speech was recognized")
        self._expect(captions.startswith("WEBVTT"), "the captions are no WebVTT")
        self._expect(bool(self._call("job/get_elementlist", job)["segments"]), "the ElementList is empty")
        names = {each["iwp_name"] for each in self._call("job/list_elementlists", job)}
        self._expect({"MECHANICAL", "CUSTOMER_APPROVED_RETURN", "FINAL"} <= names, f"the lists are {names}")

    def _media_out(self, job: dict[str, str]) -> None:
        link = self._call("job/transcoded_media", {**job, "transcoded_version": "mp3"})["MediaUrl"]
        self._expect(self._client.get(link).status_code == 200, "the link leads nowhere")
        self._call("job/download_media", {**job, "media_type": "mp3"})
        self._call("job/burn_in_caption", job, lacking=ErrorType.INVALID_QUERY)
        if self._around is not None and "job/burn_in_caption" not in self._lacking:
            mail = _next(self._around.mailbox.received, "no mail came")
            self._screen.values({"By mail": str(mail["Subject"])})

    def _related(self, job: dict[str, str]) -> None:
        second = self._call("job/uplevel", job)["upleveled_job_id"]
        if self._around is not None:
            self._wait({"job_id": second}, "Reviewing")
        waiting = self._call("review/list", lacking=ErrorType.ACCOUNT_UNPRIVILEGED)
        if self._around is not None:
            self._expect([each["job_id"] for each in waiting] == [second], f"the reviews are {waiting}")
        wanted = {"target_languages": "de", "approve_uplevel": "true"}
        self._call("job/translate", {**job, **wanted}, lacking=ErrorType.INVALID_OPTION)
        related = self._call("job/list_related", job)["related_jobs"]
        self._expect(second in {each["job_id"] for each in related}, f"the related jobs are {related}")

    def _other_media(self, recording: bytes) -> None:
        job = self._new_job()
        self._call("job/add_media", job, method="POST", content=recording)
        self._call("job/add_transcript", {**job, "format": "text"}, method="POST", content=SENTENCE)
        self._call("upload/cancel", job)
        fetching = self._new_job()
        url = f"{self._client.base_url}/docs"
        if self._around is not None:
            self._around.receiver.files["/clip.mp4"] = recording
            url = f"{self._around.receiver.base_url}/clip.mp4"
        self._call("job/add_media_url", {**fetching, "media_url": url}, lacking=ErrorType.INVALID_URL)
        self._call("job/media", fetching, lacking=ErrorType.ITEM_NOT_FOUND)

    def _end(self, job: dict[str, str]) -> None:
        data = self._call("job/aggregate_statistics")["data"]
        self._expect(data[0]["billable_minutes_mechanical"] >= 1, f"the statistics are {data}")
        listed = {each["JobId"] for each in self._call("job/list", {"JobName": "W*"})["ActiveJobs"]}
        self._expect(job["job_id"] in listed, "the job is not in the list")
        self._call("job/delete", job)
        self._call("account/logout")

    def _new_job(self) -> dict[str, str]:
        return {"job_id": self._ask("GET", "job/new", {}).json()["JobId"]}

    def _call(
        self,
        path: str,
        parameters: Mapping[str, str] = MappingProxyType({}),
        *,
        method: str = "",
        content: bytes | None = None,
        lacking: ErrorType | None = None,
    ) -> Any:
        """Makes a call and shows it; what it answered, as JSON, text or bytes.

        lacking: the error of a server that is right, but without what the call takes.

        Raises TourFailed for every other error, and for an answer that is not documented.
        """
        described = self._paths.get(f"/api/{path}")
        if described is None:
            raise TourFailed(f"the server does not document {path}")
        method = method or ("GET" if "get" in described else "POST")
        operation = described[method.lower()]
        self.made.append(path)
        self._screen.call(operation["summary"], method, path, parameters)
        response = self._ask(method, path, parameters, content)
        if not response.is_success:
            error = response.json()
            if lacking is None or error["ErrorType"] != lacking:
                raise TourFailed(f"{path} answered {response.status_code}: {response.text}")
            self._lacking.append(path)
            self._screen.note(error["ErrorComment"])
            return {}
        if str(response.status_code) not in operation["responses"]:
            raise TourFailed(f"{path} answered {response.status_code}, which is not documented")
        self._screen.answer(response)
        kind = response.headers.get("content-type", "")
        if kind.startswith("application/json"):
            return response.json()
        return response.text if kind.startswith("text/") else response.content

    def _ask(
        self, method: str, path: str, parameters: Mapping[str, str], content: bytes | None = None
    ) -> httpx.Response:
        """Asks again where the server says when (503 with Retry-After)."""
        given = {"v": "1", **self._token, **parameters}
        deadline = time.monotonic() + WAIT_S
        while True:
            in_query = method == "GET" or content is not None
            response = self._client.request(
                method,
                f"/api/{path}",
                params=given if in_query else None,
                data=None if in_query else given,
                content=content,
            )
            again = response.headers.get("retry-after", "") if response.status_code == 503 else ""
            if not again.isdecimal() or time.monotonic() > deadline:
                return response
            time.sleep(int(again))

    def _wait(self, job: dict[str, str], status: str) -> None:
        deadline = time.monotonic() + WAIT_S
        while True:
            info = self._ask("GET", "job/info", job).json()
            if info["JobStatus"] == status:
                return
            if info["JobStatus"] == "Media Failure":
                raise TourFailed(f"Media Failure: {info['FailureReason']}")
            if time.monotonic() > deadline:
                raise TourFailed(f"the job is {info['JobStatus']} and not {status} after {WAIT_S} seconds")
            time.sleep(LOOK_EVERY_S)

    def _wait_for_task(self, task_id: str) -> None:
        deadline = time.monotonic() + WAIT_S
        while True:
            task = self._ask("GET", "job/task_status", {"task_id": task_id}).json()
            if task["TaskStatus"] == "COMPLETE":
                return
            if task["TaskStatus"] in ("FAILED", "ABORTED") or time.monotonic() > deadline:
                raise TourFailed(f"the task {task['TaskType']} is {task['TaskStatus']}: {task['TaskInfo']}")
            time.sleep(LOOK_EVERY_S)

    def _expect(self, condition: bool, otherwise: str) -> None:
        if not condition:
            raise TourFailed(short(otherwise))


def unvisited(paths: Mapping[str, Any], made: list[str]) -> set[str]:
    """The calls of an OpenAPI document that were not made."""
    return {path.removeprefix("/api/") for path in paths} - set(made)


def _api_token(answer: Mapping[str, str]) -> dict[str, str]:
    return {"api_token": answer["ApiToken"]}


def _next(received: queue.Queue[Any], otherwise: str) -> Any:
    try:
        return received.get(timeout=WAIT_S)
    except queue.Empty:
        raise TourFailed(otherwise) from None
