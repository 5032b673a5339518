"""Passes by people, on either database."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scribedock import app
from scribedock.errors import InvalidQuery
from scribedock.jobs.job import Fidelity, JobStatus
from scribedock.orders.passes import PassKind
from scribedock.settings import Settings
from scribedock_captions.elementlist.codec import to_json
from tests.captions.sample import say
from tests.support.finished import finished_job

LIST = say("The sea is deep.")


@pytest.fixture
def services(tmp_path: Path, database: dict[str, str]) -> Iterator[app.Services]:
    settings = Settings(data_dir=tmp_path, **database)  # type: ignore[arg-type]
    app.prepare_database(settings)
    started = app.build_services(settings)
    started.accounts.create("admin", "a password", parent=None)
    started.accounts.set_reviewer(started.accounts.create("ann", "a password", parent="admin"), True)
    yield started
    started.close()


def test_a_worker_that_comes_again_leaves_the_job_to_the_people(services: app.Services) -> None:
    job_id = finished_job(services, LIST, fidelity=Fidelity.STANDARD)
    job = services.jobs.find_job(job_id)
    assert job.status is JobStatus.REVIEWING
    assert job.order_task_id is not None
    assert services.orders.start(job.order_task_id, "again") is None
    assert services.jobs.find_job(job_id) == job


def test_of_many_who_take_a_pass_at_once_one_has_it_and_it_is_approved_once(services: app.Services) -> None:
    job_id = finished_job(services, LIST, fidelity=Fidelity.STANDARD)
    names = [f"reviewer{number}" for number in range(6)]
    people = [services.accounts.create(name, "a password", parent="admin") for name in names]
    gate = threading.Barrier(len(people))

    def review(account_id: str) -> bool:
        gate.wait()
        try:
            services.reviews.take(job_id, None, PassKind.REVIEW, account_id)
            services.reviews.approve(job_id, None, PassKind.REVIEW, account_id)
        except InvalidQuery as error:
            assert error.status == 409
            return False
        return True

    with ThreadPoolExecutor(len(people)) as pool:
        assert sum(pool.map(review, [each.id for each in people])) == 1
    found = [each.iwp_name.value for each in services.elementlists.versions(job_id)]
    assert found == ["MECHANICAL", "PREMIUM", "FINAL"]


def test_a_job_whose_words_were_aligned_anew_can_be_deleted(services: app.Services) -> None:
    job_id = finished_job(services, LIST, fidelity=Fidelity.STANDARD)
    ann = services.accounts.by_username("ann")
    assert ann is not None
    visible_accounts = frozenset({services.jobs.find_job(job_id).account_id})
    review = PassKind.REVIEW
    services.reviews.take(job_id, visible_accounts, review, ann.id)
    services.reviews.save(job_id, visible_accounts, review, ann.id, zlib.compress(to_json(LIST)), base=None)
    task_id = services.realignments.request_realignment(job_id, visible_accounts, review, ann.id)
    assert task_id in services.jobs.delete(job_id, visible_accounts).aborted


def test_a_pass_that_somebody_has_taken_is_left_to_them(services: app.Services) -> None:
    job_id = finished_job(services, LIST, fidelity=Fidelity.HIGH)
    ann = services.accounts.by_username("ann")
    assert ann is not None
    assert services.reviews.complete_current_pass(job_id)
    services.reviews.take(job_id, None, PassKind.REVIEW, ann.id)
    assert not services.reviews.complete_current_pass(job_id)
    services.reviews.approve(job_id, None, PassKind.REVIEW, ann.id)
    assert services.jobs.find_job(job_id).status is JobStatus.COMPLETE
    assert not services.reviews.complete_current_pass(job_id)
