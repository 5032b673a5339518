"""Taking, saving, releasing and approving a pass, without a server."""

from __future__ import annotations

import pytest

from scribedock.accounts.accounts import Account
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Fidelity, JobStatus
from scribedock.orders.passes import PassKind
from scribedock.reviews.reviews import Enriched
from tests.support.core import Core
from tests.support.review_desk import ReviewDesk

REVIEW, APPROVAL = PassKind.REVIEW, PassKind.APPROVAL


def test_one_reviewer_at_a_time_works_on_a_pass(core: Core) -> None:
    office = ReviewDesk(core)
    office.take(office.ann)
    office.take(office.ann)  # again does no harm
    with pytest.raises(InvalidQuery) as refused:
        office.take(office.bob)
    assert refused.value.status == 409


def test_a_pass_must_be_taken_before_it_is_saved_or_approved(core: Core) -> None:
    office = ReviewDesk(core)
    for attempt in (lambda: office.save(office.ann, "The sea."), lambda: office.approve(office.ann)):
        with pytest.raises(InvalidQuery, match="take it first"):
            attempt()


def test_what_was_saved_is_kept_for_whoever_takes_the_pass_next(core: Core) -> None:
    office = ReviewDesk(core)
    office.take(office.ann)
    saved = office.save(office.ann, "The sea is very deep.")
    office.reviews.release(office.job_id, frozenset({core.admin.id}), REVIEW, office.ann.id)
    office.take(office.bob)
    assert office.reviews.work(office.job_id, None, REVIEW).version == saved
    office.approve(office.bob)
    assert "very" in office.published()


def test_a_version_that_was_made_of_an_older_one_is_refused(core: Core) -> None:
    office = ReviewDesk(core)
    office.take(office.ann)
    first = office.reviews.work(office.job_id, None, REVIEW).version
    office.save(office.ann, "One.", base=first)
    with pytest.raises(InvalidQuery, match="base_version: the list was saved meanwhile"):
        office.save(office.ann, "Two.", base=first)
    office.save(office.ann, "Three.")  # who names no version takes the last
    saved = office.reviews.versions(office.job_id, frozenset({core.admin.id}), REVIEW)
    assert len(saved) == 2 and saved == sorted(saved)


def test_approving_publishes_the_last_version_and_completes_the_job(core: Core) -> None:
    office = ReviewDesk(core, callback_url="https://example.org/")
    assert office.names() == [Iwp.MECHANICAL]
    office.take(office.ann)
    office.save(office.ann, "The sea is wide.")
    office.approve(office.ann)
    assert office.names() == [Iwp.MECHANICAL, Iwp.PREMIUM, Iwp.FINAL]
    done = core.services.jobs.find_job(office.job_id)
    assert (done.status, done.reviewed) == (JobStatus.COMPLETE, True)
    assert done.order_task_id is not None
    (callback,) = core.services.callbacks.callbacks_of_task(done.order_task_id)
    assert callback.iwp_name == Iwp.FINAL


def test_passes_follow_each_other_and_the_customer_comes_last(core: Core) -> None:
    office = ReviewDesk(core, Fidelity.HIGH, options={"customer_approval_steps": ["RETURN"]})
    for expected in (Iwp.INTERIM_PROFESSIONAL, Iwp.PROFESSIONAL):
        office.take(office.ann)
        assert office.reviews.work(office.job_id, None, REVIEW).current.iwp_name is expected
        office.approve(office.ann)
    with pytest.raises(InvalidQuery, match="does not wait for a reviewer"):
        office.take(office.ann)
    office.reviews.approve(office.job_id, None, APPROVAL, None)
    assert office.names()[-1] is Iwp.FINAL
    assert core.services.jobs.find_job(office.job_id).status is JobStatus.COMPLETE


def test_what_was_enriched_before_a_later_save_is_not_published(core: Core) -> None:
    office = ReviewDesk(core)
    office.take(office.ann)
    ending = office.reviews.ending(office.job_id, None, REVIEW, office.ann.id)
    office.save(office.ann, "Another.")
    with pytest.raises(InvalidQuery, match="saved meanwhile"):
        office.approve(office.ann, enriched=Enriched(version=ending.version, compressed=ending.compressed))
    assert core.services.jobs.find_job(office.job_id).status is JobStatus.REVIEWING


def test_versions_ascend_although_the_clock_was_set_back(core: Core) -> None:
    office = ReviewDesk(core)
    office.take(office.ann)
    newest = office.reviews.work(office.job_id, None, REVIEW).version
    core.clock.advance(-3600)
    first, second = office.save(office.ann, "One."), office.save(office.ann, "Two.")
    assert newest < first < second  # type: ignore[operator]


def test_the_jobs_of_others_cannot_be_taken(core: Core) -> None:
    office = ReviewDesk(core)
    with pytest.raises(ItemNotFound):
        office.reviews.take(office.job_id, frozenset({"somebody else"}), REVIEW, office.ann.id)


def test_the_queue_shows_what_waits_and_what_is_mine(core: Core) -> None:
    office = ReviewDesk(core)
    reviewers = core.services.reviewers

    def queue(who: Account) -> list[str]:
        account = core.services.accounts.by_id(who.id)
        assert account is not None
        return [job.id for job, _ in office.reviews.listing(reviewers.scope(account), who.id)]

    assert queue(office.ann) == queue(office.bob) == [office.job_id]
    office.take(office.ann)
    assert (queue(office.ann), queue(office.bob)) == ([office.job_id], [])
