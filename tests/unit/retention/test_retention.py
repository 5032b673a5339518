"""What retention erases, what it leaves, and what is said of it afterwards."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from scribedock.db.tables import (
    audit_entries,
    caption_urls,
    derivations,
    element_lists,
    job_events,
    jobs,
    media,
    renditions,
    tasks,
    transcripts,
    uploads,
)
from scribedock.errors import ItemNotFound
from scribedock.host.erasure_journal import ErasedPart, journal_path, read_journals
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Fidelity, Job, JobStatus, Priority, TaskStatus, TaskType
from scribedock.jobs.jobs import add_task, record_event
from scribedock.jobs.rendition_kind import RenditionKind
from scribedock.ordering.add_media import add_media_bytes
from scribedock.ordering.replay_erasures import replay_erasures
from scribedock.ordering.uplevel import uplevel_job
from scribedock.orders.orders import Order
from scribedock.related.uplevels import NewUplevel
from scribedock.retention.policies import Retained
from scribedock.retention.retention import EXPIRED_UPLOAD
from scribedock.uploads.core.errors import MismatchingOffset
from tests.support.core import Core
from tests.support.core_uploads import UploadClient

DAY_S = 86_400
BOTH = {"retention_recordings_days": 10.0, "retention_results_days": 30.0}


@pytest.fixture
def core(build_core: Callable[..., Core]) -> Core:
    return build_core(**BOTH)


def finished(core: Core, *, status: JobStatus = JobStatus.COMPLETE) -> Job:
    """Return a job that ends now, with a recording, a list, a caption URL, a transcript and renditions."""
    services, job = core.services, core.job()
    now = core.clock.now()
    with core.store.begin() as partial:
        partial.write(memoryview(b"a recording"))
        add_media_bytes(services, job.id, frozenset({core.admin.id}), partial)
    with services.database.write() as connection:
        task = add_task(connection, job.id, TaskType.JOB_PERFORM_TRANSCRIPTION, TaskStatus.COMPLETE)
        services.elementlists.store(connection, job.id, task, (Iwp.FINAL,), zlib.compress(b"{}"))
        given = add_task(connection, job.id, TaskType.JOB_ADD_TRANSCRIPT, TaskStatus.COMPLETE)
        connection.execute(
            transcripts.insert().values(job_id=job.id, task_id=given, compressed=b"said", added=now)
        )
        for kind in RenditionKind:
            made = add_task(connection, job.id, TaskType.JOB_MAKE_MEDIA, TaskStatus.COMPLETE)
            connection.execute(
                renditions.insert().values(
                    id=made,
                    job_id=job.id,
                    kind=kind.value,
                    source=kind.value,
                    storage_key=stored(core),
                    bytes=4,
                    wanted=now,
                )
            )
        record_event(connection, job.id, "failed", "In Process", status.value)
        connection.execute(sa.update(jobs).where(jobs.c.id == job.id).values(status=status.value))
        end_tasks(connection, job.id)
    services.caption_urls.keep(job.id, "digest", b"captions", "text/plain")
    services.jobs.update(
        job.id,
        completed=now if status is JobStatus.COMPLETE else None,
        order_task_id=task if status is JobStatus.COMPLETE else None,
        fidelity=Fidelity.MECHANICAL.value,
        media_ms=1000,
    )
    return services.jobs.find_job(job.id)


def stored(core: Core) -> str:
    with core.store.begin() as partial:
        partial.write(memoryview(b"made"))
        return partial.commit()


def end_tasks(connection: sa.Connection, job_id: str) -> None:
    connection.execute(tasks.update().where(tasks.c.job_id == job_id).values(status="COMPLETE"))


def rows(core: Core, job_id: str) -> set[str]:
    """Return the tables in which the job still has contents; renditions by their kind."""
    found = set()
    with core.services.database.read() as connection:
        for table in (media, element_lists, caption_urls, transcripts):
            if connection.execute(sa.select(table).where(table.c.job_id == job_id)).first():
                found.add(table.name)
        kinds = sa.select(renditions.c.kind).where(renditions.c.job_id == job_id)
        found |= set(connection.execute(kinds).scalars())
    return found


KEPT_WORDS = {"element_lists", "caption_urls", "transcripts", "description", "spoken_track"}
EVERYTHING = {
    "media",
    "element_lists",
    "caption_urls",
    "transcripts",
    *(kind.value for kind in RenditionKind),
}


def enforce(core: Core, *, after_days: float) -> list[str]:
    core.clock.advance(after_days * DAY_S)
    return core.services.retention.enforce()


def fresh(core: Core, job: Job) -> Job:
    return core.services.jobs.find_job(job.id)


def test_nothing_is_erased_unless_a_setting_says_so(build_core: Callable[..., Core]) -> None:
    core = build_core()
    job = finished(core)
    assert enforce(core, after_days=10_000) == []
    assert core.services.retention.preview() == []
    assert rows(core, job.id) == EVERYTHING


def test_recordings_and_results_are_erased_when_they_are_old_enough_and_not_before(core: Core) -> None:
    job = finished(core)
    assert enforce(core, after_days=9.99) == []
    assert rows(core, job.id) == EVERYTHING
    assert enforce(core, after_days=0.02) == [job.id]
    assert rows(core, job.id) == {
        "element_lists",
        "caption_urls",
        "transcripts",
        "description",
        "spoken_track",
    }
    assert len(list(core.store.keys())) == 2  # the spoken description, for customers and for players
    assert enforce(core, after_days=19.9) == []
    assert enforce(core, after_days=0.1) == [job.id]
    assert rows(core, job.id) == set()
    assert list(core.store.keys()) == []
    assert enforce(core, after_days=1000) == []
    found = fresh(core, job)  # the job itself stays, with its length, for statistics
    assert (found.status, found.media_ms) == (JobStatus.COMPLETE, 1000)


def test_what_was_erased_is_answered_with_the_date(core: Core) -> None:
    core.clock.tick = timedelta(0)
    job = finished(core)
    enforce(core, after_days=31)
    services, moment = core.services, "2026-02-01T00:00:00.000000"
    with pytest.raises(ItemNotFound, match=f"{moment} UTC: the results"):
        services.elementlists.choose(fresh(core, job))
    with pytest.raises(ItemNotFound, match=f"{moment} UTC: the recording"):
        services.media.check_kept(fresh(core, job))
    with pytest.raises(ItemNotFound, match=f"{moment} UTC: the results"):
        uplevel_job(services, job.id, frozenset({core.admin.id}), NewUplevel(priority=Priority.STANDARD))


def test_a_failed_job_ages_from_its_failure_and_may_get_another_recording(core: Core) -> None:
    job = finished(core, status=JobStatus.MEDIA_FAILURE)
    failed_at(core, job, core.clock.now() + timedelta(days=5))
    assert enforce(core, after_days=14.9) == []
    assert enforce(core, after_days=0.2) == [job.id]
    order = Order(fidelity=Fidelity.MECHANICAL)
    with pytest.raises(ItemNotFound, match="the recording"):
        core.services.orders.place(job.id, frozenset({core.admin.id}), order, needs_authorization=False)
    with core.store.begin() as partial:
        partial.write(memoryview(b"another"))
        add_media_bytes(core.services, job.id, frozenset({core.admin.id}), partial)
    assert fresh(core, job).recording_erased is None
    core.services.orders.place(job.id, frozenset({core.admin.id}), order, needs_authorization=False)


def test_a_recording_that_was_added_after_the_failure_ages_from_then(core: Core) -> None:
    job = finished(core, status=JobStatus.MEDIA_FAILURE)
    failed_at(core, job, core.clock.now())
    core.clock.advance(9 * DAY_S)
    with core.services.database.write() as connection:
        connection.execute(media.update().where(media.c.job_id == job.id).values(added=core.clock.now()))
    assert enforce(core, after_days=9.9) == []
    assert enforce(core, after_days=0.2) == [job.id]


def failed_at(core: Core, job: Job, moment: datetime) -> None:
    with core.services.database.write() as connection:
        connection.execute(job_events.update().where(job_events.c.job_id == job.id).values(at=moment))


@pytest.mark.parametrize(
    "status", [each for each in JobStatus if each.value not in ("Complete", "Media Failure")]
)
def test_jobs_that_are_not_finished_are_exempt(core: Core, status: JobStatus) -> None:
    job = finished(core)
    with core.services.database.write() as connection:
        connection.execute(jobs.update().where(jobs.c.id == job.id).values(status=status.value))
    assert enforce(core, after_days=1000) == []
    assert rows(core, job.id) == EVERYTHING


def test_protected_jobs_are_exempt(core: Core) -> None:
    job = finished(core)
    core.services.jobs.update(job.id, protected=True)
    assert enforce(core, after_days=1000) == []
    core.services.jobs.update(job.id, protected=False)
    assert enforce(core, after_days=0) == [job.id, job.id]


def test_what_is_being_made_of_a_job_is_waited_for(core: Core) -> None:
    job = finished(core)
    with core.services.database.write() as connection:
        add_task(connection, job.id, TaskType.JOB_MAKE_MEDIA, TaskStatus.INPROGRESS)
    assert enforce(core, after_days=1000) == []


def test_what_an_unfinished_related_job_needs_is_kept_for_it(core: Core) -> None:
    leading, related = finished(core), finished(core)
    with core.services.database.write() as connection:
        task = add_task(connection, related.id, TaskType.JOB_UPLEVEL, TaskStatus.COMPLETE)
        connection.execute(derivations.insert().values(id=task, job_id=related.id, source_id=leading.id))
        connection.execute(
            jobs.update()
            .where(jobs.c.id == related.id)
            .values(leading_id=leading.id, status=JobStatus.REVIEWING.value)
        )
    assert enforce(core, after_days=1000) == []
    with core.services.database.write() as connection:
        connection.execute(jobs.update().where(jobs.c.id == related.id).values(status="Complete"))
    assert set(enforce(core, after_days=0)) == {leading.id, related.id}
    assert rows(core, leading.id) == rows(core, related.id) == set()


def test_the_recording_of_a_leading_job_goes_with_what_related_jobs_made_of_it(core: Core) -> None:
    leading, related = finished(core), finished(core)
    with core.services.database.write() as connection:
        connection.execute(jobs.update().where(jobs.c.id == related.id).values(leading_id=leading.id))
        connection.execute(media.delete().where(media.c.job_id == related.id))
    enforce(core, after_days=10)
    assert rows(core, related.id) == KEPT_WORDS
    with pytest.raises(ItemNotFound, match="the recording"):
        core.services.media.check_kept(fresh(core, related))


def test_each_account_has_its_own_times(core: Core) -> None:
    mine, others = finished(core), finished(core)
    other = core.services.accounts.create("other", "a password", parent="admin")
    core.services.jobs.update(others.id, account_id=other.id)
    core.services.policies.set_days(other, {Retained.RECORDINGS: 0, Retained.RESULTS: 15})
    assert enforce(core, after_days=16) == [mine.id, others.id]
    assert "media" not in rows(core, mine.id) and "element_lists" in rows(core, mine.id)
    assert "media" in rows(core, others.id) and "element_lists" not in rows(core, others.id)


def test_each_erasure_is_in_the_audit_log_and_in_the_journal(core: Core) -> None:
    job = finished(core)
    enforce(core, after_days=31)
    told = [
        (entry.username, entry.address, entry.call, entry.job_id, entry.outcome)
        for entry in core.services.audit.entries()
    ]
    assert told == [
        ("admin", "retention", "erase recordings", job.id, "done"),
        ("admin", "retention", "erase results", job.id, "done"),
    ]
    written = read_journals([journal_path(core.services.settings)])
    assert {(each.part, each.id) for each in written} == {
        (ErasedPart.RECORDING, job.id),
        (ErasedPart.RESULTS, job.id),
    }


def test_the_journal_erases_the_same_in_a_restored_database(core: Core) -> None:
    job = finished(core)
    enforce(core, after_days=31)
    written = read_journals([journal_path(core.services.settings)])
    again = finished(core)
    lost = [type(each)(at=each.at, part=each.part, id=again.id) for each in written]
    assert replay_erasures(core.services, [*written, *lost]).erased == 2
    assert rows(core, again.id) == set()
    assert fresh(core, job).results_erased is not None


def test_the_preview_lists_what_will_be_erased_and_erases_nothing(core: Core) -> None:
    core.clock.tick = timedelta(0)
    first = finished(core)
    core.clock.advance(DAY_S)
    second = finished(core)
    began = core.clock.now() - timedelta(days=1)
    told = [(due.job_id, due.retained, (due.at - began).days) for due in core.services.retention.preview()]
    assert told == [
        (first.id, Retained.RECORDINGS, 10),
        (second.id, Retained.RECORDINGS, 11),
        (first.id, Retained.RESULTS, 30),
        (second.id, Retained.RESULTS, 31),
    ]
    assert rows(core, first.id) == EVERYTHING


def test_an_erasure_that_fails_hinders_no_other(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = finished(core), finished(core)
    real = core.services.audit.begin_entry

    def begin_entry(**given: str) -> int:
        if given["job_id"] == first.id:
            raise RuntimeError("no luck")
        return real(**given)

    monkeypatch.setattr(core.services.audit, "begin_entry", begin_entry)
    assert enforce(core, after_days=11) == [second.id]
    monkeypatch.undo()
    assert enforce(core, after_days=0) == [first.id]


def test_unfinished_uploads_are_discarded_when_they_are_old_enough(build_core: Callable[..., Core]) -> None:
    core = build_core(retention_partials_days=0.25)
    client = UploadClient(core)
    client.create(20, b"the first ")
    begun_at(core, client.grant.upload_id)
    assert enforce(core, after_days=0.2) == []
    assert client.offset() == 10
    assert [due.retained for due in core.services.retention.preview()] == [Retained.PARTIALS]
    assert enforce(core, after_days=0.1) == [client.job.id]
    assert core.services.uploads.kept_partials() == frozenset()
    assert [entry.call for entry in core.services.audit.entries()] == ["erase partials"]
    assert ("JOB_UPLOAD_MEDIA", "ABORTED", EXPIRED_UPLOAD) in core.tasks(client.job.id)
    with pytest.raises(MismatchingOffset):
        client.append(b"is not all", 10, 20)
    client.append(b"the first is not all", 0, 20)  # the URL is good for another beginning
    assert core.content(client.job.id) == b"the first is not all"


def begun_at(core: Core, upload_id: str) -> None:
    with core.services.database.write() as connection:
        connection.execute(uploads.update().where(uploads.c.id == upload_id).values(started=core.clock.now()))


def test_an_upload_that_somebody_is_sending_to_is_not_discarded(build_core: Callable[..., Core]) -> None:
    core = build_core(retention_partials_days=0.25)
    client = UploadClient(core)
    client.create(20, b"the first ")
    begun_at(core, client.grant.upload_id)
    intake = client.begin_append(10, 10, 20)
    assert enforce(core, after_days=1) == []
    intake.write(memoryview(b"is not all"))
    core.services.uploads.finish(intake)
    assert core.content(client.job.id) == b"the first is not all"


def test_accounts_may_keep_their_audit_log_longer_or_shorter(core: Core) -> None:
    services = core.services
    short = services.accounts.create("short", "a password", parent="admin")
    forever = services.accounts.create("forever", "a password", parent="admin")
    services.policies.set_days(short, {Retained.AUDIT: 7})
    services.policies.set_days(forever, {Retained.AUDIT: 0})
    ages = ((core.admin, (10, 400)), (short, (6, 8)), (forever, (400, 4000)))
    with services.database.write() as connection:
        for account, days in ages:
            for age in days:
                connection.execute(
                    audit_entries.insert().values(
                        at=core.clock.now() - timedelta(days=age),
                        account_id=account.id,
                        address="",
                        call=f"{age}",
                        job_id="",
                        about="",
                        outcome="done",
                    )
                )
    services.retention.enforce()
    left = {(entry.username, entry.call) for entry in services.audit.entries()}
    assert left == {("admin", "10"), ("short", "6"), ("forever", "400"), ("forever", "4000")}
