from __future__ import annotations

import errno

import pytest
from sqlalchemy.exc import OperationalError

from scribedock.storage.cloud.bucket import StoreFault
from scribedock.workflow.engine import _should_retry
from scribedock.workflow.outages import LONGEST_S, MAX_WAIT_S, OutageTooLong, outlast

OUTAGES = {
    "no answer": StoreFault(errno.EHOSTUNREACH, "no answer"),
    "an overloaded store": StoreFault(errno.EIO, "503 SlowDown", code="SlowDown", status=503),
    "too many requests": StoreFault(errno.EIO, "429", status=429),
    "credentials that cannot be had": StoreFault(errno.EACCES, "no credentials", code="NoCredentials"),
    "a database that is away": OperationalError("SELECT 1", {}, ConnectionRefusedError("refused")),
}
REFUSALS = {
    "a wrong signature": StoreFault(errno.EACCES, "403", code="SignatureDoesNotMatch", status=403),
    "no such bucket": StoreFault(errno.ENXIO, "404", code="NoSuchBucket", status=404),
    "a full bucket": StoreFault(errno.EDQUOT, "507", status=507),
    "a full disk": OSError(errno.ENOSPC, "no space left"),
    "a defect": ValueError("wrong"),
}


class Work:
    """Fails a number of times, then returns what it was given."""

    def __init__(self, failures: int, error: Exception) -> None:
        self._left = failures
        self._error = error

    def __call__(self, result: str) -> str:
        if self._left:
            self._left -= 1
            raise self._error
        return result


@pytest.mark.parametrize("error", OUTAGES.values(), ids=OUTAGES)
def test_a_step_waits_for_the_end_of_an_outage_of_hours(error: Exception) -> None:
    pauses: list[float] = []
    assert outlast("decode", Work(500, error), "heard", pause=pauses.append) == "heard"
    assert pauses[:3] == [1.0, 2.0, 4.0] and max(pauses) == MAX_WAIT_S and len(pauses) == 500


@pytest.mark.parametrize("error", REFUSALS.values(), ids=REFUSALS)
def test_what_is_no_outage_is_not_waited_for(error: Exception) -> None:
    pauses: list[float] = []
    with pytest.raises(type(error)):
        outlast("decode", Work(1, error), "heard", pause=pauses.append)
    assert pauses == []


def test_an_outage_without_an_end_fails_the_step_in_the_end() -> None:
    pauses: list[float] = []
    with pytest.raises(OutageTooLong) as ended:
        outlast("decode", Work(10_000, OUTAGES["no answer"]), "heard", pause=pauses.append)
    assert not _should_retry(ended.value), "the engine would wait as long again"
    assert LONGEST_S <= sum(pauses) < LONGEST_S + MAX_WAIT_S
