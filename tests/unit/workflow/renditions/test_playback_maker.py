"""What browsers need to play a recording, made by the workflows of a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from scribedock.db.tables import work
from scribedock.dispatch.queues import Queue
from scribedock.jobs.job import Job
from scribedock.jobs.media import MediaSource
from scribedock.ordering.capabilities import Capabilities
from scribedock.ordering.transcribe_again import AgainRequest, open_again
from scribedock.reports.progress import ProgressReader
from scribedock.results.playback import MediaKind, Playback, PlaybackState, source_of
from scribedock.results.renditions import RETRIED_AFTER, Rendition
from scribedock.retention.erasing import erase_recording
from tests.support.core import Core
from tests.support.core_workflows import Workflows
from tests.support.media.ffmpeg import make, tone, video
from tests.support.playback import add_recording, all_made, make_what_waits, recorded

ENGLISH = Capabilities(languages=frozenset({"en"}), detects_language=False, translates=frozenset())
MINUTE = timedelta(minutes=1)
FILM = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


@pytest.fixture(scope="module")
def broadcast(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A film that no browser plays."""
    folder = tmp_path_factory.mktemp("broadcast")
    return video(folder / "a.mkv", *FILM, "-c:a", "ac3", seconds=3).read_bytes()


@pytest.fixture
def worker_of() -> Iterator[Callable[[Core], Workflows]]:
    built: list[Workflows] = []

    def build(core: Core) -> Workflows:
        built.append(Workflows(core))
        return built[-1]

    yield build
    for each in built:
        each.close()


def find(core: Core, job: Job) -> Playback:
    return core.services.playback.find(job)


def requested(core: Core, job: Job) -> list[Rendition]:
    source = source_of(core.services.media.media_of_job(job.id))
    return list(core.services.renditions.made_of(job.id, source).values())


def test_a_film_that_no_browser_plays_gets_its_sound_first(
    core: Core, workflows: Workflows, broadcast: bytes
) -> None:
    job = recorded(core, broadcast)
    first = find(core, job)
    assert (first.kind, first.preparing, first.source) == (None, True, None)
    assert make_what_waits(core, workflows) == ["peaks"]
    second = find(core, job)
    assert (second.kind, second.preparing, second.source) == (MediaKind.VIDEO, True, None)
    waiting = core.services.work.claim("executor", {Queue.PLAYBACK: 10}, {})
    kinds = {each.kind.value: each.id for each in requested(core, job)}
    assert [each.id for each in waiting] == [kinds[n] for n in ("thumbnails", "sound_proxy", "video_proxy")]
    workflows.run(Queue.PLAYBACK, kinds["sound_proxy"])
    heard = find(core, job)
    assert heard.sound_only and heard.preparing and heard.source is not None
    assert heard.source.media_type == "audio/mp4"
    workflows.run(Queue.PLAYBACK, kinds["thumbnails"])
    workflows.run(Queue.PLAYBACK, kinds["video_proxy"])
    seen = find(core, job)
    assert not seen.sound_only and not seen.preparing and seen.refused is None
    assert seen.source is not None and seen.source.media_type == "video/mp4"
    assert seen.source.bytes == core.store.size(seen.source.storage_key)
    assert seen.thumbnails is not None and seen.thumbnails.details["count"] == 2
    assert [each.proxy for each in seen.proxies] == [kinds["video_proxy"], kinds["sound_proxy"]]


def test_a_recording_that_browsers_play_is_served_as_it_is(
    core: Core, workflows: Workflows, tmp_path: Path
) -> None:
    content = tone(tmp_path / "a.mp3", seconds=2).read_bytes()
    found = all_made(core, workflows, recorded(core, content))
    assert found.kind is MediaKind.SOUND and found.proxies == () and found.thumbnails is None
    assert found.source is not None
    assert (found.source.media_type, found.source.bytes) == ("audio/mpeg", len(content))
    assert found.peaks is not None and found.peaks.storage_key is not None
    details = found.peaks.details
    with core.store.local(found.peaks.storage_key) as path:
        pairs = np.fromfile(path, np.int8)
    assert len(pairs) == 2 * (details["pairs"] + details["overview_pairs"])
    assert found.duration_ms == pytest.approx(2000, abs=60)


def test_whatever_is_asked_twice_is_made_once(core: Core, workflows: Workflows, broadcast: bytes) -> None:
    job = recorded(core, broadcast)
    for _ in range(3):
        find(core, job)
    assert make_what_waits(core, workflows) == ["peaks"]
    find(core, job)
    find(core, job)
    assert sorted(make_what_waits(core, workflows)) == ["sound_proxy", "thumbnails", "video_proxy"]
    assert not find(core, job).preparing
    assert make_what_waits(core, workflows) == []


