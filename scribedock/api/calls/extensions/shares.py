"""The calls about links to a job for people without an account. They are ours, not the vendor's."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from scribedock.accounts.scopes import Right
from scribedock.api.calls.jobs import JobParameters
from scribedock.api.registry import Context, call
from scribedock.api.schema.parameters import WHOLE_NUMBER, Identifier, Parameters, Text, choice
from scribedock.api.schema.share_answers import ListedShare, MadeShareLink
from scribedock.clock import format_time
from scribedock.errors import InvalidQuery
from scribedock.results.shares import PATH, Share, SharePurpose

MAX_HOURS = 8784  # a leap year
MAX_LABEL = 200


class ShareParameters(JobParameters):
    purpose: Annotated[SharePurpose, choice(SharePurpose)] = Field(
        SharePurpose.VIEWING,
        description="viewing: whoever has the link watches and reads; approval: and approves or rejects "
        "what waits for the customer's approval.",
    )
    hours: Annotated[int, Field(ge=1, le=MAX_HOURS), WHOLE_NUMBER] = Field(
        720, description=f"Hours for which the link is good, up to {MAX_HOURS}."
    )
    label: Text = Field("", description=f"Whom it is for, up to {MAX_LABEL} characters; you see it in lists.")


@call(
    "job/share",
    ShareParameters,
    is_vendors=False,
    needs=Right.CHANGE,
    shows_content=True,
    answer='{"ShareId": "<32 hex digits>", "ShareUrl": "https://…", "Purpose": "viewing", …}',
    refusals=(403, 409),
)
def share(context: Context, parameters: ShareParameters) -> MadeShareLink:
    """Make a link with which people without an account see the job; only this answer has its URL."""
    if len(parameters.label) > MAX_LABEL:
        raise InvalidQuery(f"label: the limit is {MAX_LABEL} characters")
    made = context.services.shares.make(
        parameters.job_id,
        context.visible_accounts,
        parameters.purpose,
        account_id=context.account.id,
        lifetime=timedelta(hours=parameters.hours),
        label=parameters.label,
    )
    url = f"{context.base_url}{PATH}{made.secret}"
    return {"ShareUrl": url, **_listed(context, made.share)}


@call(
    "job/list_shares",
    JobParameters,
    is_vendors=False,
    needs=Right.READ,
    answer='[{"ShareId": "…", "Purpose": "viewing", "Label": "…", "Ends": "…", …}, …]',
    changes=False,
)
def list_shares(context: Context, parameters: JobParameters) -> list[ListedShare]:
    """List the links to the job, without their URLs; the newest first."""
    job = context.services.jobs.find_job(parameters.job_id, context.visible_accounts)
    return [_listed(context, each) for each in context.services.shares.listing(job.id)]


class RevokeShareParameters(Parameters):
    share_id: Identifier = Field(description="Id of the link.")


@call("job/revoke_share", RevokeShareParameters, is_vendors=False, needs=Right.CHANGE, answer="204")
def revoke_share(context: Context, parameters: RevokeShareParameters) -> None:
    """End a link now, also one that is open in a browser."""
    context.services.shares.revoke(parameters.share_id, context.visible_accounts)


def _listed(context: Context, made: Share) -> ListedShare:
    maker = None if made.account_id is None else context.services.accounts.by_id(made.account_id)
    return {
        "ShareId": made.id,
        "JobId": made.job_id,
        "Purpose": made.purpose,
        "Label": made.label,
        "Username": "" if maker is None else maker.username,
        "Created": format_time(made.created),
        "Ends": format_time(made.ends),
        "LastUsed": None if made.last_used is None else format_time(made.last_used),
        "Revoked": None if made.revoked is None else format_time(made.revoked),
    }
