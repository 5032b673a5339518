"""What describes the picture of a recording, in the player and in the transcript beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from scribedock import app
from scribedock.demo.server import OwnServer
from scribedock.jobs.job import Fidelity
from scribedock_captions.elementlist.codec import to_json
from scribedock_captions.elementlist.model import ElementList
from tests.captions.sample import sentence, talk
from tests.support.accounts import child, name_of
from tests.support.client import Client
from tests.support.finished import finished_job, services_of
from tests.support.media.ffmpeg import video
from tests.support.playback import add_recording
from tests.support.waiting import wait_until
from tests.ui.visitor import Visitor

pytestmark = pytest.mark.ui

SECONDS = 24
NAME = "The harbour of Lübeck in winter"
SAID = (
    (0, "Good morning, and welcome to the harbour."),
    (6_500, "The ice came early that year. Nobody had seen so much of it."),
    (14_000, "In spring the ships sailed again."),
)
DESCRIBED = (
    (3_000, "Snow falls on a row of old ships."),
    (11_000, "A woman in a red coat walks along the quay."),
    (19_000, "She waves."),
)
BUTTON = "Audio description"
FARTHEST_MS = 100
HAVE_ENOUGH = 4  # a media element that need not wait
# Notes, with every frame, how far the voice is from the recording while both play, in ms.
MEASURE = """
() => {
  window.drifts = [];
  window.volumes = [];
  const look = () => {
    const [video, voice] = [document.querySelector("video"), document.querySelector("audio")];
    if (voice && !video.paused && !voice.paused && !video.seeking && !voice.seeking)
      window.drifts.push(Math.round((voice.currentTime - video.currentTime) * 1000));
    window.volumes.push([video.currentTime, video.volume]);
    requestAnimationFrame(look);
  };
  look();
}
"""
# A browser with a voice of its own, which notes what it is told: Chromium has one only where the system does.
OWN_VOICE = """
window.spoken = [];
let ending = 0;
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => [
    { lang: "en-GB", localService: false, default: true, name: "Elsewhere" },
    { lang: "en-GB", localService: true, default: false, name: "Here" },
  ],
  speak: (told) => {
    window.spoken.push([told.text, told.voice.name, document.querySelector("video").currentTime]);
    told.onstart({});
    ending = setTimeout(() => told.onend({}), 1500);
  },
  cancel: () => clearTimeout(ending),
  addEventListener: () => {},
} });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""
# Returns when somebody begins to be heard in the voice's file after a time, in seconds.
ONSET = """
async (from) => {
  const file = await (await fetch(document.querySelector("audio").src)).arrayBuffer();
  const rate = 24000;
  const sound = (await new OfflineAudioContext(1, rate, rate).decodeAudioData(file)).getChannelData(0);
  return sound.findIndex((each, index) => index > from * rate && Math.abs(each) > 0.02) / rate;
}
"""
GUISES: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    "320": {"viewport": {"width": 320, "height": 640}},
    "german": {"locale": "de-DE"},
    "forced-colours": {"forced_colors": "active"},
}


def listed(texts: tuple[tuple[int, str], ...]) -> ElementList:
    return talk(*(sentence(text, at) for at, text in texts))


def described_job(
    services: app.Services,
    owner: Client,
    folder: Path,
    *,
    describes: bool = True,
    coding: tuple[str, ...] = ("-b:v", "100k"),
    **given: Any,
) -> str:
    """Return a transcribed job with a film, and with what describes it."""
    film = video(folder / "film.webm", *coding, seconds=SECONDS).read_bytes()
    job = finished_job(services, listed(SAID), username=name_of(owner), **given)
    services.jobs.update(job, name=NAME, media_ms=SECONDS * 1000)
    add_recording(services, services.jobs.find_job(job), film)
    if describes:
        services.elementlists.describe(job, to_json(listed(DESCRIBED)))
    return job


@pytest.fixture(scope="module")
def owner(server: OwnServer) -> Client:
    return child(Client(server).login(), "harbour")


