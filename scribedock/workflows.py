"""Which workflow serves which queue: all of them wired together, for a worker."""

from __future__ import annotations

from collections.abc import Callable

from scribedock.app import Services
from scribedock.mail import Mailer
from scribedock.media.limits import Limits
from scribedock.speech.pool import RecognizerPool
from scribedock.translation.engine import Translators
from scribedock.workflow.deliver import Delivery
from scribedock.workflow.derive import Deriving
from scribedock.workflow.engine import EngineWorker, Queue, Workflow
from scribedock.workflow.make_media import MediaMaking
from scribedock.workflow.realign import Realigning
from scribedock.workflow.receive import Reception
from scribedock.workflow.sandbox import Diverted, SandboxOrder, SandboxTasks
from scribedock.workflow.send_mail import Mailing
from scribedock.workflow.transcribe import Transcription
from scribedock.workflow.transcripts import TranscriptReception


def register_all(
    engine: EngineWorker, services: Services, pool: RecognizerPool, enqueue: Callable[[Queue, str, str], None]
) -> Delivery:
    """Makes every queue known to the engine; returns the workflow that calls back."""
    settings = services.settings
    folder = settings.data_dir / "work"
    limits = Limits(max_duration_s=settings.media_max_duration_s, memory=settings.media_memory)

    def divert(queue: Queue, ordinary: Workflow, instead: Callable[[str], None]) -> None:
        engine.register(queue, Diverted(services.jobs, ordinary, instead))

    transcription = Transcription(
        jobs=services.jobs,
        media=services.media,
        transcripts=services.transcripts,
        orders=services.orders,
        callbacks=services.callbacks,
        related=services.related,
        guidelines=services.guidelines,
        store=services.store,
        pool=pool,
        limits=limits,
        folder=folder,
        enqueue=enqueue,
    )
    reception = Reception(
        media=services.media,
        store=services.store,
        fetcher=services.fetcher,
        folder=folder,
        limits=limits,
        max_bytes=settings.upload_max_bytes,
        timeout_s=settings.fetch_timeout_s,
    )
    delivery = Delivery(
        jobs=services.jobs,
        lists=services.lists,
        callbacks=services.callbacks,
        fetcher=services.fetcher,
        retries_s=settings.callback_retries_s,
        timeout_s=settings.callback_timeout_s,
    )
    instead = _sandbox_tasks(services, enqueue)
    divert(Queue.TRANSCRIPTION, transcription, instead.hand_over)
    divert(Queue.MEDIA, reception, instead.receive)
    divert(
        Queue.TRANSCRIPTS,
        TranscriptReception(
            transcripts=services.transcripts,
            fetcher=services.fetcher,
            folder=folder,
        ),
        instead.receive_transcript,
    )
    engine.register(Queue.CALLBACKS, delivery)
    divert(
        Queue.DERIVATIONS,
        Deriving(
            related=services.related,
            lists=services.lists,
            orders=services.orders,
            callbacks=services.callbacks,
            translators=Translators(settings.translation_models),
            enqueue=enqueue,
        ),
        instead.hand_over,
    )
    divert(
        Queue.MAIL,
        Mailing(
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
        MediaMaking(
            jobs=services.jobs,
            media=services.media,
            lists=services.lists,
            renditions=services.renditions,
            store=services.store,
            folder=folder,
            limits=limits,
        ),
        instead.make_media,
    )
    divert(
        Queue.REALIGNMENTS,
        Realigning(
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
        SandboxOrder(
            jobs=services.jobs,
            media=services.media,
            transcripts=services.transcripts,
            lists=services.lists,
            orders=services.orders,
            related=services.related,
            reviews=services.reviews,
            callbacks=services.callbacks,
            enqueue=enqueue,
        ),
    )
    return delivery


def _sandbox_tasks(services: Services, enqueue: Callable[[Queue, str, str], None]) -> SandboxTasks:
    return SandboxTasks(
        jobs=services.jobs,
        media=services.media,
        transcripts=services.transcripts,
        renditions=services.renditions,
        realignments=services.realignments,
        mails=services.mails,
        store=services.store,
        folder=services.settings.data_dir / "work",
        enqueue=enqueue,
    )
