"""The editor with a recording: listening, words that are aligned anew, and how it looks in every guise."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from scribedock import app
from tests.support.accounts import child
from tests.support.client import Client
from tests.support.waiting import wait_until
from tests.ui.desk import Desk
from tests.ui.visitor import Visitor

pytestmark = pytest.mark.ui

GUISES: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "320-german": {"viewport": {"width": 320, "height": 640}, "locale": "de-DE"},
    "phone-dark": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "color_scheme": "dark"},
    "forced-colours": {"forced_colors": "active"},
}
PLAY = re.compile("Play or pause|Abspielen oder anhalten")
OFF = ("aria-disabled", "true")


@pytest.fixture(scope="module")
def owner(server: Any, admin_token: str) -> Client:
    return child(Client(server, token=admin_token), "lecturer")


@pytest.fixture(scope="module")
def heard(owner: Client, speech: Path) -> str:
    """Return a job of a real recording that is being corrected."""
    job = owner.new_job(job_name="Lecture on the sea")
    owner.upload(job, speech)
    owner.order(job)
    owner.finished(job)
    owner.post("review/take", job_id=job, kind="correction")
    return job


def clock(page: Page) -> float:
    """Return where the recording is, in seconds."""
    shown = page.locator("[data-clock]").inner_text().partition(" / ")[0]
    minutes, seconds = shown.split(":")
    return int(minutes) * 60 + float(seconds)


def test_listening_and_typing_go_together(visit: Callable[..., Visitor], owner: Client, heard: str) -> None:
    visitor = visit(owner)
    desk = Desk.of(visitor, heard)
    page = desk.page
    with page.expect_response(re.compile("/media/peaks"), timeout=120_000) as peaks:
        expect(page.get_by_role("button", name=PLAY)).not_to_have_attribute(*OFF, timeout=120_000)
    assert peaks.value.status == 206
    desk.row(0).focus()
    desk.press("F8")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    wait_until(lambda: clock(page) > 2)
    expect(page.locator(".row-playing")).to_have_count(1)
    desk.press("F8")
    stopped = clock(page)
    desk.press("F8", "F8")
    assert clock(page) < stopped - 0.5, "it goes on a little before"
    desk.press("Alt+PageDown")
    assert page.evaluate("document.querySelector('.edit-video').playbackRate") == 0.9
    assert page.evaluate("document.querySelector('.edit-video').preservesPitch")
    desk.press("Alt+l")
    expect(page.get_by_role("button", name="Repeat row")).to_have_attribute("aria-pressed", "true")
    desk.press("Alt+l", "F8")

    # A word that is typed anew gets its time from the recording, and what is typed on stays where it is.
    before = desk.segments()[0]
    first = desk.texts()[0]
    desk.type(0, "Really ")
    desk.expect_saved()
    assert desk.segments()[0]["sequences"][0]["tokens"][0]["interpolated"]
    desk.press("Alt+ArrowDown")
    top = desk.row(1).bounding_box()
    wait_until(lambda: desk.segments()[0] != before and _is_aligned(desk), within_s=90)
    desk.expect_saved()
    assert desk.row(1).bounding_box() == top
    page.wait_for_timeout(3_000)  # for the page to learn of it
    desk.row(0).focus()
    desk.press("Control+z")
    desk.expect_texts(first)
    desk.expect_saved()


def _is_aligned(desk: Desk) -> bool:
    """Tell whether a realignment has ended, and the words are those that were typed."""
    tasks = desk.client.info(desk.job)["Tasks"]
    found = [each for each in tasks if each["TaskType"] == "JOB_REALIGN"]
    return bool(found) and found[-1]["TaskStatus"] == "COMPLETE" and desk.saved()[0].startswith("Really ")


@pytest.mark.parametrize("guise", GUISES)
def test_the_editor_is_accessible_and_as_wide_as_the_window(
    visit: Callable[..., Visitor], services: app.Services, owner: Client, heard: str, guise: str
) -> None:
    visitor = visit(owner, **GUISES[guise])
    desk = Desk.of(visitor, heard)
    expect(desk.page.get_by_role("button", name=PLAY)).not_to_have_attribute(*OFF, timeout=120_000)
    desk.caret(0, 3)
    desk.page.wait_for_timeout(500)  # for the waveform
    visitor.shoot(f"editor-{guise}")
    visitor.check_accessible()
    desk.press("Alt+s")
    expect(desk.page.get_by_role("dialog")).to_be_visible()
    visitor.shoot(f"editor-speakers-{guise}")
    visitor.check_accessible()
