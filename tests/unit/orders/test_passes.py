"""Which passes people do over a job."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from scribedock.jobs.job import Difficulty, Fidelity, Iwp, Job, JobStatus, Priority
from scribedock.orders.passes import PassKind, planned

JOB = Job(
    id="1", account_id="a", username="a", branch_id="a", name="", external_id="", language="en",
    target_language="",
    status=JobStatus.IN_PROCESS, fidelity=Fidelity.MECHANICAL, priority=Priority.STANDARD,
    difficulty=Difficulty.UNKNOWN, created=datetime(2026, 1, 1), started=None, due=None, completed=None,
    returned=None, authorized=None, deleted=None, turnaround_hours=None, media_ms=None, failure_reason=None,
    engine=None, progress=0, upload_epoch=0, order_task_id="t", callback_url=None,
)  # fmt: skip


def names(reviewed: bool = True, **changes: object) -> list[Iwp]:
    return [step.iwp_name for step in planned(replace(JOB, **changes), reviewed=reviewed)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fidelity", "expected"),
    [
        (None, []),
        (Fidelity.MECHANICAL, []),
        (Fidelity.STANDARD, [Iwp.PREMIUM]),
        (Fidelity.HIGH, [Iwp.INTERIM_PROFESSIONAL, Iwp.PROFESSIONAL]),
    ],
)
def test_a_fidelity_has_its_passes_where_somebody_reviews(
    fidelity: Fidelity | None, expected: list[Iwp]
) -> None:
    assert names(fidelity=fidelity) == expected
    assert names(reviewed=False, fidelity=fidelity) == []


def test_telling_speakers_apart_is_a_pass_of_its_own() -> None:
    speakers = {"speaker_id": True}
    assert names(fidelity=Fidelity.STANDARD, options=speakers) == [Iwp.PREMIUM, Iwp.SPEAKER_ID]
    assert names(fidelity=Fidelity.MECHANICAL, options=speakers) == []


def test_a_second_pass_is_one() -> None:
    assert names(fidelity=Fidelity.HIGH, leading_id="2") == [Iwp.PROFESSIONAL]


def test_the_customers_approval_is_the_last_and_needs_no_reviewer() -> None:
    options = {"customer_approval_steps": ["RETURN", "TRANSLATION"]}
    assert names(fidelity=Fidelity.STANDARD, options=options) == [Iwp.PREMIUM, Iwp.CUSTOMER_APPROVED_RETURN]
    [step] = planned(replace(JOB, options=options), reviewed=False)
    assert (step.iwp_name, step.kind) == (Iwp.CUSTOMER_APPROVED_RETURN, PassKind.APPROVAL)
    [step] = planned(replace(JOB, options=options, leading_id="2", target_language="de"), reviewed=False)
    assert step.iwp_name is Iwp.CUSTOMER_APPROVED_TRANSLATION
