"""Erasing again, in a database that was restored from a backup, what was erased since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.host.erasure_journal import ErasedPart, Erasure
from scribedock.ordering.delete_account import delete_account
from scribedock.ordering.delete_job import delete_job
from scribedock.ordering.parts import Parts
from scribedock.ordering.persons import remove_person

log = structlog.get_logger("scribedock.erasure")


@dataclass(frozen=True, kw_only=True)
class Replayed:
    erased: int
    # Not in the database (any more): a job that was opened after the backup, or deleted before it.
    unknown: int


def replay_erasures(parts: Parts, erasures: Sequence[Erasure]) -> Replayed:
    """Erase what the journal says was erased; harmless when repeated. Raises SystemFault."""
    # An account can go once its jobs have; those that are in the database were deleted with it.
    ordered = sorted(erasures, key=lambda each: each.part is ErasedPart.ACCOUNT)
    erased = sum(_replay(parts, each) for each in ordered)
    return Replayed(erased=erased, unknown=len(erasures) - erased)


def _replay(parts: Parts, erasure: Erasure) -> bool:
    """Erase again; return whether there was anything."""
    match erasure.part:
        case ErasedPart.JOB:
            return _delete(parts, erasure.id)
        case ErasedPart.ACCOUNT:
            return _delete_account(parts, erasure.id)
        case ErasedPart.PERSON:
            return _remove_person(parts, erasure.id)
        case part:
            return _erase(parts, erasure.id, part)


def _delete_account(parts: Parts, account_id: str) -> bool:
    account = parts.accounts.by_id(account_id)
    if account is None or account.deleted is not None:
        return False
    try:
        delete_account(parts, account)
    except InvalidQuery as error:  # the journal lacks what was deleted before it
        log.warning("account not deleted again", account=account.username, reason=error.comment)
        return False
    return True


def _remove_person(parts: Parts, person_id: str) -> bool:
    person = parts.persons.by_id(person_id)
    if person is None or person.deleted is not None:
        return False
    remove_person(parts, person)
    return True


def _delete(parts: Parts, job_id: str) -> bool:
    try:
        delete_job(parts, job_id, None)
    except ItemNotFound:
        return False
    return True


def _erase(parts: Parts, job_id: str, part: ErasedPart) -> bool:
    try:
        return parts.retention.erase_part(job_id, part)
    except ItemNotFound:
        return False
