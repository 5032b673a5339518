"""Every call of the API, once, on a server of its own or on a running one.

The calls and their possible answers are read from the server's OpenAPI document; a call in it that is not
made here is a failure. Everything is done by an account that is created below the one that logs in.
"""

from __future__ import annotations

import json
import os
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
from typing import Any

import httpx2
from rich.console import Console

from scribedock.demo.guide import WAIT_S, Guide, WalkFailed, expect, unvisited
from scribedock.demo.inherited import inherited_settings
from scribedock.demo.mailbox import Mailbox
from scribedock.demo.main_job import RECORDING
from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.screen import DemoScreen
from scribedock.demo.server import OwnServer, ServerFailed
from scribedock.errors import ErrorType
from scribedock.host.terminal import escape_markup
from scribedock.media import ffmpeg
from scribedock.settings import SettingsError
from scribedock.webhooks.event_types import EventType

CLIP_S = 6
PICTURE = ("-f", "lavfi", "-i", "testsrc=size=320x180:rate=10")
SENTENCE = b"Welcome to a small library by the sea."
CALLBACK_TAGS = "job={job_id}&version={elementlist_version}&iwp={iwp_name}"


@dataclass(frozen=True, kw_only=True)
class LocalServices:
    """What runs beside a server of our own, and no other server could reach."""

    receiver: CallbackReceiver
    mailbox: Mailbox
    make_reviewer: Callable[[str], None]


