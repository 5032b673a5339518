"""Somebody who never saw the application: from the start page to corrected captions of an own file.

Whatever is done here is found by what the page says: no address is typed but the first, and no selector
of styles is used. The pictures of docs/tutorial.md are made on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from scribedock import app
from scribedock.persons.person import NewPerson
from scribedock.persons.roles import Role
from tests.support.accounts import FIRST, name_of
from tests.support.media.sound import spoken
from tests.ui.pictures import Pictures
from tests.ui.visitor import Visitor

pytestmark = pytest.mark.ui

SECONDS = 12  # of the recording: three sentences
SAID = "Good evening, and welcome to the library by the sea."
EMMA = NewPerson(name="Emma Larsen", email="emma.larsen@university.example", role=Role.REQUESTER)


@pytest.fixture
def visitor(visit: Callable[..., Visitor], services: app.Services) -> Visitor:
    """Return the window of a person who has been given an address and a password, and nothing else."""
    visitor = visit(signs_in=False, viewport={"width": 1040, "height": 740})
    account = services.accounts.by_username(name_of(visitor.client))
    assert account is not None
    services.persons.create(account, EMMA, password=FIRST)
    return visitor


def test_somebody_who_never_saw_it_gets_to_corrected_captions_of_an_own_file(
    visitor: Visitor, tmp_path: Path, pictures: Pictures
) -> None:
    recording = spoken(tmp_path / "My first lecture.wav", seconds=SECONDS)
    page = visitor.page

    page.goto("/")
    page.get_by_label("E-mail address or account name").fill(EMMA.email)
    page.get_by_label("Password", exact=True).fill(FIRST)
    pictures.take(page, "sign-in")
    page.get_by_role("button", name="Sign in").click()

    page.get_by_role("link", name="Upload your first recording").click()
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Choose files").click()
    chosen.value.set_files(recording)
    expect(page.get_by_text("It is due by")).to_be_visible()
    pictures.take(page, "new")
    page.get_by_role("button", name="Upload and transcribe").click()
    page.get_by_role("link", name="See your jobs").click()

    row = page.get_by_role("row").filter(has_text="My first lecture")
    expect(row.get_by_text("Complete")).to_be_visible(timeout=120_000)  # by itself
    pictures.take(page, "jobs")
    row.get_by_role("link", name="My first lecture").click()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_enabled()
    expect(page.get_by_role("heading", name="Transcript")).to_be_visible()
    expect(page.get_by_role("button", name="Captions", exact=True)).to_be_enabled()
    pictures.take(page, "job")

    page.get_by_role("link", name="Correct").click()
    page.get_by_role("button", name="Start correcting").click()
    page.get_by_role("textbox", name="Text at").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.type(SAID)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    pictures.take(page, "editor")
    page.get_by_role("button", name="Publish").click()
    pictures.take(page, "publish")
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()

    expect(page.get_by_text(SAID)).to_be_visible()
    page.get_by_label("Format").select_option(label="WebVTT")
    page.get_by_role("button", name="Download captions").scroll_into_view_if_needed()
    pictures.take(page, "download")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download captions").click()
    assert saved.value.suggested_filename == "My first lecture.vtt"
    captions = Path(saved.value.path()).read_text()
    assert captions.startswith("WEBVTT") and " --> " in captions
    assert SAID in " ".join(captions.split())
