"""Jobs on one recording, on either database where it matters."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scribedock import app
from scribedock.errors import InvalidOption, InvalidQuery, ItemNotFound
from scribedock.host.erasure_journal import ErasedPart
from scribedock.jobs.job import Job
from scribedock.jobs.media import MediaSource
from scribedock.ordering.capabilities import Capabilities
from scribedock.ordering.delete_job import delete_job
from scribedock.ordering.transcribe_again import AgainRequest, open_again
from scribedock.settings import Settings
from scribedock.storage.leftovers import remove_object
from scribedock.storage.store import Store
from tests.support.core import Core

ENGLISH = Capabilities(languages=frozenset({"en", "de"}), detects_language=False, translates=frozenset())


def stored(store: Store, content: bytes) -> str:
    with store.begin() as partial:
        partial.write(memoryview(content))
        return partial.commit()


def with_recording(core: Core, content: bytes = b"sound") -> Job:
    """Return a job with a recording, in a language of its own."""
    job = core.job(language="de")
    key = stored(core.store, content)
    with core.services.database.write() as connection:
        core.services.media.attach(
            connection, job, MediaSource.BODY, storage_key=key, size=len(content), replace=False
        )
    return job


def again(core: Core, job_id: str, **asked: object) -> Job:
    tree = frozenset({core.admin.id})
    opened, _ = open_again(core.services, ENGLISH, job_id, tree, AgainRequest(**asked))  # type: ignore[arg-type]
    return core.services.jobs.find_job(opened)


def test_another_job_has_the_recording_without_another_copy(core: Core) -> None:
    job = with_recording(core)
    opened = again(core, job.id, language="en", name="In English")
    assert (opened.name, opened.language, opened.recording_of) == ("In English", "en", job.id)
    assert again(core, opened.id).language == "en"
    assert core.content(opened.id) == b"sound"
    assert len(list(core.store.keys())) == 1
    assert core.tasks(opened.id)[-1][:2] == ("JOB_ADD_MEDIA", "QUEUED")


def test_the_recording_stays_until_the_last_job_is_deleted(core: Core) -> None:
    job = with_recording(core)
    others = [again(core, job.id), again(core, job.id)]
    for each in (job, others[1]):
        delete_job(core.services, each.id, None)
        assert core.content(others[0].id) == b"sound"
    delete_job(core.services, others[0].id, None)
    assert list(core.store.keys()) == []


def test_retention_erases_the_recording_with_the_last_job_that_has_it(core: Core) -> None:
    job = with_recording(core)
    other = again(core, job.id)
    assert core.services.retention.erase_part(job.id, ErasedPart.RECORDING)
    assert core.content(other.id) == b"sound"
    with pytest.raises(ItemNotFound, match="Erased by the retention"):
        again(core, job.id)
    assert core.services.retention.erase_part(other.id, ErasedPart.RECORDING)
    assert list(core.store.keys()) == []


def test_another_recording_takes_the_place_in_one_job_alone(core: Core) -> None:
    job = with_recording(core)
    other = again(core, job.id)
    with core.services.database.write() as connection:
        attached = core.services.media.attach(
            connection,
            core.services.jobs.fetch_job(connection, other.id),
            MediaSource.UPLOAD,
            storage_key=stored(core.store, b"other sound"),
            size=11,
            replace=True,
        )
    assert attached.replaced_key is None
    assert (core.content(job.id), core.content(other.id)) == (b"sound", b"other sound")
    assert core.services.jobs.with_same_recording(core.services.jobs.find_job(other.id)) == []


def test_jobs_with_the_same_recording_know_each_other(core: Core) -> None:
    job = with_recording(core)
    first, second = again(core, job.id), again(core, job.id)
    third = again(core, second.id)
    same = core.services.jobs.with_same_recording
    assert same(job) == [first.id, second.id, third.id]
    assert same(third) == [job.id, first.id, second.id]
    delete_job(core.services, job.id, None)
    assert same(first) == [second.id, third.id]


def test_a_shared_recording_counts_once_as_stored(core: Core) -> None:
    job = with_recording(core, b"12345")
    again(core, job.id)
    again(core, job.id)
    assert core.services.overview.stored().recording_bytes == 5
    assert core.services.overview.stored().recordings == 1


def test_what_cannot_be_transcribed_again_says_why(core: Core) -> None:
    bare = core.job()
    with pytest.raises(InvalidQuery, match="has no recording yet"):
        again(core, bare.id)
    job = with_recording(core)
    with pytest.raises(InvalidOption):
        again(core, job.id, language="auto")
    with pytest.raises(ItemNotFound):
        open_again(core.services, ENGLISH, job.id, frozenset({"somebody else"}), AgainRequest())
    before = len(core.services.jobs.not_ordered())
    media = core.services.media.media_of_job(job.id)
    assert media is not None
    core.services.media.fetch_failed(media.task_id, "it is broken")
    with pytest.raises(InvalidQuery, match="it is broken"):
        again(core, job.id)
    assert len(core.services.jobs.not_ordered()) == before


@pytest.fixture
def services(tmp_path: Path, database: dict[str, str]) -> Iterator[app.Services]:
    settings = Settings(data_dir=tmp_path, **database)  # type: ignore[arg-type]
    app.prepare_database(settings)
    started = app.build_services(settings)
    started.accounts.create("admin", "a password", parent=None)
    yield started
    started.close()


def test_of_jobs_that_are_deleted_at_once_the_last_takes_the_recording_along(services: app.Services) -> None:
    admin = services.accounts.root()
    assert admin is not None
    job_id, _ = services.jobs.create(admin, name="shared", language="en")
    key = stored(services.store, b"sound")
    with services.database.write() as connection:
        job = services.jobs.fetch_job(connection, job_id)
        services.media.attach(connection, job, MediaSource.BODY, storage_key=key, size=5, replace=False)
    tree = frozenset({admin.id})
    jobs = [job_id] + [open_again(services, ENGLISH, job_id, tree, AgainRequest())[0] for _ in range(5)]
    gate = threading.Barrier(len(jobs))

    def delete(each: str) -> None:
        gate.wait()
        for gone in services.jobs.delete(each, None).storage_keys:
            remove_object(services.store, gone)

    with ThreadPoolExecutor(len(jobs)) as pool:
        list(pool.map(delete, jobs))
    assert list(services.store.keys()) == []
