"""Jobs in the states that an operator meets, made without a worker."""

from __future__ import annotations

from scribedock import app
from scribedock.accounts.accounts import Account
from scribedock.jobs.job import Fidelity, Job, Priority
from scribedock.jobs.media import MediaSource
from scribedock.ordering.capabilities import Capabilities
from scribedock.ordering.place_order import TranscriptionRequest, place_order

ENGLISH = Capabilities(languages=frozenset({"en"}), detects_language=False, translates=frozenset())
CALLBACK = "http://hook.example.org/?job={job_id}"


def opened(services: app.Services, *, owner: Account | None = None, name: str = "a job") -> Job:
    owner = owner or services.accounts.root()
    assert owner is not None
    job_id, _ = services.jobs.create(owner, name=name, language="en")
    return services.jobs.find_job(job_id)


def ordered(
    services: app.Services,
    *,
    owner: Account | None = None,
    name: str = "a job",
    url: str | None = None,
    priority: Priority | None = None,
    callback_url: str | None = CALLBACK,
) -> Job:
    """Return a job whose transcription is ordered. url: where its recording is still to be fetched from."""
    job = opened(services, owner=owner, name=name)
    with services.database.write() as connection:
        services.media.attach(
            connection,
            job,
            MediaSource.URL if url else MediaSource.UPLOAD,
            storage_key=None if url else "0" * 32,
            size=None if url else 1000,
            url=url,
            replace=False,
        )
    asked = TranscriptionRequest(fidelity=Fidelity.MECHANICAL, priority=priority, callback_url=callback_url)
    place_order(services, ENGLISH, job.id, frozenset({job.account_id}), asked)
    return services.jobs.find_job(job.id)


def failed(services: app.Services, *, refused: bool = False, reason: str = "It broke", **asked: str) -> Job:
    """Return a job that is a Media Failure. refused: whether its recording is at fault."""
    job = ordered(services, **asked)  # type: ignore[arg-type]
    assert job.order_task_id is not None
    services.orders.start(job.order_task_id, "an engine")
    assert services.orders.fail(job.order_task_id, reason, refused=refused)
    return services.jobs.find_job(job.id)
