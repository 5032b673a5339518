"""For how many days which account keeps what."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scribedock.accounts.accounts import Account
from scribedock.errors import InvalidQuery
from scribedock.retention.policies import EffectiveDays, Retained
from tests.support.core import Core


def child(core: Core, name: str, parent: str = "admin") -> Account:
    return core.services.accounts.create(name, "a password", parent=parent)


def days(core: Core, account: Account, what: Retained = Retained.RESULTS) -> EffectiveDays:
    return core.services.policies.of_all()[account.id][what]


def test_by_default_everything_but_the_audit_log_is_kept(core: Core) -> None:
    policy = core.services.policies.of_all()[core.admin.id]
    assert {what: found.period for what, found in policy.items() if what is not Retained.AUDIT} == {
        Retained.RECORDINGS: None,
        Retained.RESULTS: None,
        Retained.PARTIALS: None,
    }
    assert policy[Retained.AUDIT] == EffectiveDays(days=365, source="SCRIBEDOCK_AUDIT_DAYS")


def test_an_account_inherits_what_it_has_no_value_for(build_core: Callable[..., Core]) -> None:
    core = build_core(retention_results_days=30)
    above = child(core, "above")
    below = child(core, "below", "above")
    beside = child(core, "beside")
    core.services.policies.set_days(above, {Retained.RESULTS: 10, Retained.AUDIT: 5})
    core.services.policies.set_days(below, {Retained.RECORDINGS: 1.5})
    assert days(core, above) == EffectiveDays(days=10, source="above")
    assert days(core, below) == EffectiveDays(days=10, source="above")
    assert days(core, below, Retained.RECORDINGS) == EffectiveDays(days=1.5, source="below")
    assert days(core, beside) == EffectiveDays(days=30, source="SCRIBEDOCK_RETENTION_RESULTS_DAYS")
    core.services.policies.set_days(above, {Retained.RESULTS: None})
    assert days(core, below).days == 30
    assert days(core, below, Retained.AUDIT).days == 5


def test_an_account_may_keep_for_ever_what_others_do_not(build_core: Callable[..., Core]) -> None:
    core = build_core(retention_results_days=30)
    archive = child(core, "archive")
    core.services.policies.set_days(archive, {Retained.RESULTS: 0})
    assert days(core, archive).period is None


@pytest.mark.parametrize("wrong", [-1, float("nan"), float("inf"), 1e9])
def test_a_number_of_days_that_is_none_is_refused(core: Core, wrong: float) -> None:
    with pytest.raises(InvalidQuery, match="recordings"):
        core.services.policies.set_days(core.admin, {Retained.RECORDINGS: wrong})
    assert core.services.policies.own_days(core.admin)[Retained.RECORDINGS] is None
