"""The account, token and job of the reference's examples, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from scribedock import app
from scribedock.accounts.signing_in.passwords import matches_hash
from scribedock.clock import format_short_time
from scribedock.db.tables import tasks
from scribedock.jobs.job import Fidelity, Job, JobStatus, Priority
from scribedock.jobs.media import MediaSource
from scribedock.orders.guidelines import MAX_GUIDELINES
from scribedock.orders.orders import Order
from scribedock.related.uplevels import NewUplevel
from scribedock.sandbox import example as module
from scribedock.sandbox.example import REQUIRED_STATES, Example
from scribedock.sandbox.printed import API_KEY, API_TOKEN, JOB_ID, LISTED_JOB_ID, PASSWORD, USERNAME
from scribedock.settings import Settings, SettingsError
from tests.support.fixtures import DATABASES, database_settings


@dataclass(frozen=True)
class Sandbox:
    services: app.Services
    example: Example

    @property
    def job(self) -> Job:
        return self.services.jobs.find_job(JOB_ID)

    @property
    def visible_accounts(self) -> frozenset[str]:
        return frozenset({self.example.account_id})

    def prepare(self, path: str) -> None:
        self.example.prepare(path, JOB_ID, self.visible_accounts)

    def order(self) -> str:
        order = Order(fidelity=Fidelity.MECHANICAL, callback_url="http://example.org/")
        return self.services.orders.place(JOB_ID, self.visible_accounts, order, needs_authorization=False)

    def versions(self) -> list[str]:
        return [each.iwp_name.value for each in self.services.elementlists.versions(JOB_ID)]


def example_of(services: app.Services) -> Example:
    return Example(
        database=services.database,
        accounts=services.accounts,
        sessions=services.sessions,
        api_keys=services.api_keys,
        jobs=services.jobs,
        elementlists=services.elementlists,
        related=services.related,
    )


@pytest.fixture(scope="module", params=DATABASES)
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("sandbox"),
        admin_password="x",  # type: ignore[arg-type]
        **database_settings(request.param, request),  # type: ignore[arg-type]
    )
    app.prepare_database(settings)
    services = app.build_services(settings)
    app.ensure_first_account(services, sandbox=True)
    yield Sandbox(services, example_of(services))
    services.close()


@pytest.fixture
def sandbox(started: Sandbox) -> Sandbox:
    """With a job that nobody has used."""
    started.services.jobs.delete(JOB_ID, started.visible_accounts)
    started.example.restore()
    return started


def test_a_real_server_gets_no_such_account_and_its_own_keeps_its_password(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, admin_password="x")  # type: ignore[arg-type]
    app.prepare_database(settings)
    services = app.build_services(settings)
    app.ensure_first_account(services)
    with pytest.raises(SettingsError):
        example_of(services)
    assert services.accounts.by_username(USERNAME) is None
    services.accounts.create(USERNAME, "a real one", parent="admin")
    before = services.accounts.password_hash(USERNAME)
    with pytest.raises(SettingsError):
        example_of(services)
    assert services.accounts.password_hash(USERNAME) == before
    services.close()


def test_the_job_is_finished_at_first(sandbox: Sandbox) -> None:
    assert sandbox.job.status is JobStatus.COMPLETE
    assert sandbox.job.sandbox
    assert sandbox.job.protected, "its dates are of 2014: any retention would erase it"
    assert sandbox.job.username == USERNAME
    assert sandbox.versions() == ["MECHANICAL", "FINAL"]
    assert sandbox.services.sessions.use(API_TOKEN).account_id == sandbox.example.account_id


def test_the_key_opens_sessions_and_comes_back_when_it_was_removed(sandbox: Sandbox) -> None:
    keys = sandbox.services.api_keys
    for _ in range(2):
        owner = keys.owner(API_KEY)
        assert owner is not None and owner.username == USERNAME
        keys.remove(sandbox.visible_accounts, API_KEY)
        sandbox.example.restore()


@pytest.mark.parametrize("job_id", [JOB_ID, LISTED_JOB_ID])
def test_each_job_comes_back_when_it_was_deleted(sandbox: Sandbox, job_id: str) -> None:
    sandbox.services.jobs.delete(job_id, sandbox.visible_accounts)
    sandbox.example.restore()
    assert sandbox.services.jobs.find_job(job_id).status is JobStatus.COMPLETE
    versions = [format_short_time(each.created) for each in sandbox.services.elementlists.versions(job_id)]
    assert versions == ["2014-07-31T12:35:52", "2014-07-31T12:35:52.324389"]


def test_a_second_start_finds_everything(sandbox: Sandbox) -> None:
    before = sandbox.job
    assert example_of(sandbox.services).account_id == sandbox.example.account_id
    assert sandbox.job == before


@pytest.mark.parametrize("path", sorted(REQUIRED_STATES))
def test_the_job_is_brought_into_the_state_that_a_call_needs(sandbox: Sandbox, path: str) -> None:
    for other in REQUIRED_STATES:
        sandbox.prepare(other)
        sandbox.prepare(path)
        assert sandbox.versions() == ["MECHANICAL", "FINAL"]
        before = sandbox.job
        sandbox.prepare(path)
        assert sandbox.job == before


def test_an_order_can_be_repeated_with_all_that_follows_from_it(sandbox: Sandbox) -> None:
    services = sandbox.services
    for _ in range(2):
        sandbox.prepare("job/perform_transcription")
        assert sandbox.job.status is JobStatus.PENDING
        task_id = sandbox.order()
        assert services.orders.start(task_id, "sandbox") is not None
        assert services.orders.fail(task_id, "on purpose")
        assert len(services.callbacks.callbacks_of_task(task_id)) == 1
    sandbox.prepare("job/add_media")
    assert services.callbacks.callbacks_of_task(task_id) == []


def test_media_can_be_added_again(sandbox: Sandbox) -> None:
    for _ in range(2):
        sandbox.prepare("job/add_media")
        with sandbox.services.database.write() as connection:
            sandbox.services.media.attach(
                connection,
                sandbox.services.jobs.fetch_job(connection, JOB_ID),
                MediaSource.URL,
                storage_key=None,
                size=None,
                url="http://example.org/x.mp4",
                replace=False,
            )
        assert sandbox.services.media.media_of_job(JOB_ID) is not None


def test_a_second_pass_can_be_ordered_again(sandbox: Sandbox) -> None:
    services = sandbox.services
    children = []
    for _ in range(2):
        sandbox.prepare("job/uplevel")
        with services.database.write() as connection:
            job = services.jobs.fetch_job(connection, JOB_ID)
            assert services.uplevels.existing(connection, job) is None
            child = services.uplevels.open_uplevel(connection, job, NewUplevel(priority=Priority.STANDARD))
        children.append(child)
    with services.database.read() as connection:
        assert [job.id for job in services.related.related_jobs(connection, JOB_ID)] == [children[1].id]


def test_guidelines_never_become_too_many(sandbox: Sandbox) -> None:
    for _ in range(MAX_GUIDELINES + 1):
        sandbox.prepare("job/add_custom_guidelines")
        sandbox.services.guidelines.add(JOB_ID, sandbox.visible_accounts, name="x", body=b"x", is_html=False)
    assert len(sandbox.services.guidelines.guidelines_of_job(JOB_ID)) == 1


def test_what_a_call_removed_is_restored(sandbox: Sandbox) -> None:
    services = sandbox.services
    account = services.accounts.by_username(USERNAME)
    assert account is not None
    services.jobs.delete(JOB_ID, sandbox.visible_accounts)
    services.accounts.set_password(account, "another")  # which ends the sessions too
    sandbox.example.restore()
    assert sandbox.job.status is JobStatus.COMPLETE
    assert services.sessions.use(API_TOKEN).account_id == account.id
    found = services.accounts.password_hash(USERNAME)
    assert found is not None and matches_hash(PASSWORD, found[1])


def test_a_job_that_changed_owner_comes_back(sandbox: Sandbox) -> None:
    sandbox.services.jobs.update(JOB_ID, account_id=sandbox.services.accounts.root().id)  # type: ignore[union-attr]
    sandbox.example.restore()
    assert sandbox.job.username == USERNAME


def test_nothing_is_done_for_strangers_and_for_other_jobs(sandbox: Sandbox) -> None:
    before = sandbox.job
    sandbox.example.prepare("job/perform_transcription", JOB_ID, frozenset({"0" * 32}))
    sandbox.example.prepare("job/perform_transcription", "0" * 32, sandbox.visible_accounts)
    assert sandbox.job == before


def test_the_tasks_of_the_job_do_not_pile_up(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TASK_RETENTION", -module.TASK_RETENTION)
    counts = []
    for _ in range(4):
        sandbox.prepare("job/perform_transcription")
        sandbox.prepare("job/uplevel")
        with sandbox.services.database.read() as connection:
            count = sa.select(sa.func.count()).where(tasks.c.job_id == JOB_ID)
            counts.append(connection.execute(count).scalar_one())
    assert len(set(counts)) == 1
