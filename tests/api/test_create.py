"""`account/create`: a tree of accounts, of any depth."""

from __future__ import annotations

import uuid

import pytest

from tests.support.accounts import child, name_of
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES


def test_a_new_account_is_a_child_of_its_creator(client: Client) -> None:
    parent = child(client)
    below = child(parent)
    job = below.new_job()
    assert parent.info(job)["Username"] == name_of(below)
    assert error_of(below.get("job/info", job_id=parent.new_job())) == (400, "ITEM_NOT_FOUND")


def test_an_account_may_be_created_below_a_descendant_given_by_name_or_id(client: Client) -> None:
    parent = child(client)
    below = child(client, parent_account=name_of(parent))
    assert parent.info(below.new_job())["Username"] == name_of(below)


def test_the_tree_may_be_deep(client: Client) -> None:
    top = child(client)
    names = [name_of(top)]
    for depth in range(12):
        name = f"{depth}-{uuid.uuid4().hex[:8]}"
        answer = client.get(
            "account/create", new_username=name, new_password="secret", parent_account=names[-1]
        )
        assert answer.status_code == 204
        names.append(name)
    lowest = Client(client.server).login(names[-1], "secret")
    job = lowest.new_job()
    assert top.info(job)["Username"] == names[-1]
    assert [found["JobId"] for found in top.get("job/list", Username="*").json()["ActiveJobs"]] == [job]
    for name in (names[0], names[-2]):
        assert error_of(lowest.get("job/list", Username=name)) == (400, "ACCOUNT_UNPRIVILEGED")


def test_parents_siblings_and_strangers_cannot_be_parents(client: Client) -> None:
    one, other = child(client), child(client)
    for name in ("admin", name_of(other), "nobody"):
        answer = one.get("account/create", new_username="x", new_password="x", parent_account=name)
        assert error_of(answer) == (400, "ACCOUNT_UNPRIVILEGED")
        assert answer.json()["ErrorComment"] == "Account does not have permission to access/change this data"


def test_a_taken_name_is_refused_anywhere_in_the_tree(client: Client) -> None:
    one, other = child(client), child(client)
    for name in (name_of(one), name_of(other), "admin"):
        answer = one.get("account/create", new_username=name, new_password="x")
        assert error_of(answer) == (400, "ACCOUNT_EXISTS")


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"new_username": None}, "MISSING_PARAMETER"),
        ({"new_password": None}, "MISSING_PARAMETER"),
        ({"new_username": "*"}, "INVALID_QUERY"),
        ({"new_username": uuid.uuid4().hex}, "INVALID_QUERY"),
        ({"new_username": "x" * 256}, "INVALID_QUERY"),
        ({"new_username": "a\nb"}, "INVALID_QUERY"),
        ({"new_password": "x" * 1025}, "INVALID_QUERY"),
        ({"email": "nowhere"}, "INVALID_QUERY"),
        ({"email": "a@example.org\r\nBcc: b@example.org"}, "INVALID_QUERY"),
        ({"first_name": "x" * 256}, "INVALID_QUERY"),
    ],
)
def test_an_impossible_account_is_refused(
    client: Client, parameters: dict[str, str | None], error: str
) -> None:
    given = {"new_username": "somebody", "new_password": "secret", **parameters}
    assert error_of(client.post("account/create", **given)) == (400, error)
