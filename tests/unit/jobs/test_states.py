from __future__ import annotations

from itertools import product

import pytest

from scribedock.errors import InvalidQuery
from scribedock.jobs.job import JobStatus
from scribedock.jobs.states import TRANSITIONS, JobEvent, after

WAYS = [
    ([JobEvent.ORDERED, JobEvent.STARTED, JobEvent.FINISHED], JobStatus.COMPLETE),
    (
        [JobEvent.ORDERED_UNAUTHORIZED, JobEvent.ORDERED, JobEvent.STARTED, JobEvent.FINISHED],
        JobStatus.COMPLETE,
    ),
    (
        [JobEvent.ORDERED_UNAUTHORIZED, JobEvent.AUTHORIZED, JobEvent.STARTED, JobEvent.FINISHED],
        JobStatus.COMPLETE,
    ),
    ([JobEvent.ORDERED, JobEvent.STARTED, JobEvent.FAILED], JobStatus.MEDIA_FAILURE),
    (
        [JobEvent.FAILED, JobEvent.ORDERED, JobEvent.STARTED, JobEvent.STARTED, JobEvent.FINISHED],
        JobStatus.COMPLETE,
    ),
]


@pytest.mark.parametrize(("events", "end"), WAYS)
def test_a_job_goes_its_way(events: list[JobEvent], end: JobStatus) -> None:
    status = JobStatus.PENDING
    for event in events:
        status = after(status, event)
    assert status is end


def test_nothing_happens_to_a_finished_job() -> None:
    for event in JobEvent:
        with pytest.raises(InvalidQuery, match=f"The job is Complete; it cannot be {event} now"):
            after(JobStatus.COMPLETE, event)


def test_what_the_table_does_not_have_is_refused() -> None:
    for pair in set(product(JobStatus, JobEvent)) - set(TRANSITIONS):
        with pytest.raises(InvalidQuery):
            after(*pair)


def test_every_state_can_be_reached_and_left_but_the_last() -> None:
    reached = {JobStatus.PENDING, *TRANSITIONS.values()}
    left = {status for status, _ in TRANSITIONS}
    assert reached == left | {JobStatus.COMPLETE}
