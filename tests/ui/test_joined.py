"""Several recordings in one file, of two formats and one without pictures: the pages play all of them."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from playwright.sync_api import Page, expect

from scribedock.demo.server import OwnServer
from tests.support.accounts import child
from tests.support.client import Client
from tests.support.media.ffmpeg import PICTURE, make
from tests.support.media.sound import RATE, pcm, spoken
from tests.support.waiting import wait_until
from tests.ui.desk import Desk
from tests.ui.visitor import Visitor

pytestmark = pytest.mark.ui

FILM_S, SENTENCE_S = 4.0, 3.5
# Returns the samples of what the page's player plays, at 16 kHz.
HEARD = """
async (rate) => {
  const media = await (await fetch(`${location.pathname.replace(/\\/edit$/, "")}/media`)).json();
  const file = await (await fetch(media.source.url)).arrayBuffer();
  const sound = await new OfflineAudioContext(1, rate, rate).decodeAudioData(file);
  return Array.from(sound.getChannelData(0), (each) => Math.round(32767 * each));
}
"""


@pytest.fixture(scope="module")
def owner(server: OwnServer) -> Client:
    return child(Client(server).login(), "recorder")


@pytest.fixture(scope="module")
def joined(owner: Client, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a transcribed job of a film and a sound: in both, the same sentence is said."""
    folder = tmp_path_factory.mktemp("joined")
    sound = spoken(folder / "b.wav", seconds=SENTENCE_S)
    inputs = [*(each.format(seconds=FILM_S) for each in PICTURE), "-i", str(sound)]
    codecs = ("-af", "apad", "-t", str(FILM_S), "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac")
    film = make(folder / "a.mp4", *inputs, *codecs)
    job = owner.new_job(job_name="A lecture that the camera cut in two")
    owner.upload(job, film.read_bytes() + sound.read_bytes())
    owner.order(job)
    assert "holds 2 recordings" in owner.finished(job)["Notice"]
    return job


def sentences_s(page: Page) -> list[float]:
    """Return when the sentence begins in what the page plays, in seconds."""
    heard = np.array(page.evaluate(HEARD, RATE), np.float64)
    said: npt.NDArray[np.float64] = np.frombuffer(pcm(2.0), "<i2").astype(np.float64)
    size = 1 << (len(heard) + len(said)).bit_length()
    likeness = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size)))[: len(heard)]
    half = int(FILM_S * RATE / 2)
    return [int(np.argmax(likeness[:half])) / RATE, (half + int(np.argmax(likeness[half:]))) / RATE]


def second_sentence(client: Client, job: str) -> tuple[str, float]:
    """Return the first word of the second recording, and when it is said, in seconds."""
    elementlist = client.get("job/get_elementlist", job_id=job).json()
    tokens = [
        token
        for segment in elementlist["segments"]
        for sequence in segment["sequences"]
        for token in sequence["tokens"]
        if token["type"] == "word" and token["start_time"] >= 1000 * (FILM_S - 0.1)
    ]
    return tokens[0]["display_as"], tokens[0]["start_time"] / 1000


def test_the_second_recording_is_heard_and_seen_where_its_captions_are(
    visit: Callable[..., Visitor], owner: Client, joined: str
) -> None:
    visitor = visit(owner)
    page = visitor.go(f"/web/jobs/{joined}")
    expect(page.locator(".player-hint, .player-note")).to_have_count(0)
    wait_until(lambda: page.evaluate("document.querySelector('video').videoWidth") == 320)
    assert page.evaluate("document.querySelector('video').duration") == pytest.approx(7.5, abs=0.1)
    first, second = sentences_s(page)
    assert (first, second) == pytest.approx((0, FILM_S), abs=0.1)

    word, said_s = second_sentence(owner, joined)
    assert said_s == pytest.approx(second, abs=1)
    page.locator(".passages").get_by_text(word).last.click()
    wait_until(lambda: visitor.played_s() >= said_s - 0.1)
    assert visitor.played_s() == pytest.approx(said_s, abs=0.5)
    visitor.shoot("joined-job")


def test_the_editor_and_links_play_it_too(visit: Callable[..., Visitor], owner: Client, joined: str) -> None:
    link = owner.post("job/share", job_id=joined).json()["ShareUrl"]
    watching = visit(owner, signs_in=False)
    watching.page.goto(link)
    expect(watching.page.locator("scribedock-player video")).to_be_visible()
    wait_until(lambda: watching.page.evaluate("document.querySelector('video').duration") > 7.4)

    owner.post("review/take", job_id=joined, kind="correction")
    visitor = visit(owner)
    desk = Desk.of(visitor, joined)
    expect(desk.page.locator("[data-clock]")).to_have_text(re.compile(r"/ 0?0?:?0?0:07"))
    assert sentences_s(desk.page)[1] == pytest.approx(FILM_S, abs=0.1)
    visitor.shoot("joined-editor")
