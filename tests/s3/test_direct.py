"""Direct mode: clients PUT to the store itself, and the order pins what they put."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from scribedock import app
from scribedock.demo.server import OwnServer
from scribedock.monitoring import spans
from scribedock.settings import Settings
from scribedock.storage.cloud.bucket import Bucket
from scribedock.storage.cloud.connect import connect
from scribedock.storage.cloud.store import CloudStore
from scribedock.storage.schemes import s3
from scribedock.storage.store import ObjectDamaged
from scribedock.workflow.steps.recordings import CHANGED_MESSAGE
from tests.s3 import signing
from tests.s3.conftest import place
from tests.s3.gateway import Gateway
from tests.s3.stored import paths
from tests.support.client import Client, error_of
from tests.support.fixtures import QUICK
from tests.support.media.sound import silence, spoken
from tests.support.storage.contract import content

pytestmark = pytest.mark.s3

NAME = "0123456789abcdef" * 2


def put(url: str, body: bytes, **headers: str) -> int:
    return httpx2.put(url, content=body, headers=headers, trust_env=False).status_code


@pytest.fixture
def store(bucket: Bucket, data_dir: Path) -> CloudStore:
    return CloudStore(bucket, data_dir)


def pinned(store: CloudStore, body: bytes) -> str:
    assert put(store.presign_put(NAME, 600), body) == 200
    found = store.find_direct(NAME)
    assert found is not None and found.bytes == len(body)
    return store.pin(found)


def test_only_the_host_is_signed(store: CloudStore) -> None:
    query = parse_qs(urlsplit(store.presign_put(NAME, 43_200)).query)
    assert query["X-Amz-SignedHeaders"] == ["host"]
    assert query["X-Amz-Expires"] == ["43200"]
    assert put(store.presign_put(NAME, 600), b"bytes", **{"Content-Type": "video/mp4"}) == 200


def test_nothing_is_found_where_nothing_was_put(store: CloudStore) -> None:
    assert store.find_direct(NAME) is None


def test_a_pinned_object_is_an_ordinary_object(store: CloudStore, bucket: Bucket) -> None:
    body = os.urandom(20_000_000)
    key = pinned(store, body)
    assert list(store.keys()) == [key]
    assert store.size(key) == len(body)
    assert content(store, key) == body
    assert store.sweep(objects=frozenset({key}), partials=frozenset(), older_than_s=-5) == 0
    assert content(store, key) == body
    store.delete(key)
    assert paths(bucket) == []


def test_an_object_that_is_put_later_is_not_read(store: CloudStore) -> None:
    key = pinned(store, b"the first")
    assert put(store.presign_put(NAME, 600), b"the other") == 200
    with pytest.raises(ObjectDamaged), store.local(key):
        pass


def test_sending_the_same_bytes_again_does_no_harm(store: CloudStore) -> None:
    key = pinned(store, b"the first")
    assert put(store.presign_put(NAME, 600), b"the first") == 200
    assert content(store, key) == b"the first"


def test_in_a_bucket_that_keeps_versions_the_pinned_one_is_read(gateway: Gateway, data_dir: Path) -> None:
    signing.make_bucket("versions")
    signing.keep_versions("versions")
    store = CloudStore(connect("s3://versions/here", s3.KIND), data_dir)
    key = pinned(store, b"the first")
    assert put(store.presign_put(NAME, 600), b"the other") == 200
    assert content(store, key) == b"the first"


def test_an_unpinned_object_stays_where_it_was_put(store: CloudStore, bucket: Bucket) -> None:
    store.unpin(pinned(store, b"some bytes"))
    assert paths(bucket) == [f"direct/{NAME}"]
    wanted = frozenset({NAME})
    assert store.sweep(objects=frozenset(), partials=wanted, older_than_s=-5) == 0
    assert store.sweep(objects=frozenset(), partials=frozenset(), older_than_s=-5) == 1
    assert paths(bucket) == []


# The whole way


@pytest.fixture(scope="module")
def shared_place(running: Gateway | None) -> str:
    return place()


@pytest.fixture(scope="module")
def server(shared_place: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    settings = {"storage_url": shared_place, "storage_direct_uploads": "true", "upload_max_bytes": "3000000"}
    with OwnServer(tmp_path_factory.mktemp("server"), **settings, **QUICK) as started:
        yield started


def test_the_answer_says_that_such_an_upload_does_not_resume(client: Client) -> None:
    answer = client.get("job/request_upload_url", job_id=client.new_job()).json()
    assert set(answer) == {"upload_url", "Notice"}
    assert "cannot be resumed" in answer["Notice"]


def test_the_main_job(client: Client, speech: Path, shared_place: str) -> None:
    job = client.new_job()
    url = client.upload_url(job)
    assert url.startswith(os.environ["AWS_ENDPOINT_URL"])
    assert put(url, speech.read_bytes()) == 200
    assert "MediaLengthSeconds" not in client.info(job)
    client.order(job)
    info = client.finished(job)
    assert info["JobStatus"] == "Complete"
    assert info["MediaLengthSeconds"] == pytest.approx(5, abs=0.01)
    assert client.get("job/get_transcript", job_id=job).text.strip()
    client.get("job/delete", job_id=job)
    assert paths(connect(shared_place, s3.KIND)) == []


def test_the_last_put_before_the_order_counts(client: Client, tmp_path: Path) -> None:
    job = client.new_job()
    for seconds in (3, 2):
        body = spoken(tmp_path / f"{seconds}.wav", seconds=seconds).read_bytes()
        assert put(client.upload_url(job), body) == 200
    client.order(job)
    assert client.finished(job)["MediaLengthSeconds"] == pytest.approx(2, abs=0.01)


def test_a_recording_put_after_the_order_is_refused(client: Client, speech: Path, tmp_path: Path) -> None:
    """It fails, or the first one is transcribed: the second one never is."""
    job = client.new_job()
    url = client.upload_url(job)
    assert put(url, silence(tmp_path / "silence.wav", seconds=7).read_bytes()) == 200
    client.order(job)
    assert put(url, speech.read_bytes()) == 200
    info = client.finished(job)
    if info["JobStatus"] == "Media Failure":
        assert info["FailureReason"] == CHANGED_MESSAGE
    else:
        assert info["MediaLengthSeconds"] == pytest.approx(7, abs=0.01)
        assert not client.get("job/get_transcript", job_id=job).text.strip()


def test_an_overwritten_recording_can_be_added_and_ordered_again(
    tmp_path: Path, store_url: str, bucket: Bucket, speech: Path
) -> None:
    """The order is given while no worker looks, so that the second PUT is there before it is read."""
    server = OwnServer(tmp_path, storage_url=store_url, storage_direct_uploads="true", workflow_poll_s="600")
    server.start()
    client = Client(server).login()
    job = client.new_job()
    url = client.upload_url(job)
    assert put(url, b"not the same") == 200
    client.order(job)
    assert put(url, speech.read_bytes()) == 200
    server.kill()
    quick = OwnServer(
        tmp_path, password=server.password, storage_url=store_url, storage_direct_uploads="true", **QUICK
    )
    with quick:
        client = Client(quick).login()
        info = client.finished(job)
        assert (info["JobStatus"], info["FailureReason"]) == ("Media Failure", CHANGED_MESSAGE)
        again = client.upload_url(job)
        assert urlsplit(again).path != urlsplit(url).path
        assert put(again, speech.read_bytes()) == 200
        client.order(job)
        assert client.finished(job)["JobStatus"] == "Complete"
        assert put(url, b"too late, and to a place where nobody looks") == 200
    services = app.build_services(
        Settings(data_dir=server.data_dir, storage_url=store_url, storage_direct_uploads=True)
    )
    services.store.sweep(
        objects=services.media.stored_keys(), partials=services.uploads.sweep(), older_than_s=-5
    )
    services.close()
    assert paths(bucket, "direct") == [f"direct/{urlsplit(again).path.rpartition('/')[2]}"]


def test_an_upload_that_is_not_ordered_yet_outlives_the_sweep(
    client: Client, server: OwnServer, shared_place: str, speech: Path
) -> None:
    job = client.new_job()
    assert put(client.upload_url(job), speech.read_bytes()) == 200
    services = app.build_services(
        Settings(data_dir=server.data_dir, storage_url=shared_place, storage_direct_uploads=True)
    )
    services.store.sweep(
        objects=services.media.stored_keys(), partials=services.uploads.sweep(), older_than_s=-5
    )
    services.close()
    client.order(job)
    assert client.finished(job)["JobStatus"] == "Complete"


@pytest.mark.parametrize(
    ("body", "said"),
    [(None, "The job has no media"), (b"", "is empty"), (bytes(3_000_001), "more than the limit of 3000000")],
    ids=["nothing", "empty", "too large"],
)
def test_an_impossible_recording_is_refused_with_the_order(
    client: Client, speech: Path, body: bytes | None, said: str
) -> None:
    job = client.new_job()
    url = client.upload_url(job)
    if body is not None:
        assert put(url, body) == 200
    answer = client.post("job/perform_transcription", job_id=job, transcription_fidelity="MECHANICAL")
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert said in answer.json()["ErrorComment"]
    assert put(url, speech.read_bytes()) == 200
    client.order(job)
    assert client.finished(job)["JobStatus"] == "Complete"


def test_an_order_that_is_refused_leaves_the_upload_as_it_is(client: Client, speech: Path) -> None:
    job = client.new_job()
    url = client.upload_url(job)
    assert put(url, speech.read_bytes()) == 200
    answer = client.post("job/perform_transcription", job_id=job, transcription_fidelity="NOBODY")
    assert answer.status_code == 400
    assert client.upload_url(job).partition("?")[0] == url.partition("?")[0]
    client.order(job)
    assert client.finished(job)["JobStatus"] == "Complete"


def test_a_cancelled_upload_is_not_the_media(client: Client, speech: Path) -> None:
    job = client.new_job()
    assert put(client.upload_url(job), speech.read_bytes()) == 200
    assert client.get("upload/cancel", job_id=job).status_code == 204
    answer = client.post("job/perform_transcription", job_id=job, transcription_fidelity="MECHANICAL")
    assert "The job has no media" in answer.json()["ErrorComment"]


@pytest.mark.parametrize(
    "given", [{"max_bytes": "1000"}, {"cors_origin": "https://app.example.org"}], ids=str
)
def test_limits_that_the_stores_url_cannot_enforce_are_refused(client: Client, given: dict[str, str]) -> None:
    answer = client.get("job/request_upload_url", job_id=client.new_job(), **given)
    assert error_of(answer) == (400, "INVALID_OPTION")
    assert next(iter(given)) in answer.json()["ErrorComment"]


def test_the_lifetime_is_as_asked(client: Client) -> None:
    answer = client.get("job/request_upload_url", job_id=client.new_job(), expires_in="600")
    assert parse_qs(urlsplit(answer.json()["upload_url"]).query)["X-Amz-Expires"] == ["600"]
    default = parse_qs(urlsplit(client.upload_url(client.new_job())).query)
    assert default["X-Amz-Expires"] == ["43200"]


def test_our_own_client_uploads_to_the_store(client: Client, speech: Path) -> None:
    job = client.new_job()
    command = [sys.executable, "-m", "scribedock", "upload", client.upload_url(job), str(speech)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    client.order(job)
    assert client.finished(job)["JobStatus"] == "Complete"


def test_the_upload_url_of_the_store_is_never_logged(client: Client, server: OwnServer) -> None:
    url = client.upload_url(client.new_job())
    assert put(url, b"some bytes") == 200
    signature = parse_qs(urlsplit(url).query)["X-Amz-Signature"][0]
    assert signature not in server.log_path.read_text()


def test_what_was_put_is_taken_in_a_span_of_the_order(store_url: str, data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir, storage_url=store_url, storage_direct_uploads=True)
    app.prepare(settings)
    services = app.build_services(settings)
    exporter = InMemorySpanExporter()
    spans.export_to(exporter, role="server", processor=SimpleSpanProcessor)
    try:
        owner = services.accounts.create("admin", "a password", parent=None)
        job = services.jobs.find_job(services.jobs.create(owner, name="a job", language="en")[0])
        assert put(services.uploads.issue(job, ""), b"a recording") == 200
        with services.uploads.arriving(job) as arrival:
            assert arrival is not None and arrival.found.bytes == len(b"a recording")
    finally:
        spans.stop()
        services.close()
    (found,) = exporter.get_finished_spans()
    assert (found.name, dict(found.attributes or {})) == (
        "take direct upload",
        {"scribedock.job_id": job.id},
    )
