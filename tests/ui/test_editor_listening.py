"""A stretch that was recognized badly, listened to again in the editor, with a real recording and worker."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from scribedock_captions.elementlist.codec import emit
from tests.captions.sample import sentence as line
from tests.captions.sample import talk
from tests.support.accounts import child
from tests.support.client import Client
from tests.support.waiting import wait_until
from tests.ui.desk import Desk
from tests.ui.visitor import Visitor

pytestmark = pytest.mark.ui

WRONG = ("Nothing like this", "was ever said here.")
SLOW_MS = 240_000  # a machine may have much else to do
GUISES: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "320-german": {"viewport": {"width": 320, "height": 640}, "locale": "de-DE"},
    "phone-dark": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "color_scheme": "dark"},
    "forced-colours": {"forced_colors": "active"},
}
WORDS = {
    "en": ("Listen again…", "Listen again", "Compare", "Keep mine", "Decide later", "More for this row"),
    "de": (
        "Erneut erkennen …",
        "Erneut erkennen",
        "Vergleichen",
        "Meinen Text behalten",
        "Später entscheiden",
        "Mehr zu dieser Zeile",
    ),
}


@pytest.fixture(scope="module")
def owner(server: Any, admin_token: str) -> Client:
    return child(Client(server, token=admin_token), "lecturer")


@pytest.fixture
def wrong(owner: Client, speech: Path) -> str:
    """Return a job of a real recording whose correction has begun, and whose first rows are wrong."""
    job = owner.new_job(job_name="Lecture on the sea")
    owner.upload(job, speech)
    owner.order(job)
    owner.finished(job)
    owner.post("review/take", job_id=job, kind="correction")
    work = owner.get("review/elementlist", job_id=job, kind="correction").json()
    listed = [line(WRONG[0], 700, word_ms=300), line(WRONG[1], 1900, word_ms=300)]
    segments = emit(talk(*listed))["segments"]
    count = len(work["elementlist"]["segments"])
    query = {
        "v": "1",
        "api_token": owner.token,
        "job_id": job,
        "kind": "correction",
        "base_version": work["version"],
        "save_id": "wrong",
    }
    body = {"changes": [{"first": 0, "removed": count, "segments": segments}]}
    saved = owner.http.post("/api/review/save_segments", params=query, content=json.dumps(body).encode())
    assert saved.status_code == 200, saved.text
    return job


def begin(page: Page, words: tuple[str, ...] = WORDS["en"]) -> Locator:
    """Open the question in the menu of the current row; return its dialog."""
    page.get_by_role("button", name=words[5]).click()
    page.locator(".row-menu").get_by_role("button", name=words[0]).click()
    dialog = page.get_by_role("dialog", name=words[1])
    expect(dialog).to_be_visible()
    return dialog


def test_rows_that_were_recognized_badly_are_listened_to_again(
    visit: Callable[..., Visitor], owner: Client, wrong: str
) -> None:
    visitor = visit(owner)
    desk = Desk.of(visitor, wrong)
    page = desk.page
    assert desk.texts() == list(WRONG)
    desk.row(0).click()
    dialog = begin(page)
    expect(dialog).to_contain_text("Nothing changes before you have compared")
    expect(dialog).to_contain_text(WRONG[0])
    dialog.get_by_role("button", name="Row after, too").click()
    expect(dialog).to_contain_text(WRONG[1])
    visitor.shoot("listening-question")
    visitor.check_accessible()
    dialog.get_by_role("button", name="Listen again").click()

    # It can be edited meanwhile, and what was heard comes by itself, and changes nothing.
    expect(page.get_by_text("Is being listened to again").first).to_be_visible()
    desk.type(1, "Surely ")
    visitor.shoot("listening")
    expect(page.get_by_text("was listened to again.").first).to_be_visible(timeout=SLOW_MS)
    assert desk.texts() == [WRONG[0], f"Surely {WRONG[1]}"]
    assert desk.row(1).evaluate("field => document.activeElement === field")

    page.get_by_role("button", name="Compare").click()
    dialog = page.get_by_role("dialog")
    now, heard = (dialog.get_by_role("region", name=name) for name in ("Now", "Heard again"))
    expect(now).to_contain_text("Surely was ever said here.")
    expect(heard).to_contain_text("library")
    visitor.shoot("listening-compared")
    visitor.check_accessible()
    told = heard.locator("li").all_inner_texts()
    dialog.get_by_role("button", name="Use what was heard").click()
    wait_until(lambda: "library" in " ".join(desk.texts()))
    assert len(desk.texts()) == len(told)
    desk.expect_saved()
    words = [each for segment in desk.segments() for each in segment["sequences"]]
    assert not any(each["interpolated"] for each in words), "words have the times that they were heard at"
    assert all(0 <= each["start_time"] < each["end_time"] <= 5_000 for each in words)

    # It was one step. A row that comes back has a text to be read once the browser has laid it out.
    page.get_by_role("button", name="Undo").click()
    wait_until(lambda: desk.texts() == [WRONG[0], f"Surely {WRONG[1]}"])
    page.get_by_role("button", name="Redo").click()
    wait_until(lambda: "library" in " ".join(desk.texts()))
    desk.expect_saved()
    assert owner.get("review/recognized", job_id=wrong, kind="correction").json() == []


def test_what_was_heard_waits_for_a_decision_also_after_a_reload(
    visit: Callable[..., Visitor], owner: Client, wrong: str
) -> None:
    visitor = visit(owner)
    desk = Desk.of(visitor, wrong)
    page = desk.page
    desk.row(1).focus()
    desk.press("Alt+g")
    dialog = page.get_by_role("dialog", name="Listen again")
    dialog.get_by_label("To", exact=True).fill("9:00")
    dialog.get_by_role("button", name="Listen again").click()
    expect(dialog.get_by_role("alert")).to_contain_text("5 minutes at most")
    dialog.get_by_label("To", exact=True).fill("0:03.2")
    expect(dialog.get_by_label("What is spoken in it")).to_have_value("")
    dialog.get_by_role("button", name="Listen again").click()
    expect(page.get_by_role("list", name="Listen again")).to_contain_text(
        "Listening again from 0:01.6 to 0:03.2"
    )
    desk.open()
    expect(page.get_by_text("was listened to again.").first).to_be_visible(timeout=SLOW_MS)
    desk.row(1).focus()
    desk.press("Alt+g")
    page.get_by_role("dialog").get_by_role("button", name="Decide later").click()
    page.get_by_role("button", name="Keep mine").click()
    expect(page.get_by_role("list", name="Listen again")).to_have_count(0)
    assert desk.texts() == list(WRONG)
    wait_until(lambda: owner.get("review/recognized", job_id=wrong, kind="correction").json() == [])


def test_several_rows_are_listened_to_at_once(
    visit: Callable[..., Visitor], owner: Client, wrong: str
) -> None:
    visitor = visit(owner)
    desk = Desk.of(visitor, wrong)
    page = desk.page
    desk.row(0).click()
    desk.row(1).click(modifiers=["Shift"])
    assert desk.row(0).evaluate("field => document.activeElement === field")
    visitor.shoot("listening-selected")
    desk.press("Alt+g")
    dialog = page.get_by_role("dialog", name="Listen again")
    expect(dialog).to_contain_text(" ".join(WRONG))
    expect(dialog.get_by_label("To", exact=True)).to_have_value("0:03.6")
    page.keyboard.press("Escape")
    desk.row(1).click()
    expect(page.locator(".row-selected")).to_have_count(0)


def test_a_stretch_without_speech_says_so(visit: Callable[..., Visitor], owner: Client, wrong: str) -> None:
    visitor = visit(owner)
    desk = Desk.of(visitor, wrong)
    page = desk.page
    desk.row(0).focus()
    desk.press("Alt+g")
    dialog = page.get_by_role("dialog", name="Listen again")
    for label, time in (("From", "0:00.0"), ("To", "0:00.3")):
        dialog.get_by_label(label, exact=True).fill(time)
    expect(dialog).to_contain_text("There are no words here.")
    dialog.get_by_role("button", name="Listen again").click()
    expect(page.get_by_text("Nobody is heard to speak in this stretch")).to_be_visible(timeout=SLOW_MS)
    visitor.shoot("listening-failed")
    page.get_by_role("list", name="Listen again").get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("list", name="Listen again")).to_have_count(0)


@pytest.mark.parametrize("guise", GUISES)
def test_listening_again_is_accessible_and_as_wide_as_the_window(
    visit: Callable[..., Visitor], owner: Client, wrong: str, guise: str
) -> None:
    visitor = visit(owner, **GUISES[guise])
    words = WORDS["de" if "german" in guise else "en"]
    desk = Desk.of(visitor, wrong)
    page = desk.page
    desk.row(0).click()
    page.get_by_role("button", name=words[5]).click()
    visitor.shoot(f"listening-menu-{guise}")
    visitor.check_accessible()
    page.keyboard.press("Escape")
    dialog = begin(page, words)
    visitor.shoot(f"listening-question-{guise}")
    visitor.check_accessible()
    dialog.get_by_role("button", name=words[1]).click()
    expect(page.locator(".row-listened")).to_have_count(1)
    visitor.shoot(f"listening-running-{guise}")
    visitor.check_accessible()
    page.get_by_role("button", name=words[2]).click(timeout=SLOW_MS)
    visitor.shoot(f"listening-compared-{guise}")
    visitor.check_accessible()
    page.get_by_role("dialog").get_by_role("button", name=words[3]).click()
    expect(page.locator(".listen-bar")).to_have_count(0)