def test_a_worker_that_dies_over_it_leaves_it_to_the_next(
    core: Core, workflows: Workflows, broadcast: bytes
) -> None:
    job = recorded(core, broadcast)
    find(core, job)
    assert make_what_waits(core, workflows, crash_after="start") == ["peaks"]
    find(core, job)
    assert len(make_what_waits(core, workflows, crash_after="make")) == 3
    assert find(core, job).source is not None
    assert len(list(core.store.keys())) == 5  # the recording and what was made of it, each once


@pytest.mark.parametrize(
    ("rule", "proxies", "reason"),
    [
        ("off", 0, "Browsers cannot play this recording (h264 and ac3 in matroska)"),
        ("sound", 1, "this server makes proxies of its sound only"),
    ],
)
def test_an_operator_can_do_without_proxies(
    build_core: Callable[..., Core],
    worker_of: Callable[[Core], Workflows],
    broadcast: bytes,
    rule: str,
    proxies: int,
    reason: str,
) -> None:
    core = build_core(media_proxies=rule)
    found = all_made(core, worker_of(core), recorded(core, broadcast))
    assert len(found.proxies) == proxies and reason in (found.refused or "")
    assert found.peaks is not None and found.thumbnails is not None
    assert found.sound_only == bool(proxies)


def test_a_file_that_is_no_recording_is_refused_with_the_reason(core: Core, workflows: Workflows) -> None:
    found = all_made(core, workflows, recorded(core, b"<html>not found</html>"))
    assert found.kind is None and "in no known audio or video format" in (found.refused or "")


def test_a_job_without_a_recording_says_so(core: Core) -> None:
    found = find(core, core.job())
    assert (found.state, found.preparing, found.refused) == (PlaybackState.NONE, False, None)


def test_a_recording_on_its_way_is_being_fetched(core: Core) -> None:
    job = core.job()
    with core.services.database.write() as connection:
        attached = core.services.media.attach(
            connection,
            core.services.jobs.fetch_job(connection, job.id),
            MediaSource.URL,
            storage_key=None,
            size=None,
            url="https://media.example/a.mp4",
            replace=False,
        )
    assert find(core, job).state is PlaybackState.FETCHING
    core.services.media.fetch_failed(attached.task_id, "There is nothing at this URL")
    found = find(core, core.services.jobs.find_job(job.id))
    assert (found.state, found.refused) == (PlaybackState.REFUSED, "There is nothing at this URL")


def test_a_recording_that_retention_has_erased_says_when(core: Core) -> None:
    job = recorded(core, b"anything")
    at = core.clock.now()
    with core.services.database.write() as connection:
        erase_recording(connection, job.id, at)
    found = find(core, job)
    assert (found.state, found.preparing, found.erased) == (PlaybackState.ERASED, False, at)


def test_recordings_that_were_joined_are_played_as_one(
    core: Core, workflows: Workflows, tmp_path: Path
) -> None:
    film = video(tmp_path / "a.mp4", *FILM, "-c:a", "aac", seconds=2).read_bytes()
    sound = tone(tmp_path / "b.wav", seconds=3).read_bytes()
    found = all_made(core, workflows, recorded(core, film + sound))
    assert (found.state, found.kind, found.refused) == (PlaybackState.PLAYABLE, MediaKind.VIDEO, None)
    assert found.duration_ms == pytest.approx(5000, abs=100)
    assert found.source is not None and found.source.proxy and len(found.proxies) == 2
    assert found.thumbnails is not None and found.thumbnails.details["count"] == 3


def test_without_films_joined_recordings_are_heard_as_one(
    build_core: Callable[..., Core], worker_of: Callable[[Core], Workflows], tmp_path: Path
) -> None:
    core = build_core(media_proxies="sound")
    film = video(tmp_path / "a.mp4", *FILM, "-c:a", "aac", seconds=1).read_bytes()
    found = all_made(core, worker_of(core), recorded(core, film + film))
    assert found.sound_only and "2 recordings in one file" in (found.refused or "")
    assert found.thumbnails is None


def test_another_recording_is_looked_at_anew(core: Core, workflows: Workflows, tmp_path: Path) -> None:
    job = recorded(core, b"nothing")
    assert all_made(core, workflows, job).refused
    add_recording(core.services, job, tone(tmp_path / "a.mp3", seconds=1).read_bytes())
    assert all_made(core, workflows, core.services.jobs.find_job(job.id)).kind is MediaKind.SOUND


