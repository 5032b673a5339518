"""Resumable uploads to a real S3 server: what tests/api/resume asks of a store, and more."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scribedock.demo.server import OwnServer
from scribedock.storage.cloud.bucket import Bucket
from scribedock.storage.cloud.connect import connect
from scribedock.storage.cloud.transfer import PART_BYTES
from scribedock.storage.schemes import s3
from tests.api.resume import conftest
from tests.api.resume.conftest import (  # noqa: F401 what these tests share
    job,
    kept,
    recording,
    url,
)
from tests.s3.conftest import place
from tests.s3.gateway import Gateway
from tests.s3.stored import digest, paths, stored_bytes
from tests.support.client import Client
from tests.support.fixtures import QUICK
from tests.support.raw import RawConnection, target_of
from tests.support.resume import broken, concatenation, tus
from tests.support.resume.broken import (  # noqa: F401 what these tests share
    test_a_deletion_discards_interrupted_uploads,
    test_a_finished_put_says_that_it_is_complete,
    test_a_new_put_starts_over_and_the_interrupted_one_is_discarded,
    test_an_interrupted_chunked_put_is_resumed,
    test_an_interrupted_put_is_resumed_by_the_ietf_protocol,
    test_an_interrupted_put_is_resumed_by_tus,
    test_an_interrupted_put_reports_how_much_arrived,
    test_an_older_put_that_still_completes_wins,
    test_an_order_discards_interrupted_uploads,
    test_cancelling_ends_every_url_and_current_uploads,
    test_the_newest_of_interrupted_puts_is_kept,
    test_the_state_of_a_current_upload_is_shown,
)
from tests.support.resume.concatenation import (  # noqa: F401 what these tests share
    concatenate,
    create_part,
    test_a_lost_answer_to_the_last_request_is_given_again,
    test_parts_become_the_recording,
    test_parts_end_with_their_upload,
    test_parts_go_with_their_job,
)
from tests.support.resume.ietf import (  # noqa: F401 what these tests share
    test_a_cancelled_upload_of_the_draft_is_gone,
    test_a_newer_request_of_the_draft_takes_over,
    test_an_ietf_upload_in_parts,
    test_an_ietf_upload_may_begin_and_end_without_bytes,
)
from tests.support.resume.resuming import (
    TUS,
    ask,
    offset,
    tus_patch,
)
from tests.support.resume.tus import (  # noqa: F401 what these tests share
    test_a_checksum_is_verified,
    test_a_second_writer_waits_while_the_first_sends,
    test_a_silent_writer_is_taken_over,
    test_a_terminated_upload_is_gone,
    test_a_tus_creation_brings_all_bytes,
    test_a_tus_creation_brings_the_first_bytes,
    test_a_tus_upload_in_three_parts,
    test_a_wrong_offset_is_a_conflict_that_says_the_right_one,
    test_an_upload_is_invalid_once_more_bytes_came_than_announced,
    test_bytes_whose_checksum_was_not_seen_do_not_count,
    test_the_length_of_a_tus_upload_may_come_later,
)
from tests.support.waiting import wait_until

pytestmark = pytest.mark.s3


@pytest.fixture(scope="module")
def shared_place(running: Gateway | None) -> str:
    return place()


@pytest.fixture(scope="module")
def server(shared_place: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with OwnServer(tmp_path_factory.mktemp("server"), storage_url=shared_place, **QUICK) as started:
        yield started


@pytest.fixture(autouse=True)
def partials(shared_place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket: Bucket = connect(shared_place, s3.KIND)

    def names(_: Client) -> set[str]:
        return {found.path.split("/")[1] for found in bucket.list("partials")}

    for module in (conftest, broken, concatenation, tus):
        monkeypatch.setattr(module, "partials", names)


def test_parts_that_the_store_has_in_parts_of_its_own_become_the_recording(
    client: Client, server: OwnServer, shared_place: str
) -> None:
    opened = client.new_job()
    target = client.upload_url(opened)
    content = os.urandom(3 * PART_BYTES + 1000)
    pieces = content[: PART_BYTES + 500], content[PART_BYTES + 500 :]
    parts = [create_part(target, len(piece)) for piece in pieces]
    for part, piece in zip(parts, pieces, strict=True):
        assert tus_patch(part, 0, piece[:700_000]).status == 204
        assert tus_patch(part, 700_000, piece[700_000:]).status == 204
    assert concatenate(target, parts).status == 201
    assert digest(server, shared_place, opened) == hashlib.sha256(content).hexdigest()


def test_received_bytes_survive_a_kill(tmp_path: Path, bucket: Bucket, store_url: str) -> None:
    content = os.urandom(3 * PART_BYTES)
    server = OwnServer(tmp_path, storage_url=store_url, **QUICK)
    server.start()
    client = Client(server).login()
    opened = client.new_job()
    path = target_of(client.upload_url(opened))
    with RawConnection(server.base_url) as connection:
        connection.head("PUT", path, f"Content-Length: {len(content)}")
        connection.send(content[: 2 * PART_BYTES + 1000])
        # Two parts are sent as they fill; the beginning of the third is sent by the next sync.
        client.wait(opened, lambda _: stored_bytes(bucket) >= 2 * PART_BYTES + 1000)
        server.kill()
    with server:
        upload_url = server.base_url + path
        assert offset(upload_url) == 2 * PART_BYTES + 1000
        assert tus_patch(upload_url, 2 * PART_BYTES + 1000, content[2 * PART_BYTES + 1000 :]).status == 204
        assert digest(server, store_url, opened) == hashlib.sha256(content).hexdigest()
        assert len(paths(bucket, "parts")) == 3


def test_a_store_that_was_away_has_the_earlier_bytes(
    server: OwnServer, gateway: Gateway, shared_place: str
) -> None:
    """Nothing that was acknowledged is lost, and the same URL resumes once the store is back."""
    content = os.urandom(3 * PART_BYTES)
    client = Client(server).login()
    opened = client.new_job()
    target = client.upload_url(opened)
    assert ask("POST", target, TUS, f"Upload-Length: {len(content)}").status == 201
    assert tus_patch(target, 0, content[:PART_BYTES]).status == 204
    gateway.stop_front()
    try:
        answer = tus_patch(target, PART_BYTES, content[PART_BYTES:])
        assert answer.status == 503
        assert ask("HEAD", target).status == 503
    finally:
        gateway.start_front()
    came = offset(target)
    assert came == PART_BYTES
    assert tus_patch(target, came, content[came:]).status == 204
    assert digest(server, shared_place, opened) == hashlib.sha256(content).hexdigest()


def test_a_store_that_fails_in_the_middle_of_a_body_keeps_the_beginning(
    server: OwnServer, gateway: Gateway, shared_place: str
) -> None:
    content = os.urandom(4 * PART_BYTES)
    client = Client(server).login()
    opened = client.new_job()
    target = client.upload_url(opened)
    before = stored_bytes(connect(shared_place, s3.KIND))
    with RawConnection(target, timeout_s=120) as connection:
        connection.head("PUT", target_of(target), f"Content-Length: {len(content)}")
        connection.send(content[: 2 * PART_BYTES])
        wait_until(lambda: stored_bytes(connect(shared_place, s3.KIND)) - before >= 2 * PART_BYTES)
        gateway.stop_front()
        try:
            connection.send(content[2 * PART_BYTES :])
            answer = connection.answer()
        finally:
            gateway.start_front()
    assert answer.status == 503
    came = offset(target)
    assert came == 2 * PART_BYTES
    assert tus_patch(target, came, content[came:]).status == 204
    assert digest(server, shared_place, opened) == hashlib.sha256(content).hexdigest()
