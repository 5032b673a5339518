"""The calls that send mail, and the page that a mail links to."""

from __future__ import annotations

import time
import zlib
from collections.abc import Awaitable, Callable
from functools import cache

from jinja2 import Environment, PackageLoader, Template, select_autoescape
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from scribedock.api import auditing
from scribedock.api.calls.jobs import JobParameters
from scribedock.api.calls.renditions import ask_for
from scribedock.api.calls.reviews import enrich
from scribedock.api.errors import error_response
from scribedock.api.reference import CONTENT_SECURITY_POLICY
from scribedock.api.registry import Backend, Context, call
from scribedock.api.schema.parameters import Text
from scribedock.api.transport.client_addresses import ClientAddresses
from scribedock.api.transport.waiting import unless_gone
from scribedock.app import Services
from scribedock.clock import format_short_time
from scribedock.errors import InvalidQuery, ItemNotFound, ScribedockError
from scribedock.jobs.job import Job
from scribedock.mail import is_address
from scribedock.media import ffmpeg
from scribedock.orders.passes import PassKind
from scribedock.rendering.request import RenderRequest
from scribedock.results.renditions import RenditionKind
from scribedock.results.signed_links import APPROVAL, verify
from scribedock.reviews.reviews import CURRENT_STATUSES
from scribedock_captions.document import Metadata
from scribedock_captions.options import TranscriptOptions

MAX_ADDRESS = 320
APPROVAL_LINK = "approval link"  # in the audit log, in the name of the job's account


class BurnInParameters(JobParameters):
    send_to_email: Text | None = Field(None, description="Address for the link; absent: the account's.")


@call("job/burn_in_caption", BurnInParameters, answer="200, no body", empty={"GET": 200, "POST": 200})
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


def serve_approval(backend: Backend, addresses: ClientAddresses) -> Callable[[Request], Awaitable[Response]]:
    """Serve the page behind a mail's approval link. Only its button approves: programs follow links too."""
    services = backend.services

    def waiting(token: str) -> tuple[Job, bool]:
        """Return the job, and whether its pass is still under way. Raises ItemNotFound."""
        pass_id = verify(token, APPROVAL, services.keys.upload.all(), time.time())
        current = services.reviews.find_pass(pass_id)
        if current is None or current.kind is not PassKind.APPROVAL:
            raise ItemNotFound("There is nothing to approve at this link (any more)", status=404)
        return services.jobs.find_served(current.job_id), current.status in CURRENT_STATUSES

    async def approve(request: Request, job: Job) -> None:
        branch = await run_in_threadpool(services.accounts.branch, job.account_id)
        ending = await run_in_threadpool(services.reviews.ending, job.id, None, PassKind.APPROVAL, None)
        enriched = await enrich(backend, request, branch, ending)
        client = addresses.client_of(request)

        def end_pass() -> None:
            with auditing.deed(services, APPROVAL_LINK, job.account_id, client, job.id):
                services.reviews.approve(job.id, None, PassKind.APPROVAL, None, enriched=enriched)
            backend.wake()

        await run_in_threadpool(end_pass)

    async def transcript_of(request: Request, job: Job) -> str:
        branch = await run_in_threadpool(services.accounts.branch, job.account_id)
        work = await run_in_threadpool(services.reviews.work, job.id, None, PassKind.APPROVAL)
        wanted = RenderRequest(
            lists=((job.id, f"pass {format_short_time(work.version)}"),),
            options=TranscriptOptions(),
            metadata=Metadata(),
        )
        made = backend.renderings.get(
            branch, f"approval {wanted!r}", wanted, lambda key: zlib.decompress(work.compressed)
        )
        return (await unless_gone(request, made)).body.decode()

    async def answer(request: Request) -> Response:
        job, is_open = await run_in_threadpool(waiting, request.path_params["token"])
        transcript = None
        if is_open and request.method == "POST":
            await approve(request, job)
        elif is_open:
            transcript = await transcript_of(request, job)
        page = _page().render(job_name=job.name or job.id, transcript=transcript)
        return HTMLResponse(page, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})

    async def serve(request: Request) -> Response:
        try:
            return await answer(request)
        except ScribedockError as error:
            return error_response(error)

    return serve


@cache
def _page() -> Template:
    environment = Environment(
        loader=PackageLoader("scribedock", "web/templates"), autoescape=select_autoescape(), trim_blocks=True
    )
    return environment.get_template("approve.html")
