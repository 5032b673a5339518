"""Links to one job for people without an account."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from scribedock.accounts.api_keys import fingerprint
from scribedock.db.tables import shares
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.jobs.job import Job
from scribedock.persons.acting import acting_as
from scribedock.results.shares import MAX_LIVING, MadeShare, SharePurpose, ShareUnusable, SharingOff
from tests.support.core import Core

HOUR = timedelta(hours=1)


def share(core: Core, job: Job, *, lifetime: timedelta = HOUR, label: str = "") -> MadeShare:
    return core.services.shares.make(
        job.id,
        frozenset({job.account_id}),
        SharePurpose.VIEWING,
        account_id=core.admin.id,
        lifetime=lifetime,
        label=label,
    )


def test_a_link_is_found_by_its_secret_alone_which_is_stored_nowhere(core: Core) -> None:
    made = share(core, core.job(), label="for Cora")
    found = core.services.shares.find_share(made.secret)
    assert (found.id, found.label, found.purpose) == (made.share.id, "for Cora", SharePurpose.VIEWING)
    with core.services.database.read() as connection:
        [row] = connection.execute(sa.select(shares)).all()
    assert row.fingerprint == fingerprint(made.secret) and made.secret not in str(row)
    for other in ("", made.share.id, row.fingerprint, made.secret[:-1]):
        with pytest.raises(ShareUnusable):
            core.services.shares.find_share(other)


def test_a_link_ends_after_its_time(core: Core) -> None:
    made = share(core, core.job())
    core.clock.advance(3599)
    core.services.shares.find_share(made.secret)
    core.clock.advance(1)
    with pytest.raises(ShareUnusable):
        core.services.shares.find_share(made.secret)


def test_a_revoked_link_opens_nothing_and_is_still_listed(core: Core) -> None:
    job = core.job()
    made, kept = share(core, job), share(core, job)
    core.services.shares.revoke(made.share.id, frozenset({job.account_id}))
    with pytest.raises(ShareUnusable):
        core.services.shares.find_share(made.secret)
    core.services.shares.find_share(kept.secret)
    newest, oldest = core.services.shares.listing(job.id)
    assert (newest.revoked, newest.last_used is not None) == (None, True)
    assert oldest.revoked is not None and oldest.last_used is None


def test_nobody_else_revokes_a_link(core: Core) -> None:
    made = share(core, core.job())
    for share_id in (made.share.id, "0" * 32):
        with pytest.raises(ItemNotFound):
            core.services.shares.revoke(share_id, frozenset({"another"}))
    core.services.shares.find_share(made.secret)


def test_links_go_with_their_job(core: Core) -> None:
    job = core.job()
    made = share(core, job)
    core.services.jobs.delete(job.id, None)
    with pytest.raises(ShareUnusable):
        core.services.shares.find_share(made.secret)
    assert core.services.shares.listing(job.id) == []


def test_an_account_can_do_without_links(core: Core) -> None:
    account = core.services.accounts.create("uni", "a password", parent="admin")
    job = core.job(owner=account)
    made = share(core, job)
    core.services.accounts.change_setting(account, "share_links", False)
    with pytest.raises(SharingOff):
        share(core, job)
    with pytest.raises(ShareUnusable):  # those that were made before are dead until it changes again
        core.services.shares.find_share(made.secret)
    core.services.accounts.change_setting(account, "share_links", True)
    core.services.shares.find_share(made.secret)


def test_links_of_a_disabled_account_are_dead(core: Core) -> None:
    account = core.services.accounts.create("uni", "a password", parent="admin")
    made = share(core, core.job(owner=account))
    core.services.accounts.disable(account)
    with pytest.raises(ShareUnusable):
        core.services.shares.find_share(made.secret)


def test_a_job_has_a_limited_number_of_links(core: Core) -> None:
    job = core.job()
    made = [share(core, job) for _ in range(MAX_LIVING)]
    with pytest.raises(InvalidQuery, match="revoke some"):
        share(core, job)
    core.services.shares.revoke(made[0].share.id, frozenset({job.account_id}))
    share(core, job)


def test_a_job_that_waits_for_nobody_has_no_link_to_approve_it(core: Core) -> None:
    job = core.job()
    with pytest.raises(InvalidQuery) as caught:
        core.services.shares.make(
            job.id,
            frozenset({job.account_id}),
            SharePurpose.APPROVAL,
            account_id=core.admin.id,
            lifetime=HOUR,
        )
    assert caught.value.status == 409


def test_who_made_a_link_is_kept(core: Core) -> None:
    with acting_as("f" * 32):
        made = share(core, core.job())
    assert (made.share.account_id, made.share.person_id) == (core.admin.id, "f" * 32)


def test_links_that_ended_long_ago_are_forgotten(core: Core) -> None:
    job = core.job()
    share(core, job)
    share(core, job, lifetime=timedelta(days=365))
    core.clock.advance(31 * 86_400)
    assert core.services.shares.sweep() == 1
    assert len(core.services.shares.listing(job.id)) == 1
