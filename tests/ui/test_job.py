"""The page of a job: its words, what can be downloaded of them, and how it is when there are none."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from scribedock import app
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Fidelity
from scribedock_captions.elementlist.codec import to_json
from tests.support.accounts import child, name_of
from tests.support.client import Client
from tests.support.finished import finished_job
from tests.support.media.ffmpeg import video
from tests.support.waiting import wait_until
from tests.ui.lecture import TURNS, lecture
from tests.ui.visitor import Visitor

pytestmark = pytest.mark.ui

NAME = "Biochemistry, lecture 3"
NOTED = {"words": 60, "words_in_doubt": 3, "speech_ms": 20_000, "unrecognized_ms": 1_000}
CHOSEN_RATE = "document.querySelector('video').playbackRate"
ARABIC = ((1, "صباح الخير، ومرحبًا بكم في المحاضرة الثالثة."),)
REASON = "The recording cannot be read: its container says MKV, but it has no audio track."
PASSAGES = 4


def job_of(client: Client, services: app.Services, **list_of: object) -> str:
    """Return a job of this account that is Complete."""
    words = lecture(**list_of)  # type: ignore[arg-type]
    job = finished_job(services, words, username=name_of(client), noted=dict(NOTED))
    services.jobs.update(job, name=NAME)
    return job


@pytest.fixture(scope="module")
def owner(client: Client) -> Client:
    return child(client, "lecturer")


@pytest.fixture(scope="module")
def client(server: object, admin_token: str) -> Client:
    return Client(server, token=admin_token)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def filmed(owner: Client, services: app.Services, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a job with a film that browsers play, of 30 seconds, and a transcript of as many."""
    film = video(tmp_path_factory.mktemp("film") / "film.webm", "-b:v", "100k", seconds=30)
    job = owner.new_job(job_name=NAME)
    owner.upload(job, film)
    owner.order(job)
    owner.finished(job)
    services.jobs.update(job, **NOTED)  # type: ignore[arg-type]
    [*_, order] = services.jobs.tasks([job])[job]
    with services.database.write() as connection:
        listed = zlib.compress(to_json(lecture()))
        services.elementlists.store(connection, job, f"{order.id[:-1]}x", (Iwp.FINAL,), listed)
    return job


def cues(page: Page) -> str:
    return str(
        page.evaluate(
            """[...document.querySelector("video").textTracks].filter((each) => each.mode === "showing")
              .flatMap((each) => [...(each.activeCues ?? [])]).map((each) => each.text).join(" ")"""
        )
    )


def test_a_recording_plays_with_captions_and_its_words_follow(
    visit: Callable[..., Visitor], owner: Client, filmed: str
) -> None:
    visitor = visit(owner)
    page = visitor.go(f"/web/jobs/{filmed}")
    expect(page.locator(".passage")).to_have_count(PASSAGES)
    expect(page.locator(".player-time")).to_contain_text("0:30", timeout=90_000)
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator(".passage-active")).to_contain_text("Good morning")
    wait_until(lambda: visitor.played_s() > 1.2)
    page.get_by_role("button", name="Pause").click()
    assert "Good morning" in cues(page)
    visitor.shoot("job-playing")
    page.get_by_role("button", name="Captions", exact=True).click()
    assert cues(page) == ""
    # A click on a word goes there; words that were not recognized, sounds and doubt are told apart.
    page.get_by_text("citric acid cycle begins").click(position={"x": 5, "y": 10})
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".passage-active")).to_contain_text("citric acid")
    assert page.locator(".passage-doubt").all_inner_texts()[1:] == ["glycolysis", "Ménard", "oxaloacetate."]
    assert page.locator(".passage-missing").all_inner_texts() == ["[INAUDIBLE]"]
    page.get_by_role("button", name="Play from 0:11").click()
    expect(page.locator(".player-now")).to_have_text(re.compile("0:1[1-3]"))
    page.get_by_role("button", name="Pause").click()
    # What somebody has chosen is there again the next time.
    page.get_by_label("Speed").select_option("1.5")
    page.get_by_role("button", name="Appearance of captions").click()
    visitor.check_accessible()
    page.get_by_label("Text size").select_option("200")
    page.get_by_label("Text colour").select_option("Yellow")
    visitor.shoot("job-appearance")
    page.get_by_role("button", name="Done").click()
    visitor.go(f"/web/jobs/{filmed}")
    expect(page.locator(".player-time")).to_contain_text("0:30")
    assert page.evaluate(CHOSEN_RATE) == 1.5 and page.evaluate(
        "document.querySelector('video').preservesPitch"
    )
    rules = page.evaluate("document.adoptedStyleSheets.flatMap((s) => [...s.cssRules].map((r) => r.cssText))")
    assert any("::cue" in rule and "255, 255, 0" in rule and "200%" in rule for rule in rules), rules
    assert page.get_by_role("button", name="Captions", exact=True).get_attribute("aria-pressed") == "false"


