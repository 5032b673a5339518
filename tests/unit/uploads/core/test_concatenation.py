"""Recordings that come as parts, side by side, and are then put together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from scribedock.uploads.core import concatenation
from scribedock.uploads.core.digests import DigestMismatch, Digests
from scribedock.uploads.core.errors import (
    EmptyRecording,
    JobDeleted,
    LongerThanAnnounced,
    NoRoom,
    PartGone,
    PartUnfinished,
    StorageFault,
    TooLarge,
    TooManyParts,
    TranscriptionOrdered,
    UploadBusy,
    UploadConcatenated,
    UploadInvalid,
    UrlCancelled,
    UrlExpired,
)
from scribedock.uploads.core.quota import QuotaExceeded
from scribedock.uploads.core.request import Action
from scribedock.uploads.uploads import CLOSED_BY_EXPIRY
from tests.support.core import Core
from tests.support.core_uploads import UploadClient, order, sha256_of

BuildCore = Callable[..., Core]


def test_parts_that_came_in_any_order_become_the_recording_in_the_listed_one(core: Core) -> None:
    client = UploadClient(core)
    first, second = client.part(4), client.part(6, b"45")
    second.append(b"6789", 2)
    first.append(b"0123", 0)
    assert core.content(client.job.id) is None
    ended = client.concatenate(first, second)
    assert ended.size == 10
    assert core.content(client.job.id) == b"0123456789"
    assert core.services.uploads.kept_partials() == frozenset()
    uploads = [status for kind, status, _ in core.tasks(client.job.id) if kind == "JOB_UPLOAD_MEDIA"]
    assert uploads == ["COMPLETE"] * 3


def test_a_part_may_stand_several_times_or_have_no_bytes(core: Core) -> None:
    client = UploadClient(core)
    ab, nothing = client.part(2, b"ab"), client.part(0)
    client.concatenate(ab, nothing, ab, ab)
    assert core.content(client.job.id) == b"ababab"


def test_an_interrupted_part_is_resumed_like_any_upload(core: Core) -> None:
    client = UploadClient(core)
    part = client.part(10, b"0123")
    assert part.offset() == 4
    part.append(b"456789", 4)
    assert part.offset() == 10
    state = part.uploads.state(part.request(Action.STATE))
    assert state is not None and state.status == "RECEIVING", "it is no recording by itself"


def test_a_part_may_learn_its_length_late(core: Core) -> None:
    client = UploadClient(core)
    part = client.part(None, b"0123")
    with pytest.raises(PartUnfinished, match="unknown number"):
        client.concatenate(part)
    part.append(b"", 4, length=4)
    client.concatenate(part)
    assert core.content(client.job.id) == b"0123"


def test_the_request_that_puts_parts_together_may_be_repeated(core: Core) -> None:
    client = UploadClient(core)
    parts = client.part(2, b"ab"), client.part(1, b"c")
    first = client.concatenate(*parts)
    assert parts[0].offset() == 2, "so that a client sees that it need not be sent again"
    again = client.concatenate(*parts)
    assert (again.size, again.etag, again.task_id) == (3, first.etag, None)
    with pytest.raises(PartGone):
        client.concatenate(parts[1], parts[0])


def test_nothing_is_appended_to_a_recording_from_parts(core: Core) -> None:
    client = UploadClient(core)
    client.concatenate(client.part(2, b"ab"))
    with pytest.raises(UploadConcatenated):
        client.append(b"", 2)
    client.put(b"another recording, which takes its place")
    client.append(b"", 40)


@pytest.mark.parametrize("length", [5, None], ids=["some bytes are missing", "of unknown length"])
def test_an_unfinished_part_is_named(core: Core, length: int | None) -> None:
    client = UploadClient(core)
    with pytest.raises(PartUnfinished, match="Part 2 "):
        client.concatenate(client.part(2, b"ab"), client.part(length, b"cde"[:2]))
    assert core.content(client.job.id) is None


def test_a_part_that_is_still_written_is_waited_for(core: Core) -> None:
    client = UploadClient(core)
    part = client.part(4)
    intake = part.begin_append(4, 0)
    intake.write(memoryview(b"0123"))
    with pytest.raises(UploadBusy):
        client.concatenate(part)
    part.uploads.finish(intake)
    client.concatenate(part)


def test_a_part_that_was_given_up_is_named(core: Core) -> None:
    client = UploadClient(core)
    kept, gone = client.part(2, b"ab"), client.part(2, b"cd")
    gone.terminate()
    with pytest.raises(UrlCancelled):
        gone.offset()
    with pytest.raises(PartGone, match="Part 2 "):
        client.concatenate(kept, gone)
    client.concatenate(kept)


def test_nothing_at_all_is_no_recording(core: Core) -> None:
    client = UploadClient(core)
    with pytest.raises(EmptyRecording):
        client.concatenate(client.part(0))


def test_a_part_that_gets_too_many_bytes_is_invalid_and_the_others_are_not(core: Core) -> None:
    client = UploadClient(core)
    good, bad = client.part(2, b"ab"), client.part(2)
    with pytest.raises(LongerThanAnnounced):
        bad.append(b"cde", 0)
    with pytest.raises(UploadInvalid):
        bad.offset()
    client.concatenate(good)


def test_the_parts_together_have_the_limit_of_a_recording(core: Core) -> None:
    client = UploadClient(core, max_bytes=10)
    first = client.part(6, b"abcdef")
    with pytest.raises(TooLarge, match="limit of 10 bytes"):
        client.part(5)
    endless = client.part(None)
    with pytest.raises(TooLarge):
        endless.append(b"ghijk", 0)
    first.terminate()
    client.part(5)


def test_a_recording_may_not_grow_by_repetition(core: Core) -> None:
    client = UploadClient(core, max_bytes=10)
    part = client.part(6, b"abcdef")
    with pytest.raises(TooLarge):
        client.concatenate(part, part)


def test_a_url_has_only_so_many_parts(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concatenation, "MAX_PARTS", 3)
    client = UploadClient(core)
    for _ in range(3):
        client.part(1).terminate()
    with pytest.raises(TooManyParts, match="3 parts"):
        client.part(1)
    UploadClient(core, client.job).part(1)


def test_the_bytes_of_parts_count_as_bytes_that_are_kept(build_core: BuildCore) -> None:
    core = build_core(account_partial_bytes=10)
    client = UploadClient(core)
    part = client.part(10, b"0123456789")
    with pytest.raises(QuotaExceeded, match="ACCOUNT_PARTIAL_BYTES"):
        client.part(1)
    client.concatenate(part)
    client.part(1)


def test_a_recording_from_parts_counts_as_stored(build_core: BuildCore) -> None:
    core = build_core(account_stored_bytes=10)
    client = UploadClient(core)
    part = client.part(6, b"abcdef")
    with pytest.raises(QuotaExceeded, match="ACCOUNT_STORED_BYTES"):
        client.concatenate(part, part)
    client.concatenate(part)
    assert core.content(client.job.id) == b"abcdef"


def test_there_must_be_room_for_the_recording_beside_its_parts(build_core: BuildCore) -> None:
    core = build_core(disk_reserve=0)
    core.store.capacity = 15
    client = UploadClient(core)
    part = client.part(10, b"0123456789")
    with pytest.raises(NoRoom):
        client.concatenate(part)
    core.store.capacity = 20
    client.concatenate(part)
    assert core.store.free_bytes() == 10


def test_a_store_that_fails_meanwhile_keeps_the_parts(core: Core) -> None:
    client = UploadClient(core)
    part = client.part(2, b"ab")
    request = client.request(Action.CONCATENATE)
    intake = client.uploads.admit(replace(request, parts=(part.grant,)))
    core.store.is_available = False
    with pytest.raises(StorageFault):
        client.uploads.finish(intake)
    core.store.is_available = True
    assert core.content(client.job.id) is None
    client.concatenate(part)
    assert core.content(client.job.id) == b"ab"


def test_the_digest_of_a_recording_from_parts_is_checked_and_told(core: Core) -> None:
    client = UploadClient(core)
    parts = client.part(2, b"ab"), client.part(1, b"c")
    with pytest.raises(DigestMismatch):
        client.concatenate(*parts, digests=Digests(whole=(sha256_of(b"other"),)))
    wanted = Digests(whole=(sha256_of(b"abc"),), wanted=True)
    assert client.concatenate(*parts, digests=wanted).sha256 == hashlib.sha256(b"abc").digest()


def test_a_part_expires_with_its_url_and_is_swept(core: Core) -> None:
    client = UploadClient(core, expires_in_s=60)
    part = client.part(4, b"01")
    core.clock.advance(61)
    with pytest.raises(UrlExpired):
        part.offset()
    assert core.services.uploads.sweep() == frozenset()
    assert core.tasks(client.job.id)[-1] == ("JOB_UPLOAD_MEDIA", "ABORTED", CLOSED_BY_EXPIRY)


def test_terminating_an_upload_gives_up_its_parts(core: Core) -> None:
    client = UploadClient(core)
    part = client.part(4, b"01")
    errors: list[Exception] = []
    intake = part.begin_append(2, 2)
    intake.interrupt = errors.append
    client.terminate()
    assert [type(error) for error in errors] == [UrlCancelled]
    with pytest.raises(UrlCancelled):
        part.offset()
    assert core.services.uploads.kept_partials() == frozenset()


def test_cancelling_the_uploads_of_a_job_gives_up_parts(core: Core) -> None:
    client = UploadClient(core)
    part = client.part(4, b"01")
    core.services.uploads.cancel(client.job.id, None)
    with pytest.raises(UrlCancelled):
        part.append(b"23", 2)
    assert core.services.uploads.kept_partials() == frozenset()


def test_the_order_closes_parts(core: Core) -> None:
    client = UploadClient(core)
    client.put()
    part = client.part(2, b"ab")
    order(core, client.job.id)
    with pytest.raises(TranscriptionOrdered):
        client.concatenate(part)
    assert core.services.uploads.kept_partials() == frozenset()


def test_parts_go_with_their_job(core: Core) -> None:
    client = UploadClient(core)
    part = client.part(2, b"ab")
    core.services.jobs.delete(client.job.id, frozenset({core.admin.id}))
    core.services.uploads.close(client.job.id, "The job was deleted")
    with pytest.raises(JobDeleted):
        part.offset()
    assert core.services.uploads.kept_partials() == frozenset()
