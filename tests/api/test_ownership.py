"""Who may touch what: every call, with the ids of a child, of a parent and of a stranger."""

from __future__ import annotations

import uuid

import pytest

from scribedock.api.registry import CALLS
from tests.support.accounts import Family, child, name_of
from tests.support.calls import PATHS, make, named
from tests.support.client import Client, error_of

ACCOUNT = {"username", "Username", "account_id", "parent_account"}
OTHERS = {"job_id", "job_ids", "task_id", "api_securekey", "webhook_id", "event_id", "share_id"}
# Those of people and things that this server does not know, and of accounts that are not there yet.
NOBODYS = {"external_id", "ExternalID", "requestor_id", "new_username", "sub_account"}
# Those that name no row: of a speaker in a list, a secret, a save that a client makes, an event of a stream.
OF_NOTHING_KEPT = {"speaker_id", "display_speaker_id", "securekey", "save_id", "last_event_id"}
ABOUT_ONESELF = {
    "account/login",
    "account/logout",
    "account/verify_key",
    "account/get_settings",
    "review/list",
    "webhook/list",
}
OF_A_JOB = [path for path in PATHS if named(CALLS[path], {"job_id"})]
NAMING_AN_ACCOUNT = [
    (path, parameter)
    for path in PATHS
    if path not in ABOUT_ONESELF
    for parameter in sorted(named(CALLS[path], ACCOUNT))
]


@pytest.fixture(scope="module")
def jobs(family: Family) -> dict[str, str]:
    return {name: getattr(family, name).new_job() for name in ("parent", "child", "stranger")}


@pytest.fixture(scope="module")
def grandchild(family: Family) -> str:
    return name_of(child(child(family.parent)))


def test_every_call_is_tested_here_except_those_about_the_caller() -> None:
    tried = {path for path in PATHS if named(CALLS[path], ACCOUNT | OTHERS)}
    assert set(PATHS) - tried == ABOUT_ONESELF - {"account/login"}


def test_every_parameter_that_names_something_is_tested_here() -> None:
    names = {name for path in PATHS for name in CALLS[path].model.model_fields}
    naming = {name for name in names if name.lower().endswith(("id", "ids", "key")) or "user" in name.lower()}
    naming |= {name for name in names if "account" in name}
    assert naming - OF_NOTHING_KEPT == ACCOUNT | OTHERS | NOBODYS


@pytest.mark.parametrize("path", OF_A_JOB)
def test_a_job_of_anybody_but_a_descendant_does_not_exist(
    family: Family, jobs: dict[str, str], path: str
) -> None:
    for caller, owner in (
        ("child", "parent"),
        ("child", "stranger"),
        ("stranger", "child"),
        ("stranger", "parent"),
        ("parent", "stranger"),
    ):
        before = getattr(family, owner).info(jobs[owner])
        answer = make(getattr(family, caller), path, job_id=jobs[owner])
        assert error_of(answer) == (400, "ITEM_NOT_FOUND"), f"{caller} tried that of {owner}"
        assert getattr(family, owner).info(jobs[owner]) == before


@pytest.mark.parametrize("path", OF_A_JOB)
def test_a_job_of_a_descendant_is_treated_as_ones_own(family: Family, path: str) -> None:
    answers = [make(caller, path, job_id=family.child.new_job()) for caller in (family.child, family.parent)]
    kinds = [answer.json().get("ErrorType") if answer.is_error else "" for answer in answers]
    assert [answer.status_code for answer in answers] == [answers[0].status_code] * 2
    assert kinds[0] == kinds[1]


@pytest.mark.parametrize(("path", "parameter"), NAMING_AN_ACCOUNT)
def test_an_account_that_is_no_descendant_cannot_be_named(
    family: Family, jobs: dict[str, str], path: str, parameter: str
) -> None:
    for other in ("admin", name_of(family.parent), name_of(family.stranger), "nobody", "0" * 32):
        answer = make(family.child, path, job_id=jobs["child"], **{parameter: other})
        assert error_of(answer) == (400, "ACCOUNT_UNPRIVILEGED"), other


@pytest.mark.parametrize(("path", "parameter"), NAMING_AN_ACCOUNT)
def test_a_descendant_can_be_named(family: Family, grandchild: str, path: str, parameter: str) -> None:
    job = family.parent.new_job(username=grandchild)
    new = f"new-{uuid.uuid4().hex}"
    answer = make(family.parent, path, **{"job_id": job, "new_username": new, parameter: grandchild})
    assert answer.is_success, answer.text


def test_tasks_of_other_accounts_do_not_exist(family: Family, jobs: dict[str, str]) -> None:
    for owner in ("parent", "child"):
        task = getattr(family, owner).info(jobs[owner])["Tasks"][0]["TaskId"]
        assert family.parent.get("job/task_status", task_id=task).status_code == 200
        others = (family.stranger,) if owner == "child" else (family.child, family.stranger)
        for other in others:
            assert error_of(other.get("job/task_status", task_id=task)) == (400, "ITEM_NOT_FOUND")


def test_keys_of_other_accounts_do_not_exist(family: Family) -> None:
    below = child(family.parent)
    key = below.get("account/generate_api_key").json()["ApiKey"]
    for other in (family.child, family.stranger):
        assert error_of(make(other, "account/remove_api_key", api_securekey=key)) == (400, "ITEM_NOT_FOUND")
    assert make(family.parent, "account/remove_api_key", api_securekey=key).status_code == 204


def test_lists_show_nothing_of_other_accounts(family: Family, jobs: dict[str, str]) -> None:
    def listed(client: Client) -> set[str]:
        answer = client.get("job/list", Username="*")
        return {job["JobId"] for job in answer.json()["ActiveJobs"]}

    assert listed(family.stranger) & set(jobs.values()) == {jobs["stranger"]}
    assert listed(family.child) & set(jobs.values()) == {jobs["child"]}
    assert listed(family.parent) & set(jobs.values()) == {jobs["parent"], jobs["child"]}
    for client in (family.parent, family.child, family.stranger):
        assert error_of(client.get("review/list")) == (400, "ACCOUNT_UNPRIVILEGED")
