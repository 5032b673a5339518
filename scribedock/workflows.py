"""Which workflow serves which queue: all of them wired together for a worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from scribedock.app import Services
from scribedock.dispatch.queues import Queue
from scribedock.mail import Mailer
from scribedock.media.fetching.fetch import FetchLimits
from scribedock.media.limits import Limits
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.translation.engine import Translators
from scribedock.workflow.delivery.callbacks import CallbackDelivery
from scribedock.workflow.delivery.deliveries import Deliveries
from scribedock.workflow.delivery.events import EventDelivery
from scribedock.workflow.delivery.pause_notice import PauseNotice
from scribedock.workflow.derive import DeriveWorkflow
from scribedock.workflow.engine import Workflow
from scribedock.workflow.fetch_transcript import FetchTranscriptWorkflow
from scribedock.workflow.realign import RealignWorkflow
from scribedock.workflow.receive import FetchMediaWorkflow, ProbeMediaWorkflow
from scribedock.workflow.renditions.make_media import MakeMediaWorkflow
from scribedock.workflow.sandbox import DivertedWorkflow, SandboxOrderWorkflow, SandboxTasks
from scribedock.workflow.send_mail import SendMailWorkflow
from scribedock.workflow.steps.decoded_audio import DecodedAudioFiles
from scribedock.workflow.steps.translation_step import SpeechTranslation
from scribedock.workflow.transcription.recognize_part import RecognizePartWorkflow
from scribedock.workflow.transcription.recognize_span import RecognizeSpanWorkflow
from scribedock.workflow.transcription.transcribe import TranscribeWorkflow, recognition_progress


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

    audio = DecodedAudioFiles(
        jobs=services.jobs,
        media=services.media,
        store=services.store,
        pool=pool,
        limits=limits,
        folder=folder,
    )
    transcription = TranscribeWorkflow(
        jobs=services.jobs,
        transcripts=services.transcripts,
        orders=services.orders,
        guidelines=services.guidelines,
        pool=pool,
        audio=audio,
        folder=folder,
        refines=settings.speech_alignment,
        parts=services.recognition_parts,
    )
    fetch_limits = FetchLimits(
        max_bytes=settings.upload_max_bytes,
        timeout_s=settings.fetch_timeout_s,
        stall_s=settings.upload_stall_s,
        min_rate=settings.upload_min_rate,
    )
    instead = _sandbox_tasks(services)
    engine.register(Queue.TRANSCRIPTION, transcription)
    engine.register(
        Queue.PARTS,
        RecognizePartWorkflow(
            jobs=services.jobs,
            parts=services.recognition_parts,
            pool=pool,
            audio=audio,
            progress=recognition_progress,
            refines=settings.speech_alignment,
        ),
    )
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
            jobs=services.jobs,
            related=services.related,
            elementlists=services.elementlists,
            orders=services.orders,
            translators=Translators(settings.translation_models),
            speech=SpeechTranslation(
                media=services.media, store=services.store, pool=pool, limits=limits, folder=folder
            ),
        ),
    )
    divert(
        Queue.MAIL,
        SendMailWorkflow(
            jobs=services.jobs,
            mails=services.mails,
            renditions=services.renditions,
            reviews=services.reviews,
            shares=services.shares,
            mailer=Mailer(settings),
            keys=services.keys.upload,
            link_lifetime_s=settings.media_link_lifetime_s,
            clock=services.clock,
        ),
        instead.mail,
    )
    make_media = MakeMediaWorkflow(
        jobs=services.jobs,
        media=services.media,
        elementlists=services.elementlists,
        renditions=services.renditions,
        store=services.store,
        folder=folder,
        limits=limits,
    )
    divert(Queue.RENDITIONS, make_media, instead.make_media)
    engine.register(Queue.PLAYBACK, make_media)
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
    divert(
        Queue.SPANS,
        RecognizeSpanWorkflow(
            jobs=services.jobs,
            media=services.media,
            guidelines=services.guidelines,
            recognitions=services.span_recognitions,
            pool=pool,
            audio=audio,
            refines=settings.speech_alignment,
        ),
        instead.recognize_span,
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


def delivery(services: Services) -> Deliveries:
    """Build what delivers callbacks and events."""
    settings = services.settings
    callbacks = CallbackDelivery(
        jobs=services.jobs,
        elementlists=services.elementlists,
        callbacks=services.callbacks,
        secrets=services.webhook_secrets,
        fetcher=services.fetcher,
        retries_s=settings.callback_retries_s,
        timeout_s=settings.callback_timeout_s,
        clock=services.clock,
    )
    events = EventDelivery(
        jobs=services.jobs,
        events=services.webhook_events,
        audit=services.audit,
        fetcher=services.fetcher,
        retries_s=settings.webhook_retries_s,
        timeout_s=settings.callback_timeout_s,
        pause_after=timedelta(days=settings.webhook_pause_days),
        notice=PauseNotice(services.accounts, None if settings.smtp_url is None else Mailer(settings)),
        clock=services.clock,
    )
    return Deliveries(
        callbacks, events, trace_of=lambda work_id: services.work.origin_of(work_id).traceparent
    )


def _sandbox_tasks(services: Services) -> SandboxTasks:
    return SandboxTasks(
        jobs=services.jobs,
        media=services.media,
        transcripts=services.transcripts,
        renditions=services.renditions,
        realignments=services.realignments,
        span_recognitions=services.span_recognitions,
        mails=services.mails,
        store=services.store,
        folder=services.settings.data_dir / "work",
    )
