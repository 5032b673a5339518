"""Orders of transcriptions in the core, and what becomes of them."""

from __future__ import annotations

import re

from scribedock.dispatch.queues import Queue
from scribedock.jobs.job import Fidelity, Job
from scribedock.jobs.order_options import OrderOptions
from scribedock.ordering.capabilities import Capabilities
from scribedock.ordering.place_order import TranscriptionRequest, place_order
from scribedock_captions.elementlist.codec import parse
from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.options import TranscriptOptions
from scribedock_captions.rendering import render_transcript
from tests.support.core import Core
from tests.support.core_uploads import UploadClient
from tests.support.core_workflows import Workflows

ABLE = Capabilities(languages=frozenset({"en", "de", "zh"}), detects_language=True, translates=frozenset())


def ordered(
    core: Core,
    recording: bytes,
    *,
    language: str = "en",
    language_given: bool = True,
    callback_url: str | None = None,
    transcript: bytes | None = None,
    **options: object,
) -> Job:
    job = core.job(language=language, language_given=language_given)
    UploadClient(core, job).put(recording)
    if transcript is not None:
        visible = frozenset({core.admin.id})
        core.services.transcripts.attach(job.id, visible, format=None, body=transcript)
    place_order(
        core.services,
        ABLE,
        job.id,
        frozenset({core.admin.id}),
        TranscriptionRequest(
            fidelity=Fidelity.MECHANICAL,
            callback_url=callback_url,
            options=OrderOptions(**options),  # type: ignore[arg-type]
        ),
    )
    return core.services.jobs.find_job(job.id)


def elementlist_of(core: Core, job: Job) -> ElementList:
    version = core.services.elementlists.choose(core.services.jobs.find_job(job.id))
    return parse(core.services.elementlists.body(job.id, version.created))


def text_of(core: Core, job: Job) -> str:
    elementlist = elementlist_of(core, job)
    text = " ".join(render_transcript(elementlist, TranscriptOptions()).body.decode().split())
    return re.sub(r"\[[\d:.]+\] ", "", text)


def transcribe(workflows: Workflows, job: Job, **how: str) -> list[str]:
    assert job.order_task_id is not None
    return workflows.run(Queue.TRANSCRIPTION, job.order_task_id, **how).names
