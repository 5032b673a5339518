"""Tells the audit log of every call that changes something: who called, about which job, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from scribedock.api.calls import Call, Context
from scribedock.api.parameters import Parameters
from scribedock.errors import ErrorType, ScribedockError
from scribedock.jobs.audit import DONE

log = structlog.get_logger("scribedock.api")

OTHER_ACCOUNTS = ("new_username", "username", "account_id", "parent_account")


def begin(context: Context, call: Call[Any], parameters: Parameters) -> int | None:
    """Notes the call before it is made; None for one that changes nothing."""
    if not (call.changes and call.needs_token):
        return None
    named = [str(getattr(parameters, name, None) or "") for name in OTHER_ACCOUNTS]
    return context.services.audit.begin(
        account_id=context.account.id,
        address=context.address,
        call=call.path,
        job_id=str(getattr(parameters, "job_id", "")),
        about=", ".join(name for name in named if name),
    )


def end(context: Context, entry: int | None, result: object) -> None:
    """Notes how it ended: with an answer, or with an error. What was done stands, whether it can or not."""
    if entry is None:
        return
    try:
        _end(context, entry, result)
    except Exception:
        log.exception("the audit log does not know how a call ended", entry=entry)


def _end(context: Context, entry: int, result: object) -> None:
    if isinstance(result, Exception):
        kind = result.error_type if isinstance(result, ScribedockError) else ErrorType.SYSTEM_ERROR
        context.services.audit.end(entry, kind.value)
    else:
        made = result.get("JobId", "") if isinstance(result, Mapping) else ""
        context.services.audit.end(entry, DONE, job_id=made)
