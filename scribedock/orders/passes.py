"""Which passes people do over a job after the machine's, and in which order.

Source: the fidelities of the API, the names of its ElementList versions, and `customer_approval_steps`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Fidelity, Job
from scribedock.jobs.order_options import ApprovalStep


class PassKind(StrEnum):
    REVIEW = "review"  # by an account with the reviewer's right
    APPROVAL = "approval"  # by the customer
    CORRECTION = "correction"  # by the customer, of a finished job, or beside a reviewer


class PassStatus(StrEnum):
    WAITING = "waiting"  # for the pass before it
    OPEN = "open"
    TAKEN = "taken"  # somebody is working on it
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class Step:
    iwp_name: Iwp
    kind: PassKind = PassKind.REVIEW


APPROVALS = {
    ApprovalStep.RETURN: Iwp.CUSTOMER_APPROVED_RETURN,
    ApprovalStep.TRANSLATION: Iwp.CUSTOMER_APPROVED_TRANSLATION,
}


def planned(job: Job, *, reviewed: bool) -> tuple[Step, ...]:
    """Plan the passes of the job; none of review where nobody does them (`reviewed` false).

    A second pass and a translation start from a reviewed list: one pass is enough.
    RETURN is the customer's approval of a transcript, TRANSLATION that of a translation.
    """
    steps = list(map(_review, _reviews(job))) if reviewed else []
    is_translation = job.leading_id is not None and bool(job.target_language)
    wanted = ApprovalStep.TRANSLATION if is_translation else ApprovalStep.RETURN
    if wanted in (job.options.customer_approval_steps or ()):
        steps.append(Step(iwp_name=APPROVALS[wanted], kind=PassKind.APPROVAL))
    return tuple(steps)


def _reviews(job: Job) -> list[Iwp]:
    if job.fidelity is Fidelity.STANDARD:
        names = [Iwp.PREMIUM]
    elif job.fidelity is Fidelity.HIGH:
        once = job.leading_id is not None
        names = [Iwp.PROFESSIONAL] if once else [Iwp.INTERIM_PROFESSIONAL, Iwp.PROFESSIONAL]
    else:
        return []
    if job.options.speaker_id:
        names.append(Iwp.SPEAKER_ID)
    return names


def _review(name: Iwp) -> Step:
    return Step(iwp_name=name)
