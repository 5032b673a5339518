"""`job/list` and its filters."""

from __future__ import annotations

import pytest

from scribedock import app
from scribedock.demo.server import OwnServer
from tests.support.accounts import child, name_of
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES


@pytest.fixture(scope="module")
def owner(server: OwnServer, admin_token: str) -> Client:
    """Return an account with three jobs: Alpha, Beta one, Beta two."""
    client = child(Client(server, token=admin_token), "dora")
    for title, language in (("Alpha", "fr"), ("Beta one", "en"), ("Beta two", "en")):
        client.new_job(job_name=title, external_id=title, language=language)
    return client


def names(client: Client, **filters: str) -> list[str]:
    answer = client.get("job/list", **filters)
    assert answer.status_code == 200, answer.text
    return [job["JobName"] for job in answer.json()["ActiveJobs"]]


def test_jobs_are_listed_newest_first(owner: Client) -> None:
    answer = owner.get("job/list")
    assert names(owner) == ["Beta two", "Beta one", "Alpha"]
    assert answer.headers["x-total-count"] == "3"
    first = answer.json()["ActiveJobs"][0]
    assert first["CreationTime"] == first["CreationDate"]
    assert answer.json()["Username"] == owner.get("account/verify_key").json()["name"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"JobName": "Beta*"}, ["Beta two", "Beta one"]),
        ({"JobName": "Beta"}, []),
        ({"JobName": "*o*"}, ["Beta two", "Beta one"]),
        ({"JobName": "B_ta one"}, []),
        ({"JobName": "%"}, []),
        ({"ExternalID": "Alpha"}, ["Alpha"]),
        ({"ExternalId": "Alpha"}, ["Alpha"]),
        ({"JobStatus": "pending"}, ["Beta two", "Beta one", "Alpha"]),
        ({"JobStatus": "In Process"}, []),
        ({"Fidelity": "PREMIUM"}, []),
        ({"Priority": "CRITICAL"}, []),
        ({"JobDifficulty": "unknown"}, ["Beta two", "Beta one", "Alpha"]),
        ({"JobDifficulty": "Good"}, []),
        ({"Language": "fr"}, ["Alpha"]),
        ({"Language": "de"}, []),
        ({"Search": "ETA"}, ["Beta two", "Beta one"]),
        ({"Search": "Beta*two"}, ["Beta two"]),
        ({"Search": "et_"}, []),
        ({"Search": "Alpha", "Language": "en"}, []),
        ({"Overdue": "true"}, []),
        ({"Overdue": "false"}, ["Beta two", "Beta one", "Alpha"]),
        ({"CreationDateFrom": "2000-01-01"}, ["Beta two", "Beta one", "Alpha"]),
        ({"CreationDateTo": "2000-01-01"}, []),
        ({"StartDateFrom": "2000-01-01"}, []),
        ({"TurnaroundTimeHoursFrom": "1"}, []),
        ({"limit": "1"}, ["Beta two"]),
        ({"limit": "1", "offset": "2"}, ["Alpha"]),
        ({"offset": "3"}, []),
        ({"limit": "0"}, []),
    ],
)
def test_every_filter_narrows_the_list(owner: Client, filters: dict[str, str], found: list[str]) -> None:
    assert names(owner, **filters) == found


def test_a_parent_sees_the_jobs_of_descendants_when_it_asks(client: Client, owner: Client) -> None:
    name = owner.get("account/verify_key").json()["name"]
    assert names(client, Username=name) == ["Beta two", "Beta one", "Alpha"]
    assert "Alpha" in names(client, Username="*", JobName="Alpha")
    assert "Alpha" not in names(client, JobName="Alpha")


def test_a_child_does_not_see_its_parents_jobs(owner: Client) -> None:
    assert error_of(owner.get("job/list", Username="admin")) == (400, "ACCOUNT_UNPRIVILEGED")
    assert len(names(owner, Username="*")) == 3


@pytest.mark.parametrize(
    ("filters", "kind"),
    [
        ({"JobStatus": "Done"}, "INVALID_OPTION"),
        ({"Fidelity": "BEST"}, "INVALID_OPTION"),
        ({"CreationDateFrom": "yesterday"}, "INVALID_QUERY"),
        ({"limit": "-1"}, "INVALID_QUERY"),
        ({"offset": "x"}, "INVALID_QUERY"),
    ],
)
def test_a_malformed_filter_is_refused(owner: Client, filters: dict[str, str], kind: str) -> None:
    assert error_of(owner.get("job/list", **filters)) == (400, kind)


@pytest.mark.parametrize("text", ['"', "'; --", "eta\\ ", 'be"ta', "be*ta*", "\U0001f3a7" * 9, "x" * 9_000])
def test_whatever_stands_in_a_name_that_is_searched_for_is_no_command(owner: Client, text: str) -> None:
    found = ["Beta two", "Beta one"] if text == "be*ta*" else []
    assert names(owner, JobName=f"*{text}*") == names(owner, Search=text) == found


@pytest.mark.parametrize("name", ["JobName", "Search"])
def test_a_name_that_is_longer_than_any_is_refused(owner: Client, name: str) -> None:
    assert error_of(owner.get("job/list", **{name: "x" * 10_001})) == (400, "INVALID_QUERY")


def test_a_long_list_is_complete_and_without_repeats(alice: Client, services: app.Services) -> None:
    owner = services.accounts.by_username(name_of(alice))
    assert owner is not None
    for number in range(520):
        services.jobs.create(owner, name=str(number), language="en")
    found = names(alice)
    assert found == [str(number) for number in reversed(range(520))]