def test_a_fault_of_the_server_is_tried_again_later_and_not_at_once(core: Core, workflows: Workflows) -> None:
    job = recorded(core, b"anything")
    find(core, job)
    [held] = core.services.work.claim("executor", {Queue.PLAYBACK: 1}, {})
    workflows.registered[Queue.PLAYBACK].on_failure(held.id)
    core.services.work.done(held.id)
    assert "The server failed over this" in (find(core, job).refused or "")
    assert make_what_waits(core, workflows) == []
    core.clock.advance(RETRIED_AFTER.total_seconds() + 1)
    assert find(core, job).preparing
    assert make_what_waits(core, workflows) == ["peaks"]


def test_a_job_on_the_same_recording_outlives_the_first(
    core: Core, workflows: Workflows, broadcast: bytes
) -> None:
    job = recorded(core, broadcast)
    all_made(core, workflows, job)
    services = core.services
    again_id, _ = open_again(services, ENGLISH, job.id, frozenset({core.admin.id}), AgainRequest())
    again = services.jobs.find_job(again_id)
    first = all_made(core, workflows, again)
    for key in services.jobs.delete(job.id, None).storage_keys:
        core.store.delete(key)
    assert find(core, again) == first
    assert first.source is not None and core.store.size(first.source.storage_key) == first.source.bytes


def test_all_of_it_goes_with_the_job(core: Core, workflows: Workflows, broadcast: bytes) -> None:
    job = recorded(core, broadcast)
    all_made(core, workflows, job)
    keys = set(core.store.keys())
    assert len(keys) == 5
    assert set(core.services.jobs.delete(job.id, None).storage_keys) == keys


def test_a_job_that_is_deleted_meanwhile_leaves_nothing(
    core: Core, workflows: Workflows, broadcast: bytes
) -> None:
    job = recorded(core, broadcast)
    find(core, job)
    [held] = core.services.work.claim("executor", {Queue.PLAYBACK: 1}, {})
    for key in core.services.jobs.delete(job.id, None).storage_keys:
        core.store.delete(key)
    workflows.run(Queue.PLAYBACK, held.id)
    assert list(core.store.keys()) == []


def test_what_nobody_asks_for_is_forgotten_and_made_again(
    core: Core, workflows: Workflows, tmp_path: Path
) -> None:
    job = recorded(core, tone(tmp_path / "a.mp3", seconds=1).read_bytes())
    all_made(core, workflows, job)
    core.clock.advance(7200)
    find(core, job)  # notes that it is read
    assert core.services.renditions.forget(unwanted_since=core.clock.now() - MINUTE) == 0
    core.clock.advance(120)
    assert core.services.renditions.forget(unwanted_since=core.clock.now() - MINUTE) == 1
    assert find(core, job).preparing
    assert make_what_waits(core, workflows) == ["peaks"]


def test_work_that_is_lost_with_its_queue_is_found_again(
    core: Core, workflows: Workflows, tmp_path: Path
) -> None:
    job = recorded(core, tone(tmp_path / "a.mp3", seconds=1).read_bytes())
    find(core, job)
    with core.services.database.write() as connection:
        connection.execute(work.delete())
    core.services.backlog.restore(lambda ids: frozenset())
    assert make_what_waits(core, workflows) == ["peaks"]


def test_pages_are_told_when_something_was_made(core: Core, workflows: Workflows, tmp_path: Path) -> None:
    job = recorded(core, tone(tmp_path / "a.mp3", seconds=1).read_bytes())
    changes = ProgressReader(core.services.progress)
    changes.read()
    find(core, job)
    make_what_waits(core, workflows)
    assert [each.job_id for each in changes.read()] == [job.id]
    assert changes.read() == []


def test_a_sandbox_plays_the_sample_in_place_of_the_recording(core: Core, workflows: Workflows) -> None:
    services = core.services
    account = services.accounts.create("sandbox", "a password", parent=core.admin.username)
    services.sandboxes.mark(account, True)
    job = core.job(owner=services.accounts.by_id(account.id))
    found = all_made(core, workflows, job)
    assert found.kind is MediaKind.VIDEO
    assert found.source is not None and found.source.proxy and found.source.media_type == "video/mp4"


def test_a_failure_of_the_pictures_leaves_the_sound(core: Core, workflows: Workflows, tmp_path: Path) -> None:
    # Pictures in a codec that is known by name alone.
    inputs = ("-f", "lavfi", "-i", "testsrc=duration=1:size=160x120:rate=5")
    sound = ("-f", "lavfi", "-i", "sine=440:duration=1")
    odd = make(tmp_path / "a.mkv", *inputs, *sound, "-c:v", "snow", "-strict", "-2", "-c:a", "ac3")
    found = all_made(core, workflows, recorded(core, odd.read_bytes()))
    assert found.sound_only and found.source is not None and not found.preparing
    assert "(snow and ac3 in matroska) cannot be converted" in (found.refused or "")
