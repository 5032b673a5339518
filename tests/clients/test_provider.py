"""People sign in with Chromium: with a password, and through a real provider of OpenID Connect."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from scribedock.demo.server import OwnServer
from tests.s3.gateway import free_port
from tests.support.machine.node import PROGRAM, environment, install

pytestmark = pytest.mark.clients

FOLDER = Path(__file__).parent / "provider"
ALONE = [
    "--disable-background-networking",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """Provide a server that knows a provider which is not started yet."""
    started = OwnServer(
        tmp_path_factory.mktemp("server"),
        speech_engine="pocketsphinx",
        oidc_issuer=f"http://127.0.0.1:{free_port()}",
        oidc_client_id="scribedock",
        oidc_client_secret="a secret of the client",
        oidc_name="the university",
        oidc_account="admin",
        oidc_role="reviewer",
    )
    with started:
        yield started


@pytest.fixture(scope="module")
def issuer(server: OwnServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    found = server.environment()["SCRIBEDOCK_OIDC_ISSUER"]
    install(FOLDER)
    log = tmp_path_factory.mktemp("provider") / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", str(PROGRAM), "provider.mjs", str(urlsplit(found).port),
             f"{server.base_url}/web/provider/callback", f"{server.base_url}/web/signed-out"],
            cwd=FOLDER,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n", log.read_text()
        yield found
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium")
    assert found, "this test needs Chromium (on Debian: apt-get install chromium)"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=ALONE)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Provide a page of a browser that has no cookies yet; nothing may go against a policy."""
    context = browser.new_context(locale="en-GB")
    problems: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            problems.append(message.text)

    opened = context.new_page()
    opened.on("console", note)
    yield opened
    context.close()
    assert problems == []


def sign_in(page: Page, server: OwnServer) -> None:
    page.goto(f"{server.base_url}/web/you")
    page.get_by_label("E-mail address or account name").fill("admin")
    page.get_by_label("Password").fill(server.password)
    page.get_by_role("button", name="Sign in").click()


def test_the_owner_of_an_account_signs_in_and_out(page: Page, server: OwnServer) -> None:
    sign_in(page, server)
    expect(page.get_by_role("heading", name="You")).to_be_visible()
    expect(page.get_by_text("Owner", exact=True)).to_be_visible()
    cookies = {each["name"]: each for each in page.context.cookies()}
    session = cookies["scribedock-session"]
    assert session["httpOnly"] and session["sameSite"] == "Lax" and session["path"] == "/web"
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    assert "scribedock-session" not in {each["name"] for each in page.context.cookies()}


def test_a_key_is_made_and_the_second_factor_is_shown(page: Page, server: OwnServer) -> None:
    sign_in(page, server)
    page.get_by_role("link", name="API keys").click()
    page.get_by_label("Name").fill("of a browser")
    page.get_by_role("button", name="Make a key").click()
    assert re.fullmatch(r"[0-9a-f]{32}", page.locator("code").inner_text())
    page.goto(f"{server.base_url}/web/you/second-factor")
    picture = page.get_by_role("img", name="QR code")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 100


def test_a_person_signs_in_and_out_through_the_provider(page: Page, server: OwnServer, issuer: str) -> None:
    page.goto(f"{server.base_url}/web/you/keys")
    page.get_by_role("link", name="Sign in with the university").click()
    page.locator("input[name=login]").fill("ada")
    page.locator("input[name=password]").fill("whatever")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(f"{server.base_url}/web/you/keys")
    page.goto(f"{server.base_url}/web/you")
    expect(page.get_by_role("main").get_by_text("ada of the provider", exact=True)).to_be_visible()
    expect(page.get_by_text("Reviewer", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign out of the university").click()
    page.get_by_role("button", name="Yes, sign me out").click()
    expect(page).to_have_url(f"{server.base_url}/web/signed-out")
    page.get_by_role("link", name="Sign in again").click()
    page.get_by_role("link", name="Sign in with the university").click()
    expect(page.locator("input[name=login]")).to_be_visible()
