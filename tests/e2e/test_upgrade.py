"""The data folders that earlier releases left in the middle of their work are opened and finished."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer
from tests.releases.keep import DELETED_WORDS, Kept
from tests.releases.kept import RELEASES, opened
from tests.support.client import Client
from tests.support.resume.resuming import ask, offset, tus_patch

pytestmark = pytest.mark.parametrize("release", RELEASES, scope="module")
WITHIN_S = 240


class Upgraded:
    """A kept folder, and a server of this release on it."""

    def __init__(self, release: str, folder: Path) -> None:
        self.receiver = CallbackReceiver()
        self.kept: Kept = opened(release, folder / "server", origin=self.receiver.base_url)
        objects = (folder / "server" / "data" / "media" / "objects").glob("*/*")
        self.speech = next(
            path.read_bytes() for path in objects if path.stat().st_size == self.kept.recording_bytes
        )
        self.receiver.files["/speech.ogg"] = self.speech
        # The callback between two tries is due at once: its waits were 0.2 s and 5,000 s when it was kept.
        self.server = OwnServer(
            folder / "server",
            password=self.kept.password,
            callback_retries_s="0.2,0.2,0.2",
            speech_engine="pocketsphinx",
        )

    def client(self, part: str) -> Client:
        return Client(self.server).login(self.kept.accounts[part], self.kept.password)

    def job(self, name: str) -> str:
        return self.kept.jobs[name]


@pytest.fixture(scope="module")
def upgraded(release: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    made = Upgraded(release, tmp_path_factory.mktemp("upgraded"))
    with made.receiver, made.server:
        yield made


@pytest.fixture(scope="module")
def customer(upgraded: Upgraded) -> Client:
    return upgraded.client("customer")


@pytest.mark.parametrize("name", ["in_process", "queued", "queued_critical"])
def test_running_and_waiting_orders_are_carried_out(upgraded: Upgraded, customer: Client, name: str) -> None:
    info = customer.finished(upgraded.job(name), within_s=WITHIN_S)
    assert info["JobStatus"] == "Complete"
    caption = customer.get("job/get_caption", job_id=upgraded.job(name), caption_format="SRT")
    assert "library" in caption.text


def test_an_order_continues_once_its_recording_is_fetched(upgraded: Upgraded, customer: Client) -> None:
    assert customer.finished(upgraded.job("fetching"), within_s=WITHIN_S)["JobStatus"] == "Complete"


def test_a_callback_between_two_tries_continues_with_its_next_number(
    upgraded: Upgraded, customer: Client
) -> None:
    received = upgraded.receiver.received.get(timeout=WITHIN_S)
    assert received.path == "/missing"
    assert received.parameters == {"job": upgraded.job("owes_callback"), "iwp": "FINAL"}
    assert upgraded.receiver.received.empty()


def test_a_partial_upload_resumes_where_it_broke_off(upgraded: Upgraded, customer: Client) -> None:
    url = upgraded.server.base_url + upgraded.kept.upload_path
    assert offset(url) == upgraded.kept.upload_bytes
    created = ask("HEAD", url)
    assert created.headers["upload-length"] == str(upgraded.kept.recording_bytes)
    rest = upgraded.speech[upgraded.kept.upload_bytes :]
    assert tus_patch(url, upgraded.kept.upload_bytes, rest).status == 204
    info = customer.wait(upgraded.job("partial_upload"), lambda found: "MediaLengthSeconds" in found)
    assert info["MediaLengthSeconds"] == pytest.approx(14, abs=0.2)


def test_a_review_continues_with_the_saved_version(upgraded: Upgraded, customer: Client) -> None:
    reviewer = upgraded.client("reviewer")
    job = upgraded.job("review_taken")
    work = reviewer.get("review/elementlist", job_id=job).json()
    assert len(work["versions"]) == 1
    assert reviewer.post("review/approve", job_id=job).json() == {"JobStatus": "Complete"}
    assert reviewer.post("review/take", job_id=upgraded.job("review_open")).status_code == 200


def test_finished_jobs_keep_their_links(upgraded: Upgraded, customer: Client) -> None:
    assert customer.info(upgraded.job("complete"))["JobStatus"] == "Complete"
    assert customer.info(upgraded.job("media_failure"))["JobStatus"] == "Media Failure"
    assert customer.http.get(upgraded.kept.caption_path).status_code == 200
    assert customer.get("job/info", job_id=upgraded.job("deleted")).json()["ErrorType"] == "ITEM_NOT_FOUND"


def test_jobs_without_an_order_or_authorization_keep_waiting(upgraded: Upgraded, customer: Client) -> None:
    careful = upgraded.client("careful")
    assert customer.info(upgraded.job("pending"))["JobStatus"] == "Pending"
    assert careful.info(upgraded.job("authorizing_new"))["JobStatus"] == "Authorizing"
    assert careful.get("job/authorize", job_id=upgraded.job("authorizing_ordered")).status_code == 204
    info = careful.finished(upgraded.job("authorizing_ordered"), within_s=WITHIN_S)
    assert info["JobStatus"] == "Complete"


def test_rows_are_read_with_the_same_accounts_and_keys(upgraded: Upgraded) -> None:
    name = upgraded.kept.accounts["customer"]
    by_key = Client(upgraded.server).get("account/login", username=name, securekey=upgraded.kept.api_key)
    assert by_key.status_code == 200
    refused = Client(upgraded.server).get(
        "account/login", username=upgraded.kept.accounts["disabled"], password=upgraded.kept.password
    )
    assert refused.json()["ErrorType"] == "LOGIN_INVALID"


def test_leftovers_of_jobs_deleted_before_are_erased(upgraded: Upgraded, customer: Client) -> None:
    words = DELETED_WORDS.encode()
    folder = upgraded.server.data_dir

    def left(_: object) -> list[Path]:
        return [path for path in folder.rglob("*") if path.is_file() and words in path.read_bytes()]

    customer.wait(upgraded.job("complete"), lambda info: not left(info), within_s=60)
