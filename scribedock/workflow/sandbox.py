"""The work for sandbox jobs: nothing is transcribed, translated, fetched or mailed.

Everything ends as if it were. `DivertedWorkflow` is where sandbox jobs leave the ordinary way. An order waits
in a queue of its own from the beginning, because it sleeps and must not keep a real one waiting; everything
else is done at once.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TypedDict

from scribedock.dispatch.queues import task_id_of
from scribedock.errors import ItemNotFound
from scribedock.jobs.elementlists import ElementLists
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Difficulty, Job, JobColumns, TaskStatus
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.languages import AUTO, iso_code
from scribedock.jobs.media import JobMedia
from scribedock.jobs.transcripts import Transcripts
from scribedock.orders.orders import Orders
from scribedock.related.related import JobRelations, language_of
from scribedock.results.mails import Mails
from scribedock.results.renditions import Renditions
from scribedock.reviews.realignments import Realignments
from scribedock.reviews.reviews import Reviews
from scribedock.reviews.span_recognitions import NOTHING_SAID, SpanRecognitions
from scribedock.sandbox.faults import WORK_S, SimulatedFault, simulated_faults
from scribedock.sandbox.prepared import (
    ENGINE,
    LENGTH_MS,
    NOTICE,
    TEXT,
    described_elementlist,
    marked_as_sandbox,
    prepared_elementlist,
    silent_elementlist,
)
from scribedock.speech.alignment.given import transcript_of
from scribedock.storage.leftovers import remove_object
from scribedock.storage.store import Store
from scribedock.workflow.engine import Workflow
from scribedock.workflow.saved_steps import sleep, step
from scribedock_captions.elementlist.codec import parse, to_json
from scribedock_captions.elementlist.excerpt import excerpt
from scribedock_captions.elementlist.model import ElementList

NOT_SENT_MESSAGE = "This is a sandbox: no mail was sent"
FAILED_MESSAGE = "The media cannot be used: the job's name asks for that (fail-media)"
NOT_FETCHED_MESSAGE = "The media could not be fetched: the job's name asks for that (fail-fetch)"
SOURCE_GONE_MESSAGE = "The job that this one is made from was deleted"


class DivertedWorkflow:
    """A queue's workflow, except for the tasks of sandbox jobs."""

    def __init__(self, jobs: Jobs, ordinary: Workflow, instead: Callable[[str], None]) -> None:
        self._jobs = jobs
        self._ordinary = ordinary
        self._instead = instead

    def run(self, task_id: str) -> None:
        if not step("divert", self._divert, task_id_of(task_id)):
            self._ordinary.run(task_id)

    def on_failure(self, task_id: str) -> None:
        self._ordinary.on_failure(task_id)

    def _divert(self, task_id: str) -> bool:
        """Do a sandbox's task; return whether the task is a sandbox's."""
        if not self._jobs.is_sandbox(task_id):
            return False
        self._instead(task_id)
        return True


class SandboxTasks:
    """The tasks done at once, each for one queue. All can be repeated without harm."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        media: JobMedia,
        transcripts: Transcripts,
        renditions: Renditions,
        realignments: Realignments,
        span_recognitions: SpanRecognitions,
        mails: Mails,
        store: Store,
        folder: Path,
    ) -> None:
        self._jobs = jobs
        self._media = media
        self._transcripts = transcripts
        self._renditions = renditions
        self._realignments = realignments
        self._span_recognitions = span_recognitions
        self._mails = mails
        self._store = store
        self._folder = folder

    def receive(self, task_id: str) -> None:
        """Receive media: a URL is not fetched, and bytes are not read."""
        found = self._media.media_of_task(task_id)
        job = None if found is None else _living(self._jobs, found.job_id)
        if found is None or job is None:
            return
        if found.url is not None and SimulatedFault.FAIL_FETCH in simulated_faults(job.name):
            self._media.fetch_failed(task_id, NOT_FETCHED_MESSAGE)
        else:
            self._media.probed(task_id, media_ms=LENGTH_MS, problem=None)

    def receive_transcript(self, task_id: str) -> None:
        self._transcripts.fetched(task_id, TEXT.encode())

    def make_media(self, rendition_id: str) -> None:
        """Make the rendition from the sample, whatever the media is."""
        rendition = self._renditions.start(rendition_id)
        if rendition is None:
            return
        folder = self._folder / rendition_id
        folder.mkdir(parents=True, exist_ok=True)
        sample = folder / f"sample{rendition.kind.extension}"
        sample.write_bytes(files("scribedock.sandbox").joinpath(sample.name).read_bytes())
        size = sample.stat().st_size
        key = self._store.adopt(sample)
        shutil.rmtree(folder, ignore_errors=True)
        if not self._renditions.finish(rendition_id, storage_key=key, size=size):
            remove_object(self._store, key)

    def realign(self, realignment_id: str) -> None:
        """Keep the words' times as they were saved."""
        asked = self._realignments.start(realignment_id)
        if asked is not None:
            self._realignments.finish(asked, asked.after)

    def recognize_span(self, task_id: str) -> None:
        """Find in a stretch what the prepared list has there, in the language that was asked for."""
        asked = self._span_recognitions.start(task_id)
        if asked is None:
            return
        job = self._jobs.find_job(asked.job_id)
        language = asked.language if asked.language not in ("", AUTO) else job.language
        prepared = prepared_elementlist(iso_code(language))
        found = excerpt(prepared, asked.span.start_ms, asked.span.end_ms)
        if found.segments:
            self._span_recognitions.finish(task_id, to_json(found), language=language, notice=NOTICE)
        else:
            self._span_recognitions.fail(task_id, NOTHING_SAID)

    def mail(self, mail_id: str) -> None:
        """Send nothing: otherwise anyone with a sandbox's public password could send mail to anybody."""
        self._mails.close(mail_id, TaskStatus.COMPLETE, NOT_SENT_MESSAGE)


