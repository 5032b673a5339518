from __future__ import annotations

from datetime import timedelta

import pytest

from scribedock.jobs.job import JobStatus
from scribedock.jobs.listing.filter import JobFilter
from tests.support.core import Core


def opened(core: Core, name: str, external_id: str = "") -> str:
    owner = core.services.accounts.root()
    assert owner is not None
    job_id, _ = core.services.jobs.create(
        owner, name=name, language="en", language_given=True, external_id=external_id
    )
    return job_id


def found(core: Core, **values: object) -> list[str]:
    """Return the names of the jobs that match, sorted."""
    job_filter = JobFilter(account_ids=frozenset({core.admin.id}), **values)  # type: ignore[arg-type]
    pages = core.services.listing.matching(job_filter)
    return sorted(job.name for page in pages for job in page)


@pytest.mark.parametrize("search", ["übung", "ÜBUNG 1", "Übung*1", "g 1"])
def test_search_finds_a_part_of_the_name_in_any_case(core: Core, search: str) -> None:
    opened(core, "Die Übung 1")
    opened(core, "Die Ubung 2")
    assert found(core, search=search) == ["Die Übung 1"]


def test_search_finds_what_comes_late_in_a_long_name(core: Core) -> None:
    opened(core, f"{'x' * 300} Needle")
    opened(core, "x" * 300)
    assert [name[-6:] for name in found(core, search="needle")] == ["Needle"]


def test_search_finds_an_external_id_whole(core: Core) -> None:
    opened(core, "one", external_id="BIO-101")
    opened(core, "two", external_id="BIO-1010")
    assert found(core, search="BIO-101") == ["one"]
    assert found(core, search="BIO-10") == []


def test_search_finds_a_job_by_the_beginning_of_its_id(core: Core) -> None:
    wanted = opened(core, "one")
    opened(core, "two")
    dashed = f"{wanted[:8]}-{wanted[8:12]}-{wanted[12:16]}-{wanted[16:20]}-{wanted[20:]}"
    for search in (wanted, wanted[:12], wanted.upper(), dashed):
        assert found(core, search=search) == ["one"]
    assert found(core, search=wanted[4:]) == []


@pytest.mark.parametrize("search", ["%", "_", "\\", "'", '"; --'])
def test_search_takes_every_character_for_itself(core: Core, search: str) -> None:
    opened(core, f"a {search} b")
    opened(core, "a b")
    assert found(core, search=search) == [f"a {search} b"]


def test_overdue_jobs_are_those_that_are_due_and_neither_finished_nor_failed(core: Core) -> None:
    now = core.services.clock.now()
    opened(core, "not ordered")
    for status in JobStatus:
        job_id = opened(core, status.value)
        core.services.jobs.update(job_id, status=status.value, due=now + timedelta(hours=1))
    assert found(core, overdue_at=now) == []
    assert found(core, overdue_at=now + timedelta(hours=2)) == ["In Process", "Pending", "Reviewing"]
