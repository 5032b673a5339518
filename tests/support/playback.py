"""Jobs with recordings in the core without a server, and what browsers need of them."""

from __future__ import annotations

from scribedock import app
from scribedock.accounts.accounts import Account
from scribedock.dispatch.queues import Queue
from scribedock.jobs.job import Job
from scribedock.jobs.media import MediaSource
from scribedock.results.playback import Playback
from tests.support.core import Core
from tests.support.core_workflows import Workflows


def recorded(core: Core, content: bytes, *, owner: Account | None = None) -> Job:
    """Open a job with this recording."""
    job = core.job(owner=owner)
    add_recording(core.services, job, content)
    return core.services.jobs.find_job(job.id)


def add_recording(services: app.Services, job: Job, content: bytes) -> None:
    """Give the job this recording, in place of another; of one that was ordered as if it had been there."""
    with services.store.begin() as partial:
        partial.write(memoryview(content))
        key = partial.commit()
    with services.database.write() as connection:
        services.jobs.set(connection, job.id, order_task_id=None)
        services.media.attach(
            connection,
            services.jobs.fetch_job(connection, job.id),
            MediaSource.BODY,
            storage_key=key,
            size=len(content),
            replace=True,
        )
        services.jobs.set(connection, job.id, order_task_id=job.order_task_id, media_ms=job.media_ms)


def make_what_waits(core: Core, workflows: Workflows, *, crash_after: str = "") -> list[str]:
    """Do the work that waits; return the kinds of what was made."""
    done = []
    for each in core.services.work.claim("executor", {Queue.PLAYBACK: 10}, {}):
        found = core.services.renditions.find_rendition(each.id)
        assert found is not None
        workflows.run(Queue.PLAYBACK, each.id, crash_after=crash_after)
        core.services.work.done(each.id)
        done.append(found.kind.value)
    return done


def all_made(core: Core, workflows: Workflows, job: Job) -> Playback:
    """Ask, as a page does, until nothing is being prepared any more."""
    while (found := core.services.playback.find(job)).preparing:
        assert make_what_waits(core, workflows)
    return found
