"""The calls of an editor in which somebody types: single segments saved, and what others have saved.

They are ours, not the vendor's.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

from pydantic import Field
from starlette.concurrency import run_in_threadpool

from scribedock.accounts.scopes import Right
from scribedock.api.calls.reviews import PASS_RIGHT, PassParameters, visible_to_reviewer
from scribedock.api.folding import keep_whole
from scribedock.api.registry import Context, call
from scribedock.api.schema.parameters import Bool, Moment, Text
from scribedock.api.schema.review_answers import (
    ChangedSegments,
    SavedSegmentsAnswer,
    SegmentChanges,
    SegmentConflicts,
)
from scribedock.api.transport.bodies import spooled
from scribedock.api.transport.waiting import unless_gone
from scribedock.clock import format_time
from scribedock.jobs.job import Job
from scribedock.jobs.languages import iso_code
from scribedock.parsing.operations import END_MARGIN_MS
from scribedock.parsing.segment_edits import splices_of
from scribedock.related.related import language_of
from scribedock.reviews.review_pass import CONFLICT
from scribedock.reviews.segment_saves import FOLD_SAVES, SavedChange, SavedSegments, SegmentEdit

MAX_EDIT_BYTES = 4 * 1024 * 1024
MAX_SAVE_ID_CHARACTERS = 64


class SaveSegmentsParameters(PassParameters):
    base_version: Moment = Field(description="The version of the list that you edited.")
    save_id: Text = Field(
        description="Made by you, other for each save: a save that you send again is not made twice.",
        min_length=1,
        max_length=MAX_SAVE_ID_CHARACTERS,
    )
    realign: Bool = Field(False, description="Align the edited words with the recording afterwards.")


@call(
    "review/save_segments",
    SaveSegmentsParameters,
    is_vendors=False,
    needs=PASS_RIGHT,
    answer='{"version": "…", "changes": [{"first": 7, "removed": 1, "added": 2}], "merged": false}',
    refusals=(CONFLICT,),
    problems={CONFLICT: SegmentConflicts},
    body={"application/json": SegmentChanges},
    methods=("POST",),
    body_is_file=lambda query: True,
)
async def save_segments(context: Context, parameters: SaveSegmentsParameters) -> SavedSegmentsAnswer:
    """Save the edited segments in the body, and keep what others saved in all others meanwhile.

    Parameters go in the query string. Where somebody else edited the same segments since base_version,
    nothing is saved (409), and `Conflicts` has their text.
    """
    backend, services = context.backend, context.services
    visible_accounts, branch, job = await run_in_threadpool(_savable, context, parameters)
    async with (
        backend.bodies.turn(branch),
        spooled(context.request, services.settings, "edit", limit=MAX_EDIT_BYTES) as source,
    ):
        arguments = {
            "language": iso_code(language_of(job)),
            "media_ms": job.media_ms or 0,
            "margin_ms": END_MARGIN_MS,
        }
        check = backend.parser.submit(branch, "check_edit", source, arguments)
        checked = await unless_gone(context.request, check)
    edit = SegmentEdit(
        base=parameters.base_version,
        save_id=parameters.save_id,
        splices=splices_of(checked.facts["splices"]),
        compressed=checked.body,
    )
    saved, task_id = await run_in_threadpool(_save, context, parameters, visible_accounts, edit)
    if saved.unfolded >= FOLD_SAVES:
        work = await run_in_threadpool(services.segment_saves.read, job.id, visible_accounts, parameters.kind)
        await keep_whole(context, work)
    answer: SavedSegmentsAnswer = {
        "version": format_time(saved.version),
        "changes": [
            {"first": each.first, "removed": each.removed, "added": each.added} for each in saved.splices
        ],
        "merged": saved.merged,
    }
    return answer if task_id is None else {**answer, "task_id": task_id}


def _savable(context: Context, parameters: SaveSegmentsParameters) -> tuple[frozenset[str], str, Job]:
    """Check rights and state before reading the body. Raises as `SegmentSaves.check_savable`."""
    visible_accounts = visible_to_reviewer(context, parameters)
    job = context.services.segment_saves.check_savable(
        parameters.job_id, visible_accounts, parameters.kind, context.account.id
    )
    return visible_accounts, context.branch, job


def _save(
    context: Context,
    parameters: SaveSegmentsParameters,
    visible_accounts: frozenset[str],
    edit: SegmentEdit,
) -> tuple[SavedSegments, str | None]:
    services, account_id = context.services, context.account.id
    whose = (parameters.job_id, visible_accounts, parameters.kind, account_id)
    saved = services.segment_saves.save(*whose, edit)
    if not parameters.realign:
        return saved, None
    task_id = services.realignments.request_realignment(*whose)
    context.backend.wake()
    return saved, task_id


class ChangesParameters(PassParameters):
    since: Moment = Field(description="A version of the list that you have.")


@call(
    "review/changes",
    ChangesParameters,
    is_vendors=False,
    needs=Right.READ,
    answer='[{"version": "…", "username": "…", "changes": [{…}], "speakers": [{…}]}]',
    refusals=(CONFLICT,),
    reads_content=True,
    changes=False,
)
def changes(context: Context, parameters: ChangesParameters) -> list[ChangedSegments]:
    """List what was saved in single segments since a version, to be applied in this order.

    409 where the whole list must be read again (review/elementlist).
    """
    visible_accounts = visible_to_reviewer(context, parameters)
    found = context.services.segment_saves.changes_since(
        parameters.job_id, visible_accounts, parameters.kind, parameters.since
    )
    return [_changed(each) for each in found]


def _changed(change: SavedChange) -> ChangedSegments:
    added: dict[str, Any] = json.loads(zlib.decompress(change.compressed))
    segments = iter(added["segments"])
    return {
        "version": format_time(change.version),
        "username": change.username,
        "changes": [
            {
                "first": splice.first,
                "removed": splice.removed,
                "segments": [next(segments) for _ in range(splice.added)],
            }
            for splice in change.splices
        ],
        "speakers": added.get("speakers", []),
    }
