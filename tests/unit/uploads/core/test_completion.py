"""What becomes of the bytes when a body has ended, well or not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from scribedock.uploads.core.digests import DigestMismatch, Digests
from scribedock.uploads.core.errors import (
    ConnectionLost,
    EmptyRecording,
    InconsistentLength,
    NoRoom,
    StorageFault,
    TooSlow,
    TranscriptionOrdered,
    UploadReplaced,
    UrlCancelled,
)
from scribedock.uploads.core.request import Action, Body, Protocol
from tests.support.core import Core
from tests.support.core_uploads import RECORDING, UploadClient, order, sha256_of

BuildCore = Callable[..., Core]


def test_a_whole_recording_is_the_jobs_media_with_a_task_that_probes_it(core: Core) -> None:
    client = UploadClient(core)
    ended = client.put()
    assert ended.size == len(RECORDING)
    assert core.content(client.job.id) == RECORDING
    assert ended.etag in set(core.store.keys())
    assert set(core.tasks(client.job.id)) == {
        ("JOB_CREATED", "COMPLETE", ""),
        ("JOB_ADD_MEDIA", "QUEUED", ""),
        ("JOB_UPLOAD_MEDIA", "COMPLETE", f"{len(RECORDING)} of {len(RECORDING)} bytes (100 %)"),
    }


@pytest.mark.parametrize("error", [ConnectionLost(), TooSlow("no byte came"), StorageFault()], ids=str)
def test_what_came_before_a_break_can_be_resumed(core: Core, error: Exception) -> None:
    client = UploadClient(core)
    intake = client.begin_put()
    intake.write(memoryview(RECORDING[:100]))
    with pytest.raises(type(error)):
        client.uploads.finish(intake, error)
    assert core.content(client.job.id) is None
    assert client.offset() == 100
    client.append(RECORDING[100:], 100)
    assert core.content(client.job.id) == RECORDING


def test_a_break_before_the_first_byte_leaves_nothing(core: Core) -> None:
    client = UploadClient(core)
    with pytest.raises(ConnectionLost):
        client.uploads.finish(client.begin_put(), ConnectionLost())
    assert client.uploads.uploads_of_job(client.job.id) == []
    assert client.offset() == 0


def test_a_full_disk_frees_what_came(build_core: BuildCore) -> None:
    core = build_core(disk_reserve=0)
    core.store.capacity = 150
    client = UploadClient(core)
    intake = client.begin_put(None)
    intake.write(memoryview(b"x" * 100))
    with pytest.raises(NoRoom) as caught:
        intake.write(memoryview(b"x" * 100))
    with pytest.raises(NoRoom):
        client.uploads.finish(intake, caught.value)
    assert core.store.free_bytes() == 150


def test_an_append_that_breaks_keeps_what_was_there_before(core: Core) -> None:
    client = UploadClient(core)
    client.create(10, b"0123")
    intake = client.begin_append(6, 4, digests=Digests(content=(sha256_of(b"456789"),)))
    intake.write(memoryview(b"45"))
    with pytest.raises(ConnectionLost):
        client.uploads.finish(intake, ConnectionLost())
    assert client.offset() == 4  # what a digest was promised for counts only once it was checked


def test_a_store_that_fails_at_the_end_keeps_the_upload_for_later(core: Core) -> None:
    client = UploadClient(core)
    client.create(10, b"0123")
    intake = client.begin_append(6, 4)
    intake.write(memoryview(b"456789"))
    core.store.is_available = False
    with pytest.raises(StorageFault):
        client.uploads.finish(intake)
    core.store.is_available = True
    state = client.uploads.state(client.request(Action.STATE))
    assert state is not None and state.status == "RECEIVED"
    assert core.content(client.job.id) == b"0123456789"


def test_bytes_with_a_wrong_digest_are_not_stored(core: Core) -> None:
    client = UploadClient(core)
    client.put(b"first")
    with pytest.raises(DigestMismatch, match="do not match Content-Digest"):
        client.put(b"second", digests=Digests(content=(sha256_of(b"other"),)))
    assert core.content(client.job.id) == b"first"


def test_an_append_with_a_wrong_digest_is_forgotten(core: Core) -> None:
    client = UploadClient(core)
    client.create(10, b"0123")
    with pytest.raises(DigestMismatch):
        client.append(b"456789", 4, digests=Digests(content=(sha256_of(b"other"),)))
    assert client.offset() == 4
    client.append(b"456789", 4, digests=Digests(content=(sha256_of(b"456789"),)))
    assert core.content(client.job.id) == b"0123456789"


def test_a_recording_with_a_wrong_digest_starts_again(core: Core) -> None:
    client = UploadClient(core)
    whole = Digests(whole=(sha256_of(b"0123456789"),))
    intake = client.uploads.admit(
        client.request(Action.CREATE, Body(bytes=4, length=10), protocol=Protocol.TUS, digests=whole)
    )
    intake.write(memoryview(b"0123"))
    client.uploads.finish(intake)
    with pytest.raises(DigestMismatch):
        client.append(b"456780", 4)
    assert client.offset() == 0
    client.append(b"0123456789", 0)
    assert core.content(client.job.id) == b"0123456789"


@pytest.mark.parametrize("in_parts", [False, True])
def test_the_digest_of_the_recording_is_given_to_whoever_asks(core: Core, in_parts: bool) -> None:
    client = UploadClient(core)
    wanted = Digests(wanted=True)
    if in_parts:
        client.create(len(RECORDING), RECORDING[:50])
        ended = client.append(RECORDING[50:], 50, digests=wanted)
    else:
        ended = client.put(digests=wanted)
    assert ended.sha256 == hashlib.sha256(RECORDING).digest()


def test_an_empty_recording_is_refused(core: Core) -> None:
    client = UploadClient(core)
    with pytest.raises(EmptyRecording):
        client.uploads.finish(client.begin_put(None))
    assert client.uploads.uploads_of_job(client.job.id) == []


def test_a_recording_that_ends_too_early_is_refused(core: Core) -> None:
    client = UploadClient(core)
    intake = client.begin_put(10)
    intake.write(memoryview(b"0123"))
    with pytest.raises(InconsistentLength, match="4 bytes came, 10 were announced"):
        client.uploads.finish(intake)
    assert core.content(client.job.id) is None


def test_an_upload_of_unknown_length_ends_when_the_client_says_so(core: Core) -> None:
    client = UploadClient(core)
    client.create(None, b"0123")
    client.append(b"456", 4)
    assert core.content(client.job.id) is None
    client.append(b"789", 7, length=10)
    assert core.content(client.job.id) == b"0123456789"


def test_an_order_that_comes_first_wins_over_bytes_under_way(core: Core) -> None:
    client = UploadClient(core)
    client.put(b"first")
    intake = client.begin_put()
    intake.write(memoryview(RECORDING))
    order(core, client.job.id)
    with pytest.raises(TranscriptionOrdered):
        client.uploads.finish(intake)
    assert core.content(client.job.id) == b"first"
    assert len(list(core.store.keys())) == 1


def test_bytes_under_way_are_dropped_when_the_url_is_cancelled(core: Core) -> None:
    client = UploadClient(core)
    intake = client.begin_put()
    intake.write(memoryview(RECORDING))
    core.services.uploads.cancel(client.job.id, None)
    with pytest.raises(UrlCancelled):
        client.uploads.finish(intake)
    assert list(core.store.keys()) == []


def test_of_two_creations_the_later_one_is_resumed(core: Core) -> None:
    client = UploadClient(core)
    client.create(10, b"0123")
    core.clock.advance(1)
    client.create(20, b"ab")
    assert client.offset() == 2
    client.append(b"x" * 18, 2)
    assert core.content(client.job.id) == b"ab" + b"x" * 18


def test_an_append_whose_bytes_were_replaced_meanwhile_says_so(core: Core) -> None:
    client = UploadClient(core)
    client.create(10, b"0123")
    intake = client.begin_append(6, 4)
    intake.write(memoryview(b"456789"))
    core.store.discard(intake.partial.name)
    with pytest.raises(UploadReplaced):
        client.uploads.finish(intake)


def test_after_a_power_cut_only_durable_bytes_count(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    client = UploadClient(core)
    client.create(10, b"0123")
    intake = client.begin_append(6, 4)
    intake.write(memoryview(b"45"))
    core.store.crash()
    monkeypatch.setattr("scribedock.uploads.core.partials.BOOT", "another start of the machine")
    client.uploads._active.remove(intake)
    assert client.offset() == 4
    client.append(b"456789", 4)
    assert core.content(client.job.id) == b"0123456789"


def test_a_recording_whose_receiver_died_after_the_last_byte_is_completed_by_the_next_look(
    core: Core,
) -> None:
    client = UploadClient(core)
    client.create(10, b"0123")
    intake = client.begin_append(6, 4)
    intake.write(memoryview(b"456789"))
    intake.partial.suspend()  # what a process leaves that dies
    client.uploads._active.remove(intake)
    state = client.uploads.state(client.request(Action.STATE))
    assert state is not None and state.status == "RECEIVED"
    assert core.content(client.job.id) == b"0123456789"
