"""What a caller sees of a failure that is not his: of a defect, and of a database that does not answer."""

from __future__ import annotations

import uuid

import structlog

from scribedock.db.waiting import is_unavailable, reason_of
from scribedock.errors import SystemFault

log = structlog.get_logger("scribedock.api")

RETRY_AFTER_S = 5


def fault_of(failure: Exception, *, request: str | None = None) -> SystemFault:
    """Log the failure; return what the caller gets: 503 where trying again helps, else an id.

    request: its id, where the log does not know it anyway.
    """
    about = {} if request is None else {"request": request}
    if is_unavailable(failure):
        log.error("the database does not answer", reason=reason_of(failure), **about)
        return SystemFault(
            "The server's database does not answer at the moment; try again",
            status=503,
            headers={"Retry-After": str(RETRY_AFTER_S)},
        )
    fault_id = uuid.uuid4().hex[:12]
    log.error("internal error", fault=fault_id, exc_info=failure, **about)
    return SystemFault(f"The server has failed; the fault is noted as {fault_id}")
