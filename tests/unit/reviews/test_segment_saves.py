"""Saving single segments, by one person and by several, without a server."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from scribedock.accounts.accounts import Account
from scribedock.db.tables import drafts, segment_saves
from scribedock.errors import InvalidQuery, SystemFault
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Fidelity, JobStatus
from scribedock.orders.passes import PassKind
from scribedock.parsing.segment_edits import check_edit, splices_of
from scribedock.reviews.segment_saves import SavedSegments, SegmentEdit
from scribedock_captions.elementlist.codec import emit, parse
from scribedock_captions.elementlist.model import ElementList
from tests.captions.sample import say
from tests.support.core import Core
from tests.support.review_desk import ReviewDesk

LINES = [f"Line {number} here." for number in range(5)]
REVIEW, CORRECTION = PassKind.REVIEW, PassKind.CORRECTION


class Editor:
    """Somebody who saves segments of a job's list, and knows the version of the last save."""

    def __init__(self, core: Core, job_id: str, who: Account, kind: PassKind) -> None:
        self.core = core
        self.job_id = job_id
        self.who = who
        self.kind = kind
        self.saves = core.services.segment_saves
        self.base = self.read()[0]
        self.count = 0

    @property
    def visible_accounts(self) -> frozenset[str]:
        return frozenset({self.core.services.jobs.find_job(self.job_id).account_id})

    def read(self) -> tuple[datetime, list[str]]:
        """Return version and lines of the list."""
        work = self.saves.read(self.job_id, self.visible_accounts, self.kind)
        return work.version, lines(parse(zlib.decompress(work.compressed)))

    def save(
        self,
        *changes: tuple[int, int, Sequence[str]],
        base: datetime | None = None,
        save_id: str = "",
        speakers: Sequence[object] = (),
    ) -> SavedSegments:
        """Save what takes the place of how many segments from where on, and go on from the new version."""
        self.count += 1
        body = {
            "changes": [
                {"first": first, "removed": removed, "segments": emit(say(*texts))["segments"]}
                for first, removed, texts in changes
            ],
            "speakers": speakers,
        }
        arguments = {"language": "en", "media_ms": 10**9, "margin_ms": 0}
        facts, compressed = check_edit(arguments, json.dumps(body).encode())
        edit = SegmentEdit(
            base=base or self.base,
            save_id=save_id or f"{self.who.username} {self.count}",
            splices=splices_of(facts["splices"]),
            compressed=compressed,
        )
        saved = self.saves.save(self.job_id, self.visible_accounts, self.kind, self.who.id, edit)
        self.base = saved.version
        return saved

    def keep_whole(self) -> None:
        work = self.saves.read(self.job_id, self.visible_accounts, self.kind)
        self.saves.keep_whole(work, work.compressed)


def lines(elementlist: ElementList) -> list[str]:
    return [
        " ".join("".join(token.display_as for token in sequence.tokens) for sequence in segment.sequences)
        for segment in elementlist.segments
    ]


def edited(*changes: tuple[int, str]) -> list[str]:
    found = list(LINES)
    for place, text in changes:
        found[place] = text
    return found


@pytest.fixture
def desk(core: Core) -> ReviewDesk:
    desk = ReviewDesk(core, elementlist=say(*LINES))
    desk.take(desk.ann)
    return desk


@pytest.fixture
def ann(core: Core, desk: ReviewDesk) -> Editor:
    return Editor(core, desk.job_id, desk.ann, REVIEW)


@pytest.fixture
def owner(core: Core, desk: ReviewDesk) -> Editor:
    return Editor(core, desk.job_id, core.admin, CORRECTION)


def rows(core: Core, table: sa.Table) -> int:
    with core.services.database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_a_segment_is_saved_split_merged_inserted_and_removed(ann: Editor) -> None:
    ann.save((1, 1, ["First.", "Second."]))
    ann.save((3, 2, ["Merged."]))
    ann.save((0, 0, ["Before."]), (4, 1, []))
    assert ann.read()[1] == ["Before.", "Line 0 here.", "First.", "Second.", "Merged."]


