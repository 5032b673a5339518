"""Who may touch what: every call, with the ids of a child, of a parent and of a stranger."""

from __future__ import annotations

import pytest

from scribedock.api import application
from scribedock.api.calls import CALLS
from tests.accounts import Family, name_of
from tests.client import error_of

assert application.CALL_MODULES, "they have registered their calls"
OF_A_JOB = sorted(
    path
    for path, call in CALLS.items()
    if "job_id" in call.model.model_fields and path == call.path and "GET" in call.methods
)
NAMING_AN_ACCOUNT = [
    ("account/update_password", "username"),
    ("account/generate_api_key", "account_id"),
    ("account/update_setting", "account_id"),
    ("account/create", "parent_account"),
    ("job/new", "username"),
    ("job/list", "Username"),
    ("job/modify", "account_id"),
]
# So that nothing but the ownership can be wrong.
GIVEN = {
    "transcription_fidelity": "MECHANICAL",
    "media_url": "https://example.org/a.mp3",
    "caption_format": "SRT",
    "new_password": "x",
    "new_username": "somebody new",
    "setting": "default_job_notes",
    "value": "x",
    "guidelines_data": "x",
    "transcoded_version": "mp3",
    "media_type": "mp3",
    "target_languages": "de",
    "kind": "approval",
}


@pytest.fixture(scope="module")
def jobs(family: Family) -> dict[str, str]:
    return {name: getattr(family, name).new_job() for name in ("parent", "child", "stranger")}


@pytest.mark.parametrize("path", OF_A_JOB)
def test_a_job_of_anybody_but_a_descendant_does_not_exist(
    family: Family, jobs: dict[str, str], path: str
) -> None:
    for caller, owner in (("child", "parent"), ("child", "stranger"), ("stranger", "child")):
        answer = getattr(family, caller).get(path, job_id=jobs[owner], **GIVEN)
        assert error_of(answer) == (400, "ITEM_NOT_FOUND"), f"{caller} tried that of {owner}"
    assert family.parent.info(jobs["child"])["JobStatus"] == "Pending"


@pytest.mark.parametrize(("path", "parameter"), NAMING_AN_ACCOUNT)
def test_an_account_that_is_no_descendant_cannot_be_named(
    family: Family, jobs: dict[str, str], path: str, parameter: str
) -> None:
    for other in ("admin", name_of(family.parent), name_of(family.stranger), "nobody", "0" * 32):
        given = {**GIVEN, "job_id": jobs["child"], parameter: other}
        assert error_of(family.child.post(path, **given)) == (400, "ACCOUNT_UNPRIVILEGED"), other


def test_tasks_of_others_do_not_exist(family: Family, jobs: dict[str, str]) -> None:
    task = family.parent.info(jobs["parent"])["Tasks"][0]["TaskId"]
    for other in (family.child, family.stranger):
        assert error_of(other.get("job/task_status", task_id=task)) == (400, "ITEM_NOT_FOUND")
