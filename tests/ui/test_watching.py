"""Recordings in a browser: of containers that it plays and of those that it does not, and behind links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from scribedock import app
from scribedock.db.tables import media
from scribedock.demo.server import OwnServer
from scribedock.jobs.job import Fidelity
from scribedock.retention.erasing import erase_recording
from tests.captions.sample import say
from tests.support.accounts import child, name_of
from tests.support.client import Client
from tests.support.finished import finished_job
from tests.support.media.ffmpeg import tone, video
from tests.support.playback import add_recording
from tests.support.waiting import wait_until
from tests.ui.visitor import Visitor

pytestmark = pytest.mark.ui

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
FILMS: dict[str, tuple[str, ...]] = {
    "plain.mp4": (*H264, "-c:a", "aac"),
    "plain.webm": ("-c:v", "libvpx", "-c:a", "libopus"),
    "matroska.mkv": (*H264, "-c:a", "aac"),
    "cinema.mp4": (*H264, "-c:a", "ac3"),
    "telephone.mp4": ("-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1"),
    "old.avi": ("-c:v", "mpeg4", "-c:a", "mp3"),
    "edit.mov": ("-c:v", "prores_ks", "-c:a", "pcm_s16le"),
    "disc.mpg": ("-c:v", "mpeg2video", "-c:a", "mp2"),
    "windows.wmv": ("-c:v", "wmv2", "-c:a", "wmav2"),
    "broadcast.ts": (*H264, "-c:a", "aac"),
}
SOUNDS: dict[str, tuple[str, ...]] = {
    "studio.aiff": (),
    "note.amr": ("-ar", "8000", "-ac", "1", "-c:a", "libopencore_amrnb"),
}
# Plays what the server says until it has moved; returns its length, its width, and what became of it.
PLAY = """
async (job) => {
  for (let tries = 0; tries < 1200; tries++) {
    const media = await (await fetch(`/web/jobs/${job}/media`)).json();
    if (media.preparing || media.kind === null) {
      if (media.refused) return { error: media.refused };
      await new Promise((wake) => setTimeout(wake, 100));
      continue;
    }
    const player = document.createElement(media.kind === "video" ? "video" : "audio");
    player.muted = true;
    player.src = media.source.url;
    document.body.append(player);
    const ended = new Promise((resolve) => {
      player.addEventListener("timeupdate", () => player.currentTime > 0.2 && resolve(""));
      player.addEventListener("error", () => resolve(player.error.message || "it cannot be played"));
    });
    await player.play().catch(() => {});
    const error = await ended;
    const { duration: seconds, videoWidth: width = 0 } = player;
    const found = { error, width, seconds, proxy: media.source.proxy };
    player.remove();
    return found;
  }
  return { error: "it was being prepared for too long" };
}
"""
# Whether the page's own player moves, and has read the captions.
MOVES = """
async () => {
  const player = document.querySelector("video");
  player.muted = true;
  const until = async (holds) => {
    for (let tries = 0; tries < 300 && !holds(); tries++) await new Promise((wake) => setTimeout(wake, 100));
  };
  await until(() => player.textTracks.length);
  const track = player.textTracks[0];
  track.mode = "showing";
  await until(() => track.cues?.length);
  const error = await new Promise((resolve) => {
    player.addEventListener("timeupdate", () => player.currentTime > 0.5 && resolve(""));
    player.addEventListener("error", () => resolve(player.error.message || "it cannot be played"));
    player.play().catch((reason) => resolve(String(reason)));
  });
  player.pause();
  return { error, cues: track.cues.length > 0 };
}
"""
GUISES: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    "320": {"viewport": {"width": 320, "height": 640}},
    "german": {"locale": "de-DE"},
}


WORDS = (
    "The sea is deep. It has been so for as long as anybody remembers, and it will be when nobody does.",
    "Is that so? I have never been there.",
    "Nobody knows what lives at the bottom, where no light has ever been, and where it is as cold as ice.",
)


@pytest.fixture(scope="module")
def owner(server: OwnServer) -> Client:
    return child(Client(server).login(), "cinema")


@pytest.fixture(scope="module")
def recordings(owner: Client, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return a job for each container."""
    folder = tmp_path_factory.mktemp("containers")
    found = {}
    for name, arguments in (FILMS | SOUNDS).items():
        makes = video if name in FILMS else tone
        found[name] = owner.new_job(job_name=name)
        owner.upload(found[name], makes(folder / name, *arguments, seconds=2))
    return found


