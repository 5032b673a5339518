"""Ordering a transcription, without a server."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from scribedock.db.tables import work
from scribedock.errors import InvalidOption, InvalidQuery, InvalidUrl, ItemNotFound
from scribedock.jobs.job import Fidelity, Job, JobStatus, Priority
from scribedock.jobs.order_options import OrderOptions
from scribedock.ordering.capabilities import Capabilities
from scribedock.ordering.delete_job import delete_job
from scribedock.ordering.place_order import TranscriptionRequest, place_order
from scribedock.orders.authorization import Changes
from scribedock.translation.engine import LanguagePair
from scribedock.uploads.core.errors import TranscriptionOrdered
from tests.support.core import Core
from tests.support.core_uploads import UploadClient

ENGLISH = Capabilities(languages=frozenset({"en"}), detects_language=False, translates=frozenset())
BILINGUAL = Capabilities(
    languages=frozenset({"en", "de", "fr"}),
    detects_language=True,
    translates=frozenset({LanguagePair(source="en", target="de"), LanguagePair(source="fr", target="en")}),
)
MECHANICAL = TranscriptionRequest(fidelity=Fidelity.MECHANICAL)


def with_media(core: Core, **opened: str) -> Job:
    job = core.job(**opened)  # type: ignore[arg-type]
    UploadClient(core, job).put()
    return job


def place(
    core: Core, job: Job, asked: TranscriptionRequest = MECHANICAL, able: Capabilities = ENGLISH
) -> Job:
    place_order(core.services, able, job.id, frozenset({core.admin.id}), asked)
    return core.services.jobs.find_job(job.id)


def waiting(core: Core, job: Job) -> list[str]:
    """Return the queues in which the job has work, those that may begin now marked with a star."""
    with core.services.database.read() as connection:
        rows = connection.execute(sa.select(work).where(work.c.job_id == job.id).order_by(work.c.queue))
        return [row.queue + ("*" if row.ready is not None else "") for row in rows]


def test_an_order_waits_for_a_worker_and_knows_when_it_is_due(core: Core) -> None:
    job = place(core, with_media(core))
    assert job.status is JobStatus.PENDING
    assert job.order_task_id is not None and job.due is not None
    assert job.due - core.services.jobs.task(job.order_task_id).requested == pytest.approx(
        timedelta(hours=48), abs=timedelta(seconds=5)
    )
    assert waiting(core, job) == ["probes*", "transcription*"]


def test_an_order_closes_the_upload_urls_of_its_job(core: Core) -> None:
    client = UploadClient(core)
    client.put(b"the recording")
    half = UploadClient(core, client.job)
    half.create(10, b"0123")
    place(core, client.job)
    for each in (client, half):
        with pytest.raises(TranscriptionOrdered):
            each.put()
    assert core.services.uploads.kept_partials() == frozenset()


def test_a_job_without_media_cannot_be_ordered(core: Core) -> None:
    job = core.job()
    with pytest.raises(InvalidQuery, match="PUT the recording to the URL"):
        place(core, job)
    assert core.services.jobs.find_job(job.id).order_task_id is None


def test_a_job_is_ordered_once(core: Core) -> None:
    job = with_media(core)
    place(core, job)
    with pytest.raises(InvalidQuery, match="ordered already"):
        place(core, job)


def test_of_two_orders_that_come_at_once_the_second_changes_nothing(core: Core) -> None:
    job = place(core, with_media(core), TranscriptionRequest(fidelity=Fidelity.HIGH))
    with pytest.raises(InvalidQuery):
        place(core, job)
    assert core.services.jobs.find_job(job.id).fidelity is Fidelity.HIGH


def test_what_nobody_may_see_cannot_be_ordered(core: Core) -> None:
    job = with_media(core)
    with pytest.raises(ItemNotFound):
        place_order(core.services, ENGLISH, job.id, frozenset({"somebody else"}), MECHANICAL)


def test_a_language_that_is_not_understood_is_refused_with_those_that_are(core: Core) -> None:
    with pytest.raises(
        InvalidOption, match="does not understand the job's language 'fr'; it understands: en"
    ):
        place(core, with_media(core, language="fr"))


@pytest.mark.parametrize("able", [ENGLISH, BILINGUAL])
def test_a_language_that_is_to_be_heard_takes_a_recognizer_that_can(core: Core, able: Capabilities) -> None:
    job = with_media(core, language="auto")
    if able.detects_language:
        assert place(core, job, able=able).order_task_id
    else:
        with pytest.raises(InvalidOption, match="name the language that is spoken"):
            place(core, job, able=able)


def test_a_callback_url_that_cannot_be_right_is_refused_before_anything_happens(core: Core) -> None:
    job = with_media(core)
    with pytest.raises(InvalidUrl):
        place(core, job, TranscriptionRequest(fidelity=Fidelity.MECHANICAL, callback_url="ftp://a/{job_id}"))
    assert core.services.jobs.find_job(job.id).order_task_id is None


def test_an_order_opens_a_job_for_each_language_and_one_for_english_on_the_way(core: Core) -> None:
    asked = TranscriptionRequest(fidelity=Fidelity.MECHANICAL, target_languages=("de", "fr", "de"))
    job = place(core, with_media(core, language="fr"), asked, BILINGUAL)
    with core.services.database.read() as connection:
        children = core.services.related.related_jobs(connection, job.id)
    assert [child.target_language for child in children] == ["en", "de"]
    assert [waiting(core, child) for child in children] == [["derivations"], ["derivations"]]
    assert job.target_language == "de,fr"


def test_a_pair_without_an_engine_is_refused_with_those_that_have_one(core: Core) -> None:
    asked = TranscriptionRequest(fidelity=Fidelity.MECHANICAL, target_languages=("ja",))
    with pytest.raises(InvalidOption, match="for en to ja; installed are en to de, fr to en"):
        place(core, with_media(core), asked, BILINGUAL)


def test_an_account_that_asks_for_authorization_gets_its_order_held(core: Core) -> None:
    owner = core.services.accounts.create("ann", "a password", parent="admin")
    core.services.accounts.change_setting(
        owner, "require_customer_authorization_before_starting_workflow", True
    )
    core.services.accounts.change_setting(owner, "customer_authorization_required_mechanical", True)
    job = core.job(owner=core.services.accounts.by_id(owner.id))
    UploadClient(core, job).put()
    place_order(core.services, ENGLISH, job.id, frozenset({owner.id}), MECHANICAL)
    held = core.services.jobs.find_job(job.id)
    assert held.status is JobStatus.AUTHORIZING
    assert waiting(core, job) == ["probes*"]
    core.services.authorizations.authorize(job.id, frozenset({owner.id}))
    assert core.services.jobs.find_job(job.id).status is JobStatus.PENDING
    assert waiting(core, job) == ["probes*", "transcription*"]


def test_what_was_modified_before_the_order_holds_where_the_order_says_nothing(core: Core) -> None:
    job = with_media(core)
    family = frozenset({core.admin.id})
    changes = Changes(priority=Priority.HIGH, callback_url="https://example.org/{job_id}", notes="read me")
    core.services.authorizations.modify(job.id, family, changes)
    asked = TranscriptionRequest(fidelity=Fidelity.MECHANICAL, options=OrderOptions(speaker_id=True))
    ordered = place(core, job, asked)
    assert (ordered.priority, ordered.callback_url) == (Priority.HIGH, "https://example.org/{job_id}")
    assert ordered.options == OrderOptions(notes="read me", speaker_id=True)


def test_a_recording_that_could_not_be_fetched_must_be_replaced_first(core: Core) -> None:
    job = with_media(core)
    media = core.services.media.media_of_job(job.id)
    assert media is not None
    core.services.media.fetch_failed(media.task_id, "the host did not answer")
    with pytest.raises(InvalidQuery, match="the host did not answer"):
        place(core, job)


def test_deleting_a_job_drops_its_work_its_media_and_its_uploads(core: Core) -> None:
    job = place(core, with_media(core))
    task = delete_job(core.services, job.id, frozenset({core.admin.id}))
    assert core.services.jobs.task(task).type == "JOB_DELETED"
    assert waiting(core, job) == []
    assert list(core.store.keys()) == []
    with pytest.raises(ItemNotFound):
        core.services.jobs.find_job(job.id)
