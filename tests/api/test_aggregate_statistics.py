"""`job/aggregate_statistics`: minutes that were returned, in weeks and months."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scribedock import app
from scribedock.demo.server import OwnServer
from tests.support.accounts import child, name_of
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES
RETURNED = [  # language, fidelity, length in ms, ReturnDate
    ("en", "MECHANICAL", 60_001, datetime(2024, 1, 6, 23, 59, 59, tzinfo=UTC)),  # a Saturday
    ("en", "STANDARD", 59_000, datetime(2024, 1, 7, tzinfo=UTC)),
    ("fr", "HIGH", 600_000, datetime(2024, 2, 1, 12, 30, 0, 250_000, tzinfo=UTC)),
]
METRICS = {
    "billable_minutes_total": 13,
    "billable_minutes_foreign_transcription": 10,
    "billable_minutes_english_transcription": 3,
    "billable_minutes_translation": 0,
    "billable_minutes_professional": 10,
    "billable_minutes_premium": 1,
    "billable_minutes_mechanical": 2,
}


@pytest.fixture(scope="module")
def owner(server: OwnServer, services: app.Services) -> Client:
    """Return an account with three returned jobs, and one below it with a fourth."""
    made = child(Client(server).login())
    for language, fidelity, media_ms, returned in RETURNED:
        job = made.new_job(language=language)
        services.jobs.update(job, fidelity=fidelity, media_ms=media_ms, returned=returned, status="Complete")
    job = child(made, "below").new_job()
    services.jobs.update(
        job, fidelity="MECHANICAL", media_ms=1, returned=datetime(2024, 2, 2, tzinfo=UTC), status="Complete"
    )
    made.new_job()
    return made


def statistics(client: Client, **parameters: str) -> dict[str, object]:
    answer = client.get("job/aggregate_statistics", **parameters)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def totals(client: Client, **parameters: str) -> list[tuple[int, str, str]]:
    data = statistics(client, **parameters)["data"]
    assert isinstance(data, list)
    return [(each["billable_minutes_total"], each["start_date"], each["end_date"]) for each in data]


def test_without_parameters_everything_is_one_segment_from_the_first_job_until_now(owner: Client) -> None:
    found = statistics(owner)
    assert (found["start_date"], found["end_date"]) == (None, None)
    [data] = found["data"]  # type: ignore[misc]
    assert {name: data[name] for name in METRICS} == METRICS
    assert data["start_date"] == "2024-01-06T23:59:59"
    assert set(data) == {*METRICS, "start_date", "end_date"}


def test_weeks_begin_on_sunday_and_the_ends_are_clipped(owner: Client) -> None:
    given = {"start_date": "2024-01-03", "end_date": "2024-01-15T10:00:00Z", "group_by": "week"}
    assert totals(owner, **given) == [
        (2, "2024-01-03T00:00:00", "2024-01-07T00:00:00"),
        (1, "2024-01-07T00:00:00", "2024-01-14T00:00:00"),
        (0, "2024-01-14T00:00:00", "2024-01-15T10:00:00"),
    ]
    found = statistics(owner, **given)
    assert (found["start_date"], found["end_date"]) == ("2024-01-03T00:00:00", "2024-01-15T10:00:00")


def test_months_are_those_of_the_calendar(owner: Client) -> None:
    found = totals(owner, group_by="Month", end_date="2024-02-01T12:30:00.250001")
    assert found == [
        (3, "2024-01-06T23:59:59", "2024-02-01T00:00:00"),
        (10, "2024-02-01T00:00:00", "2024-02-01T12:30:00.250001"),
    ]


def test_metrics_may_be_chosen(owner: Client) -> None:
    [data] = statistics(owner, metrics='["billable_minutes_premium"]')["data"]  # type: ignore[misc]
    assert set(data) == {"billable_minutes_premium", "start_date", "end_date"}


def test_descendants_are_counted_on_request(client: Client, owner: Client) -> None:
    assert [total for total, _, _ in totals(owner, account_id="*")] == [14]
    assert [total for total, _, _ in totals(client, account_id=name_of(owner))] == [13]
    assert error_of(owner.get("job/aggregate_statistics", account_id="admin")) == (
        400,
        "ACCOUNT_UNPRIVILEGED",
    )


def test_a_deleted_job_still_counts(owner: Client, services: app.Services) -> None:
    job = owner.new_job()
    services.jobs.update(
        job, fidelity="HIGH", media_ms=1, returned=datetime(2020, 2, 2, tzinfo=UTC), status="Complete"
    )
    owner.get("job/delete", job_id=job)
    assert [total for total, _, _ in totals(owner, start_date="2020-01-01", end_date="2021-01-01")] == [1]


def test_an_account_without_returned_jobs_has_one_empty_segment(client: Client) -> None:
    [(total, start, end)] = totals(child(client), group_by="week")
    assert (total, start) == (0, end)


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"group_by": "year"}, "INVALID_OPTION"),
        ({"metrics": "minutes"}, "INVALID_OPTION"),
        ({"start_date": "yesterday"}, "INVALID_QUERY"),
        ({"start_date": "2024-01-02", "end_date": "2024-01-01"}, "INVALID_QUERY"),
        ({"start_date": "0001-01-01", "group_by": "week"}, "INVALID_QUERY"),
    ],
)
def test_a_wrong_parameter_is_named(owner: Client, parameters: dict[str, str], error: str) -> None:
    answer = owner.post("job/aggregate_statistics", **parameters)
    assert error_of(answer) == (400, error)
    assert any(name in answer.json()["ErrorComment"] for name in parameters)
