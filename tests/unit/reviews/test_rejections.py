"""Rejecting a pass, without a server."""

from __future__ import annotations

import pytest

from scribedock.db.tables import mails
from scribedock.errors import InvalidQuery
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Fidelity, JobStatus, TaskStatus
from scribedock.orders.passes import PassKind, PassStatus
from scribedock.reviews.decisions import MAX_COMMENT_CHARACTERS
from tests.support.core import Core
from tests.support.review_desk import ReviewDesk

REVIEW, APPROVAL = PassKind.REVIEW, PassKind.APPROVAL
RETURN = {"customer_approval_steps": ["RETURN"]}
TELLING_URL = "https://example.org/?status={job_status}&iwp={iwp_name}"


def approved_by_ann(core: Core, **ordered: object) -> ReviewDesk:
    """Return a desk whose job waits for its customer."""
    desk = ReviewDesk(core, options=RETURN, **ordered)
    desk.take(desk.ann)
    desk.save(desk.ann, "The sea is wide.")
    desk.approve(desk.ann)
    return desk


def reject(desk: ReviewDesk, kind: PassKind, account_id: str | None, note: str = "Names are wrong") -> None:
    desk.core.services.rejections.reject(desk.job_id, None, kind, account_id, note)


def called_names(desk: ReviewDesk) -> list[str]:
    """Return the versions that the job's customer was or will be called for, with the task of each."""
    callbacks = desk.core.services.callbacks
    tasks = desk.core.services.jobs.tasks([desk.job_id])[desk.job_id]
    return [each.iwp_name for task in tasks for each in callbacks.callbacks_of_task(task.id)]


def test_a_customers_rejection_opens_the_review_again_with_the_note(core: Core) -> None:
    desk = approved_by_ann(core)
    reject(desk, APPROVAL, None, "  Names are wrong \n")
    assert core.services.jobs.find_job(desk.job_id).status is JobStatus.REVIEWING
    desk.take(desk.bob)
    work = desk.reviews.work(desk.job_id, None, REVIEW)
    assert (work.current.iwp_name, work.current.status) == (Iwp.PREMIUM, PassStatus.TAKEN)
    [decision] = desk.reviews.decisions([desk.job_id])[desk.job_id]
    assert (decision.rejected, decision.comment, decision.username) == (True, "Names are wrong", "")
    assert decision.iwp_name is Iwp.PREMIUM
    assert core.tasks(desk.job_id)[-1] == ("JOB_REJECT", TaskStatus.COMPLETE.value, "Names are wrong")
    assert core.services.jobs.events(desk.job_id)[-1][0] == "rejected"


def test_a_rejected_version_is_published_once_more_and_the_job_ends(core: Core) -> None:
    desk = approved_by_ann(core)
    for text in ("Once more.", "And once more."):
        reject(desk, APPROVAL, None)
        desk.take(desk.bob)
        desk.save(desk.bob, text)
        desk.approve(desk.bob)
    desk.reviews.approve(desk.job_id, None, APPROVAL, None)
    assert desk.names() == [
        Iwp.MECHANICAL,
        *[Iwp.PREMIUM] * 3,
        Iwp.CUSTOMER_APPROVED_RETURN,
        Iwp.FINAL,
    ]
    assert desk.published() == "And once more ."
    assert core.services.jobs.find_job(desk.job_id).status is JobStatus.COMPLETE


def test_what_a_customer_changed_before_rejecting_is_what_the_next_reviewer_starts_from(core: Core) -> None:
    desk = approved_by_ann(core)
    owner = core.admin.id
    desk.reviews.take(desk.job_id, None, APPROVAL, owner)
    saved = desk.save(core.admin, "My own words.", kind=APPROVAL)
    reject(desk, APPROVAL, owner)
    assert desk.reviews.work(desk.job_id, None, REVIEW).version == saved
    desk.take(desk.bob)
    desk.save(desk.bob, "Better words.")
    desk.approve(desk.bob)
    assert desk.reviews.work(desk.job_id, None, APPROVAL).version > saved
    desk.reviews.approve(desk.job_id, None, APPROVAL, None)
    assert desk.published() == "Better words ."


