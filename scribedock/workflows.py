"""Which workflow serves which queue: all of them wired together for a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from scribedock.app import Services
from scribedock.dispatch.queues import Queue
from scribedock.mail import Mailer
from scribedock.media.fetching.fetch import FetchLimits
from scribedock.media.limits import Limits
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.translation.engine import Translators
from scribedock.workflow.deliver import CallbackDelivery
from scribedock.workflow.derive import DeriveWorkflow
from scribedock.workflow.engine import Workflow
from scribedock.workflow.fetch_transcript import FetchTranscriptWorkflow
from scribedock.workflow.make_media import MakeMediaWorkflow
from scribedock.workflow.realign import RealignWorkflow
from scribedock.workflow.receive import FetchMediaWorkflow, ProbeMediaWorkflow
from scribedock.workflow.sandbox import DivertedWorkflow, SandboxOrderWorkflow, SandboxTasks
from scribedock.workflow.send_mail import SendMailWorkflow
from scribedock.workflow.transcribe import TranscribeWorkflow


class Registry(Protocol):
    """What takes the workflow of each queue; an EngineWorker is one."""

    def register(self, queue: Queue, workflow: Workflow) -> None: ...


def register_all(engine: Registry, services: Services, pool: RecognizerPool) -> None:
    """Register what does the work of each queue except callbacks (see `delivery`)."""
    settings = services.settings
    folder = settings.data_dir / "work"
    limits = Limits(max_duration_s=settings.media_max_duration_s, memory=settings.media_memory)

    def divert(queue: Queue, ordinary: Workflow, instead: Callable[[str], None]) -> None:
        engine.register(queue, DivertedWorkflow(services.jobs, ordinary, instead))

    transcription = TranscribeWorkflow(
        jobs=services.jobs,
        media=services.media,
        transcripts=services.transcripts,
        orders=services.orders,
        guidelines=services.guidelines,
        store=services.store,
        pool=pool,
        limits=limits,
        folder=folder,
        refines=settings.speech_alignment,
    )
    fetch_limits = FetchLimits(
        max_bytes=settings.upload_max_bytes,
        timeout_s=settings.fetch_timeout_s,
        stall_s=settings.upload_stall_s,
        min_rate=settings.upload_min_rate,
    )
    instead = _sandbox_tasks(services)
    engine.register(Queue.TRANSCRIPTION, transcription)
    divert(
        Queue.FETCHES,
        FetchMediaWorkflow(
            media=services.media,
            store=services.store,
            fetcher=services.fetcher,
            folder=folder,
            limits=fetch_limits,
        ),
        instead.receive,
    )
    divert(
        Queue.PROBES,
        ProbeMediaWorkflow(media=services.media, store=services.store, limits=limits),
        instead.receive,
    )
    divert(
        Queue.TRANSCRIPTS,
        FetchTranscriptWorkflow(
            transcripts=services.transcripts,
            fetcher=services.fetcher,
            folder=folder,
            limits=fetch_limits,
        ),
        instead.receive_transcript,
    )
    engine.register(
        Queue.DERIVATIONS,
        DeriveWorkflow(
            related=services.related,
            elementlists=services.elementlists,
            orders=services.orders,
            translators=Translators(settings.translation_models),
        ),
    )
    divert(
        Queue.MAIL,
        SendMailWorkflow(
            jobs=services.jobs,
            mails=services.mails,
            renditions=services.renditions,
            reviews=services.reviews,
            mailer=Mailer(settings),
            keys=services.keys.upload,
            link_lifetime_s=settings.media_link_lifetime_s,
        ),
        instead.mail,
    )
    divert(
        Queue.RENDITIONS,
        MakeMediaWorkflow(
            jobs=services.jobs,
            media=services.media,
            elementlists=services.elementlists,
            renditions=services.renditions,
            store=services.store,
            folder=folder,
            limits=limits,
        ),
        instead.make_media,
    )
    divert(
        Queue.REALIGNMENTS,
        RealignWorkflow(
            jobs=services.jobs,
            media=services.media,
            realignments=services.realignments,
            store=services.store,
            pool=pool,
            folder=folder,
            limits=limits,
        ),
        instead.realign,
    )
    engine.register(
        Queue.SANDBOX,
        SandboxOrderWorkflow(
            jobs=services.jobs,
            media=services.media,
            transcripts=services.transcripts,
            elementlists=services.elementlists,
            orders=services.orders,
            related=services.related,
            reviews=services.reviews,
        ),
    )


def delivery(services: Services) -> CallbackDelivery:
    """Build what delivers callbacks."""
    settings = services.settings
    return CallbackDelivery(
        jobs=services.jobs,
        elementlists=services.elementlists,
        callbacks=services.callbacks,
        fetcher=services.fetcher,
        retries_s=settings.callback_retries_s,
        timeout_s=settings.callback_timeout_s,
    )


def _sandbox_tasks(services: Services) -> SandboxTasks:
    return SandboxTasks(
        jobs=services.jobs,
        media=services.media,
        transcripts=services.transcripts,
        renditions=services.renditions,
        realignments=services.realignments,
        mails=services.mails,
        store=services.store,
        folder=services.settings.data_dir / "work",
    )