@pytest.fixture(scope="module")
def job(owner: Client, services: app.Services, tmp_path_factory: pytest.TempPathFactory) -> str:
    return described_job(services, owner, tmp_path_factory.mktemp("described"))


@pytest.fixture(scope="module")
def links(owner: Client, services: app.Services, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return a link to a job to watch, and one to a job that waits for approval."""
    found = {}
    for purpose, options in (("viewing", {}), ("approval", {"customer_approval_steps": ["RETURN"]})):
        made = described_job(
            services,
            owner,
            tmp_path_factory.mktemp(purpose),
            fidelity=Fidelity.MECHANICAL,
            options=dict(options),
        )
        found[purpose] = owner.post("job/share", job_id=made, purpose=purpose).json()["ShareUrl"]
    return found


@pytest.fixture(scope="module")
def mute(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """Serve where no program speaks."""
    folder = tmp_path_factory.mktemp("mute")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(folder))
        server = OwnServer(folder / "server")
        server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def unspoken(mute: OwnServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Client, str]:
    owner = child(Client(mute).login(), "mute")
    with services_of(mute) as services:
        return owner, described_job(services, owner, tmp_path_factory.mktemp("unspoken"))


def open_job(visitor: Visitor, job: str) -> Page:
    page = visitor.go(f"/web/jobs/{job}")
    expect(page.locator(".player-time")).to_contain_text("0:24", timeout=90_000)
    return page


def note(page: Page) -> Any:
    return page.locator(".player-describer")


def describe(page: Page, says: str) -> None:
    """Turn the description on, and wait until it is said who describes."""
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_role("button", name=BUTTON)).to_have_attribute("aria-pressed", "true")
    expect(note(page)).to_contain_text(says, timeout=90_000)


def at(page: Page, seconds: float) -> None:
    page.evaluate("(at) => { document.querySelector('video').currentTime = at; }", seconds)


def wait_s(page: Page, seconds: float) -> None:
    """Wait until the recording is there."""
    wait_until(lambda: page.evaluate("document.querySelector('video').currentTime") > seconds)


def drifts(page: Page) -> list[int]:
    """Return how far they were apart since this was asked last, in ms."""
    found: list[int] = page.evaluate("window.drifts.splice(0)")
    return found


def test_a_recording_that_nothing_describes_has_no_button(
    visit: Callable[..., Visitor], owner: Client, services: app.Services, tmp_path: Path
) -> None:
    page = open_job(visit(owner), described_job(services, owner, tmp_path, describes=False))
    expect(page.get_by_role("button", name="Captions", exact=True)).to_be_visible()
    assert page.get_by_role("button", name=BUTTON).count() == 0
    assert page.get_by_role("button", name="Descriptions").count() == 0
    page.get_by_role("slider", name="Position").focus()
    page.keyboard.press("d")
    expect(note(page)).to_have_count(0)


def test_what_is_heard_is_at_its_time(visit: Callable[..., Visitor], owner: Client, job: str) -> None:
    visitor = visit(owner)
    page = open_job(visitor, job)
    describe(page, "a voice describes the picture")
    for start_ms, _ in DESCRIBED:
        assert page.evaluate(ONSET, start_ms / 1000 - 0.5) == pytest.approx(start_ms / 1000, abs=0.1)
    page.evaluate(MEASURE)
    found: dict[str, list[int]] = {}
    page.get_by_role("button", name="Play", exact=True).click()
    wait_s(page, 4.2)
    visitor.shoot("described-sound")
    found["play"] = drifts(page)
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Play", exact=True).click()
    wait_s(page, 6)
    found["pause"] = drifts(page)
    at(page, 11.5)
    wait_s(page, 14)
    found["seek"] = drifts(page)
    at(page, 2)
    page.get_by_label("Speed").select_option("1.5")
    wait_s(page, 6)
    found["rate 1.5"] = drifts(page)
    at(page, SECONDS - 4.5)
    wait_until(lambda: page.evaluate("document.querySelector('video').ended"))
    found["end"] = drifts(page)
    wait_until(lambda: page.evaluate("document.querySelector('audio').paused"))
    for phase, each in found.items():
        assert len(each) > 5, (phase, each)
        assert max(map(abs, each)) <= FARTHEST_MS, (phase, each)
    # The recording is turned down while somebody is heard, and up again.
    volumes = page.evaluate("window.volumes")
    assert {volume for time, volume in volumes if 3.3 < time < 3.9} == {0.25}
    assert {volume for time, volume in volumes if 6.5 < time < 10.5 or 1 < time < 2.5} == {1}


def test_the_voice_waits_where_the_recording_waits_for_the_network(
    visit: Callable[..., Visitor], owner: Client, services: app.Services, tmp_path: Path
) -> None:
    noisy = ("-vf", "noise=alls=80:allf=t", "-deadline", "realtime", "-b:v", "8M")
    visitor = visit(owner)
    page = open_job(visitor, described_job(services, owner, tmp_path, coding=noisy))
    describe(page, "a voice describes the picture")
    page.evaluate(MEASURE)
    wait_until(lambda: page.evaluate("document.querySelector('audio').readyState") == HAVE_ENOUGH)
    slow = {"offline": False, "latency": 0, "downloadThroughput": 20_000, "uploadThroughput": -1}
    visitor.network.send("Network.emulateNetworkConditions", slow)
    page.get_by_role("button", name="Play", exact=True).click()
    waits = (
        "document.querySelector('video').readyState < 3 && document.querySelector('video').currentTime > 0"
    )
    wait_until(lambda: page.evaluate(waits))
    wait_until(lambda: page.evaluate("document.querySelector('audio').paused"))
    visitor.network.send("Network.emulateNetworkConditions", {**slow, "downloadThroughput": -1})
    waited_at = visitor.played_s()
    wait_s(page, waited_at + 2)
    found = drifts(page)
    assert max(map(abs, found)) <= FARTHEST_MS, found


def test_the_keyboard_turns_it_on_and_it_is_remembered(
    visit: Callable[..., Visitor], owner: Client, job: str
) -> None:
    visitor = visit(owner)
    page = open_job(visitor, job)
    button = page.get_by_role("button", name=BUTTON)
    expect(button).to_have_attribute("aria-pressed", "false")
    assert button.get_attribute("aria-keyshortcuts") == "D"
    captions = page.get_by_role("button", name="Captions", exact=True)
    captions.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == BUTTON
    page.keyboard.press("d")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Search the transcript").focus()
    page.keyboard.type("d")  # no key of the player's
    open_job(visitor, job)
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(note(page)).to_contain_text("a voice describes the picture")
    button.press("Enter")
    expect(note(page)).to_have_count(0)
    assert page.locator("audio").count() == 0


def test_the_transcript_has_what_is_described_where_it_is_heard(
    visit: Callable[..., Visitor], owner: Client, job: str
) -> None:
    visitor = visit(owner)
    page = open_job(visitor, job)
    rows = page.locator(".passage")
    expect(rows).to_have_count(len(SAID) + len(DESCRIBED))
    starts = sorted((*SAID, *DESCRIBED))
    for row, (_, text) in zip(rows.all(), starts, strict=True):
        expect(row.locator(".passage-text")).to_have_text(text)
        assert row.get_by_text("Description").count() == ((_, text) in DESCRIBED), text
    page.get_by_text("A woman in a red coat").click()
    expect(page.locator(".passage-active")).to_contain_text("A woman in a red coat")
    page.get_by_role("button", name="Pause").click()
    page.get_by_label("Search the transcript").fill("red coat")
    expect(page.get_by_text("1 of 1")).to_be_visible()
    page.get_by_role("button", name="Descriptions").click()
    expect(rows).to_have_count(len(SAID))
    expect(page.get_by_text("No match")).to_be_visible()
    visitor.check_accessible()
    open_job(visitor, job)
    expect(rows).to_have_count(len(SAID))


def test_without_a_voice_the_text_is_shown_and_it_is_said_why(
    visit: Callable[..., Visitor], unspoken: tuple[Client, str]
) -> None:
    owner, job = unspoken
    visitor = visit(owner)
    page = open_job(visitor, job)
    describe(page, "This server has no espeak-ng")
    expect(note(page)).to_contain_text("as text over the picture")
    shown = page.locator(".player-described[role=status]")
    expect(shown).to_have_text("")
    at(page, 3.2)
    expect(shown).to_have_text(DESCRIBED[0][1])
    visitor.shoot("described-text")
    visitor.check_accessible()
    page.get_by_role("button", name="Play", exact=True).click()
    wait_s(page, 7)
    expect(shown).to_have_text("")
    wait_until(lambda: shown.inner_text() == DESCRIBED[1][1])
    assert 11 <= visitor.played_s() < 12
    page.get_by_role("button", name=BUTTON).click()
    expect(shown).to_have_count(0)


def test_without_the_servers_voice_the_browsers_own_speaks(
    visit: Callable[..., Visitor], unspoken: tuple[Client, str]
) -> None:
    owner, job = unspoken
    visitor = visit(owner)
    visitor.context.add_init_script(OWN_VOICE)
    page = open_job(visitor, job)
    describe(page, "your browser’s voice describes the picture")
    expect(note(page)).to_contain_text("This server has no espeak-ng")
    at(page, 2)
    page.get_by_role("button", name="Play", exact=True).click()
    wait_until(lambda: page.evaluate("window.spoken.length"))
    volume = "document.querySelector('video').volume"
    wait_until(lambda: page.evaluate(volume) == 0.25)
    wait_until(lambda: page.evaluate(volume) == 1)
    at(page, 10.5)
    wait_until(lambda: page.evaluate("window.spoken.length") == 2)
    visitor.shoot("described-voice")
    for (text, voice, time), (start_ms, wanted) in zip(
        page.evaluate("window.spoken"), DESCRIBED, strict=False
    ):
        assert (text, voice) == (wanted, "Here"), (
            "a voice elsewhere would be told what the recording is about"
        )
        assert time == pytest.approx(start_ms / 1000, abs=0.1)


@pytest.mark.parametrize("guise", GUISES)
def test_the_pages_of_links_describe_too(
    visit: Callable[..., Visitor],
    owner: Client,
    services: app.Services,
    links: dict[str, str],
    guise: str,
) -> None:
    visitor = visit(owner, signs_in=False, **GUISES[guise])
    page = visitor.page
    is_german = guise == "german"
    for purpose, link in links.items():
        page.goto(link)
        button = page.get_by_role("button", name="Audiodeskription" if is_german else BUTTON)
        if button.get_attribute("aria-pressed") == "false":
            button.click()
        expect(note(page)).to_contain_text(
            "Stimme beschreibt" if is_german else "a voice describes", timeout=90_000
        )
        rows = page.locator(".shared-described")
        expect(rows).to_have_count(len(DESCRIBED))
        assert page.locator("[data-start]").all_inner_texts()[1].endswith(DESCRIBED[0][1])
        visitor.shoot(f"described-{purpose}-{guise}")
        visitor.check_accessible()
        switch = page.get_by_role("button", name="Beschreibungen" if is_german else "Descriptions")
        switch.click()
        expect(rows.first).to_be_hidden()
        switch.click()
        expect(rows.first).to_be_visible()


@pytest.mark.parametrize("guise", GUISES)
def test_it_is_accessible_in_every_guise(
    visit: Callable[..., Visitor], owner: Client, job: str, unspoken: tuple[Client, str], guise: str
) -> None:
    visitor = visit(owner, **GUISES[guise])
    page = open_job(visitor, job)
    page.locator("[aria-keyshortcuts=D]").click()
    expect(note(page)).not_to_be_empty()
    expect(page.locator(".passage-describes")).to_have_count(len(DESCRIBED))
    visitor.shoot(f"described-{guise}")
    visitor.check_accessible()
    mute = visit(unspoken[0], **GUISES[guise])
    page = open_job(mute, unspoken[1])
    page.locator("[aria-keyshortcuts=D]").click()
    at(page, 11.2)
    expect(page.locator(".player-described")).to_have_text(DESCRIBED[1][1])
    mute.shoot(f"described-text-{guise}")
    mute.check_accessible()
