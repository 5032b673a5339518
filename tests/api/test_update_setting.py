"""`account/update_setting`: three settings, of oneself and of descendants."""

from __future__ import annotations

import pytest

from tests.support.accounts import Family, child, name_of
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES
HOLD = "require_customer_authorization_before_starting_workflow"
HOLD_MECHANICAL = "customer_authorization_required_mechanical"


@pytest.fixture(scope="module")
def account(family: Family) -> Client:
    return child(family.parent)


def settings(client: Client) -> dict[str, object]:
    return dict(client.get("account/get_settings").json())


@pytest.mark.parametrize(
    ("setting", "value", "kept"),
    [
        (HOLD, "yes", True),
        (HOLD.upper(), "0", False),
        (HOLD_MECHANICAL, "f", False),
        (HOLD_MECHANICAL, "TRUE", True),
        ("default_job_notes", "Call him “Æthelred”, not <Ethel>.", "Call him “Æthelred”, not <Ethel>."),
        ("default_job_notes", "x" * 6000, "x" * 6000),
        ("default_job_notes", "", ""),
    ],
)
def test_a_setting_is_kept_and_the_others_stay(
    account: Client, setting: str, value: str, kept: object
) -> None:
    before = settings(account)
    assert account.post("account/update_setting", setting=setting, value=value).status_code == 204
    assert settings(account) == {**before, setting.lower(): kept}


@pytest.mark.parametrize(
    ("parameters", "error", "named"),
    [
        ({"value": "x"}, "MISSING_PARAMETER", "setting"),
        ({"setting": HOLD}, "MISSING_PARAMETER", "value"),
        ({"setting": HOLD, "value": "perhaps"}, "INVALID_QUERY", "value"),
        ({"setting": HOLD, "value": ""}, "INVALID_QUERY", "value"),
        ({"setting": "default_job_notes", "value": "x" * 6001}, "INVALID_QUERY", "6000"),
        ({"setting": "reviewer", "value": "true"}, "INVALID_OPTION", HOLD),
    ],
)
def test_any_other_setting_or_value_is_refused(
    account: Client, parameters: dict[str, str], error: str, named: str
) -> None:
    before = settings(account)
    answer = account.post("account/update_setting", **parameters)
    assert error_of(answer) == (400, error)
    assert named in answer.json()["ErrorComment"]
    assert settings(account) == before


def test_a_parent_changes_settings_of_its_children_only(family: Family, account: Client) -> None:
    parent, below = family.parent, account
    given = {"setting": "default_job_notes", "value": "quiet"}
    answer = parent.get("account/update_setting", account_id=name_of(below), **given)
    assert answer.status_code == 204
    assert settings(below)["default_job_notes"] == "quiet"
    assert settings(parent)["default_job_notes"] == ""
    for account_id in ("admin", name_of(parent), name_of(family.stranger), "0" * 32):
        answer = below.get("account/update_setting", account_id=account_id, **given)
        assert error_of(answer) == (400, "ACCOUNT_UNPRIVILEGED")


def test_the_accounts_notes_precede_a_jobs_own(account: Client) -> None:
    owner = account
    owner.get("account/update_setting", setting="default_job_notes", value="Names < 5 letters")
    owner.get("account/update_setting", setting=HOLD, value="true")
    job = owner.new_job()
    owner.upload(job, b"This is no recording, but it is held.")
    owner.order(job, options='{"notes": "My <b>own</b>"}')
    shown = owner.info(job)["Options"]["notes"]
    assert shown == {"label": "Notes", "setting": "Names &lt; 5 letters\nMy &lt;b&gt;own&lt;/b&gt;"}
