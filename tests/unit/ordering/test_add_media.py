"""Giving a job its recording, without a server."""

from __future__ import annotations

import pytest

from scribedock.errors import InvalidQuery, InvalidUrl
from scribedock.jobs.media import MediaSource
from scribedock.ordering.add_media import add_media_bytes, add_media_url
from tests.support.core import Core

URL = "https://example.org/a.mp3"


def add(core: Core, job_id: str, url: str = URL, *, may_repeat: bool | None = False) -> str:
    return add_media_url(
        core.services, job_id, frozenset({core.admin.id}), url, may_be_page=False, may_repeat=may_repeat
    )


def bring(core: Core, job_id: str, content: bytes) -> str:
    with core.store.begin() as partial:
        partial.write(memoryview(content))
        return add_media_bytes(core.services, job_id, frozenset({core.admin.id}), partial)


def test_media_from_a_url_is_fetched_by_a_task(core: Core) -> None:
    job = core.job()
    task = add(core, job.id)
    media = core.services.media.media_of_job(job.id)
    assert media is not None
    assert (media.url, media.task_id, media.source, media.storage_key) == (URL, task, MediaSource.URL, None)


def test_a_url_that_another_job_has_is_named_with_that_job(core: Core) -> None:
    first, second = core.job(), core.job()
    add(core, first.id)
    with pytest.raises(InvalidQuery, match=f"Job {first.id} already has this media_url"):
        add(core, second.id)
    add(core, second.id, may_repeat=True)


def test_a_url_that_was_encoded_twice_is_the_same_url(core: Core) -> None:
    add(core, core.job().id, "https%3A%2F%2Fexample.org%2Fa.mp3")
    with pytest.raises(InvalidQuery, match="already has this media_url"):
        add(core, core.job().id)


def test_a_url_that_cannot_be_right_is_refused(core: Core) -> None:
    with pytest.raises(InvalidUrl):
        add(core, core.job().id, "http://127.0.0.1/a.mp3")


def test_bytes_that_came_are_the_media(core: Core) -> None:
    job = core.job()
    bring(core, job.id, b"a recording")
    assert core.content(job.id) == b"a recording"


def test_a_second_recording_is_refused_and_leaves_nothing_behind(core: Core) -> None:
    job = core.job()
    bring(core, job.id, b"first")
    with pytest.raises(InvalidQuery, match="has media already"):
        bring(core, job.id, b"second")
    assert core.content(job.id) == b"first"
    assert len(list(core.store.keys())) == 1
