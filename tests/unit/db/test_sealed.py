"""Customers' URLs in the database: sealed, whichever release wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from scribedock import app
from scribedock.db.engine import Database
from scribedock.db.tables import callbacks, guidelines, jobs, media, transcripts, upgrades
from scribedock.db.upgrades import seal_old_rows
from scribedock.jobs.job import Job
from scribedock.jobs.media import MediaSource
from scribedock.keys.sealing import UNREADABLE_TEXT, Sealing, is_sealed
from scribedock.settings import Settings

URL = "https://user:hunter2@example.org/a?sig=hunter3"
COLUMNS = (jobs.c.callback_url, media.c.url, transcripts.c.url, callbacks.c.url, guidelines.c.name)


@pytest.fixture
def settings(tmp_path: Path, database: dict[str, str]) -> Settings:
    return Settings(data_dir=tmp_path, **database)  # type: ignore[arg-type]


@pytest.fixture
def services(settings: Settings) -> Iterator[app.Services]:
    app.prepare_database(settings)
    started = app.build_services(settings)
    started.accounts.create("admin", "a password", parent=None)
    yield started
    started.close()


def jobs_with_urls(services: app.Services, count: int) -> list[Job]:
    owner = services.accounts.by_username("admin")
    assert owner is not None
    made = []
    for _ in range(count):
        job_id, task_id = services.jobs.create(owner, name="with URLs", language="en")
        services.jobs.update(job_id, callback_url=URL)
        services.transcripts.attach(job_id, frozenset({owner.id}), format=None, url=URL)
        services.guidelines.add(job_id, frozenset({owner.id}), name=URL, body=b"Sea", is_html=False)
        with services.database.write() as connection:
            job = services.jobs.fetch_job(connection, job_id)
            services.media.attach(
                connection, job, MediaSource.URL, storage_key=None, size=None, url=URL, replace=False
            )
            connection.execute(
                callbacks.insert().values(
                    id=task_id,
                    job_id=job_id,
                    task_id=task_id,
                    iwp_name="FINAL",
                    url=URL,
                    status="QUEUED",
                    created=job.created,
                )
            )
        made.append(services.jobs.find_job(job_id))
    return made


def stored(services: app.Services, column: sa.Column[str]) -> list[str]:
    with services.database.read() as connection:
        return list(connection.execute(sa.select(sa.type_coerce(column, sa.Text))).scalars())


def test_urls_are_sealed_in_every_table_and_read_as_they_were(services: app.Services) -> None:
    [job] = jobs_with_urls(services, 1)
    for column in COLUMNS:
        assert all(is_sealed(text) and "example" not in text for text in stored(services, column))
    found = services.media.media_of_job(job.id)
    given = services.transcripts.transcript_of_job(job.id)
    [callback] = services.callbacks.callbacks_of_task(services.jobs.tasks([job.id])[job.id][0].id)
    [guideline] = services.guidelines.guidelines_of_job(job.id)
    assert found is not None and given is not None
    assert {job.callback_url, found.url, given.url, callback.url, guideline.name} == {URL}
    assert services.media.url_in_use(job.account_id, URL) == job.id
    assert services.media.url_in_use(job.account_id, URL + "x") is None


def test_what_an_older_release_wrote_is_read_at_once_and_sealed_by_the_upgrade(
    services: app.Services, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scribedock.db.upgrades.BATCH", 2)
    made = jobs_with_urls(services, 5)
    with services.database.write() as connection:
        for column in COLUMNS:
            assert isinstance(column.table, sa.Table)
            connection.execute(sa.text(f"UPDATE {column.table.name} SET {column.name} = '{URL}'"))  # noqa: S608
        connection.execute(media.update().values(url_digest=None))
        connection.execute(upgrades.delete())
    assert services.jobs.find_job(made[0].id).callback_url == URL
    app.prepare_database(settings)
    for column in COLUMNS:
        assert [is_sealed(text) for text in stored(services, column)] == [True] * 5
    assert services.media.url_in_use(made[0].account_id, URL) is not None
    assert services.jobs.find_job(made[4].id).callback_url == URL
    before = stored(services, jobs.c.callback_url)
    with services.database.write() as connection:
        connection.execute(upgrades.delete())
    seal_old_rows(services.database, services.keys.sealing)
    assert stored(services, jobs.c.callback_url) == before  # nothing is sealed twice


def test_with_another_key_a_url_is_no_url_and_nothing_else_is_lost(
    services: app.Services, settings: Settings
) -> None:
    [job] = jobs_with_urls(services, 1)
    other = Database(app.database_url(settings), Sealing(Fernet.generate_key().decode()))
    with other.read() as connection:
        row = connection.execute(sa.select(jobs.c.callback_url, jobs.c.name).where(jobs.c.id == job.id)).one()
    other.close()
    assert row.callback_url == UNREADABLE_TEXT
    assert row.name == "with URLs"


def test_without_the_key_sealed_columns_are_not_read(services: app.Services, settings: Settings) -> None:
    jobs_with_urls(services, 1)
    other = Database(app.database_url(settings))
    with other.read() as connection, pytest.raises(RuntimeError, match="without the key"):
        connection.execute(sa.select(jobs.c.callback_url)).all()
    other.close()


def test_digests_are_equal_for_equal_texts_under_one_key_only() -> None:
    one, two = (Sealing(Fernet.generate_key().decode()) for _ in range(2))
    assert one.digest(URL) == one.digest(URL)
    assert one.digest(URL) != one.digest(URL + "/")
    assert one.digest(URL) != two.digest(URL)
    assert one.seal(URL) != one.seal(URL)
    assert one.unseal(one.seal(URL)) == URL
    assert two.unseal(one.seal(URL)) == UNREADABLE_TEXT
