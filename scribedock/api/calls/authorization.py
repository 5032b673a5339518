"""The calls that decide about a job before a worker begins: `authorize` and `modify`."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from scribedock.accounts.scopes import Right
from scribedock.api.calls.jobs import AnyFidelity, AnyPriority, Hours, JobParameters
from scribedock.api.registry import Context, call
from scribedock.api.schema.order_options import escaped_notes
from scribedock.api.schema.parameters import Positive, Text
from scribedock.orders.authorization import Changes
from scribedock.orders.callback_url import check_callback_url


@call(
    "job/authorize",
    JobParameters,
    needs=Right.CHANGE,
    answer="204 to GET, 200 without body to POST",
    empty={"POST": 200},
)
def authorize(context: Context, parameters: JobParameters) -> None:
    """Authorize a job that is in Authorizing, so that it begins; no effect on any other job."""
    context.services.authorizations.authorize(parameters.job_id, context.visible_accounts)
    context.backend.wake()


class ModifyParameters(JobParameters):
    transcription_fidelity: AnyFidelity | None = Field(
        None, description="MECHANICAL, PREMIUM or PROFESSIONAL."
    )
    turnaround_hours: Hours | None = Field(None, description="Hours until it is due.")
    priority: AnyPriority | None = Field(None, description="How soon the job is due.")
    account_id: Text | None = Field(
        None, description="The account that will own the job: yours or a descendant's, by name or id."
    )
    requestor_id: Text | None = Field(None, description="Who requested the job.")
    callback_url: Text | None = Field(None, description="URL to call with GET when the job is done.")
    expected_speakers: Positive | None = Field(None, description="Number of people who speak.")
    notes: Annotated[Text, AfterValidator(escaped_notes)] | None = Field(
        None, description="Notes for people, up to 1000 characters."
    )


@call("job/modify", ModifyParameters, needs=Right.CHANGE, answer="204")
def modify(context: Context, parameters: ModifyParameters) -> None:
    """Change a job that is in Authorizing or has not been ordered yet."""
    check_callback_url(context.services.fetcher, parameters.callback_url)
    account_id = None
    if parameters.account_id is not None:
        account_id = context.services.accounts.find_reachable(context.account, parameters.account_id).id
    context.services.authorizations.modify(
        parameters.job_id,
        context.visible_accounts,
        Changes(
            fidelity=parameters.transcription_fidelity,
            priority=parameters.priority,
            turnaround_hours=parameters.turnaround_hours,
            account_id=account_id,
            requestor=parameters.requestor_id,
            callback_url=parameters.callback_url,
            expected_speakers=parameters.expected_speakers,
            notes=parameters.notes,
        ),
    )
