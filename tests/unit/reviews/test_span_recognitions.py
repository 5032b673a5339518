"""Stretches that are asked for: what bounds them, whose they are, and how long they are kept."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from scribedock.accounts.accounts import Account
from scribedock.db.tables import jobs, span_recognitions, work
from scribedock.dispatch.queues import Queue
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.jobs.backlog import Backlog
from scribedock.jobs.job import Fidelity, TaskStatus
from scribedock.orders.passes import PassKind
from scribedock.reviews.span_recognitions import MAX_KEPT, MAX_UNDER_WAY
from scribedock.speech.span import Span
from scribedock_captions.elementlist.codec import to_json
from tests.captions.sample import say
from tests.support.core import Core
from tests.support.finished import finished_job
from tests.support.review_desk import ReviewDesk

LIST = say(*["The sea is deep."] * 20)
REVIEW, CORRECTION = PassKind.REVIEW, PassKind.CORRECTION


@pytest.fixture
def desk(core: Core) -> ReviewDesk:
    """Return a job whose review ann has taken."""
    desk = ReviewDesk(core, elementlist=LIST)
    desk.take(desk.ann)
    return desk


def ask(
    desk: ReviewDesk, who: Account, start: int = 0, *, kind: PassKind = REVIEW, language: str = ""
) -> str:
    return desk.core.services.span_recognitions.request(
        desk.job_id,
        frozenset({desk.core.admin.id}),
        kind,
        who.id,
        Span(start_ms=start, end_ms=start + 500),
        language=language,
    )


def seen(desk: ReviewDesk, who: Account, kind: PassKind = REVIEW) -> list[str]:
    visible = frozenset({desk.core.admin.id})
    found = desk.core.services.span_recognitions.recognitions(desk.job_id, visible, kind, who.id)
    return [each.id for each in found]


def finish(desk: ReviewDesk, task_id: str) -> None:
    recognitions = desk.core.services.span_recognitions
    assert recognitions.start(task_id) is not None
    recognitions.finish(task_id, to_json(LIST), language="en", notice="")


def kept(core: Core) -> int:
    with core.services.database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(span_recognitions)).scalar_one())


def test_few_stretches_of_a_job_are_under_way_at_once(desk: ReviewDesk) -> None:
    tasks = [ask(desk, desk.ann, 1000 * number) for number in range(MAX_UNDER_WAY)]
    with pytest.raises(InvalidQuery, match="wait for one of them") as error:
        ask(desk, desk.ann, 9000)
    assert error.value.status == 409
    with pytest.raises(InvalidQuery, match="wait for one of them"):
        ask(desk, desk.core.admin, 9000, kind=CORRECTION)
    finish(desk, tasks[0])
    ask(desk, desk.ann, 9000)


def test_one_customer_does_not_hold_up_another(core: Core) -> None:
    services, tasks = core.services, dict[str, list[str]]()
    for name, count in (("harbour", MAX_UNDER_WAY), ("library", 1)):
        owner = services.accounts.create(name, "a password", parent="admin")
        job_id = finished_job(services, LIST, username=name)
        services.reviews.take(job_id, None, CORRECTION, owner.id)
        visible = frozenset({owner.id})
        tasks[name] = [
            services.span_recognitions.request(
                job_id,
                visible,
                CORRECTION,
                owner.id,
                Span(start_ms=number, end_ms=number + 500),
                language="",
            )
            for number in range(count)
        ]
    claimed = [each.id for each in services.work.claim("worker", {Queue.SPANS: 1}, {})]
    assert len(claimed) == 2
    assert set(tasks["library"]) < set(claimed), "whoever has nothing running has a slot"


def test_the_same_stretch_is_asked_for_once_by_each(desk: ReviewDesk) -> None:
    first = ask(desk, desk.ann)
    assert ask(desk, desk.ann) == first
    assert ask(desk, desk.ann, language="de") != first
    assert ask(desk, desk.core.admin, kind=CORRECTION) != first


def test_only_who_has_asked_sees_and_forgets_it(desk: ReviewDesk) -> None:
    mine, theirs = ask(desk, desk.ann), ask(desk, desk.core.admin, kind=CORRECTION)
    assert seen(desk, desk.ann) == [mine]
    assert seen(desk, desk.core.admin, CORRECTION) == [theirs]
    visible = frozenset({desk.core.admin.id})
    recognitions = desk.core.services.span_recognitions
    with pytest.raises(ItemNotFound, match="review/recognized"):
        recognitions.forget(desk.job_id, visible, CORRECTION, desk.core.admin.id, mine)
    with pytest.raises(InvalidQuery, match="This pass is not yours"):
        recognitions.forget(desk.job_id, visible, REVIEW, desk.bob.id, mine)
    recognitions.forget(desk.job_id, visible, REVIEW, desk.ann.id, mine)
    assert desk.core.services.jobs.task(mine).status is TaskStatus.ABORTED
    assert kept(desk.core) == 1


def test_the_oldest_go_when_there_are_many(desk: ReviewDesk) -> None:
    tasks = []
    for number in range(MAX_KEPT + 2):
        tasks.append(ask(desk, desk.ann, 10 * number))
        finish(desk, tasks[-1])
    assert seen(desk, desk.ann) == tasks[-MAX_KEPT:]


@pytest.mark.parametrize("end", ["approve", "reject"])
def test_what_was_recognized_is_kept_no_longer_than_the_pass(desk: ReviewDesk, end: str) -> None:
    task = ask(desk, desk.ann)
    finish(desk, task)
    visible = frozenset({desk.core.admin.id})
    if end == "approve":
        desk.reviews.approve(desk.job_id, visible, REVIEW, desk.ann.id)
    else:
        desk.core.services.rejections.reject(desk.job_id, visible, REVIEW, desk.ann.id, "Not my language")
    assert kept(desk.core) == 0


def test_the_list_of_a_translation_is_refused_with_the_job_that_it_is_made_of(core: Core) -> None:
    desk = ReviewDesk(core, Fidelity.MECHANICAL, elementlist=LIST)
    source = core.job()
    core.services.jobs.update(desk.job_id, target_language="de")
    with core.services.database.write() as connection:
        connection.execute(jobs.update().where(jobs.c.id == desk.job_id).values(leading_id=source.id))
    desk.reviews.take(desk.job_id, None, CORRECTION, core.admin.id)
    with pytest.raises(InvalidQuery, match=source.id):
        ask(desk, core.admin, kind=CORRECTION)


def test_work_that_is_owed_and_has_no_row_gets_one(desk: ReviewDesk) -> None:
    task = ask(desk, desk.ann)
    services = desk.core.services
    with services.database.write() as connection:
        connection.execute(work.delete().where(work.c.id == task))
    Backlog(services.database, services.jobs, retries_s=()).restore(lambda ids: [])
    with services.database.read() as connection:
        queues = connection.execute(sa.select(work.c.queue).where(work.c.id == task)).scalars().all()
    assert queues == [Queue.SPANS.value]