def check_seeking_and_rejecting(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_role("button", name="00:00:00").click()
    wait_until(lambda: visitor.played_s() < 0.5)
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("alert")).to_contain_text("Say what is wrong")
    visitor.shoot("approval-problem")


def test_twelve_containers_are_played(
    visit: Callable[..., Visitor], owner: Client, recordings: dict[str, str]
) -> None:
    page = visit(owner).page
    for name, job in recordings.items():
        found = page.evaluate(PLAY, job)
        assert found["error"] == "", (name, found)
        assert found["seconds"] == pytest.approx(2, abs=0.2), (name, found)
        assert found["width"] == (320 if name in FILMS else 0), (name, found)
        assert found["proxy"] is not name.startswith("plain."), (name, found)


@pytest.fixture(scope="module")
def links(owner: Client, services: app.Services, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return a link to a job to watch, and one to a job that waits for approval."""
    film = video(tmp_path_factory.mktemp("film") / "a.mp4", *FILMS["plain.mp4"], seconds=4).read_bytes()
    found = {}
    for purpose, options in (("viewing", {}), ("approval", {"customer_approval_steps": ["RETURN"]})):
        job_id = finished_job(
            services,
            say(*WORDS, gap=2500),
            username=name_of(owner),
            fidelity=Fidelity.MECHANICAL,
            options=dict(options),
        )
        services.jobs.update(job_id, name="Marine biology, lecture 4: the deep sea and what lives in it")
        add_recording(services, services.jobs.find_job(job_id), film)
        found[purpose] = owner.post("job/share", job_id=job_id, purpose=purpose).json()["ShareUrl"]
    return found


def test_the_pages_of_links_play_and_follow(
    visit: Callable[..., Visitor], owner: Client, links: dict[str, str]
) -> None:
    for guise, options in GUISES.items():
        visitor = visit(owner, signs_in=False, **options)
        page = visitor.page
        for purpose, link in links.items():
            page.goto(link)
            expect(page.locator("scribedock-player video")).to_be_visible()
            expect(page.get_by_text("The sea is deep.")).to_be_visible()
            assert page.evaluate(MOVES) == {"error": "", "cues": True}, (guise, purpose)
            expect(page.locator("[data-start][aria-current]")).to_contain_text("The sea is deep.")
            visitor.shoot(f"{purpose}-{guise}")
            visitor.check_accessible()
        if guise == "light":
            check_seeking_and_rejecting(visitor)


def test_the_pages_of_links_work_without_scripts(
    visit: Callable[..., Visitor], owner: Client, links: dict[str, str]
) -> None:
    visitor = visit(owner, signs_in=False, java_script_enabled=False)
    page = visitor.page
    for purpose, link in links.items():
        page.goto(link)
        while page.locator(".shared-player a").count():  # it is being prepared
            page.locator(".shared-player a").click()
        expect(page.locator("video[controls]")).to_be_visible()
        expect(page.get_by_text("The sea is deep.")).to_be_visible()
        visitor.shoot(f"{purpose}-without-scripts")
    page.get_by_label("Comment").fill("Thank you")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("This is approved")).to_be_visible()
    visitor.shoot("approval-done")


def test_all_pages_say_the_same_of_a_recording_that_cannot_be_played(
    visit: Callable[..., Visitor], owner: Client, services: app.Services
) -> None:
    visitor = visit(owner)
    page = visitor.page
    watching = visit(owner, signs_in=False, java_script_enabled=False)
    for state, words in (
        ("refused", "This recording cannot be played."),
        ("erased", "The recording was erased on"),
        ("none", "There is no recording to play."),
    ):
        job_id = finished_job(services, say(*WORDS), username=name_of(owner), name=f"A recording: {state}")
        with services.database.write() as connection:
            if state == "erased":
                erase_recording(connection, job_id, services.clock.now())
            elif state == "none":
                connection.execute(media.delete().where(media.c.job_id == job_id))
        visitor.go(f"/web/jobs/{job_id}")
        expect(page.locator(".player-note")).to_contain_text(words)
        said = page.locator(".player-note").inner_text().split("\n")[0]
        owner.post("review/take", job_id=job_id, kind="correction")
        visitor.go(f"/web/jobs/{job_id}/edit")
        expect(page.locator(".edit-media-note")).to_contain_text(said)
        expect(page.locator("[data-clock]")).to_contain_text("0:00.0 /")
        visitor.shoot(f"editor-recording-{state}")
        watching.page.goto(owner.post("job/share", job_id=job_id).json()["ShareUrl"])
        expect(watching.page.locator(".shared-player")).to_contain_text(words)
        assert watching.page.locator("a", has_text="Look again").count() == 0
