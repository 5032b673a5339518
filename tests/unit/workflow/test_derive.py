"""Translations into English from the recording, where no engine translates the transcript."""

from __future__ import annotations

import pytest

from scribedock.dispatch.queues import Queue
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Fidelity, Job, JobStatus
from scribedock.ordering.capabilities import Capabilities
from scribedock.ordering.delete_job import delete_job
from scribedock.ordering.place_order import TranscriptionRequest, place_order
from scribedock.translation.engine import LanguagePair, spoken_pairs
from scribedock.workflow.steps import attempts
from scribedock_captions.elementlist.codec import parse, to_json
from scribedock_captions.elementlist.model import ElementList, Speaker
from scribedock_captions.options import TranscriptOptions
from scribedock_captions.rendering import render_transcript
from tests.captions.sample import sentence, talk
from tests.support.core import Core
from tests.support.core_uploads import UploadClient
from tests.support.core_workflows import Workflows
from tests.support.media.sound import spoken

ABLE = Capabilities(languages=frozenset({"de"}), detects_language=False, translates=spoken_pairs({"de"}))
SAID, TRANSLATED = "Das Meer ist tief. Es ist auch kalt.", "The sea is deep. It is cold, too."
STEPS = ["derive", "find speech", "translate speech", "finish"]


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return spoken(tmp_path_factory.mktemp("said") / "a.wav", seconds=3.5).read_bytes()


@pytest.fixture
def german(workflows: Workflows) -> Workflows:
    workflows.recognizer.languages = {"de": 1.0}
    workflows.recognizer._text = SAID
    workflows.recognizer.translation = TRANSLATED
    return workflows


def ordered(core: Core, recording: bytes) -> tuple[Job, Job]:
    """Return a transcribed job and that of its translation, in German and English."""
    job = core.job(language="de")
    UploadClient(core, job).put(recording)
    visible = frozenset({core.admin.id})
    place_order(
        core.services,
        ABLE,
        job.id,
        visible,
        TranscriptionRequest(fidelity=Fidelity.MECHANICAL, target_languages=("en",)),
    )
    with core.services.database.read() as connection:
        [translation] = core.services.related.related_jobs(connection, job.id)
    return core.services.jobs.find_job(job.id), translation


def run(workflows: Workflows, queue: Queue, job: Job, **how: str) -> list[str]:
    assert job.order_task_id is not None
    return workflows.run(queue, job.order_task_id, **how).names


def elementlist_of(core: Core, job: Job) -> ElementList:
    version = core.services.elementlists.choose(core.services.jobs.find_job(job.id))
    return parse(core.services.elementlists.body(job.id, version.created))


def text_of(core: Core, job: Job) -> str:
    options = TranscriptOptions(timecode_every_paragraph=False)
    return " ".join(render_transcript(elementlist_of(core, job), options).body.decode().split())


def test_a_recording_is_translated_where_its_transcript_cannot_be(
    core: Core, german: Workflows, recording: bytes
) -> None:
    job, translation = ordered(core, recording)
    run(german, Queue.TRANSCRIPTION, job)
    assert run(german, Queue.DERIVATIONS, translation) == STEPS
    done = core.services.jobs.find_job(translation.id)
    assert (done.status, done.engine) == (JobStatus.COMPLETE, "scripted")
    assert done.notice == (
        "scripted translated the recording itself, not the transcript: corrections of the transcript are not "
        "in it, and the times of its words are estimated."
    )
    assert (done.words_aligned, done.words_estimated) == (0, len(TRANSLATED.split()))
    assert (text_of(core, job), text_of(core, translation)) == (SAID, TRANSLATED)
    assert elementlist_of(core, translation).language == "en"
    assert {each.iwp_name for each in core.services.elementlists.versions(translation.id)} == {
        Iwp.MECHANICAL,
        Iwp.FINAL,
    }
    assert not (core.services.settings.data_dir / "work" / (translation.order_task_id or "")).exists()


