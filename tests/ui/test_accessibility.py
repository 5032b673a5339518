"""What WCAG 2.2 asks of all pages and axe does not find: with the keyboard, at 320 pixels, over time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from scribedock import app
from tests.support.accounts import FIRST, child, name_of
from tests.support.client import Client
from tests.support.finished import finished_job
from tests.ui.lecture import lecture
from tests.ui.visitor import Visitor, axe

pytestmark = pytest.mark.ui

NAME = "Biochemie, Vorlesung 3: der Zitronensäurezyklus und was von der Brenztraubensäure übrig bleibt"
RULES = ["label-content-name-mismatch", "css-orientation-lock", "target-size"]
"""Rules of axe's that it does not apply by itself: 2.5.3, 1.3.4, 2.5.8."""
SMALL = """
[...document.querySelectorAll("button, a[href], select, input, summary, [role=textbox]")]
  .filter((each) => each.checkVisibility() && getComputedStyle(each).display !== "inline")
  .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && (box.width < 24 || box.height < 24))
"""
# WCAG 2.2, 1.4.12.
SPACING = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
  word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
"""
# Of the focused element: its name, whether a focus indicator is drawn, and whether some of it can be seen.
FOCUSED = """() => {
  const focused = document.activeElement;
  if (focused === document.body || focused === document.documentElement) return null;
  const style = getComputedStyle(focused);
  const box = focused.getBoundingClientRect();
  const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth) - 1;
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight) - 1;
  const places = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]];
  const isSeen = left < right && top < bottom && places.some(([x, y]) => {
    const found = document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y);
    return found && (focused.contains(found) || found.contains(focused) ||
      [...(focused.labels ?? [])].some((label) => label.contains(found)));
  });
  return { name: (focused.ariaLabel || focused.innerText || focused.outerHTML).slice(0, 60),
    isMarked: style.outlineStyle !== "none" || style.boxShadow !== "none", isSeen };
}"""
MOST_STOPS = 150


@pytest.fixture(scope="module")
def owner(server: Any, admin_token: str) -> Client:
    return child(Client(server, token=admin_token), "lecturer")


@pytest.fixture(scope="module")
def paths(owner: Client, services: app.Services, quiet: Path) -> tuple[str, ...]:
    """Return the pages of somebody who has a job with a recording and corrects its transcript."""
    job = finished_job(services, lecture(language="de"), username=name_of(owner), language="de")
    services.jobs.update(job, name=NAME)
    again = owner.new_job(job_name=NAME)
    owner.upload(again, quiet)
    owner.post("review/take", job_id=job, kind="correction")
    return ("jobs", "new", "you", "you/keys", f"jobs/{job}", f"jobs/{job}/edit", f"jobs/{again}")


def each_page(visitor: Visitor, paths: tuple[str, ...]) -> Iterator[Page]:
    for path in paths:
        page = visitor.go(f"/web/{path}")
        if path.endswith("/edit"):
            expect(page.get_by_role("textbox", name="0:").first).to_be_visible()
        yield page


def test_labels_are_in_names_and_targets_large_enough(
    visit: Callable[..., Visitor], owner: Client, paths: tuple[str, ...]
) -> None:
    visitor = visit(owner, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    for page in each_page(visitor, paths):
        page.evaluate(axe())
        found = page.evaluate(
            """rules => axe.run(document, { runOnly: { type: "rule", values: rules } }).then((found) =>
              found.violations.map((each) => [each.id, each.nodes.map((node) => node.html)]))""",
            RULES,
        )
        assert found == [], page.url
        assert page.evaluate(SMALL) == [], page.url


def test_the_focus_is_seen_wherever_it_goes_and_leaves_every_page(
    visit: Callable[..., Visitor], owner: Client, paths: tuple[str, ...]
) -> None:
    for width, height in ((1280, 720), (320, 256)):  # the second is the first, magnified four times
        visitor = visit(owner, viewport={"width": width, "height": height})
        for page in each_page(visitor, paths):
            stops = []
            for _ in range(MOST_STOPS):
                page.keyboard.press("Tab")
                stop = page.evaluate(FOCUSED)
                if stop is None:
                    break
                stops.append(stop)
            assert stops and len(stops) < MOST_STOPS, f"the focus does not leave {page.url}"
            wrong = [each for each in stops if not (each["isMarked"] and each["isSeen"])]
            assert wrong == [], (page.url, width)


def test_pages_fit_320_pixels_and_spaced_text_in_german(
    visit: Callable[..., Visitor], owner: Client, paths: tuple[str, ...]
) -> None:
    visitor = visit(owner, viewport={"width": 320, "height": 640}, locale="de-DE")
    for page in each_page(visitor, paths):
        for how in ("as it is", "with the text spacing of 1.4.12"):
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (page.url, how)
            page.evaluate(SPACING)


def test_nothing_moves_for_those_who_ask_for_that_and_words_say_their_language(
    visit: Callable[..., Visitor], owner: Client, paths: tuple[str, ...]
) -> None:
    visitor = visit(owner, reduced_motion="reduce", forced_colors="active")
    for page in each_page(visitor, paths):
        visitor.check_accessible()
        moving = page.evaluate(
            """[...document.querySelectorAll("*")].map((each) => getComputedStyle(each))
              .filter((style) => style.animationName !== "none" || parseFloat(style.transitionDuration) > 0)
              .length"""
        )
        assert moving == 0, page.url
    *_, job, edit, _ = paths
    page = visitor.go(f"/web/{job}")
    expect(page.get_by_text("Good morning, everybody").first).to_have_attribute("lang", "de")
    page = visitor.go(f"/web/{edit}")
    expect(page.get_by_role("textbox", name="0:").first).to_have_attribute("lang", "de")


def test_single_letters_do_nothing_outside_fields(
    visit: Callable[..., Visitor], owner: Client, paths: tuple[str, ...]
) -> None:
    visitor = visit(owner)
    for page in each_page(visitor, paths):
        before = page.locator("main").inner_text()
        page.locator("main").focus()
        for key in "abcdefghijklmnopqrstuvwxyz0123456789,.-?!/":
            page.keyboard.press(key)
        assert page.locator("main").inner_text() == before, page.url
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_whoever_does_nothing_is_asked_before_the_session_ends(
    visit: Callable[..., Visitor], owner: Client
) -> None:
    visitor = visit(owner)
    page = visitor.page
    page.clock.install()
    dialog = page.get_by_role("dialog", name="Are you still there?")
    for path in ("/web/jobs", "/web/you/keys", "/web/you/password", "/web/you/second-factor"):
        visitor.go(path)
        for _ in range(2):
            page.clock.fast_forward("11:30")
            expect(dialog).to_have_count(0)
            page.clock.fast_forward("00:35")
            expect(dialog).to_be_visible()
            visitor.check_accessible()
            with page.expect_response("**/web/session") as asked:
                dialog.get_by_role("button", name="Stay signed in").click()
            assert asked.value.ok
            expect(dialog).to_have_count(0)


def test_what_was_typed_in_a_form_is_there_after_the_next_sign_in(
    visit: Callable[..., Visitor], owner: Client
) -> None:
    visitor = visit(owner)
    page = visitor.page
    name = page.get_by_label("Name", exact=True)
    signing_in = page.get_by_role("dialog", name="Your session has ended")
    for is_sent in (True, False):
        visitor.go("/web/you/keys")
        name.fill("For the lecture hall")
        page.get_by_label("Days").fill("30")
        visitor.shoot("keys-typed")
        page.context.clear_cookies()
        if is_sent:  # the form, too late
            page.get_by_role("button", name="Make").click()
        else:
            page.evaluate("document.dispatchEvent(new CustomEvent('scribedock-signed-out'))")
            visitor.shoot("keys-signed-out")
            signing_in.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/web/sign-in?**")
        page.fill("#username", name_of(owner))
        page.fill("#password", FIRST)
        page.press("#password", "Enter")
        page.wait_for_url("**/web/you/keys")
        expect(name).to_have_value("For the lecture hall")
        expect(page.get_by_label("Days")).to_have_value("30")
    visitor.go("/web/you/keys")
    expect(name).to_have_value("")


def test_a_password_may_be_pasted_and_kept_by_a_program(visit: Callable[..., Visitor], owner: Client) -> None:
    page = visit(owner, signs_in=False).page
    page.goto("/web/sign-in")
    fields = {"E-mail address or account name": "username", "Password": "current-password"}
    for label, purpose in fields.items():
        field = page.get_by_label(label, exact=True)
        expect(field).to_have_attribute("autocomplete", purpose)
        field.evaluate("field => field.select()")
        is_kept = field.evaluate(
            """field => ["paste", "beforeinput"].every((each) =>
              field.dispatchEvent(new Event(each, { bubbles: true, cancelable: true })))"""
        )
        assert is_kept, "nothing may hinder pasting"