def test_one_person_in_two_windows_is_told_that_the_list_has_changed(ann: Editor) -> None:
    version = ann.read()[0]
    assert not ann.save((0, 1, ["Here."]), base=version).merged
    assert ann.save((2, 1, ["There."]), base=version).merged


def test_approving_publishes_what_was_saved_by_segment(desk: ReviewDesk, ann: Editor) -> None:
    ann.save((1, 1, ["Edited."]))
    assert desk.names() == [Iwp.MECHANICAL]
    desk.approve(desk.ann)
    version = desk.core.services.elementlists.versions(desk.job_id)[-1].created
    published = parse(desk.core.services.elementlists.body(desk.job_id, version))
    assert lines(published) == edited((1, "Edited."))


def test_two_people_edit_different_segments_of_one_version(ann: Editor, owner: Editor) -> None:
    first = ann.save((1, 1, ["Ann one.", "Ann two."]))
    second = owner.save((3, 1, ["Mine."]))
    assert (first.merged, second.merged) == (False, True)
    assert [(each.first, each.removed, each.added) for each in second.splices] == [(4, 1, 1)]
    assert ann.read()[1] == ["Line 0 here.", "Ann one.", "Ann two.", "Line 2 here.", "Mine.", "Line 4 here."]
    with pytest.raises(InvalidQuery):  # her own view is older: it lacks the first save's second line only
        owner.save((2, 1, ["Clash."]), base=first.version - timedelta(days=1))


def test_the_same_segment_is_a_conflict_with_the_others_text_and_name(ann: Editor, owner: Editor) -> None:
    before = ann.base
    ann.save((0, 0, ["New."]))
    saved = ann.save((3, 1, ["Ann says this."]))
    with pytest.raises(InvalidQuery, match="ann has edited the same segments") as refused:
        owner.save((1, 1, ["Fine."]), (2, 1, ["Clash."]), base=before)
    assert refused.value.status == 409
    [conflict] = refused.value.problem["Conflicts"]  # type: ignore[misc]
    assert (conflict["change"], conflict["first"], conflict["removed"]) == (1, 3, 1)
    assert conflict["username"] == "ann"
    shown = parse(emit(say()) | {"segments": conflict["segments"]})
    assert lines(shown) == ["Ann says this."]
    assert ann.read() == (saved.version, ["New.", *edited((2, "Ann says this."))])


def test_a_save_that_is_sent_again_is_made_once(core: Core, ann: Editor) -> None:
    before = ann.base
    saved = ann.save((1, 1, ["Once.", "Twice."]), save_id="abc")
    ann.save((0, 1, ["Zero."]))
    again = ann.save((1, 1, ["Once.", "Twice."]), save_id="abc", base=before)
    assert again.version == saved.version
    assert rows(core, segment_saves) == 2


def test_typing_in_one_segment_keeps_one_text_of_it(core: Core, desk: ReviewDesk, ann: Editor) -> None:
    for number in range(20):
        ann.save((1, 1, [f"Typed {number}."]))
    ann.save((1, 1, ["Typed.", "Split."]))
    assert ann.read()[1] == ["Line 0 here.", "Typed.", "Split.", *LINES[2:]]
    with core.services.database.read() as connection:
        sizes = [len(row.compressed) for row in connection.execute(sa.select(segment_saves))]
    assert sum(size > 0 for size in sizes) == 1
    assert len(desk.reviews.versions(desk.job_id, ann.visible_accounts, REVIEW)) == 1


def test_versions_kept_whole_are_thinned_and_older_views_still_merge(
    core: Core, desk: ReviewDesk, ann: Editor, owner: Editor
) -> None:
    for number in range(6):
        ann.save((0, 1, [f"Version {number}."]))
        ann.keep_whole()
        core.clock.advance(240)
    assert rows(core, drafts) <= 3
    owner.save((4, 1, ["From the first version."]))
    assert owner.read()[1] == edited((0, "Version 5."), (4, "From the first version."))
    assert len(desk.reviews.versions(desk.job_id, ann.visible_accounts, REVIEW)) <= 4


