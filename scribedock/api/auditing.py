"""Records every deed in the audit log: who called, about which job, how it ended.

A deed changes something, or returns a URL that gives access to something without a token. Issuing an upload
URL is none: what is uploaded there is a task of its job. Where a setting says so, reading a transcript or a
recording is recorded too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog

from scribedock.accounts.client_address import ClientAddress
from scribedock.api.registry import Call, Context
from scribedock.api.schema.parameters import Parameters
from scribedock.app import Services
from scribedock.errors import ErrorType, ScribedockError
from scribedock.reports.audit import DONE

log = structlog.get_logger("scribedock.api")

OTHER_ACCOUNTS = ("new_username", "username", "account_id", "parent_account")


def begin_entry(context: Context, call: Call[Any], parameters: Parameters) -> int | None:
    """Record the call before it is made; return its entry, or None for one that need not be audited."""
    reads = call.reads_content and context.services.settings.audit_reads
    if not (call.needs_token and (call.is_deed(parameters) or reads)):
        return None
    named = [str(getattr(parameters, name, None) or "") for name in OTHER_ACCOUNTS]
    return context.services.audit.begin_entry(
        account_id=context.account.id,
        person_id=context.person_id,
        address=context.client.address,
        call=call.path,
        job_id=str(getattr(parameters, "job_id", "")),
        about=", ".join(name for name in named if name),
    )


@contextmanager
def deed(
    services: Services,
    call: str,
    account_id: str,
    client: ClientAddress,
    job_id: str = "",
    *,
    person_id: str | None = None,
    about: str = "",
) -> Iterator[None]:
    """Audit what the block does without a call's token, in the name of this account and its person."""
    entry = services.audit.begin_entry(
        account_id=account_id,
        person_id=person_id,
        address=client.address,
        call=call,
        job_id=job_id,
        about=about,
    )
    try:
        yield
    except Exception as error:
        _end(services, entry, error)
        raise
    _end(services, entry, None)


@contextmanager
def reading(
    services: Services,
    link: str,
    account_id: str,
    client: ClientAddress,
    job_id: str,
    *,
    person_id: str | None = None,
) -> Iterator[None]:
    """Audit, where reads are audited, that somebody reads through a link of this account's, or a page."""
    if services.settings.audit_reads:
        with deed(services, link, account_id, client, job_id, person_id=person_id):
            yield
    else:
        yield


def failed_login(context: Context, username: str) -> None:
    """Count a login with wrong credentials."""
    try:
        context.services.failed_logins.note(username, context.client.address)
    except Exception:
        log.exception("the audit log does not know of a failed login")


def end_entry(context: Context, entry: int | None, result: object) -> None:
    """Record the call's outcome, an answer or an error. A failure to record it undoes nothing."""
    if entry is None:
        return
    _end(context.services, entry, result)


def _end(services: Services, entry: int, result: object) -> None:
    try:
        if isinstance(result, Exception):
            kind = result.error_type if isinstance(result, ScribedockError) else ErrorType.SYSTEM_ERROR
            services.audit.end_entry(entry, kind.value)
        else:
            made = result.get("JobId", "") if isinstance(result, Mapping) else ""
            services.audit.end_entry(entry, DONE, job_id=made)
    except Exception:
        log.exception("the audit log does not know how a call ended", entry=entry)
