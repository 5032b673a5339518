"""Every page in every guise: what axe finds, whether all fits, and a picture for whoever looks."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from scribedock import app
from scribedock.web.static_files import static_files
from tests.support.accounts import child
from tests.support.client import Client
from tests.support.machine.bundle import built_bundle
from tests.ui.visitor import Visitor

pytestmark = pytest.mark.ui

PAGES = ("jobs", "new", "you", "you/password", "you/second-factor", "you/keys")
SIGNED_OUT = ("sign-in", "forgotten", "signed-out")
GUISES: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    "320": {"viewport": {"width": 320, "height": 640}},
    "320-dark": {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
    "german": {"locale": "de-DE"},
    "forced-colours": {"forced_colors": "active"},
    "more-contrast": {"contrast": "more"},
}
# WCAG 2.2, 1.4.12.
SPACING = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
  word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
"""
NAMES = (
    ("Lecture 1", {}),
    ("محاضرة في الكيمياء الحيوية — الجزء الثاني", {"status": "Complete", "media_ms": 3_600_000}),
    ("x" * 200, {"status": "In Process", "progress": 0.42, "media_ms": 144_000_000}),
    ("broken.mkv", {"status": "Media Failure", "failure_reason": "The recording has no audio track. " * 3}),
    ("Interview with Dr. Ménard and the other members of the committee", {"status": "Reviewing"}),
)


@pytest.fixture(scope="module")
def filled(server: Any, admin_token: str, services: app.Services) -> Client:
    """Return an account with jobs of all kinds, whose name is long."""
    owner = child(Client(server, token=admin_token), "the-faculty-of-medicine-and-of-the-natural-sciences")
    child(owner, "library")
    for name, values in NAMES:
        job = owner.new_job(job_name=name, external_id=f"BIO-101/{name[:40]}")
        services.jobs.update(job, due=services.clock.now(), **values)
    return owner


@pytest.fixture(scope="module", params=GUISES)
def guise(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def seen(visit: Callable[..., Visitor], filled: Client, guise: str) -> Visitor:
    return visit(filled, **GUISES[guise])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_as_wide_as_the_window(seen: Visitor, guise: str, name: str) -> None:
    page = seen.go(f"/web/{name}")
    if name == "jobs":
        expect(page.locator(".job-name")).to_have_count(len(NAMES))
    seen.shoot(f"{name.replace('/', '-')}-{guise}")
    seen.check_accessible()
    page.evaluate(SPACING)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "with text spacing"


@pytest.mark.parametrize("guise", ["light", "dark", "320", "german"])
def test_signing_in_looks_like_the_rest(visit: Callable[..., Visitor], guise: str) -> None:
    visitor = visit(signs_in=False, **GUISES[guise])
    page = visitor.page
    for name in SIGNED_OUT[::-1]:
        page.goto(f"/web/{name}")
        visitor.shoot(f"{name}-{guise}")
        visitor.check_accessible()
    page.fill("#username", "nobody")
    page.fill("#password", "wrong")
    page.press("#password", "Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    visitor.shoot(f"sign-in-wrong-{guise}")
    visitor.check_accessible()


@pytest.mark.parametrize("guise", ["light", "dark", "320"])
def test_menus_and_dialogs_are_accessible(visit: Callable[..., Visitor], filled: Client, guise: str) -> None:
    visitor = visit(filled, **GUISES[guise])
    page = visitor.go("/web/jobs")
    row = visitor.row("محاضرة")
    row.get_by_role("button").first.click()
    expect(row.get_by_role("button", name="Captions (WebVTT)")).to_be_visible()
    visitor.shoot(f"jobs-menu-{guise}")
    visitor.check_accessible()
    row.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    visitor.shoot(f"jobs-delete-{guise}")
    visitor.check_accessible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("guise", ["light", "dark", "320"])
def test_the_empty_list_shows_the_first_step(visit: Callable[..., Visitor], guise: str) -> None:
    visitor = visit(**GUISES[guise])
    expect(visitor.page.get_by_role("link", name="Upload your first recording")).to_be_visible()
    visitor.shoot(f"jobs-empty-{guise}")
    visitor.check_accessible()


def test_what_pages_load_is_small() -> None:
    bundle = built_bundle()
    sizes = {name: len(gzip.compress(file.read_bytes(), 9)) for name, file in _scripts(bundle).items()}
    loaded = {
        page: sum(sizes[path] for path in (script.path, *script.imports))
        for page, script in static_files().scripts.items()
    }
    assert loaded["job"] <= 40_000, "with the player"
    assert loaded["edit"] <= 150_000
    assert all(size <= 60_000 for page, size in loaded.items() if page in ("jobs", "new", "reviews")), loaded


def _scripts(bundle: Path) -> dict[str, Path]:
    return {file.name: file for file in bundle.glob("*.js")}


def test_without_scripts_a_page_says_what_it_needs(visit: Callable[..., Visitor], filled: Client) -> None:
    visitor = visit(filled, java_script_enabled=False)
    visitor.page.goto("/web/jobs")
    needs = visitor.page.locator("noscript h2")
    expect(needs).to_be_visible()
    expect(needs).to_contain_text("This page needs JavaScript")
    visitor.page.get_by_role("button", name="Deutsch").click()
    expect(needs).to_contain_text("Diese Seite braucht JavaScript")
    visitor.page.get_by_role("button", name="Abmelden").click()
    visitor.page.wait_for_url("**/web/signed-out")
