"""What comes by mail, through a real SMTP server: videos with captions in them, requests to approve."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from queue import Queue
from typing import Any

import httpx2
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

from scribedock.db.tables import media
from scribedock.demo.server import OwnServer
from scribedock.jobs.job import Fidelity
from tests.captions.sample import say
from tests.support.accounts import account
from tests.support.approving import Approver
from tests.support.client import Client, error_of
from tests.support.finished import approval_url, finished_job, services_of
from tests.support.fixtures import QUICK
from tests.support.media.ffmpeg import tone, video
from tests.support.media.videos import streams

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

LIST = say("The sea is deep.")
REFUSED = "nobody@example.org"


class MailServer:
    """Accepts mail from senders who know the password, into `received`."""

    def __init__(self) -> None:
        self.received: Queue[EmailMessage] = Queue()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> str:
        """Return the URL for SCRIBEDOCK_SMTP_URL."""
        listening = self._loop.create_server(self._protocol, "127.0.0.1", 0)
        self._server = self._loop.run_until_complete(listening)
        self._thread.start()
        return f"smtp://mailer:p%40ss@127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _protocol(self) -> SMTP:
        return SMTP(
            self,
            authenticator=self._authenticate,
            auth_required=True,
            auth_require_tls=False,
            loop=self._loop,
        )

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
        known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"mailer", b"p@ss")
        return AuthResult(success=known)

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == REFUSED:
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        message = email.message_from_bytes(envelope.content or b"", policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        message["X-Recipient"] = envelope.rcpt_tos[0]
        self.received.put(message)
        return "250 taken"


@pytest.fixture(scope="module")
def mailbox() -> Iterator[MailServer]:
    started = MailServer()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def mailing(mailbox: MailServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    settings = {"smtp_url": mailbox.start(), "mail_from": "captions@example.org"}
    with OwnServer(tmp_path_factory.mktemp("mailing"), **QUICK, **settings) as server:
        yield server


@pytest.fixture
def client(mailing: OwnServer) -> Client:
    return Client(mailing).login()


def filmed(client: Client, recording: Path, **given: Any) -> str:
    """Return a finished job with this recording."""
    with services_of(client.server) as services:
        job = finished_job(services, LIST, fidelity=Fidelity.MECHANICAL, **given)
        key = services.store.adopt(recording)
        with services.database.write() as connection:
            connection.execute(media.update().where(media.c.job_id == job).values(storage_key=key))
    return job


def link_in(message: EmailMessage) -> str:
    """Return the link, which stands in both parts."""
    parts = [message.get_body((kind,)) for kind in ("plain", "html")]
    links = [re.findall(r"https?://[^\s\"<]+", part.get_content()) for part in parts if part is not None]
    assert len(links) == 2 and set(links[0]) == set(links[1]), links
    return str(links[0][0])


@pytest.fixture(scope="module")
def public(mailing: OwnServer) -> Iterator[OwnServer]:
    """Provide the same server for the world: it has a public URL; the mail is sent by the other's worker."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    beside = OwnServer(
        mailing.data_dir.parent,
        password=mailing.password,
        arguments=("--no-worker", "--port", str(port)),
        public_url=f"http://127.0.0.1:{port}",
        smtp_url=mailing.environment()["SCRIBEDOCK_SMTP_URL"],
    )
    with beside as server:
        yield server


def burn_in_at_another_host(client: Client, job: str) -> httpx2.Response:
    """Ask for captions in the picture, and names a Host that no mail may lead to."""
    query = {"v": "1", "api_token": client.token, "job_id": job, "send_to_email": "maria@example.org"}
    return client.http.get("/api/job/burn_in_caption", params=query, headers={"Host": "evil.example"})


def test_a_link_to_the_video_with_captions_is_mailed(
    public: OwnServer, mailbox: MailServer, tmp_path: Path
) -> None:
    client = Client(public).login()
    job = filmed(client, video(tmp_path / "a.mp4", seconds=1))
    answer = burn_in_at_another_host(client, job)
    assert (answer.status_code, answer.content) == (200, b"")
    message = mailbox.received.get(timeout=60)
    assert (message["To"], message["From"]) == ("maria@example.org", "captions@example.org")
    assert message["Subject"] == "Captions in the picture: by hand"
    made = tmp_path / "made.mp4"
    made.write_bytes(httpx2.get(link_in(message), trust_env=False).content)
    assert streams(made) == {"video": "h264", "audio": "aac"}
    client.wait(job, lambda info: info["Tasks"][-1]["TaskStatus"] == "COMPLETE")

    client.post("job/burn_in_caption", job_id=job, send_to_email="ben@example.org")
    again = mailbox.received.get(timeout=60)
    assert again["Message-ID"] != message["Message-ID"]
    made_once = [each for each in client.info(job)["Tasks"] if each["TaskType"] == "JOB_MAKE_MEDIA"]
    assert len(made_once) == 1