def test_the_keyboard_alone_plays_and_reads(
    visit: Callable[..., Visitor], owner: Client, filmed: str
) -> None:
    page = visit(owner).go(f"/web/jobs/{filmed}")
    expect(page.locator(".player-time")).to_contain_text("0:30", timeout=90_000)
    page.get_by_role("slider", name="Position").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("slider", name="Position")).to_have_attribute("aria-valuetext", "0:05 of 0:30")
    for key in ("k", "k", "End"):
        page.keyboard.press(key)
    expect(page.locator(".player-now")).to_have_text("0:30")
    page.keyboard.press("Home")
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Captions", exact=True)).to_have_attribute("aria-pressed", "false")
    page.get_by_label("Search the transcript").focus()
    page.keyboard.type("mkc")  # no key of the player's
    expect(page.get_by_text("No match")).to_be_visible()
    expect(page.get_by_role("button", name="Mute")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "0:01"
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.locator(".passage-active")).to_contain_text("Thank you")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.passages')") is None, "one stop for all passages"


def test_words_are_found_without_their_accents(visitor: Visitor, services: app.Services) -> None:
    page = visitor.go(f"/web/jobs/{job_of(visitor.client, services)}")
    box = page.get_by_label("Search the transcript")
    box.fill("menard")
    expect(page.get_by_text("1 of 1")).to_be_visible()
    expect(page.locator(".passage-found")).to_contain_text("Ménard showed")
    box.fill("the CELL")
    expect(page.get_by_text("1 of 2")).to_be_visible()
    box.press("Enter")
    expect(page.locator(".passage-found")).to_contain_text("leaves the cell")
    page.get_by_role("button", name="Next match").click()
    expect(page.get_by_text("1 of 2")).to_be_visible()
    visitor.check_accessible()


def saved(page: Page, label: str) -> Path:
    with page.expect_download() as found:
        page.get_by_role("button", name=label).click()
    assert found.value.suggested_filename.startswith(NAME)
    return Path(found.value.path())


def test_results_are_downloaded_by_style_and_format(visitor: Visitor, services: app.Services) -> None:
    page = visitor.go(f"/web/jobs/{job_of(visitor.client, services)}")
    page.get_by_label("Style").select_option("DCMP")
    page.get_by_label("Format").select_option("SRT")
    captions = saved(page, "Download captions").read_text()
    assert captions.startswith("1\n") and "[LAUGH]" in captions, "DCMP wants sounds"
    assert max(map(len, captions.splitlines())) <= 32
    assert "Ménard" in saved(page, "Transcript (text)").read_text()
    assert saved(page, "Transcript (web page)").read_text().lstrip().startswith("<")
    assert '"version":2' in saved(page, "Word times").read_text().replace(" ", "")
    with zipfile.ZipFile(saved(page, "Everything (zip)")) as archive:
        assert {Path(name).suffix for name in archive.namelist()} == {".vtt", ".srt", ".txt", ".json"}


def test_a_job_says_how_far_it_is_until_it_is_done_and_why_it_failed(
    visitor: Visitor, services: app.Services
) -> None:
    client = visitor.client
    job = client.new_job(job_name=NAME)
    page = visitor.go(f"/web/jobs/{job}")
    expect(page.get_by_role("heading", name="Not ordered yet")).to_be_visible()
    services.jobs.update(job, status="In Process", due=services.clock.now(), progress=0.2)
    services.jobs.stamp_progress(job, 0.42)
    page = visitor.go(f"/web/jobs/{job}")
    expect(page.get_by_role("heading", name="Transcribing: 42% done")).to_be_visible()
    visitor.shoot("job-running")
    visitor.check_accessible()
    services.jobs.stamp_progress(job, 0.7)
    expect(page.get_by_role("heading", name="Transcribing: 70% done")).to_be_visible()
    for values, heading in (
        ({"status": "Media Failure", "failure_reason": REASON}, "Transcription failed"),
        ({"status": "Authorizing"}, "Awaiting authorization"),
        ({"status": "Complete", "results_erased": services.clock.now()}, "The results were erased"),
    ):
        services.jobs.update(job, **values)  # type: ignore[arg-type]
        visitor.go(f"/web/jobs/{job}")
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        visitor.shoot(f"job-{heading.rpartition(' ')[2]}")
        visitor.check_accessible()
    client.get("job/delete", job_id=job)
    expect(page.get_by_text("This job no longer exists")).to_be_visible()
    visitor.page.goto(f"/web/jobs/{job}")
    expect(page.get_by_text("There is nothing here.")).to_be_visible()


def test_what_became_of_it_is_shown_to_those_who_may_see_it(visitor: Visitor, services: app.Services) -> None:
    client = visitor.client
    job = finished_job(
        services, lecture(), username=name_of(client), callback_url="http://127.0.0.1:9/done", noted=NOTED
    )
    client.post("job/add_custom_guidelines", job_id=job, guidelines_data="Ménard\ncitric acid cycle")
    page = visitor.go(f"/web/jobs/{job}")
    expect(page.get_by_text("http://127.0.0.1:9/done")).to_be_visible()
    page.get_by_text("Names, terms and guidelines").locator("..").locator("summary").click()
    expect(page.locator(".guideline pre")).to_have_text("Ménard\ncitric acid cycle")
    page.get_by_role("heading", name="Audit log").click()
    expect(page.get_by_text("job/add_custom_guidelines")).to_be_visible()
    page.get_by_role("button", name="Lactate").click()
    visitor.check_accessible()


