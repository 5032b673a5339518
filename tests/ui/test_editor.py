"""The editor: correcting by keyboard, what it offers, how many keys that takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from scribedock import app
from scribedock.jobs.job import Fidelity
from scribedock_captions.elementlist.codec import emit
from tests.captions.sample import say
from tests.support.accounts import child, name_of
from tests.support.finished import finished_job
from tests.support.office import save
from tests.support.waiting import wait_until
from tests.ui.desk import Desk
from tests.ui.lecture import lecture
from tests.ui.visitor import Visitor

pytestmark = pytest.mark.ui

TURNS = (
    (1, "Today we look at the see."),
    (2, "The see is deep, and mister smit knows it."),
    (1, "Ask Smit about the depth."),
    (2, "Smit has measured nearly all of it. And more."),
    (1, "That is all for today."),
)

IN_DOUBT = ("see", "see.")


@pytest.fixture
def desk(visitor: Visitor, services: app.Services) -> Desk:
    """Return the editor of a finished job, which its owner corrects."""
    job = finished_job(services, lecture(turns=TURNS, in_doubt=IN_DOUBT), username=name_of(visitor.client))
    visitor.client.post("review/take", job_id=job, kind="correction")
    return Desk.of(visitor, job)


def test_a_transcript_is_corrected_by_keyboard_alone_and_published(
    visitor: Visitor, services: app.Services
) -> None:
    job = finished_job(services, lecture(turns=TURNS, in_doubt=IN_DOUBT), username=name_of(visitor.client))
    desk = Desk(visitor.page, visitor.client, job)
    page = visitor.go(f"/web/jobs/{job}/edit")
    page.get_by_role("button", name="Start correcting").press("Enter")
    expect(page.locator(".row")).to_have_count(len(TURNS))
    before = desk.segments()
    desk.row(0).focus()

    # A word takes its letters and two keys more: it is looked for, and left.
    assert desk.press("Alt+n", *"sea") <= len("sea") + 2
    assert desk.press("Alt+n", *"sea") <= len("sea") + 2
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    desk.caret(3, len("Smit has measured nearly all of it."))
    assert desk.press("Enter") == 1
    desk.expect_texts("Smit has measured nearly all of it.", "And more.", first=3)
    desk.press("Home")
    assert desk.press("Backspace") == 1
    desk.expect_texts("Smit has measured nearly all of it. And more.", first=3)
    desk.caret(4, 0)
    assert desk.press("Alt+s", "2") == 2
    expect(page.locator(".row-who").nth(4)).to_have_text("Student")
    desk.expect_saved()
    assert desk.saved() == desk.texts()
    after = desk.segments()
    assert after[0]["sequences"][0] == before[0]["sequences"][0], "what stayed keeps its time"
    assert after[4]["speaker_id"] == 2

    page.get_by_role("button", name="Publish").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Publish").press("Enter")
    page.wait_for_url(f"**/web/jobs/{job}")
    assert "look at the sea." in visitor.client.get("job/get_transcript", job_id=job).text
    assert "The sea is deep" in visitor.client.get("job/get_caption", job_id=job, caption_format="SRT").text


def test_a_doubtful_word_that_is_right_takes_one_key(desk: Desk) -> None:
    desk.row(0).focus()
    desk.press("Alt+n")
    assert desk.press("Control+Enter") == 1
    assert desk.page.evaluate("getSelection().toString()") == "see", "the next one is selected"
    desk.press("Control+Enter")
    expect(desk.page.get_by_text("No doubtful words are left.")).to_be_visible()
    desk.expect_saved()
    scores = [each["confidence_score"] for each in desk.segments()[0]["sequences"]]
    assert scores[-1] == 1


def test_everything_is_undone_also_after_a_reload(desk: Desk) -> None:
    original = desk.texts()
    desk.caret(0, 0)
    desk.page.keyboard.type("Well, ")
    desk.caret(3, 10)
    desk.press("Enter")
    desk.press("Alt+Delete")
    changed = desk.texts()
    desk.expect_saved()
    desk.page.wait_for_timeout(1_700)  # what can be undone is written down a moment later
    desk.open()
    assert desk.texts() == changed
    desk.row(0).focus()
    while desk.page.get_by_role("button", name="Undo").get_attribute("aria-disabled") != "true":
        desk.press("Control+z")
    desk.expect_texts(*original)
    desk.expect_saved()
    assert desk.saved() == original
    while desk.page.get_by_role("button", name="Redo").get_attribute("aria-disabled") != "true":
        desk.press("Control+Shift+z")
    desk.expect_texts(*changed)


def test_one_correction_is_made_everywhere_once_that_is_wanted(desk: Desk, visitor: Visitor) -> None:
    page = desk.page
    place = TURNS[2][1].index("Smit")
    desk.caret(2, place, place + 4)
    page.keyboard.type("Schmidt")
    desk.press("Alt+ArrowDown")
    bar = page.locator(".alike")
    expect(bar).to_contain_text("stands in 2 other rows")
    visitor.shoot("editor-alike")
    visitor.check_accessible()
    bar.get_by_role("button", name="Look first").click()
    panel = page.get_by_role("region", name="Find and replace")
    expect(panel.locator("ins")).to_have_text(["Schmidt", "Schmidt"])
    panel.get_by_role("checkbox", name="mister").uncheck()
    visitor.shoot("editor-find")
    visitor.check_accessible()
    panel.get_by_role("button", name="Replace in 1 row").click()
    desk.expect_texts(
        "The see is deep, and mister smit knows it.",
        "Ask Schmidt about the depth.",
        "Schmidt has measured nearly all of it. And more.",
        first=1,
    )
    desk.expect_saved()
    assert desk.saved() == desk.texts()


def test_sounds_rows_and_times_are_edited_without_a_mouse(desk: Desk, visitor: Visitor) -> None:
    page = desk.page
    desk.caret(1, len("The see"))
    desk.press("Alt+o")
    dialog = page.get_by_role("dialog", name="Insert sound")
    expect(dialog).to_be_visible()
    visitor.shoot("editor-sounds")
    visitor.check_accessible()
    desk.press("1")
    assert desk.texts()[1].startswith("The see [applause] is deep")
    desk.press("Alt+i")
    page.keyboard.type("Nobody heard this.")
    desk.expect_texts("Nobody heard this.", first=2)
    page.get_by_role("button", name="End: 0.1 seconds earlier").press("Enter")
    desk.expect_saved()
    segments = desk.segments()
    kinds = [token["type"] for each in segments[1]["sequences"] for token in each["tokens"]]
    assert "sound" in kinds
    assert segments[1]["end_time"] <= segments[2]["start_time"] <= segments[2]["end_time"]
    assert segments[2]["end_time"] <= segments[3]["start_time"]


def test_what_an_input_method_composes_is_typed_once_it_is_done(
    visitor: Visitor, services: app.Services
) -> None:
    said = lecture(turns=((1, "海は 深い です。"),), language="ja")
    job = finished_job(services, said, username=name_of(visitor.client), language="ja")
    visitor.client.post("review/take", job_id=job, kind="correction")
    desk = Desk.of(visitor, job)
    before = desk.texts()[0]
    desk.caret(0, len(before))
    keyboard = visitor.context.new_cdp_session(visitor.page)
    for text in ("そ", "そう", "そうで", "そうです"):
        keyboard.send(
            "Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        )
        desk.press("Alt+n")  # no command while a word is composed: it would take the letters away
    keyboard.send("Input.insertText", {"text": "そうです"})
    desk.expect_texts(before + "そうです")
    desk.expect_saved()
    assert desk.saved()[0].replace(" ", "") == (before + "そうです").replace(" ", "")


def test_keys_are_shown_and_can_be_changed(desk: Desk, visitor: Visitor) -> None:
    page = desk.page
    desk.row(1).focus()
    desk.press("F1")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet.get_by_role("row", name="Split row")).to_contain_text("Enter")
    visitor.shoot("editor-keys")
    visitor.check_accessible()
    change = sheet.get_by_role("button", name="Change Insert row")
    change.press("Enter")
    button = sheet.get_by_role("button", name="Press a key Insert row")
    button.press("x")
    expect(sheet.get_by_text("X is needed for typing.")).to_be_visible()
    button.press("Alt+m")
    expect(sheet.get_by_text("Alt+M is taken: Merge with next row.")).to_be_visible()
    button.press("F6")
    expect(sheet.get_by_role("row", name="Insert row")).to_contain_text("F6")
    desk.press("Escape")
    expect(sheet).to_have_count(0)
    desk.row(1).focus()
    desk.press("F6")
    expect(page.locator(".row")).to_have_count(len(TURNS) + 1)
    desk.open()
    desk.row(1).focus()
    desk.press("F6")
    expect(page.locator(".row")).to_have_count(len(TURNS) + 1)


def test_two_who_correct_at_once_keep_what_both_have_typed(
    desk: Desk, visitor: Visitor, visit: Callable[..., Visitor]
) -> None:
    other = Desk.of(visit(visitor.client), desk.job)
    desk.caret(0, 0)
    desk.page.keyboard.type("Well, ")
    desk.expect_saved()
    other.caret(4, 0)
    other.page.keyboard.type("So, ")
    other.expect_saved()
    expect(other.row(0)).to_have_text("Well, Today we look at the see.")
    assert desk.saved()[0].startswith("Well,") and desk.saved()[4].startswith("So,")

    # Both rewrite the same row: nothing is lost, and whoever is second chooses.
    desk.caret(2, 0, len(TURNS[2][1]))
    other.caret(2, 0, len(TURNS[2][1]))
    other.page.keyboard.type("Nobody asked.")
    other.expect_saved()
    desk.page.keyboard.type("Ask Smith.")
    conflict = desk.page.get_by_role("region", name="Two texts for 1 place")
    expect(conflict).to_contain_text("Nobody asked.")
    expect(desk.row(2)).to_have_text("Ask Smith.")
    visitor.shoot("editor-conflict")
    visitor.check_accessible()
    assert desk.saved()[2] == "Nobody asked."
    conflict.get_by_role("button", name="Keep mine").click()
    desk.expect_saved()
    assert desk.saved()[2] == "Ask Smith."


def test_a_reviewer_takes_a_transcript_corrects_and_approves_it(
    visitor: Visitor, visit: Callable[..., Visitor], services: app.Services
) -> None:
    reviewer = child(visitor.client, "reviewer")
    account = services.accounts.by_username(name_of(reviewer))
    assert account is not None
    services.accounts.set_reviewer(account, True)
    said = lecture(turns=TURNS, in_doubt=IN_DOUBT)
    job = finished_job(services, said, username=name_of(visitor.client), fidelity=Fidelity.STANDARD)
    page = visit(reviewer).go(f"/web/jobs/{job}/edit")
    page.get_by_role("button", name="Take this review").click()
    desk = Desk(page, visitor.client, job)
    desk.expect_open()
    desk.type(0, "Well, ")
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    page.wait_for_url("**/web/reviews")
    assert visitor.client.info(job)["JobStatus"] == "Complete"
    assert "Well, Today" in visitor.client.get("job/get_transcript", job_id=job).text


def test_a_reviewer_goes_back_to_a_version_saved_in_the_pass_and_undoes_it(
    visitor: Visitor, services: app.Services
) -> None:
    client = visitor.client
    job = finished_job(services, say("The see is deep.", "Nobody knows."), username=name_of(client))
    client.post("review/take", job_id=job, kind="correction")
    earlier = emit(say("The sea is deep.", "Nobody knows."))
    assert save(client, job, earlier, kind="correction").status_code == 200
    desk = Desk.of(visitor, job)
    desk.caret(0, 0, 3)
    desk.page.keyboard.type("This cold")
    desk.expect_saved()
    typed = desk.texts()
    assert typed == ["This cold sea is deep.", "Nobody knows."]
    page = desk.page
    page.get_by_role("button", name="Versions").click()
    dialog = page.get_by_role("dialog", name="Versions")
    dialog.get_by_label("Compare with").select_option(index=0)
    expect(dialog).to_contain_text("Saved in this pass")
    expect(dialog.get_by_role("status")).to_contain_text("1 place differs")
    visitor.shoot("editor-versions-saved")
    visitor.check_accessible()
    dialog.get_by_role("button", name="Go back to this version").click()
    wait_until(lambda: desk.texts() == ["The sea is deep.", "Nobody knows."])
    desk.expect_saved()
    assert desk.saved() == ["The sea is deep.", "Nobody knows."]
    page.get_by_role("button", name="Undo").click()
    wait_until(lambda: desk.texts() == typed)
    desk.expect_saved()
    assert desk.saved() == typed