def test_the_translation_has_the_speakers_of_the_transcript(
    core: Core, german: Workflows, recording: bytes
) -> None:
    job, translation = ordered(core, recording)
    task_id = job.order_task_id or ""
    transcript = talk(
        sentence("Das Meer ist tief.", 0, speaker=1, change=True),
        sentence("[LAUGH]", 1400),
        sentence("Es ist auch kalt.", 1900, speaker=2, change=True),
        speakers=(Speaker(id=1, name="Ada"), Speaker(id=2, name="Ben")),
        language="de",
    )
    core.services.orders.start(task_id, "by hand")
    core.services.orders.finish(
        task_id, to_json(transcript), passes=(Iwp.MECHANICAL, Iwp.FINAL), media_ms=3500
    )
    run(german, Queue.DERIVATIONS, translation)
    made = elementlist_of(core, translation)
    names = {each.id: each.name for each in made.speakers}
    said = [
        (names.get(segment.speaker_id or 0), segment.sequences[0].tokens[0].display_as)
        for segment in made.segments
        if segment.speaker_id is not None
    ]
    assert said == [("Ada", "The"), ("Ben", "It")]
    sounds = [token for each in made.segments for sequence in each.sequences for token in sequence.tokens]
    assert [token.display_as for token in sounds if token.type == "sound"] == ["[LAUGH]"]


@pytest.mark.parametrize("step", STEPS)
def test_wherever_it_crashes_it_ends_with_one_translation(
    core: Core, german: Workflows, recording: bytes, step: str
) -> None:
    job, translation = ordered(core, recording)
    run(german, Queue.TRANSCRIPTION, job)
    run(german, Queue.DERIVATIONS, translation, crash_after=step)
    assert text_of(core, translation) == TRANSLATED
    assert len(core.services.elementlists.versions(translation.id)) == 2


def test_speech_whose_translation_fails_is_marked(
    core: Core, german: Workflows, recording: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "WAITS_S", (0.0, 0.0, 0.0, 0.0))
    job, translation = ordered(core, recording)
    run(german, Queue.TRANSCRIPTION, job)
    german.recognizer.faults = [ValueError("no"), ValueError("still not")]
    run(german, Queue.DERIVATIONS, translation)
    assert core.services.jobs.find_job(translation.id).status is JobStatus.COMPLETE
    assert text_of(core, translation) == "[INAUDIBLE]"


def test_without_the_recording_it_fails_with_the_reason(
    core: Core, german: Workflows, recording: bytes
) -> None:
    job, translation = ordered(core, recording)
    run(german, Queue.TRANSCRIPTION, job)
    delete_job(core.services, job.id, frozenset({core.admin.id}))
    run(german, Queue.DERIVATIONS, translation)
    failed = core.services.jobs.find_job(translation.id)
    assert failed.status is JobStatus.MEDIA_FAILURE
    assert failed.failure_reason == "The job that this one is made from was deleted"


def test_a_deleted_translation_is_abandoned(core: Core, german: Workflows, recording: bytes) -> None:
    job, translation = ordered(core, recording)
    run(german, Queue.TRANSCRIPTION, job)
    assert translation.order_task_id is not None
    heard = german.recognizer.translate

    def deleting(*given: object) -> object:
        delete_job(core.services, translation.id, frozenset({core.admin.id}))
        return heard(*given)  # type: ignore[arg-type]

    german.recognizer.translate = deleting  # type: ignore[method-assign, assignment]
    run(german, Queue.DERIVATIONS, translation)
    assert core.services.elementlists.versions(translation.id) == []
    assert not (core.services.settings.data_dir / "work" / translation.order_task_id).exists()


def test_a_recognizer_translates_into_english_alone() -> None:
    assert spoken_pairs({"de", "fr"}) == {
        LanguagePair(source="de", target="en"),
        LanguagePair(source="fr", target="en"),
    }
