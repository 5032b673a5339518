"""From an own file to its captions, by what the page shows: as somebody who never saw it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.visitor import Visitor

pytestmark = pytest.mark.ui


def test_a_person_gets_from_a_file_to_its_captions(visitor: Visitor, speech: Path, tmp_path: Path) -> None:
    recording = tmp_path / "My first lecture.wav"
    recording.write_bytes(speech.read_bytes())
    page = visitor.page
    page.get_by_role("link", name="Upload your first recording").click()
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Choose files").click()
    chosen.value.set_files(recording)
    expect(page.get_by_text("1 recording (160 kB) will be uploaded.")).to_be_visible()
    expect(page.get_by_text("It is due by")).to_be_visible()
    page.get_by_role("button", name="Upload and transcribe").click()
    expect(page.get_by_text("1 recording is ordered.")).to_be_visible()
    page.get_by_role("link", name="See your jobs").click()
    row = visitor.row("My first lecture")
    expect(row.get_by_text("Complete")).to_be_visible(timeout=120_000)  # by itself
    row.get_by_role("button", name="Actions for My first lecture").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Captions (WebVTT)").click()
    assert saved.value.suggested_filename == "My first lecture.vtt"
    captions = Path(saved.value.path()).read_text()
    assert captions.startswith("WEBVTT") and " --> " in captions


def test_the_same_with_the_keyboard_alone(visitor: Visitor, quiet: Path) -> None:
    page = visitor.page
    page.on("filechooser", lambda chooser: chooser.set_files(quiet))

    def tab_to(name: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.innerText.trim()") == name:
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", f"the focus on {name} is not visible"
                return
        raise AssertionError(f"no {name} in the order of tabs")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to content"
    page.keyboard.press("Enter")
    tab_to("Upload your first recording")
    page.keyboard.press("Enter")
    page.wait_for_url("**/web/new")
    tab_to("Choose files")
    page.keyboard.press("Enter")
    tab_to("Upload and transcribe")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 recording is ordered.")).to_be_visible()
    visitor.go("/web/jobs")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('aria-label')") == "Actions for quiet":
            break
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.innerText.trim()") == "Delete"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Actions for quiet"
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Delete “quiet”?")).to_be_visible()
    assert page.evaluate("document.activeElement.innerText.trim()") == "Cancel"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("“quiet” is deleted.")).to_be_visible()
    expect(page.get_by_text("No jobs yet")).to_be_visible()


def test_a_file_and_its_transcript_are_dropped_together(visitor: Visitor, speech: Path) -> None:
    page = visitor.go("/web/new")
    visitor.drop({"talk.wav": speech.read_bytes(), "talk.txt": b"Good morning.", "photo.jpg": b"no"})
    expect(page.get_by_text("Aligned with talk.txt")).to_be_visible()
    expect(
        page.get_by_text("Skipped, as it is neither a recording nor the transcript of one: photo.jpg")
    ).to_be_visible()
    page.get_by_role("button", name="Upload and transcribe").click()
    expect(page.get_by_text("1 recording is ordered.")).to_be_visible()
    [job] = visitor.client.get("job/list").json()["ActiveJobs"]
    kinds = [task["TaskType"] for task in job["Tasks"]]
    assert "JOB_ADD_TRANSCRIPT" in kinds and "JOB_PERFORM_TRANSCRIPTION" in kinds


def test_the_order_form_says_what_is_ordered_and_remembers_it(visitor: Visitor, quiet: Path) -> None:
    page = visitor.go("/web/new")
    page.get_by_label("Priority").select_option(label="Economy: within 96 hours")
    page.get_by_text("Speakers, names and terms").click()
    page.get_by_label("Number of speakers").fill("3")
    page.get_by_label("Names and terms").fill("Ménard\ncitric acid cycle")
    page.set_input_files("#files", quiet)
    page.get_by_role("button", name="Upload and transcribe").click()
    expect(page.get_by_text("1 recording is ordered.")).to_be_visible()
    [job] = visitor.client.get("job/list").json()["ActiveJobs"]
    assert (job["Priority"], job["Fidelity"], job["JobName"]) == ("ECONOMY", "MECHANICAL", "quiet")
    page = visitor.go("/web/new")
    assert page.get_by_label("Priority").input_value() == "ECONOMY"
    page.get_by_text("Speakers, names and terms").click()
    assert page.get_by_label("Names and terms").input_value() == "Ménard\ncitric acid cycle"
    assert page.get_by_label("Number of speakers").input_value() == "", "another recording has others"


def test_what_is_remembered_is_forgotten_at_sign_out(visit: Callable[..., Visitor], quiet: Path) -> None:
    visitor = visit()
    page = visitor.go("/web/new")
    page.get_by_label("Priority").select_option("ECONOMY")
    page.set_input_files("#files", quiet)
    page.get_by_role("button", name="Upload and transcribe").click()
    expect(page.get_by_text("1 recording is ordered.")).to_be_visible()
    assert page.evaluate("localStorage.length") > 0
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/web/signed-out")
    assert page.evaluate("localStorage.length") == 0
