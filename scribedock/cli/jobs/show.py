"""`scribedock jobs show`: everything that an operator asks about one job."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from scribedock.cli.common import DataDir, read_services
from scribedock.cli.jobs.lists import job_document, state_of
from scribedock.cli.output.arguments import JobId, find_job
from scribedock.cli.output.documents import AsJson, print_document
from scribedock.cli.output.tables import print_fields, print_table
from scribedock.host.human import age, duration, moment, size

if TYPE_CHECKING:
    from datetime import datetime

    from scribedock.app import Services
    from scribedock.jobs.job import Job
    from scribedock.orders.callback_listing import ListedCallback
    from scribedock.reports.job_history import JobWork


def show_job(job_id: JobId, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show what is known of a job: times, order, recording, work, failures, callbacks."""
    services = read_services(data_dir)
    job = find_job(services, job_id)
    if as_json:
        print_document(_document(services, job))
        return
    print_fields(_fields(services, job))
    changes = services.job_history.changes(job.id)
    print("\nWhat happened")
    print_table(("At", "Event", "State"), [(moment(each.at), each.event, each.after) for each in changes])
    tasks = services.jobs.tasks([job.id])[job.id]
    print("\nTasks")
    print_table(
        ("Requested", "Task", "Status", "Remark"),
        [(moment(each.requested), each.type, each.status, each.info) for each in tasks],
        shortened=("Remark",),
    )
    callbacks = services.callback_listing.matching(job_id=job.id)
    if callbacks:
        print("\nCallbacks")
        print_table(
            ("Callback", "For", "State", "Tries", "Last try", "Problem"),
            [_callback_row(each) for each in callbacks],
            shortened=("Problem",),
            right=("Tries",),
        )


def _fields(services: Services, job: Job) -> Iterator[tuple[str, str]]:
    now = services.clock.now()
    yield "Job", job.id
    yield "Name", job.name or "(none)"
    if job.external_id:
        yield "External id", job.external_id
    yield "Account", job.username
    yield "State", state_of(job) + (" (sandbox)" if job.sandbox else "")
    if job.failure_reason:
        yield "Reason", job.failure_reason
    for label, at in (
        ("Created", job.created),
        ("Authorized", job.authorized),
        ("Started", job.started),
        ("Due", job.due),
        ("Completed", job.completed),
        ("Deleted", job.deleted),
    ):
        if at is not None:
            yield label, _with_distance(at, now)
    if job.fidelity is not None:
        yield "Order", f"{job.fidelity}, priority {job.priority}"
    yield "Language", job.language + (f", to {job.target_language}" if job.target_language else "")
    if job.engine:
        yield "Engine", job.engine
    yield "Recording", _recording(services, job)
    if job.speech_ms is not None:
        yield "Speech", _speech(job)
    for each in services.uploads.uploads_of_job(job.id):
        length = "?" if each.length is None else size(each.length)
        yield "Upload", f"{each.status}: {size(each.bytes)} of {length}, {each.protocol}, {each.id}"
    for version in services.elementlists.versions(job.id):
        yield "Result", f"{version.iwp_name}, {moment(version.created)}"
    for work in services.job_history.work_of_job(job.id):
        yield "Work", _work(work, now)


def _with_distance(at: datetime, now: datetime) -> str:
    distance = f"in {age(at - now)}" if at > now else f"{age(now - at)} ago"
    return f"{moment(at)} ({distance})"


def _recording(services: Services, job: Job) -> str:
    media = services.media.media_behind_job(job)
    if media is None:
        return "none"
    parts = [f"by {media.source}"]
    if job.media_ms is not None:
        parts.append(duration(job.media_ms))
    parts.append("not here yet" if media.storage_key is None else size(media.bytes or 0))
    if media.storage_key is not None:
        parts.append(f"stored as {media.storage_key}")
    if media.refused:
        parts.append("cannot be used")
    return ", ".join(parts)


def _speech(job: Job) -> str:
    assert job.speech_ms is not None
    text = duration(job.speech_ms)
    if job.words is not None:
        text += f", {job.words} words"
    if job.words_in_doubt:
        text += f", {job.words_in_doubt} of them in doubt"
    if job.unrecognized_ms:
        text += f"; {duration(job.unrecognized_ms)} not recognized"
    return text


def _work(work: JobWork, now: datetime) -> str:
    if work.claimed is not None:
        host = work.host or "a worker that is gone"
        text = f"{work.queue}: taken by {host} {age(now - work.claimed)} ago"
    elif work.ready is None:
        text = f"{work.queue}: waits for something that it needs, since {age(now - work.asked)}"
    elif work.ready > now:
        text = f"{work.queue}: begins in {age(work.ready - now)}"
    else:
        text = f"{work.queue}: waits for a worker since {age(now - work.ready)}"
    return text + (f"; workers died over it: {work.losses}" if work.losses else "")


def _callback_row(callback: ListedCallback) -> tuple[str, ...]:
    return (
        callback.id[:12],
        callback.iwp_name or "failure",
        callback.state,
        str(callback.tries),
        "" if callback.tried is None else moment(callback.tried),
        callback.problem,
    )


def _document(services: Services, job: Job) -> dict[str, Any]:
    media = services.media.media_behind_job(job)
    return {
        **job_document(job),
        "authorized": job.authorized,
        "notice": job.notice,
        "words": job.words,
        "words_in_doubt": job.words_in_doubt,
        "speech_seconds": _seconds(job.speech_ms),
        "worded_seconds": _seconds(job.worded_ms),
        "unrecognized_seconds": _seconds(job.unrecognized_ms),
        "recording": None
        if media is None
        else {
            "source": media.source,
            "added": media.added,
            "storage_key": media.storage_key,
            "bytes": media.bytes,
            "refused": media.refused,
        },
        "uploads": [
            {
                "id": each.id,
                "status": each.status,
                "bytes": each.bytes,
                "length": each.length,
                "protocol": each.protocol,
            }
            for each in services.uploads.uploads_of_job(job.id)
        ],
        "results": [
            {"name": each.iwp_name, "created": each.created}
            for each in services.elementlists.versions(job.id)
        ],
        "events": [
            {"at": each.at, "event": each.event, "before": each.before, "after": each.after}
            for each in services.job_history.changes(job.id)
        ],
        "tasks": [
            {
                "id": each.id,
                "type": each.type,
                "status": each.status,
                "info": each.info,
                "requested": each.requested,
            }
            for each in services.jobs.tasks([job.id])[job.id]
        ],
        "work": [
            {
                "id": each.id,
                "queue": each.queue,
                "asked": each.asked,
                "ready": each.ready,
                "claimed": each.claimed,
                "host": each.host or None,
                "losses": each.losses,
                "request_id": each.request_id or None,
            }
            for each in services.job_history.work_of_job(job.id)
        ],
        "callbacks": [
            {
                "id": each.id,
                "for": each.iwp_name or None,
                "state": each.state,
                "tries": each.tries,
                "tried": each.tried,
                "http_status": each.http_status,
                "problem": each.problem or None,
                "due": each.due,
            }
            for each in services.callback_listing.matching(job_id=job.id)
        ],
    }


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
