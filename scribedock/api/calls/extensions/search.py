"""The call that searches the words of transcripts. It is ours, not the vendor's."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from scribedock.accounts.scopes import Right
from scribedock.api.registry import Context, call
from scribedock.api.schema.parameters import WHOLE_NUMBER, Identifier, Parameters, Text
from scribedock.api.schema.search_answers import FoundPassage, FoundPassages
from scribedock.clock import format_time
from scribedock.errors import InvalidQuery
from scribedock.search.search import Hit

MAX_HITS = 200
MAX_CURSOR_DIGITS = 18  # what both databases hold in an id


class SearchParameters(Parameters):
    query: Text = Field(
        description='Words that a passage must have, "phrases in quotation marks", and beginnings* of words. '
        "Case and accents do not count."
    )
    job_id: Identifier | None = Field(None, description="Search in this job alone.")
    limit: Annotated[int, Field(ge=1, le=MAX_HITS), WHOLE_NUMBER] = Field(
        50, description=f"Maximum number of passages, up to {MAX_HITS}."
    )
    cursor: Text = Field("", description="The Cursor of the page before.")


@call(
    "job/search",
    SearchParameters,
    is_vendors=False,
    needs=Right.READ,
    answer='{"Passages": [{"JobId": "…", "Start": 61200, "Snippet": [{"Text": "…", "Match": true}], …}], '
    '"Cursor": "", "JobsToIndex": 0}',
    reads_content=True,
    changes=False,
)
def search(context: Context, parameters: SearchParameters) -> FoundPassages:
    """Search the words of your jobs' transcripts; passages of the newest transcripts come first."""
    services, visible_accounts = context.services, context.visible_accounts
    if parameters.job_id is not None:
        services.jobs.find_job(parameters.job_id, visible_accounts).check_results_kept()
    page = services.search.find_passages(
        parameters.query,
        visible_accounts,
        job_id=parameters.job_id,
        before=_place(parameters.cursor),
        limit=parameters.limit,
    )
    return {
        "Passages": [_passage(each) for each in page.hits],
        "Cursor": "" if page.next_before is None else str(page.next_before),
        "JobsToIndex": page.pending,
    }


def _place(cursor: str) -> int | None:
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= MAX_CURSOR_DIGITS):
        raise InvalidQuery("cursor: send the Cursor of the page before as it is")
    return int(cursor)


def _passage(hit: Hit) -> FoundPassage:
    return {
        "JobId": hit.job_id,
        "JobName": hit.job_name,
        "ExternalID": hit.external_id,
        "Language": hit.language,
        "IwpName": hit.iwp_name,
        "Version": format_time(hit.version),
        "Start": hit.start_ms,
        "End": hit.end_ms,
        "Speaker": hit.speaker,
        "Snippet": [{"Text": part.text, "Match": part.is_match} for part in hit.snippet],
    }
