"""How saves of segments by several people become one list."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from scribedock.parsing.segment_edits import splices_of
from scribedock.reviews.review_pass import is_own
from scribedock_captions.elementlist.splicing import Splice, moved

BY_REALIGNMENT = ""  # the save id of what was found by realignment
TYPING = timedelta(minutes=1)  # saves of the same segments within this time are one row


def moved_through(splice: Splice, since: Sequence[Row[Any]]) -> Splice | None:
    """Return the splice in the list after these saves; None where one of them is about the same segments.

    Times that a realignment has found are in nobody's way: it moves no segment, and people take precedence.
    """
    found: Splice | None = splice
    for row in since:
        if found is not None and row.save_id != BY_REALIGNMENT:
            found = moved(found, splices_of(row.spans))
    return found


def covering(splice: Splice, since: Sequence[Row[Any]]) -> tuple[Splice, Row[Any]]:
    """Return what is now in the place of the segments, and the last save that is about any of them."""
    first, end = splice.first, splice.end
    last = since[-1]
    for row in since:
        shift = growth = 0
        for other in splices_of(row.spans):
            if other.end <= first:
                shift += other.added - other.removed
            elif other.first < end:
                last = row
                first, end = min(first, other.first), max(end, other.end)
                growth += other.added - other.removed
        first, end = first + shift, end + shift + growth
    return Splice(first=first, removed=end - first, added=0), last


def goes_on(row: Row[Any], account_id: str, version: datetime, splices: Sequence[Splice]) -> bool:
    """Return whether the save edits once more just what the row before it has edited."""
    before = splices_of(row.spans)
    return (
        is_own(row, account_id)
        and bool(row.compressed)
        and version - row.version <= TYPING
        and all(each.removed == each.added for each in before)
        and [(each.first, each.removed) for each in before]
        == [(each.first, each.removed) for each in splices]
        and not json.loads(zlib.decompress(row.compressed)).get("speakers")
    )
