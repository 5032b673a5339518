"""Which passes people do over a job."""

from __future__ import annotations

import pytest

from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Fidelity
from scribedock.jobs.order_options import ApprovalStep, OrderOptions
from scribedock.orders.passes import PassKind, planned
from tests.support.jobs import a_job


def names(reviewed: bool = True, **changes: object) -> list[Iwp]:
    return [step.iwp_name for step in planned(a_job(**changes), reviewed=reviewed)]


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
    speakers = OrderOptions(speaker_id=True)
    assert names(fidelity=Fidelity.STANDARD, options=speakers) == [Iwp.PREMIUM, Iwp.SPEAKER_ID]
    assert names(fidelity=Fidelity.MECHANICAL, options=speakers) == []


def test_a_second_pass_is_one() -> None:
    assert names(fidelity=Fidelity.HIGH, leading_id="2") == [Iwp.PROFESSIONAL]


def test_the_customers_approval_is_the_last_and_needs_no_reviewer() -> None:
    options = OrderOptions(customer_approval_steps=(ApprovalStep.RETURN, ApprovalStep.TRANSLATION))
    assert names(fidelity=Fidelity.STANDARD, options=options) == [Iwp.PREMIUM, Iwp.CUSTOMER_APPROVED_RETURN]
    [step] = planned(a_job(options=options), reviewed=False)
    assert (step.iwp_name, step.kind) == (Iwp.CUSTOMER_APPROVED_RETURN, PassKind.APPROVAL)
    [step] = planned(a_job(options=options, leading_id="2", target_language="de"), reviewed=False)
    assert step.iwp_name is Iwp.CUSTOMER_APPROVED_TRANSLATION
