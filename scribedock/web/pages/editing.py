"""What the editor's page is told: the job, as what the person edits it, and the key of their drafts."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from scribedock.accounts.scopes import Right
from scribedock.api.registry import Backend
from scribedock.errors import AccountUnprivileged, ItemNotFound
from scribedock.jobs.job import Job
from scribedock.orders.passes import PassKind
from scribedock.persons.person import Person
from scribedock.persons.roles import Role
from scribedock.persons.web_sessions import NotSignedIn
from scribedock.related.related import is_translation, language_of
from scribedock.reviews.review_pass import pass_under_way
from scribedock.reviews.span_recognitions import MAX_SPAN_MS, MIN_SPAN_MS

DRAFTS = "drafts in browsers"


def editor_data(backend: Backend, person: Person, job_id: str, wanted: str) -> Mapping[str, Any]:
    """Return what the editor's page is told.

    wanted: `review` or `correction` where the person has chosen; otherwise a review that waits for them comes
    before a correction. Raises NotSignedIn; ItemNotFound (404) for a job that the person may not edit.
    """
    services = backend.services
    job, kind = _editable(backend, person, job_id, wanted)
    with services.database.read() as connection:
        current = pass_under_way(connection, job)
    is_kind = current is not None and (current.kind is kind or kind is PassKind.CORRECTION)
    taken = current is not None and current.kind is not PassKind.CORRECTION and current.account_id is not None
    return {
        "job": job.id,
        "name": job.name,
        "status": job.status,
        "language": language_of(job),
        "durationMs": job.media_ms or 0,
        "kind": kind,
        "pass": current.iwp_name if current is not None and is_kind else None,
        "isBegun": is_kind and (kind is PassKind.CORRECTION or (taken and _is_of(person, current))),
        "isCorrection": current is None or current.kind is PassKind.CORRECTION,
        "doubtBelow": backend.capabilities.doubt_below,
        "terms": services.guidelines.vocabulary(job),
        "listening": _listening(backend, job),
        "draftKey": _draft_key(backend, person) if services.settings.web_drafts else None,
    }


def _listening(backend: Backend, job: Job) -> Mapping[str, Any] | None:
    """Return how a stretch of the recording may be recognized once more; None for a translation's list."""
    if is_translation(job):
        return None
    return {
        "language": job.language,
        "languages": backend.capabilities.listed_languages(),
        "detectsLanguage": backend.capabilities.detects_language,
        "shortestMs": MIN_SPAN_MS,
        "longestMs": MAX_SPAN_MS,
    }


def _editable(backend: Backend, person: Person, job_id: str, wanted: str) -> tuple[Job, PassKind]:
    """Return the job, and in which kind of pass the person edits it. Raises as `editor_data`."""
    services = backend.services
    account = services.accounts.by_id(person.account_id)
    if account is None:
        raise NotSignedIn
    permissions = person.permissions
    if not permissions.permit(Right.READ, contents=True):
        raise AccountUnprivileged
    if wanted != PassKind.CORRECTION and permissions.permit(Right.REVIEW, contents=True):
        found = _reviewed(backend, person, job_id)
        if found is not None:
            return found, PassKind.REVIEW
    if not permissions.permit(Right.CHANGE, contents=True):
        raise AccountUnprivileged
    try:
        return services.jobs.find_job(
            job_id, services.accounts.visible_accounts(account)
        ), PassKind.CORRECTION
    except ItemNotFound as error:
        raise ItemNotFound(error.comment, status=404) from None


def _reviewed(backend: Backend, person: Person, job_id: str) -> Job | None:
    """Return the job where it waits for a reviewer, and may be reviewed by this one."""
    services = backend.services
    account = services.accounts.by_id(person.account_id)
    assert account is not None
    try:
        scope = services.reviewers.scope(account, as_reviewer=person.role is Role.REVIEWER)
        with services.database.read() as connection:
            job = services.jobs.fetch_job(connection, job_id, scope.account_ids)
            current = pass_under_way(connection, job)
    except (AccountUnprivileged, ItemNotFound):
        return None
    is_waiting = current is not None and current.kind is PassKind.REVIEW
    return job if is_waiting and (job.sandbox or not scope.sandbox_only) else None


def _is_of(person: Person, made: Any) -> bool:
    return bool((made.person_id or made.account_id) == person.id)


def _draft_key(backend: Backend, person: Person) -> str:
    """Return the key with which the browser encrypts this person's drafts, in base64.

    It is the same in every session of the person, so that what was typed when a session ended is there after
    the next sign-in; without a session nobody is told it.
    """
    return base64.b64encode(backend.services.keys.sealing.key_for(f"{DRAFTS}\0{person.id}")).decode()