class StartedSandboxOrder(TypedDict):
    job_id: str
    work_s: float
    by_hand: bool


class SandboxOrderWorkflow:
    """Carries out a sandbox order. `run` is what the engine calls."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        media: JobMedia,
        transcripts: Transcripts,
        elementlists: ElementLists,
        orders: Orders,
        related: JobRelations,
        reviews: Reviews,
    ) -> None:
        self._jobs = jobs
        self._media = media
        self._transcripts = transcripts
        self._elementlists = elementlists
        self._orders = orders
        self._related = related
        self._reviews = reviews

    def run(self, workflow_id: str) -> None:
        task_id = task_id_of(workflow_id)
        started = step("start", self._start, task_id)
        if started is None:
            return
        sleep(started["work_s"])
        step("finish", self._finish, task_id, started["job_id"])
        while not started["by_hand"]:
            sleep(WORK_S)
            if not step("pass over", self._reviews.complete_current_pass, started["job_id"]):
                return

    def on_failure(self, workflow_id: str) -> None:
        self._orders.fail(
            task_id_of(workflow_id), "The server failed over this job; order it again", refused=False
        )

    def _start(self, task_id: str) -> StartedSandboxOrder | None:
        job = self._orders.start(task_id, ENGINE)
        if job is None:
            return None
        wishes = simulated_faults(job.name)
        self._orders.note(task_id, JobColumns(notice=NOTICE, difficulty=Difficulty.GOOD.value))
        return {"job_id": job.id, "work_s": wishes.work_s, "by_hand": SimulatedFault.BY_HAND in wishes}

    def _finish(self, task_id: str, job_id: str) -> None:
        job = _living(self._jobs, job_id)
        if job is None:
            return
        derivation = self._related.derivation(task_id)
        if derivation is not None:
            source = self._related.source_of(derivation)
            if source is None:
                self._orders.fail(task_id, SOURCE_GONE_MESSAGE, refused=False)
                return
            elementlist = parse(self._elementlists.body(source.id, self._elementlists.choose(source).created))
            elementlist = marked_as_sandbox(elementlist, iso_code(language_of(job)))
        else:
            problem = self._problem(job)
            if problem is not None:
                self._orders.fail(task_id, problem)
                return
            elementlist = self._elementlist(job)
            if job.options.audio_description:
                self._describe(job)
        self._orders.finish(
            task_id,
            to_json(elementlist),
            passes=(Iwp.MECHANICAL, Iwp.FINAL),
            media_ms=max(LENGTH_MS, elementlist.end_time),
        )

    def _problem(self, job: Job) -> str | None:
        """Return why the order fails, where the job's name asks for that."""
        wishes = simulated_faults(job.name)
        if SimulatedFault.FAIL_MEDIA in wishes:
            return FAILED_MESSAGE
        media = self._media.media_of_job(job.id)
        fetched = media is not None and media.url is not None
        return NOT_FETCHED_MESSAGE if fetched and SimulatedFault.FAIL_FETCH in wishes else None

    def _elementlist(self, job: Job) -> ElementList:
        language = iso_code(job.language)
        if SimulatedFault.SILENT in simulated_faults(job.name):
            return silent_elementlist(language)
        given = self._transcripts.transcript_of_job(job.id)
        body = self._transcripts.body(job.id)
        if given is None or given.url is not None or body is None:
            return prepared_elementlist(language)
        return transcript_of(body, given.format, language=language, duration=LENGTH_MS)[0]

    def _describe(self, job: Job) -> None:
        if not self._elementlists.versions(job.id, audio_description=True):
            self._elementlists.describe(job.id, to_json(described_elementlist(iso_code(job.language))))


def _living(jobs: Jobs, job_id: str) -> Job | None:
    try:
        return jobs.find_job(job_id)
    except ItemNotFound:
        return None
