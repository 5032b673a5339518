"""The server is killed at random moments of uploads: no recording is ever half there, or mixed, or lost.

SOAK_ROUNDS kills on each database (default 5); SOAK_SEED chooses the moments, and is printed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from scribedock.demo.server import OwnServer
from scribedock.uploads.core.records import UploadStatus
from scribedock.worker import MIN_UNREFERENCED_AGE_S
from tests.soak.rounds import ROUNDS, SEED, show, show_killed
from tests.soak.uploader import Upload, Uploader
from tests.support.client import Client
from tests.support.machine.processes import killed_at_last
from tests.support.stored import Stored, stored

pytestmark = pytest.mark.soak

LONGEST_ROUND_S = 2.0
CLIENTS = 6
SWEPT_WITHIN_S = 60
ENOUGH_ROUNDS = 5  # with fewer, it may be that each kill came between uploads


def test_no_recording_is_ever_half_there_or_mixed_or_lost(
    tmp_path: Path, database: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    moments = random.Random(SEED)
    server = OwnServer(tmp_path, workflow_poll_s="600", **database)  # the probes are another test's
    clients = [Uploader(moments.randrange(10**9)) for _ in range(CLIENTS)]
    token = ""
    unfinished = 0
    with killed_at_last(server):
        for number in range(ROUNDS):
            server.start()
            token = token or Client(server).login().token
            threads = [client.start(server, token) for client in clients]
            time.sleep(moments.uniform(0, LONGEST_ROUND_S))
            server.kill()
            for thread in threads:
                thread.join(timeout=30)
                assert not thread.is_alive()
            for client in clients:
                if client.failure is not None:
                    raise client.failure
            with stored(server) as store:
                for client in clients:
                    check(store, client.touched)
                unfinished += len(store.wanted_partials())
            with capsys.disabled():
                show_killed(number + 1)

        with stored(server) as store:
            store.age(MIN_UNREFERENCED_AGE_S + 60)
        server.start()
        for client in clients:
            client.finish(server, token)
        uploads = [upload for client in clients for upload in client.uploads]
        with stored(server) as store:
            check(store, uploads)
            wait_for_the_sweep(store)
        assert server.stop() == 0
    with stored(server) as store:
        check(store, uploads)
        store.check_databases()
    assert uploads
    assert unfinished or ROUNDS < ENOUGH_ROUNDS, "no kill hit an upload that was kept"
    with capsys.disabled():
        show(f"{ROUNDS} kills, {len(uploads)} recordings, {unfinished} left half: all whole")


def check(store: Stored, uploads: Iterable[Upload]) -> None:
    """What the server has promised holds, whether it runs or not."""
    for upload in uploads:
        store.services.jobs.find_job(upload.job)
        key = store.media_key(upload.job)
        assert key is not None or not upload.is_media, "the recording is lost"
        if key is not None:
            assert store.digest(key) in upload.allowed, "the recording is not one that was sent"
        [state] = store.services.uploads.uploads_of_job(upload.job) or [None]
        if state is None:
            assert key is None
        elif state.status is UploadStatus.RECEIVED:
            media = store.services.media.media_of_job(upload.job)
            assert media is not None
            assert media.bytes == state.bytes
        else:
            assert state.status is UploadStatus.RECEIVING
        if state is not None and state.partial is not None:
            kept = (store.folder / "partials" / state.partial).read_bytes()
            sent = upload.rivals or [upload.content]
            assert any(content.startswith(kept) for content in sent), "what is kept is mixed"


def wait_for_the_sweep(store: Stored) -> None:
    """The worker removes what the kills left, and nothing else."""
    deadline = time.monotonic() + SWEPT_WITHIN_S
    while True:
        objects, partials = store.objects(), store.partials()
        stored_keys, wanted = store.services.media.stored_keys(), store.wanted_partials()
        assert stored_keys <= objects
        assert wanted <= partials
        if objects == stored_keys and partials == wanted:
            return
        assert time.monotonic() < deadline, f"left: {objects - stored_keys}, {partials - wanted}"
        time.sleep(0.2)