def run(url: str | None, username: str, password: str) -> int:
    """Make every call at `url` or on a server of its own; return the exit status, 0 if all was right."""
    console = Console(highlight=False)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scribedock-walk-")))
        surroundings = None
        try:
            if url is None:
                inherited = inherited_settings(os.environ)
                if notice := inherited.notice():
                    console.print(f"{escape_markup(notice)}\n", soft_wrap=True)
                surroundings, server = _own(stack, folder, inherited.used)
                url, username, password = server.base_url, server.username, server.password
            console.print(f"[bold]scribedock[/] is running on {escape_markup(url)}\n")
            client = stack.enter_context(httpx2.Client(base_url=url, timeout=90, trust_env=False))
            EveryCall(console, client, surroundings).go(username, password, clip(folder))
        except (WalkFailed, ServerFailed, SettingsError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            console.print(f"\n[bold red]The walk failed:[/] {escape_markup(str(error))}", soft_wrap=True)
            return 1
    return 0


def _own(stack: ExitStack, folder: Path, settings: Mapping[str, Any]) -> tuple[LocalServices, OwnServer]:
    """Start a server of our own with everything that a server can have. Raises ServerFailed."""
    mailbox = stack.enter_context(Mailbox())
    server = stack.enter_context(OwnServer(folder, smtp_url=mailbox.url, workflow_poll_s="0.5", **settings))

    def make_reviewer(username: str) -> None:
        command = [sys.executable, "-m", "scribedock", "account", "reviewer", username]
        subprocess.run(command, env=server.environment(), check=True, stdout=subprocess.DEVNULL)

    receiver = stack.enter_context(CallbackReceiver())
    return LocalServices(receiver=receiver, mailbox=mailbox, make_reviewer=make_reviewer), server


def clip(folder: Path) -> bytes:
    """Return a few seconds of speech, with pictures where ffmpeg can make them."""
    program = ffmpeg.find_ffmpeg()
    with as_file(files("scribedock.demo") / RECORDING) as shipped:
        if program is None:
            return shipped.read_bytes()
        made = folder / "clip.mp4"
        arguments = (*PICTURE, "-i", str(shipped), "-t", str(CLIP_S), "-pix_fmt", "yuv420p", str(made))
        subprocess.run([str(program), "-v", "error", *arguments], check=True, stdin=subprocess.DEVNULL)
    return made.read_bytes()


class EveryCall:
    def __init__(self, console: Console, client: httpx2.Client, surroundings: LocalServices | None) -> None:
        self._console = console
        self._screen = DemoScreen(console)
        self._client = client
        self._around = surroundings
        self._guide = Guide(self._screen, client)

    def go(self, username: str, password: str, recording: bytes) -> None:
        """Make all calls. Raises WalkFailed, or httpx2.HTTPError where the server does not answer."""
        began = time.monotonic()
        self._accounts(username, password)
        job = self._order(recording)
        self._review(job)
        self._results(job)
        self._media_out(job)
        self._related(job)
        self._again(job)
        self._shares(job)
        self._watch(job)
        self._records(job)
        self._other_media(recording)
        self._webhooks()
        self._end(job)
        left_out = ", ".join(sorted(unvisited(self._guide.paths, self._guide.made)))
        expect(not left_out, f"the server has calls that were not made: {left_out}")
        lacking = ", ".join(self._guide.lacking)
        but = f"; this server lacks what it takes for {lacking}" if lacking else ""
        self._console.print(
            f"[bold green]All {len(self._guide.paths)} calls answered as they should[/] "
            f"in {time.monotonic() - began:.0f} seconds{but}.",
            soft_wrap=True,
        )

    def _accounts(self, username: str, password: str) -> None:
        own = {"username": f"walk-{secrets.token_hex(4)}", "password": secrets.token_urlsafe(12)}
        given = {"username": username, "password": password}
        self._guide.token = _api_token(self._guide.call("account/login", given, method="POST"))
        self._guide.call("account/verify_key")
        named = {"new_username": own["username"], "new_password": own["password"]}
        self._guide.call("account/create", {**named, "email": "walk@example.org"}, method="POST")
        if self._around is not None:
            self._around.make_reviewer(own["username"])
        self._guide.token = _api_token(self._guide.found("account/login", own, method="POST"))
        self._guide.call("account/update_password", {"new_password": secrets.token_urlsafe(12)})
        key = self._guide.call("account/generate_api_key")["ApiKey"]
        self._guide.call("account/remove_api_key", {"api_securekey": key})
        waits = "require_customer_authorization_before_starting_workflow"
        self._guide.call("account/update_setting", {"setting": waits, "value": "true"})
        settings = self._guide.call("account/get_settings")
        self._guide.call("account/budget")
        expect(settings[waits] is True, "the setting is not what it was set to")

    def _order(self, recording: bytes) -> dict[str, str]:
        job = {
            "job_id": self._guide.call("job/new", {"job_name": "Walk", "external_id": secrets.token_hex(4)})[
                "JobId"
            ]
        }
        url = self._guide.call("job/request_upload_url", job)["upload_url"]
        put = self._client.put(url, content=recording)
        expect(put.status_code == 200, f"the upload answered {put.status_code}: {put.text}")
        uploads = self._guide.call("upload/list", job)["Uploads"]
        expect([each["Status"] for each in uploads] == ["RECEIVED"], f"the uploads are {uploads}")
        self._guide.call(
            "job/add_custom_guidelines",
            {**job, "guidelines_data": "Library: with a capital L"},
            method="POST",
        )
        self._guide.call("job/modify", {**job, "expected_speakers": "1", "priority": "HIGH"})
        order = {"transcription_fidelity": "MECHANICAL", "options": '{"customer_approval_steps": ["RETURN"]}'}
        if self._around is not None:
            order["callback_url"] = f"{self._around.receiver.base_url}/done?{CALLBACK_TAGS}"
        ordered = self._guide.call("job/perform_transcription", {**job, **order}, method="POST")
        self._guide.call("job/authorize", job)
        self._guide.wait(job, "Reviewing")
        info = self._guide.call("job/info", job)
        expect(info["JobStatus"] == "Reviewing", f"the job is {info['JobStatus']}, not Reviewing")
        self._guide.call("job/task_status", {"task_id": ordered["TaskId"]})
        return job

    def _review(self, job: dict[str, str]) -> None:
        """Review as the customer, who has asked to approve, so that no reviewer's right is needed."""
        turn = {**job, "kind": "approval"}
        self._guide.call("review/take", turn)
        work = self._guide.call("review/elementlist", turn)
        self._guide.call("review/media", turn)
        changed = json.dumps(work["elementlist"]).encode()
        base = {**turn, "base_version": work["version"]}
        saved = self._guide.call("review/save", base, method="POST", content=changed)
        expect(saved["version"] > work["version"], "what was saved is not newer")
        edit = {**turn, "base_version": saved["version"], "save_id": secrets.token_hex(8)}
        first = {"first": 0, "removed": 1, "segments": work["elementlist"]["segments"][:1]}
        content = json.dumps({"changes": [first]}).encode()
        again = self._guide.call("review/save_segments", edit, method="POST", content=content)
        expect(again["version"] > saved["version"], "the segment that was saved is not newer")
        seen = self._guide.call("review/changes", {**turn, "since": saved["version"]})
        expect([each["version"] for each in seen] == [again["version"]], f"the changes are {seen}")
        task = self._guide.call("review/realign", turn)["task_id"]
        self._guide.wait_for_task(task)
        self._recognize(turn)
        self._guide.call("review/release", turn)
        approved = self._guide.call("review/approve", turn)
        expect(approved["JobStatus"] == "Complete", f"the job is {approved['JobStatus']}")
        if self._around is not None:
            called = _next(self._around.receiver.received, "no callback came")
            expect(called.parameters["job"] == job["job_id"], f"the callback said {called}")

    def _recognize(self, turn: dict[str, str]) -> None:
        """Have the first seconds recognized once more, and leave the list as it is."""
        stretch = {**turn, "start": "0", "end": str(1000 * CLIP_S // 2)}
        task = {"task_id": self._guide.call("review/recognize", stretch)["task_id"]}
        self._guide.wait_for_task(task["task_id"])
        [found] = self._guide.call("review/recognized", {**turn, **task})
        expect(bool(found["segments"]), f"nothing was recognized in the stretch: {found}")
        self._guide.call("review/forget_recognized", {**turn, **task})

    def _results(self, job: dict[str, str]) -> None:
        transcript = self._guide.call("job/get_transcript", job)
        captions = self._guide.call("job/get_caption", {**job, "caption_format": "WEB_VTT"})
        expect(bool(transcript.strip()), "the transcript is empty: no speech was recognized")
        expect(captions.startswith("WEBVTT"), "the captions are not WebVTT")
        expect(bool(self._guide.call("job/get_elementlist", job)["segments"]), "the ElementList is empty")
        names = {each["iwp_name"] for each in self._guide.call("job/list_elementlists", job)}
        expect({"MECHANICAL", "CUSTOMER_APPROVED_RETURN", "FINAL"} <= names, f"the lists are {names}")

        self._search(job, next(word for word in transcript.split() if word[0].isalpha()))

        archive = self._guide.call(
            "job/download_results", {"job_ids": job["job_id"], "formats": "SRT,TRANSCRIPT"}
        )
        expect(archive.startswith(b"PK"), "the results are no zip archive")

    def _search(self, job: dict[str, str], word: str) -> None:
        """Search for a word of the transcript, once the worker has indexed it."""
        wanted = {**job, "query": word}
        self._guide.wait_for("job/search", wanted, lambda found: not found["JobsToIndex"])
        found = self._guide.call("job/search", wanted)
        expect({each["JobId"] for each in found["Passages"]} == {job["job_id"]}, f"found was {found}")

    def _media_out(self, job: dict[str, str]) -> None:
        link = self._guide.call("job/transcoded_media", {**job, "transcoded_version": "mp3"})["MediaUrl"]
        expect(self._client.get(link).status_code == 200, "the link leads nowhere")
        self._guide.call("job/download_media", {**job, "media_type": "mp3"})
        self._guide.call("job/burn_in_caption", job, lacking=ErrorType.INVALID_QUERY)
        if self._around is not None and "job/burn_in_caption" not in self._guide.lacking:
            mail = _next(self._around.mailbox.received, "no mail came")
            self._screen.values({"By mail": str(mail["Subject"])})

    def _related(self, job: dict[str, str]) -> None:
        second = self._guide.call("job/uplevel", job)["upleveled_job_id"]
        if self._around is not None:
            self._guide.wait({"job_id": second}, "Reviewing")
        waiting = self._guide.call("review/list", lacking=ErrorType.ACCOUNT_UNPRIVILEGED)
        if self._around is not None:
            expect([each["job_id"] for each in waiting] == [second], f"the reviews are {waiting}")
        self._reject({"job_id": second})
        wanted = {"target_languages": "de", "approve_uplevel": "true"}
        self._guide.call("job/translate", {**job, **wanted}, lacking=ErrorType.INVALID_OPTION)
        related = self._guide.call("job/list_related", job)["related_jobs"]
        expect(second in {each["job_id"] for each in related}, f"the related jobs are {related}")

    def _reject(self, job: dict[str, str]) -> None:
        """Give a second pass back, where the account has the reviewer's right."""
        if self._around is not None:
            self._guide.found("review/take", job)
        note = {"note": "Not my language"}
        self._guide.call("review/reject", {**job, **note}, lacking=ErrorType.ACCOUNT_UNPRIVILEGED)

    def _watch(self, job: dict[str, str]) -> None:
        """Watch a job that is finished, until what there is to see was sent."""
        seen = self._guide.call("job/events", {**job, "seconds": "0", "last_event_id": "0"})
        expect("event: ready" in seen and '"Complete"' in seen, f"the events are {seen}")

    def _records(self, job: dict[str, str]) -> None:
        """See what belongs to a job besides its results."""
        self._guide.call("job/list_callbacks", job)
        self._guide.call("job/list_guidelines", job)
        seen = self._guide.call("job/audit", {**job, "limit": "1000"})
        expect(seen[-1]["call"] == "job/new", f"the audit log begins with {seen[-1]}")

    def _again(self, job: dict[str, str]) -> None:
        """Open another job on the recording, and see that both know each other."""
        other = {"job_id": self._guide.call("job/again", {**job, "language": "de"})["JobId"]}
        same = self._guide.found("job/info", other)["SameRecording"]
        expect(same == [job["job_id"]], f"the jobs with the same recording are {same}")

    def _shares(self, job: dict[str, str]) -> None:
        """Make a link to the job, see what it shows to whoever has no account, and end it."""
        made = self._guide.call("job/share", {**job, "label": "for the walk", "hours": "1"})
        page = self._client.get(made["ShareUrl"], follow_redirects=True)
        expect(page.status_code == 200, f"the page of a link answers {page.status_code}")
        listed = self._guide.call("job/list_shares", job)
        expect([each["Label"] for each in listed] == ["for the walk"], f"the links are {listed}")
        self._guide.call("job/revoke_share", {"share_id": made["ShareId"]})
        page = self._client.get(made["ShareUrl"], follow_redirects=True)
        expect(page.status_code == 410, f"a revoked link answers {page.status_code}")

    def _other_media(self, recording: bytes) -> None:
        job = self._new_job()
        self._guide.call("job/add_media", job, method="POST", content=recording)
        self._guide.call("job/add_transcript", {**job, "format": "text"}, method="POST", content=SENTENCE)
        self._guide.call("upload/cancel", job)
        fetching = self._new_job()
        url = f"{self._client.base_url}/docs"
        if self._around is not None:
            self._around.receiver.files["/clip.mp4"] = recording
            url = f"{self._around.receiver.base_url}/clip.mp4"
        self._guide.call("job/add_media_url", {**fetching, "media_url": url}, lacking=ErrorType.INVALID_URL)
        self._guide.call("job/media", fetching, lacking=ErrorType.ITEM_NOT_FOUND)

    def _webhooks(self) -> None:
        url = f"{self._client.base_url}/docs"
        if self._around is not None:
            url = f"{self._around.receiver.base_url}/events"
        asked = {"webhook_url": url, "event_types": "job.completed"}
        added = self._guide.call("webhook/add", asked, method="POST", lacking=ErrorType.INVALID_URL)
        endpoint = {"webhook_id": added.get("webhook_id", "0" * 32)}
        absent = None if added else ErrorType.ITEM_NOT_FOUND
        self._guide.call("webhook/list")
        for path in ("pause", "resume", "rotate_secret"):
            self._guide.call(f"webhook/{path}", endpoint, lacking=absent)
        event_id = self._guide.call("webhook/test", endpoint, lacking=absent).get("event_id", "0" * 32)
        if self._around is not None:
            self._await_test_event()
        self._guide.wait_for_event(endpoint, event_id)
        self._guide.call("webhook/events", endpoint, lacking=absent)
        self._guide.call("webhook/resend", {"event_id": event_id}, lacking=absent)
        self._guide.call("webhook/remove", endpoint, lacking=absent)

    def _await_test_event(self) -> None:
        """Wait for the test event; a job that ends meanwhile has one, too."""
        assert self._around is not None
        events = self._around.receiver.events
        while json.loads(_next(events, "the test event did not come").body)["type"] != EventType.TEST:
            continue

    def _end(self, job: dict[str, str]) -> None:
        data = self._guide.call("job/aggregate_statistics")["data"]
        expect(data[0]["billable_minutes_mechanical"] >= 1, f"the statistics are {data}")
        listed = {each["JobId"] for each in self._guide.call("job/list", {"JobName": "W*"})["ActiveJobs"]}
        expect(job["job_id"] in listed, "the job is not in the list")
        self._guide.call("job/delete", job)
        self._guide.call("account/logout")

    def _new_job(self) -> dict[str, str]:
        return {"job_id": self._guide.found("job/new", {})["JobId"]}


def _api_token(answer: Mapping[str, str]) -> dict[str, str]:
    return {"api_token": answer["ApiToken"]}


def _next(received: queue.Queue[Any], otherwise: str) -> Any:
    try:
        return received.get(timeout=WAIT_S)
    except queue.Empty:
        raise WalkFailed(otherwise) from None
