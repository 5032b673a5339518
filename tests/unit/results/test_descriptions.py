"""What players get of an audio description: its texts, and the server's voice where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from scribedock.db.tables import renditions
from scribedock.dispatch.queues import Queue
from scribedock.host.erasure_journal import ErasedPart
from scribedock.jobs.job import Job
from scribedock.media import text_to_speech
from scribedock.results.descriptions import Description, spans_of
from scribedock.results.renditions import RETRIED_AFTER
from scribedock_captions.elementlist.codec import to_json
from tests.captions.sample import say
from tests.support.core import Core
from tests.support.core_workflows import Workflows
from tests.support.media.speaking import install
from tests.support.playback import make_what_waits


@pytest.fixture
def workflows(core: Core) -> Iterator[Workflows]:
    built = Workflows(core)
    yield built
    built.close()


@pytest.fixture
def voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "programs", monkeypatch)


@pytest.fixture
def job(core: Core) -> Job:
    job = core.job()
    describe(core, job, "A man enters.", "He sits down.")
    return job


def describe(core: Core, job: Job, *sentences: str) -> None:
    core.services.elementlists.describe(job.id, to_json(say(*sentences, gap=2000)))


def find(core: Core, job: Job) -> Description:
    found = core.services.playback.find(job).description
    assert found is not None
    return found


def test_a_job_that_nothing_describes_has_no_description(core: Core) -> None:
    job = core.job()
    assert core.services.playback.find(job).description is None
    assert core.services.playback.descriptions.texts(job) is None
    assert not core.services.work.waits()


def test_it_is_spoken_once_by_a_worker(core: Core, workflows: Workflows, job: Job, voice: None) -> None:
    first = find(core, job)
    assert (first.spoken, first.preparing, first.refused) == (None, True, None)
    find(core, job)
    assert make_what_waits(core, workflows) == ["spoken_track"]
    found = find(core, job)
    assert found.spoken is not None and not found.preparing and found.refused is None
    assert found.spoken.storage_key is not None
    with core.store.local(found.spoken.storage_key) as path, av.open(str(path)) as track:
        [stream] = track.streams
        assert stream.codec_context.name == "aac"
        assert sum(frame.samples / frame.sample_rate for frame in track.decode(stream)) > 3.3
    assert [list(each) for each in spans_of(found.spoken)] == [[0, 400], [2900, 3300]]
    assert make_what_waits(core, workflows) == []


def test_its_texts_have_their_times(core: Core, job: Job) -> None:
    described = core.services.playback.descriptions.texts(job)
    assert described is not None and described.language == "en"
    assert [(each.start_ms, each.text) for each in described.texts] == [
        (0, "A man enters."),
        (2900, "He sits down."),
    ]


def test_a_description_that_has_changed_is_spoken_anew(
    core: Core, workflows: Workflows, job: Job, voice: None
) -> None:
    find(core, job)
    make_what_waits(core, workflows)
    before = find(core, job)
    core.clock.advance(1)
    describe(core, job, "A woman enters.")
    assert find(core, job).spoken is None
    assert make_what_waits(core, workflows) == ["spoken_track"]
    after = find(core, job)
    assert after.version != before.version
    assert after.spoken is not None and [list(each) for each in spans_of(after.spoken)] == [[0, 400]]


def test_without_a_program_that_speaks_it_says_so_and_tries_again_later(
    core: Core, workflows: Workflows, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_to_speech, "find_espeak", lambda: None)
    find(core, job)
    make_what_waits(core, workflows)
    found = find(core, job)
    assert (found.spoken, found.preparing) == (None, False)
    assert found.refused is not None and "no espeak-ng" in found.refused
    core.clock.advance(RETRIED_AFTER.total_seconds() + 1)
    assert find(core, job).preparing


def test_a_language_that_it_has_no_voice_for_is_not_tried_again(
    core: Core, workflows: Workflows, job: Job, voice: None
) -> None:
    core.services.jobs.update(job.id, language="tlh")
    find(core, job)
    make_what_waits(core, workflows)
    core.clock.advance(RETRIED_AFTER.total_seconds() + 1)
    found = find(core, job)
    assert not found.preparing
    assert found.refused is not None and "'tlh'" in found.refused


def test_it_goes_with_the_results_and_not_with_the_recording(
    core: Core, workflows: Workflows, job: Job, voice: None
) -> None:
    find(core, job)
    make_what_waits(core, workflows)
    spoken = find(core, job).spoken
    assert spoken is not None
    core.services.jobs.update(job.id, status="Complete", completed=core.clock.now())
    core.services.retention.erase_part(job.id, ErasedPart.RECORDING)
    assert find(core, job).spoken == spoken
    core.services.retention.erase_part(job.id, ErasedPart.RESULTS)
    assert core.services.playback.find(core.services.jobs.find_job(job.id)).description is None
    with core.services.database.read() as connection:
        assert connection.execute(renditions.select()).all() == []
    assert spoken.storage_key not in set(core.store.keys())


def test_a_job_that_is_deleted_meanwhile_is_not_spoken(
    core: Core, workflows: Workflows, job: Job, voice: None
) -> None:
    find(core, job)
    [waiting] = core.services.work.claim("executor", {Queue.PLAYBACK: 10}, {})
    core.services.jobs.delete(job.id, None)
    workflows.run(Queue.PLAYBACK, waiting.id)
    assert set(core.store.keys()) == set()
