"""Calls that end in a mail, and the page that a mail leads to."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import cache

from jinja2 import Environment, PackageLoader, Template, select_autoescape
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from scribedock.api import auditing
from scribedock.api.calls import Backend, Context, call
from scribedock.api.client_addresses import ClientAddresses
from scribedock.api.errors import error_response
from scribedock.api.job_calls import JobParameters
from scribedock.api.media_out_calls import ask_for
from scribedock.api.parameters import Text
from scribedock.api.reference import CONTENT_SECURITY_POLICY
from scribedock.app import Services
from scribedock.captions.elementlist_json import parse
from scribedock.captions.options import TranscriptOptions
from scribedock.captions.render import render_transcript
from scribedock.errors import InvalidQuery, ItemNotFound, ScribedockError
from scribedock.jobs.links import APPROVAL, verify
from scribedock.jobs.passes import PassKind
from scribedock.jobs.renditions import RenditionKind
from scribedock.jobs.reviews import UNDER_WAY
from scribedock.mail import is_address
from scribedock.media import ffmpeg

MAX_ADDRESS = 320
APPROVAL_LINK = "approval link"  # in the audit log, in the name of the job's account


class BurnInParameters(JobParameters):
    send_to_email: Text | None = Field(None, description="Where the link is sent; absent: to the account.")


@call("job/burn_in_caption", BurnInParameters, answer="200, no body", empty={"GET": 200, "POST": 200})
def burn_in_caption(context: Context, parameters: BurnInParameters) -> None:
    """Draws the captions into the picture, and mails a link to the video, or the call that gives it."""
    services = context.services
    if parameters.send_to_email is not None:
        _check_address(parameters.send_to_email)
    job = services.jobs.find(parameters.job_id, context.family)
    if not job.sandbox:
        _check_equipped(services)
    recipient = parameters.send_to_email or context.account.email
    if not recipient:
        raise InvalidQuery("send_to_email: your account has no e-mail address; name one")
    rendition = ask_for(context, job, context.family, RenditionKind.CAPTIONED)
    services.mails.owe_video(
        job.id,
        context.family,
        recipient=recipient,
        # Whatever a request's Host header says is not mailed to anybody.
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
        raise InvalidQuery("burn_in_caption: this server lacks ffmpeg or a font; ask its operator")


def _check_address(address: str) -> None:
    if len(address) > MAX_ADDRESS or not is_address(address):
        raise InvalidQuery("send_to_email: must be an address, as maria@example.org")


def serve_approval(backend: Backend, addresses: ClientAddresses) -> Callable[[Request], Awaitable[Response]]:
    """The page of a mail that asks for approval. Only its button approves: programs follow links too."""
    services = backend.services

    def answer(request: Request) -> Response:
        token = request.path_params["token"]
        pass_id = verify(token, APPROVAL, services.keys.upload.all(), time.time())
        current = services.reviews.find(pass_id)
        if current is None or current.kind is not PassKind.APPROVAL:
            raise ItemNotFound("There is nothing to approve at this link (any more)", status=404)
        job = services.jobs.find_served(current.job_id)
        transcript = None
        if current.status in UNDER_WAY:
            if request.method == "POST":
                client = addresses.of(request)
                with auditing.deed(services, APPROVAL_LINK, job.account_id, client, job.id):
                    services.reviews.approve(job.id, None, PassKind.APPROVAL, None)
                backend.wake()
            else:
                body = services.reviews.work(job.id, None, PassKind.APPROVAL).body
                transcript = render_transcript(parse(body), TranscriptOptions()).body.decode()
        page = _page().render(job_name=job.name or job.id, transcript=transcript)
        return HTMLResponse(page, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})

    async def serve(request: Request) -> Response:
        try:
            return await run_in_threadpool(answer, request)
        except ScribedockError as error:
            return error_response(error)

    return serve


@cache
def _page() -> Template:
    environment = Environment(
        loader=PackageLoader("scribedock", "web/templates"), autoescape=select_autoescape(), trim_blocks=True
    )
    return environment.get_template("approve.html")
