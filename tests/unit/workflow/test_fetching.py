"""Fetching and probing media and transcripts from other people's servers, without the network."""

from __future__ import annotations

import pytest

from scribedock.dispatch.queues import Queue
from scribedock.jobs.job import Job, TaskStatus
from scribedock.media.fetching.fetch import FetchFailed
from scribedock.ordering.add_media import add_media_url
from tests.support.core import Core
from tests.support.core_workflows import Workflows
from tests.support.media.sound import spoken

URL = "https://example.org/a.wav"
PAGE = b'<html><head><meta property="og:video" content="https://example.org/a.wav"></head></html>'


@pytest.fixture(scope="session")
def sentence(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return spoken(tmp_path_factory.mktemp("sentence") / "a.wav", seconds=3.5).read_bytes()


def added(core: Core, url: str = URL, *, may_be_page: bool = False) -> tuple[Job, str]:
    job = core.job()
    task = add_media_url(
        core.services,
        job.id,
        frozenset({core.admin.id}),
        url,
        may_be_page=may_be_page,
        may_repeat=True,
    )
    return job, task


def failure_of(core: Core, job: Job) -> str | None:
    return core.services.jobs.find_job(job.id).failure_reason


def test_a_recording_is_fetched_then_probed(core: Core, workflows: Workflows, sentence: bytes) -> None:
    core.fetcher.pages[URL] = sentence
    job, task = added(core)
    assert workflows.run(Queue.FETCHES, task).names == ["divert", "fetch"]
    assert core.content(job.id) == sentence
    workflows.run(Queue.PROBES, task)
    assert core.services.jobs.find_job(job.id).media_ms == 3500
    assert core.services.jobs.task(task).status is TaskStatus.COMPLETE


def test_a_crash_after_the_fetch_fetches_once(core: Core, workflows: Workflows, sentence: bytes) -> None:
    core.fetcher.pages[URL] = sentence
    job, task = added(core)
    workflows.run(Queue.FETCHES, task, crash_after="fetch")
    assert len(core.fetcher.asked) == 1
    assert len(list(core.store.keys())) == 1
    assert core.content(job.id) == sentence


def test_a_page_leads_to_the_recording_that_it_embeds(
    core: Core, workflows: Workflows, sentence: bytes
) -> None:
    page = "https://example.org/watch"
    core.fetcher.pages |= {page: PAGE, URL: sentence}
    job, task = added(core, page, may_be_page=True)
    workflows.run(Queue.FETCHES, task)
    assert [url for url, _ in core.fetcher.asked] == [page, URL]
    assert core.content(job.id) == sentence


def test_what_cannot_be_fetched_is_said_and_other_media_may_be_added(
    core: Core, workflows: Workflows, sentence: bytes
) -> None:
    core.fetcher.pages[URL] = FetchFailed("example.org answered 404, not 200.")
    job, task = added(core)
    workflows.run(Queue.FETCHES, task)
    assert failure_of(core, job) == "example.org answered 404, not 200."
    assert core.services.jobs.task(task).status is TaskStatus.FAILED
    core.fetcher.pages["https://example.org/b.wav"] = sentence
    again = add_media_url(
        core.services,
        job.id,
        frozenset({core.admin.id}),
        "https://example.org/b.wav",
        may_be_page=False,
        may_repeat=True,
    )
    workflows.run(Queue.FETCHES, again)
    assert core.content(job.id) == sentence
    assert failure_of(core, job) is None


def test_what_is_fetched_for_a_job_that_was_deleted_is_not_kept(
    core: Core, workflows: Workflows, sentence: bytes
) -> None:
    core.fetcher.pages[URL] = sentence
    job, task = added(core)
    core.services.jobs.delete(job.id, frozenset({core.admin.id}))
    workflows.run(Queue.FETCHES, task)
    assert core.fetcher.asked == []
    assert list(core.store.keys()) == []


def test_a_probe_that_cannot_read_the_media_warns(core: Core, workflows: Workflows) -> None:
    core.fetcher.pages[URL] = b"not a recording"
    job, task = added(core)
    workflows.run(Queue.FETCHES, task)
    workflows.run(Queue.PROBES, task)
    assert failure_of(core, job)
    assert core.services.jobs.task(task).status is TaskStatus.COMPLETE
