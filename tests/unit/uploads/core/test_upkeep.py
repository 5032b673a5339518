"""What happens to uploads while their bytes come, and to those that nobody resumes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scribedock.errors import ScribedockError
from scribedock.uploads.core.errors import NoRoom, TranscriptionOrdered, UploadComplete, UrlCancelled
from scribedock.uploads.core.intake import Intake
from scribedock.uploads.uploads import CLOSED_BY_EXPIRY
from tests.support.core import Core
from tests.support.core_uploads import RECORDING, UploadClient, order

BuildCore = Callable[..., Core]


def look_after(core: Core, *, sync: bool = False, note: bool = False) -> None:
    core.services.uploads._upkeep.look_after(sync=sync, note=note)


def watch(intake: Intake) -> list[Exception]:
    """Return the errors that the upload is interrupted with."""
    errors: list[Exception] = []
    intake.interrupt = errors.append
    return errors


def test_a_put_gets_its_row_when_it_has_lasted_a_second(core: Core) -> None:
    client = UploadClient(core)
    intake = client.begin_put()
    intake.write(memoryview(RECORDING[:100]))
    look_after(core)
    assert client.uploads.uploads_of_job(client.job.id) == []
    core.clock.advance(1)
    look_after(core)
    (state,) = client.uploads.uploads_of_job(client.job.id)
    assert (state.status, state.bytes) == ("RECEIVING", 100)


def test_a_client_is_told_of_bytes_only_once_they_are_durable(core: Core) -> None:
    client = UploadClient(core)
    intake = client.begin_put()
    told: list[int] = []
    intake.tell = told.append
    intake.write(memoryview(RECORDING[:100]))
    core.clock.advance(2)
    look_after(core, note=True)
    assert told == []
    look_after(core, sync=True)
    assert told == [100]


def test_the_task_shows_how_far_an_upload_is(core: Core) -> None:
    client = UploadClient(core)
    intake = client.begin_put()
    intake.write(memoryview(RECORDING[:120]))
    core.clock.advance(2)
    look_after(core, note=True)
    assert core.tasks(client.job.id)[-1] == (
        "JOB_UPLOAD_MEDIA",
        "INPROGRESS",
        f"120 of {len(RECORDING)} bytes (50 %)",
    )


def test_what_another_process_closes_ends_here(core: Core) -> None:
    cancelled, ordered, untouched = (UploadClient(core) for _ in range(3))
    ordered.put(b"first")
    errors = [watch(client.begin_put()) for client in (cancelled, ordered, untouched)]
    core.services.jobs.raise_upload_epoch(cancelled.job.id, None)
    order(core, ordered.job.id, close=False)
    look_after(core, sync=True)
    assert [[type(error) for error in each] for each in errors] == [
        [UrlCancelled],
        [TranscriptionOrdered],
        [],
    ]


def test_when_the_disk_runs_full_only_bodies_of_unknown_length_end(build_core: BuildCore) -> None:
    core = build_core(disk_reserve=100)
    core.store.capacity = 1000
    known, unknown = UploadClient(core), UploadClient(core)
    of_known, of_unknown = watch(known.begin_put(200)), watch(unknown.begin_put(None))
    core.store.capacity = 50
    look_after(core)
    assert of_known == []
    assert [type(error) for error in of_unknown] == [NoRoom]


def test_the_sweep_closes_what_has_expired_and_keeps_what_can_be_resumed(core: Core) -> None:
    short, long = UploadClient(core, expires_in_s=60), UploadClient(core)
    for client in (short, long):
        client.create(10, b"0123")
    core.clock.advance(61)
    kept = core.services.uploads.sweep()
    (state,) = short.uploads.uploads_of_job(short.job.id)
    assert state.status == "CLOSED"
    assert core.tasks(short.job.id)[-1] == ("JOB_UPLOAD_MEDIA", "ABORTED", CLOSED_BY_EXPIRY)
    (still,) = long.uploads.uploads_of_job(long.job.id)
    assert kept == {still.partial}


def test_the_sweep_leaves_an_expired_upload_alone_that_is_under_way(core: Core) -> None:
    client = UploadClient(core, expires_in_s=60)
    client.create(10, b"0123")
    intake = client.begin_append(6, 4)
    core.clock.advance(61)
    core.services.uploads.sweep()
    intake.write(memoryview(b"456789"))
    client.uploads.finish(intake)
    assert core.content(client.job.id) == b"0123456789"


def test_terminating_an_upload_frees_its_bytes_and_ends_its_url(build_core: BuildCore) -> None:
    core = build_core(disk_reserve=0)
    core.store.capacity = 100
    client = UploadClient(core)
    client.create(10, b"0123")
    client.terminate()
    assert core.store.free_bytes() == 100
    with pytest.raises(UrlCancelled):
        client.put()


def test_a_url_can_be_terminated_before_anything_came(core: Core) -> None:
    client = UploadClient(core)
    client.terminate()
    with pytest.raises(UrlCancelled):
        client.put()


def test_a_whole_recording_cannot_be_terminated(core: Core) -> None:
    client = UploadClient(core)
    client.put()
    with pytest.raises(UploadComplete):
        client.terminate()
    assert core.content(client.job.id) == RECORDING


def test_deleting_a_job_ends_what_is_under_way_and_frees_it(core: Core) -> None:
    client = UploadClient(core)
    client.create(10, b"0123")
    errors: list[ScribedockError] = watch(client.begin_append(6, 4))  # type: ignore[assignment]
    core.services.jobs.delete(client.job.id, frozenset({core.admin.id}))
    core.services.uploads.close(client.job.id, "The job was deleted")
    assert [error.status for error in errors] == [410]
    assert core.services.uploads.kept_partials() == frozenset()