def test_a_reviewer_sends_the_list_back_to_the_pass_before(core: Core) -> None:
    desk = ReviewDesk(core, Fidelity.HIGH)
    desk.take(desk.ann)
    desk.approve(desk.ann)
    with pytest.raises(InvalidQuery, match="take it first"):
        reject(desk, REVIEW, desk.bob.id)
    desk.take(desk.bob)
    reject(desk, REVIEW, desk.bob.id)
    assert desk.reviews.work(desk.job_id, None, REVIEW).current.iwp_name is Iwp.INTERIM_PROFESSIONAL
    for who in (desk.ann, desk.bob):
        desk.take(who)
        desk.approve(who)
    assert desk.names()[-2:] == [Iwp.PROFESSIONAL, Iwp.FINAL]


def test_a_reviewer_gives_a_first_pass_back_with_a_note(core: Core) -> None:
    desk = ReviewDesk(core, callback_url=TELLING_URL)
    desk.take(desk.ann)
    saved = desk.save(desk.ann, "Half of it.")
    reject(desk, REVIEW, desk.ann.id, "I do not speak Dutch")
    desk.take(desk.bob)
    work = desk.reviews.work(desk.job_id, None, REVIEW)
    assert (work.version, work.current.iwp_name) == (saved, Iwp.PREMIUM)
    [decision] = desk.reviews.decisions([desk.job_id])[desk.job_id]
    assert (decision.username, decision.iwp_name) == ("ann", Iwp.MECHANICAL)
    assert called_names(desk) == []


def test_only_a_url_that_names_the_state_is_called_for_a_rejection(core: Core) -> None:
    telling = approved_by_ann(core, callback_url=TELLING_URL)
    reject(telling, APPROVAL, None)
    assert called_names(telling) == ["PREMIUM"]


def test_a_url_that_does_not_name_the_state_is_not_called_for_a_rejection(core: Core) -> None:
    silent = approved_by_ann(core, callback_url="https://example.org/?job={job_id}")
    reject(silent, APPROVAL, None)
    assert called_names(silent) == []


def test_a_version_that_was_asked_for_is_called_for_each_time_it_is_published(core: Core) -> None:
    desk = ReviewDesk(core, options=RETURN | {"return_iwp": ["PREMIUM"]}, callback_url="https://example.org/")
    for _ in range(2):
        desk.take(desk.ann)
        desk.approve(desk.ann)
        reject(desk, APPROVAL, None)
    assert called_names(desk) == ["PREMIUM", "PREMIUM"]


def test_the_customer_is_asked_again_by_mail_after_a_rejection(core: Core) -> None:
    core.services.accounts.create("maria", "a password", parent="admin", email="maria@example.org")
    desk = approved_by_ann(core, username="maria")
    core.services.mails.owe_approvals("")
    reject(desk, APPROVAL, None)
    core.services.mails.owe_approvals("")
    desk.take(desk.bob)
    desk.approve(desk.bob)
    core.services.mails.owe_approvals("")
    with core.services.database.read() as connection:
        rows = connection.execute(mails.select()).all()
    assert sorted(row.pass_id is None for row in rows) == [False, True]


def test_a_rejection_takes_a_note_and_somebody_to_go_over_the_list_again(core: Core) -> None:
    desk = approved_by_ann(core)
    for note, problem in ((" \n", "say what is wrong"), ("x" * (MAX_COMMENT_CHARACTERS + 1), "4,001")):
        with pytest.raises(InvalidQuery, match=problem):
            reject(desk, APPROVAL, None, note)
    alone = ReviewDesk(core, Fidelity.MECHANICAL, options=RETURN, people=("cyd", "dan"))
    with pytest.raises(InvalidQuery, match="Nobody has reviewed this job") as refused:
        reject(alone, APPROVAL, None)
    assert refused.value.status == 409
    assert alone.reviews.decisions([alone.job_id, desk.job_id]) == {}


def test_an_approval_keeps_its_comment(core: Core) -> None:
    desk = approved_by_ann(core)
    desk.reviews.approve(desk.job_id, None, APPROVAL, None, comment="Thank you")
    [decision] = desk.reviews.decisions([desk.job_id])[desk.job_id]
    assert (decision.rejected, decision.comment) == (False, "Thank you")
    assert core.tasks(desk.job_id)[-1] == ("JOB_APPROVE", TaskStatus.COMPLETE.value, "Thank you")
