"""The call that burns captions into a video, and mails a link to it."""

from __future__ import annotations

from pydantic import Field

from scribedock.accounts.scopes import Right
from scribedock.api.calls.jobs import JobParameters
from scribedock.api.calls.renditions import ask_for
from scribedock.api.registry import Context, call
from scribedock.api.schema.parameters import Text
from scribedock.app import Services
from scribedock.errors import InvalidQuery
from scribedock.jobs.rendition_kind import RenditionKind
from scribedock.mail import is_address
from scribedock.media import ffmpeg

MAX_ADDRESS = 320


class BurnInParameters(JobParameters):
    send_to_email: Text | None = Field(None, description="Address for the link; absent: the account's.")


@call(
    "job/burn_in_caption",
    BurnInParameters,
    needs=Right.CHANGE,
    answer="200, no body",
    empty={"GET": 200, "POST": 200},
)
def burn_in_caption(context: Context, parameters: BurnInParameters) -> None:
    """Burn the captions into the video, and mail a link to it, or the call that downloads it."""
    services = context.services
    if parameters.send_to_email is not None:
        _check_address(parameters.send_to_email)
    job = services.jobs.find_job(parameters.job_id, context.visible_accounts)
    if not job.sandbox:
        _check_equipped(services)
    recipient = parameters.send_to_email or context.account.email
    if not recipient:
        raise InvalidQuery("send_to_email: your account has no e-mail address; name one")
    rendition = ask_for(context, job, context.visible_accounts, RenditionKind.CAPTIONED)
    services.mails.owe_video(
        job.id,
        context.visible_accounts,
        recipient=recipient,
        # A request's Host header is never mailed to anybody.
        base_url=services.settings.public_url or "",
        rendition_id=rendition.id,
    )
    context.backend.wake()


def _check_equipped(services: Services) -> None:
    if services.settings.smtp_url is None:
        raise InvalidQuery(
            "burn_in_caption: this server sends no mail (SCRIBEDOCK_SMTP_URL is not set), so that the link "
            "could not reach you; ask its operator"
        )
    if not ffmpeg.draws_captions():
        raise InvalidQuery(f"burn_in_caption: {ffmpeg.LACKS_CAPTIONS}")


def _check_address(address: str) -> None:
    if len(address) > MAX_ADDRESS or not is_address(address):
        raise InvalidQuery("send_to_email: must be an address, as maria@example.org")