def test_without_a_public_url_the_mail_names_the_call_that_downloads_the_video(
    client: Client, mailbox: MailServer, tmp_path: Path
) -> None:
    job = filmed(client, video(tmp_path / "a.mp4", seconds=1))
    assert burn_in_at_another_host(client, job).status_code == 200
    message = mailbox.received.get(timeout=60)
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        text = part.get_content()
        assert "job/download_media" in text and "captioned=true" in text and job in text
        assert "http" not in text and "evil" not in text
    made = tmp_path / "made.mp4"
    answer = client.get("job/download_media", job_id=job, media_type="mp4", captioned="true")
    made.write_bytes(answer.content)
    assert streams(made) == {"video": "h264", "audio": "aac"}
    tasks = [each for each in client.info(job)["Tasks"] if each["TaskType"] == "JOB_MAKE_MEDIA"]
    assert len(tasks) == 1  # it is the one that the mail is about


@pytest.mark.parametrize("other", [{"media_type": "mp3"}, {"media_type": "mp4", "text_to_speech": "true"}])
def test_captions_cannot_be_burned_into_an_audio_recording(client: Client, other: dict[str, str]) -> None:
    answer = client.get("job/download_media", job_id=client.new_job(), captioned="true", **other)
    assert error_of(answer) == (400, "INVALID_OPTION")


def test_a_failed_video_is_reported_by_mail_too(client: Client, mailbox: MailServer, tmp_path: Path) -> None:
    job = filmed(client, tone(tmp_path / "a.mp3", seconds=1))
    client.get("job/burn_in_caption", job_id=job, send_to_email="maria@example.org")
    body = mailbox.received.get(timeout=60).get_body(("plain",))
    assert body is not None
    assert "no video" in body.get_content()


def test_a_refused_recipient_ends_the_task(client: Client, tmp_path: Path) -> None:
    job = filmed(client, tone(tmp_path / "a.mp3", seconds=1))
    client.get("job/burn_in_caption", job_id=job, send_to_email=REFUSED)

    def refused(info: dict[str, Any]) -> bool:
        return any(each["TaskStatus"] == "FAILED" for each in info["Tasks"] if "BURN" in each["TaskType"])

    client.wait(job, refused)


def test_a_finished_list_and_an_address_are_needed(client: Client) -> None:
    answer = client.get("job/burn_in_caption", job_id=client.new_job(), send_to_email="a@example.org")
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert "no finished ElementList" in answer.json()["ErrorComment"]
    answer = client.get("job/burn_in_caption", job_id=client.new_job())
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert "send_to_email" in answer.json()["ErrorComment"]


def test_the_customer_approves_on_the_page_that_a_mail_leads_to(
    mailing: OwnServer, mailbox: MailServer
) -> None:
    account(
        mailing,
        "create",
        "customer",
        "--password-stdin",
        "--email",
        "cora@example.org",
        password="a password",
    )
    customer = Client(mailing).login("customer", "a password")
    options = {"customer_approval_steps": ["RETURN"]}
    with services_of(mailing) as services:
        job = finished_job(services, LIST, username="customer", options=options)
    assert customer.info(job)["JobStatus"] == "Reviewing"
    message = mailbox.received.get(timeout=60)
    assert message["To"] == "cora@example.org"
    body = message.get_body(("plain",))
    assert body is not None and "review/approve" in body.get_content()  # there is no public URL to link to

    with services_of(mailing) as services:
        url = approval_url(services, mailing.base_url, job)
    approver = Approver(url)
    page = approver.page
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "private, no-store"
    assert "The sea is deep." in page.text and "<button" in page.text
    assert customer.info(job)["JobStatus"] == "Reviewing"  # looking at it approves nothing
    assert httpx2.post(url, trust_env=False).status_code == 405
    assert "This is approved" in approver.send(decision="approve").text
    assert customer.info(job)["JobStatus"] == "Complete"
    assert "This is approved" in approver.look_again().text
    [listed] = customer.get("job/list_shares", job_id=job).json()
    assert (listed["Purpose"], listed["Username"]) == ("approval", "")
    names = [each["iwp_name"] for each in customer.get("job/list_elementlists", job_id=job).json()]
    assert names == ["MECHANICAL", "CUSTOMER_APPROVED_RETURN", "FINAL"]
    assert httpx2.get(url[:-3] + "AAA", trust_env=False).status_code == 403


def test_the_password_of_the_mail_server_is_in_no_log(mailing: OwnServer) -> None:
    assert "p%40ss" not in mailing.log_path.read_text()
    shown = subprocess.run(
        [sys.executable, "-m", "scribedock", "settings"],
        env=mailing.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "p%40ss" not in shown.stdout