def test_a_link_shows_the_job_to_people_without_an_account(
    visit: Callable[..., Visitor], visitor: Visitor, services: app.Services
) -> None:
    page = visitor.go(f"/web/jobs/{job_of(visitor.client, services)}")
    page.get_by_role("button", name="Make a link").click()
    dialog = page.get_by_role("dialog", name="Make a link")
    dialog.get_by_label("Whom it is for").fill("Dr. Ménard")
    visitor.check_accessible()
    dialog.get_by_role("button", name="Make a link").click()
    url = page.get_by_role("dialog", name="The link is ready").get_by_label("Link").input_value()
    visitor.check_accessible()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Dr. Ménard · Watching")).to_be_visible()
    stranger = visit(visitor.client, signs_in=False)
    stranger.page.goto(url)
    expect(stranger.page.get_by_text(NAME).first).to_be_visible()
    page.get_by_role("button", name="End Dr. Ménard").click()
    page.get_by_role("dialog").get_by_role("button", name="End").click()
    expect(page.get_by_text("Dr. Ménard · Watching")).to_have_count(0)
    stranger.page.goto(url)
    expect(stranger.page.get_by_text(NAME)).to_have_count(0)


def test_a_recording_is_transcribed_again_in_another_language(
    visit: Callable[..., Visitor], owner: Client, filmed: str
) -> None:
    visitor = visit(owner)
    page = visitor.go(f"/web/jobs/{filmed}")
    expect(page.locator(".player-time")).to_contain_text("0:30", timeout=90_000)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Transcribe again").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("In English, once more")
    visitor.shoot("job-again")
    visitor.check_accessible()
    dialog.get_by_role("button", name="Transcribe again").click()
    expect(page.get_by_role("heading", name="In English, once more")).to_be_visible()
    again = page.url.rpartition("/")[2]
    assert again != filmed and owner.info(again)["SameRecording"] == [filmed]


def test_thousands_of_passages_are_all_there(visitor: Visitor, services: app.Services) -> None:
    turns = ((1, "One two."), (2, "Three four."))
    page = visitor.go(f"/web/jobs/{job_of(visitor.client, services, repeats=1_000, turns=turns)}")
    expect(page.locator(".passage")).to_have_count(2_000)
    expect(page.locator(".passages")).to_have_attribute("aria-busy", "false")
    laid_out = page.locator(".passage").last.evaluate("each => getComputedStyle(each).contentVisibility")
    assert laid_out == "auto", "only what is near the window is laid out"


@pytest.mark.parametrize(
    ("guise", "options"),
    [
        ("light", {}),
        ("dark", {"color_scheme": "dark"}),
        ("phone", {"viewport": {"width": 390, "height": 844}, "has_touch": True}),
        ("320", {"viewport": {"width": 320, "height": 640}}),
        ("german", {"locale": "de-DE"}),
        ("forced-colours", {"forced_colors": "active"}),
    ],
)
def test_it_is_accessible_in_every_guise(
    visit: Callable[..., Visitor], owner: Client, filmed: str, guise: str, options: dict[str, object]
) -> None:
    visitor = visit(owner, **options)
    visitor.go(f"/web/jobs/{filmed}")
    expect(visitor.page.locator(".player-time")).to_contain_text("0:30", timeout=90_000)
    visitor.shoot(f"job-{guise}")
    visitor.check_accessible()


def test_right_to_left_transcripts_read_from_the_right(visitor: Visitor, services: app.Services) -> None:
    job = job_of(visitor.client, services, turns=ARABIC)
    services.jobs.update(job, name=ARABIC[0][1], media_ms=144_000_000)
    page = visitor.go(f"/web/jobs/{job}")
    expect(page.locator(".passage-text")).to_have_text(ARABIC[0][1])
    assert page.locator(".passage-text").evaluate("each => getComputedStyle(each).direction") == "rtl"
    visitor.shoot("job-rtl")
    visitor.check_accessible()


def test_a_job_that_people_review_shows_what_there_is(visitor: Visitor, services: app.Services) -> None:
    reviewer = child(visitor.client, "reviewer")
    account = services.accounts.by_username(name_of(reviewer))
    assert account is not None
    services.accounts.set_reviewer(account, True)
    job = finished_job(services, lecture(), username=name_of(visitor.client), fidelity=Fidelity.STANDARD)
    page = visitor.go(f"/web/jobs/{job}")
    expect(page.get_by_text("In review")).to_be_visible()
    expect(page.locator(".passage")).to_have_count(PASSAGES)
    expect(page.get_by_role("link", name="Correct")).to_have_count(0)
    assert len(TURNS) > PASSAGES, "turns of one speaker are joined"