def test_what_others_saved_can_be_asked_for(ann: Editor, owner: Editor) -> None:
    ann.save((1, 1, ["One."]))
    ann.save((1, 1, ["One more."]))
    ann.save((3, 0, ["Three."]))
    found = owner.saves.changes_since(owner.job_id, owner.visible_accounts, CORRECTION, owner.base)
    assert [each.username for each in found] == ["ann", "ann"]
    assert [lines(parse(zlib.decompress(each.compressed))) for each in found] == [["One more."], ["Three."]]


def test_a_list_that_was_saved_whole_must_be_read_again(desk: ReviewDesk, ann: Editor, owner: Editor) -> None:
    ann.save((0, 1, ["Zero."]))
    desk.save(desk.ann, "All new.")
    for attempt in (
        lambda: owner.save((1, 1, ["Mine."])),
        lambda: owner.saves.changes_since(owner.job_id, owner.visible_accounts, CORRECTION, owner.base),
    ):
        with pytest.raises(InvalidQuery, match="read it again") as refused:
            attempt()
        assert refused.value.status == 409
    assert ann.read()[1] == ["All new."]


@pytest.mark.parametrize(
    ("change", "problem"),
    [((5, 1, ["x."]), "has 5 segments"), ((2**31 - 1, 0, ["x."]), "has 5 segments")],
)
def test_segments_that_the_list_does_not_have_cannot_be_replaced(
    ann: Editor, change: tuple[int, int, list[str]], problem: str
) -> None:
    with pytest.raises(InvalidQuery, match=problem):
        ann.save(change)
    with pytest.raises(InvalidQuery, match="no version of this list"):
        ann.save((0, 1, ["x."]), base=ann.base + timedelta(seconds=1))
    assert ann.read()[1] == LINES


def test_only_who_has_taken_the_pass_and_its_owner_save(core: Core, desk: ReviewDesk, ann: Editor) -> None:
    bob = Editor(core, desk.job_id, desk.bob, REVIEW)
    with pytest.raises(InvalidQuery, match="take it first"):
        bob.save((0, 1, ["Mine."]))


def test_speakers_are_named_with_the_segment(ann: Editor) -> None:
    ann.save((0, 1, ["Hello."]), speakers=[{"id": 1, "name": "Ann", "gender": "FEMALE"}])
    ann.save((0, 1, ["Hello there."]))
    work = ann.saves.read(ann.job_id, ann.visible_accounts, REVIEW)
    assert [each.name for each in parse(zlib.decompress(work.compressed)).speakers] == ["Ann"]


def test_a_full_disk_refuses_the_save_and_leaves_nothing_half_written(core: Core, ann: Editor) -> None:
    ann.save((0, 1, ["Kept."]))
    before = ann.read()
    engine = core.services.database.engine

    def fill(connection: sa.Connection) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        [pages] = driver.execute("PRAGMA page_count").fetchone()
        driver.execute(f"PRAGMA max_page_count = {pages}")

    sa.event.listen(engine, "begin", fill)
    try:
        with pytest.raises(SystemFault) as refused:
            ann.save((1, 1, [f"Word{number} word." for number in range(5000)]))
    finally:
        sa.event.remove(engine, "begin", fill)
    assert refused.value.status == 507
    assert ann.read() == before


def corrected(core: Core, **ordered: object) -> tuple[ReviewDesk, Editor]:
    """Return the desk of a finished job whose owner corrects it."""
    desk = ReviewDesk(core, Fidelity.MECHANICAL, elementlist=say(*LINES), **ordered)
    core.services.reviews.take(desk.job_id, None, CORRECTION, core.admin.id)
    return desk, Editor(core, desk.job_id, core.admin, CORRECTION)


