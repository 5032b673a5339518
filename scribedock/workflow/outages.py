"""Steps during an outage of the store or the database: they wait, for hours, instead of failing an order.

A customer's order must not end because an object store was restarted. What the store answers and refuses is
another matter: that is for the few tries of the engine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import structlog

from scribedock import metrics
from scribedock.db.waiting import is_unavailable
from scribedock.storage.store import StoreUnavailable

log = structlog.get_logger("scribedock.worker")

FIRST_WAIT_S, MAX_WAIT_S = 1.0, 30.0
LONGEST_S = 6 * 3600.0
"""How long, in seconds, an outage may last altogether before the step fails."""

Result = TypeVar("Result")


class OutageTooLong(Exception):
    """The store or the database was away for LONGEST_S; the engine does not try such a step again."""


def outlast(
    name: str,
    function: Callable[..., Result],
    *arguments: object,
    pause: Callable[[float], None] = time.sleep,
) -> Result:
    """Return the result of a step's function; call it again until the store and the database are there.

    Raises OutageTooLong after LONGEST_S, and what the function raises where that is no outage.
    """
    waited_s, wait_s = 0.0, FIRST_WAIT_S
    while True:
        try:
            return function(*arguments)
        except Exception as error:
            if not _is_outage(error):
                raise
            if waited_s >= LONGEST_S:
                raise OutageTooLong(_line(error)) from error
            log.warning("step waits for the end of an outage", step=name, seconds=wait_s, reason=_line(error))
        pause(wait_s)
        waited_s += wait_s
        wait_s = min(2 * wait_s, MAX_WAIT_S)


def _is_outage(error: Exception) -> bool:
    if isinstance(error, StoreUnavailable):
        metrics.STORAGE_ERRORS.inc()
        return not error.refused
    return is_unavailable(error)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
