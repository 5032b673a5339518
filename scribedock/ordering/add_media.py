"""Adding a job's recording: from a URL, or as bytes that were received.

Source: the API's `add_media` and `add_media_url`.
"""

from __future__ import annotations

from scribedock.errors import InvalidQuery, ScribedockError
from scribedock.jobs.job import Remark
from scribedock.jobs.media import Attached, MediaSource
from scribedock.media.fetching.fetch import normalise
from scribedock.ordering.parts import Parts
from scribedock.storage.leftovers import remove_object
from scribedock.storage.store import Partial


def add_media_url(
    parts: Parts,
    job_id: str,
    visible_accounts: frozenset[str],
    url: str,
    *,
    may_be_page: bool,
    may_repeat: bool | None,
) -> str:
    """Have the recording fetched from a URL; return the TaskId.

    may_be_page: whether it may be a page that embeds the recording. may_repeat: whether another job of the
    account may have the same URL; None: it may, and a remark says so. Raises ItemNotFound; InvalidUrl;
    InvalidQuery where another job has the URL and may not, and where the job may not get (other) media.
    """
    url = normalise(url)
    parts.fetcher.check(url)
    job = parts.jobs.find_job(job_id, visible_accounts)
    other = None if may_repeat else parts.media.url_in_use(job.account_id, url)
    if other is not None and may_repeat is False:
        raise InvalidQuery(f"Job {other} already has this media_url; send is_duplicate=true to use it again")
    with parts.database.write() as connection:
        job = parts.jobs.fetch_job(connection, job_id, visible_accounts)
        remark = "" if other is None else f"Job {other} had the same media_url already."
        parts.jobs.set_remark(connection, job, Remark.MEDIA_URL, remark)
        attached = parts.media.attach(
            connection,
            job,
            MediaSource.PAGE if may_be_page else MediaSource.URL,
            storage_key=None,
            size=None,
            url=url,
            replace=False,
        )
    return _task_of(parts, attached)


def add_media_bytes(parts: Parts, job_id: str, visible_accounts: frozenset[str], recording: Partial) -> str:
    """Make a recording that was received completely the job's media; return the TaskId.

    Raises ItemNotFound, InvalidQuery where the job may not get (other) media, PartialMissing, OSError.
    """
    size = recording.bytes
    key = recording.commit()
    try:
        with parts.database.write() as connection:
            attached = parts.media.attach(
                connection,
                parts.jobs.fetch_job(connection, job_id, visible_accounts),
                MediaSource.BODY,
                storage_key=key,
                size=size,
                replace=False,
            )
    except ScribedockError:
        remove_object(parts.store, key)
        raise
    return _task_of(parts, attached)


def _task_of(parts: Parts, attached: Attached) -> str:
    if attached.replaced_key:
        remove_object(parts.store, attached.replaced_key)
    return attached.task_id