def test_a_correction_is_a_further_final_without_another_callback(core: Core) -> None:
    desk, editor = corrected(core, callback_url="https://example.org/?{job_status}")
    job = core.services.jobs.find_job(desk.job_id)
    for text in ("Corrected.", "Corrected again."):
        core.services.reviews.take(desk.job_id, None, CORRECTION, core.admin.id)
        editor.base = editor.read()[0]
        editor.save((1, 1, [text]))
        assert lines(desk.published_list())[1] != text
        core.services.reviews.approve(desk.job_id, None, CORRECTION, core.admin.id)
        assert lines(desk.published_list())[1] == text
    assert desk.names() == [Iwp.MECHANICAL, Iwp.FINAL, Iwp.FINAL, Iwp.FINAL]
    assert core.services.jobs.find_job(desk.job_id) == job
    assert job.status is JobStatus.COMPLETE and job.order_task_id is not None
    tasks = core.services.jobs.tasks([desk.job_id])[desk.job_id]
    called = [each for task in tasks for each in core.services.callbacks.callbacks_of_task(task.id)]
    assert [each.task_id for each in called] == [job.order_task_id]


def test_a_correction_that_is_released_is_discarded(core: Core) -> None:
    desk, editor = corrected(core)
    editor.save((0, 1, ["Nonsense."]))
    visible = editor.visible_accounts
    core.services.reviews.release(desk.job_id, visible, CORRECTION, core.admin.id)
    with pytest.raises(InvalidQuery, match="begin with review/take"):
        editor.read()
    core.services.reviews.take(desk.job_id, visible, CORRECTION, core.admin.id)
    assert editor.read()[1] == LINES


def test_a_job_without_a_list_cannot_be_corrected(core: Core) -> None:
    with pytest.raises(InvalidQuery, match="once it is Reviewing or Complete") as refused:
        core.services.reviews.take(core.job().id, None, CORRECTION, core.admin.id)
    assert refused.value.status == 409


def realigned(editor: Editor, *, meanwhile: tuple[int, str] | None = None) -> list[bool]:
    """Have the edited words of the list aligned; return which segments have times that were found."""
    realignments = editor.core.services.realignments
    task = realignments.request_realignment(
        editor.job_id, editor.visible_accounts, editor.kind, editor.who.id
    )
    asked = realignments.start(task)
    assert asked is not None and not asked.is_whole
    found = json.loads(asked.after)
    for segment in found["segments"]:
        segment["style"] = "found"
    if meanwhile is not None:
        editor.save((meanwhile[0], 1, [meanwhile[1]]))
    realignments.finish(asked, json.dumps(found).encode(), edited=[1, 3])
    work = editor.saves.read(editor.job_id, editor.visible_accounts, editor.kind)
    return [segment.style == "found" for segment in parse(zlib.decompress(work.compressed)).segments]


def test_a_realignment_changes_the_edited_segments_alone(ann: Editor) -> None:
    ann.save((1, 1, ["One."]), (3, 1, ["Three."]))
    assert realigned(ann) == [False, True, False, True, False]


def test_a_realignment_leaves_what_was_edited_since(ann: Editor) -> None:
    ann.save((1, 1, ["One."]), (3, 1, ["Three."]))
    assert realigned(ann, meanwhile=(3, "Newer.")) == [False, True, False, False, False]
    assert ann.read()[1][3] == "Newer."


def test_who_goes_on_typing_is_in_no_conflict_with_a_realignment(ann: Editor) -> None:
    ann.save((1, 1, ["One."]), (3, 1, ["Three."]))
    realigned(ann)
    ann.save((1, 1, ["One and a half."]))
    assert ann.read()[1][1] == "One and a half."


def test_realignments_that_wait_are_one(ann: Editor) -> None:
    ann.save((1, 1, ["One."]))
    realignments = ann.core.services.realignments
    asked = (ann.job_id, ann.visible_accounts, REVIEW, ann.who.id)
    first = realignments.request_realignment(*asked)
    ann.save((2, 1, ["Two."]))
    assert realignments.request_realignment(*asked) == first
    started = realignments.start(first)
    assert started is not None and b"Two" in started.after
    ann.save((3, 1, ["Three."]))
    assert realignments.request_realignment(*asked) != first
