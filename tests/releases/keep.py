"""Keeps a small data folder of this release, killed in the middle of its work, for later releases to open.

    python -m tests.releases.keep NAME

writes `tests/releases/NAME.tar.xz`: the data folder but for decoded sound (`work`, which is made again), and
`kept.json`, which says what is in it. `kept.opened` unpacks one as though its server had died just now.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
import tarfile
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import av

from scribedock.demo.server import OwnServer
from tests.support.accounts import account
from tests.support.client import Client
from tests.support.media.sound import RATE, pcm
from tests.support.resume.resuming import break_off
from tests.support.webserver import WebServer

FOLDER = Path(__file__).parent
PASSWORD = "kept-for-later"
SPEECH_S = 14
PARTIAL = 1500  # bytes of the upload that broke off
DELETED_WORDS = "Planted Umbrella"  # that the job which was deleted had


@dataclass
class Kept:
    """What the folder holds. Jobs by what they are an example of."""

    created: float  # s since 1970, when the server was killed
    password: str
    accounts: dict[str, str] = field(default_factory=dict)  # names, by part
    api_key: str = ""
    jobs: dict[str, str] = field(default_factory=dict)
    upload_path: str = ""  # of the URL on which an upload broke off
    upload_bytes: int = 0  # that had come
    recording_bytes: int = 0  # of the whole recording
    caption_path: str = ""  # of a permanent caption URL
    callback_tries: int = 0  # that were made of the callback between two tries


def recording(folder: Path) -> bytes:
    """Return a few seconds of speech in several stretches, small: Opus in Ogg."""
    path = folder / "speech.ogg"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        stream.bit_rate = 24_000
        samples = pcm(SPEECH_S)
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples) // 2)
        frame.planes[0].update(samples)
        frame.sample_rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return path.read_bytes()


class Keeper:
    """Brings a server into every state that a later release must know."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = OwnServer(
            folder / "server",
            password=PASSWORD,
            worker_jobs="2",
            speech_processes="1",
            speech_engine="pocketsphinx",
            callback_retries_s="0.2,5000,5000",
            workflow_poll_s="0.2",
        )
        self.speech = recording(folder)
        self.kept = Kept(created=0, password=PASSWORD, recording_bytes=len(self.speech))

    def keep(self) -> Kept:
        with WebServer(files={"/done": b"well"}) as web, WebServer(gate=threading.Event()) as slow:
            self.server.start()
            self._people()
            self._finished(web)
            self._reviews()
            self._waiting()
            self._under_way(slow.base_url)
            self.server.kill()
            self.kept.created = time.time()
        return self.kept

    def _people(self) -> None:
        self.admin = Client(self.server).login()
        names = {"customer": "harbour", "careful": "lighthouse", "reviewer": "pilot", "disabled": "wreck"}
        self.admin.get("account/create", new_username="harbour", new_password=PASSWORD)
        self.admin.get("account/create", new_username="lighthouse", new_password=PASSWORD)
        self.admin.get("account/create", new_username="wreck", new_password=PASSWORD)
        self.customer = Client(self.server).login("harbour", PASSWORD)
        self.customer.get("account/create", new_username="pilot", new_password=PASSWORD)
        self.careful = Client(self.server).login("lighthouse", PASSWORD)
        self.careful.get(
            "account/update_setting",
            setting="require_customer_authorization_before_starting_workflow",
            value="true",
        )
        account(self.server, "reviewer", "pilot", password="")
        account(self.server, "disable", "wreck", password="")
        self.reviewer = Client(self.server).login("pilot", PASSWORD)
        self.kept.accounts = names
        self.kept.api_key = self.customer.get("account/generate_api_key").json()["ApiKey"]

    def _finished(self, web: WebServer) -> None:
        customer, jobs = self.customer, self.kept.jobs
        jobs["complete"] = self._ordered(
            "complete", self.speech, callback_url=f"{web.base_url}/done?job={{job_id}}"
        )
        customer.finished(jobs["complete"])
        answer = customer.get(
            "job/get_caption", job_id=jobs["complete"], caption_format="SRT", build_url="true"
        )
        self.kept.caption_path = answer.json()["CaptionUrl"].removeprefix(self.server.base_url)
        jobs["media_failure"] = self._ordered("media failure", b"this is no recording" * 50)
        customer.finished(jobs["media_failure"])
        jobs["deleted"] = self._ordered(
            DELETED_WORDS, self.speech, options=json.dumps({"notes": DELETED_WORDS})
        )
        customer.finished(jobs["deleted"])
        customer.get("job/delete", job_id=jobs["deleted"])
        jobs["owes_callback"] = customer.new_job(job_name="owes a callback")
        customer.upload(jobs["owes_callback"], self.speech)
        customer.order(
            jobs["owes_callback"], callback_url=f"{web.base_url}/missing?job={{job_id}}&iwp={{iwp_name}}"
        )
        customer.finished(jobs["owes_callback"])
        self.kept.callback_tries = 2
        self._until(
            "SELECT count(*) >= 2 FROM callback_tries WHERE http_status = 404",
            "scribedock.sqlite",
        )

    def _reviews(self) -> None:
        jobs = self.kept.jobs
        for name in ("review_taken", "review_open"):
            jobs[name] = self._ordered(name, self.speech, transcription_fidelity="PREMIUM")
            self.customer.wait(jobs[name], lambda info: info["JobStatus"] == "Reviewing")
        self.reviewer.post("review/take", job_id=jobs["review_taken"])
        work = self.reviewer.get("review/elementlist", job_id=jobs["review_taken"]).json()
        saved = self.reviewer.http.post(
            "/api/review/save",
            params={
                "v": "1",
                "api_token": self.reviewer.token,
                "job_id": jobs["review_taken"],
                "base_version": work["version"],
            },
            content=json.dumps(work["elementlist"]).encode(),
        )
        assert saved.status_code == 200, saved.text

    def _waiting(self) -> None:
        jobs = self.kept.jobs
        jobs["authorizing_new"] = self.careful.new_job(job_name="authorizing")
        jobs["authorizing_ordered"] = self.careful.new_job(job_name="authorizing and ordered")
        self.careful.upload(jobs["authorizing_ordered"], self.speech)
        self.careful.order(jobs["authorizing_ordered"])
        jobs["pending"] = self.customer.new_job(job_name="not ordered")
        jobs["partial_upload"] = self.customer.new_job(job_name="an upload broke off")
        url = self.customer.upload_url(jobs["partial_upload"])
        break_off(url, self.speech, PARTIAL)
        self.kept.upload_path = url.removeprefix(self.server.base_url)
        self.kept.upload_bytes = PARTIAL

    def _under_way(self, slow: str) -> None:
        """Two orders have the worker's two slots, and a third waits for one."""
        jobs, customer = self.kept.jobs, self.customer
        jobs["fetching"] = customer.new_job(job_name="ordered while it is fetched")
        answer = customer.get(
            "job/add_media", job_id=jobs["fetching"], media_url=f"{slow}/speech.ogg?token=secret"
        )
        assert answer.status_code == 200, answer.text
        customer.order(jobs["fetching"])
        customer.wait(jobs["fetching"], lambda info: info["JobStatus"] == "In Process")
        jobs["in_process"] = self._ordered("in process", self.speech)
        jobs["queued"] = self._ordered("queued", self.speech)
        jobs["queued_critical"] = self._ordered("queued", self.speech, priority="CRITICAL")
        self._until(
            "SELECT count(*) FROM operation_outputs JOIN workflow_status USING (workflow_uuid) "
            "WHERE function_name = 'recognize' AND status = 'PENDING'",
            "workflows.sqlite",
            0.01,
        )

    def _ordered(self, name: str, body: bytes, **given: Any) -> str:
        job = self.customer.new_job(job_name=name)
        self.customer.upload(job, body)
        self.customer.order(job, **given)
        return job

    def _until(self, query: str, database: str, every_s: float = 0.1) -> None:
        """Until the query says true."""
        deadline = time.monotonic() + 120
        connection = sqlite3.connect(f"file:{self.server.data_dir / database}?mode=ro", uri=True)
        while not connection.execute(query).fetchone()[0]:
            assert time.monotonic() < deadline, query
            time.sleep(every_s)
        connection.close()


def main(name: str) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        keeper = Keeper(folder)
        kept = keeper.keep()
        data = keeper.server.data_dir
        shutil.rmtree(data / "work", ignore_errors=True)
        (folder / "kept.json").write_text(json.dumps(asdict(kept), indent=1))
        with tarfile.open(FOLDER / f"{name}.tar.xz", "w:xz") as archive:
            archive.add(data, "data", filter=_anonymous)
            archive.add(folder / "kept.json", "kept.json", filter=_anonymous)


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


if __name__ == "__main__":
    main(sys.argv[1])
