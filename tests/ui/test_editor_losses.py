"""Nothing that somebody has typed is lost, whatever breaks meanwhile."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, expect

from scribedock import app
from scribedock.demo.server import OwnServer
from scribedock_captions.elementlist.codec import emit
from tests.captions.sample import say
from tests.support.accounts import FIRST, child, name_of
from tests.support.client import Client
from tests.support.finished import finished_job, services_of
from tests.support.machine.disk import Disk, small_disk
from tests.ui.conftest import ALONE
from tests.ui.desk import Desk
from tests.ui.lecture import lecture
from tests.ui.visitor import Visitor

pytestmark = pytest.mark.ui

TURNS = ((1, "One is said here."), (2, "Two is said there."), (1, "Three is said last."))
DISK_BYTES = 48 * 1024 * 1024


@pytest.fixture
def desk(visitor: Visitor, services: app.Services) -> Desk:
    job = finished_job(services, lecture(turns=TURNS), username=name_of(visitor.client))
    visitor.client.post("review/take", job_id=job, kind="correction")
    return Desk.of(visitor, job)


def test_what_is_typed_without_a_network_is_saved_once_it_is_back(desk: Desk, visitor: Visitor) -> None:
    desk.type(0, "Before. ")
    desk.expect_saved()
    visitor.context.set_offline(True)
    desk.type(1, "Meanwhile. ")
    desk.expect_state("unreachable")
    expect(desk.page.get_by_text("it is saved as soon as the connection is back")).to_be_visible()
    expect(desk.page.get_by_text("is kept in this browser, too")).to_be_visible()
    visitor.shoot("editor-offline")
    visitor.check_accessible()
    desk.type(2, "Still. ")
    visitor.context.set_offline(False)
    desk.expect_saved()
    assert desk.saved() == desk.texts()
    assert desk.texts() == [
        "Before. One is said here.",
        "Meanwhile. Two is said there.",
        "Still. Three is said last.",
    ]


def test_an_answer_that_is_lost_makes_no_save_twice(desk: Desk) -> None:
    """The save reaches the server, and its answer does not come back."""

    def lose(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    desk.page.route("**/web/call/review/save_segments*", lose, times=1)
    desk.caret(0, 8)
    desk.press("Enter")
    desk.expect_state("unreachable")
    desk.expect_saved()
    assert desk.saved() == ["One is s", "aid here.", "Two is said there.", "Three is said last."]


def test_what_is_typed_in_a_session_that_has_ended_is_there_after_the_next_sign_in(
    desk: Desk, visitor: Visitor, services: app.Services
) -> None:
    account = services.accounts.by_username(name_of(visitor.client))
    assert account is not None
    services.web_sessions.close_all_of(services.persons.owner_of(account))
    desk.type(1, "Typed too late. ")
    page = desk.page
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    expect(page.get_by_text("is kept in this browser, too")).to_be_attached()
    visitor.shoot("editor-signed-out")
    dialog.get_by_role("button", name="Sign in").click()
    page.fill("#username", name_of(visitor.client))
    page.fill("#password", FIRST)
    page.press("#password", "Enter")
    desk.expect_open()
    expect(page.get_by_text("is here again")).to_be_visible()
    expect(desk.row(1)).to_have_text("Typed too late. Two is said there.")
    desk.expect_saved()
    assert desk.saved() == desk.texts()


def test_leaving_asks_while_something_is_not_saved_and_a_reload_has_it_again(desk: Desk) -> None:
    page = desk.page
    page.route("**/web/call/review/save_segments*", lambda route: route.abort())
    desk.type(2, "Not yet. ")
    desk.expect_state("unreachable")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == ["beforeunload"]
    expect(desk.row(2)).to_have_text("Not yet. Three is said last.")
    # Somebody else divides the first row meanwhile.
    base = desk.client.get("review/elementlist", job_id=desk.job, kind="correction").json()["version"]
    query = {"v": "1", "api_token": desk.client.token, "job_id": desk.job, "kind": "correction"}
    halves = emit(say("One is said", "here."))["segments"]
    answer = desk.client.http.post(
        "/api/review/save_segments",
        params={**query, "base_version": base, "save_id": "theirs"},
        json={"changes": [{"first": 0, "removed": 1, "segments": halves}]},
    )
    assert answer.status_code == 200, answer.text
    page.reload()
    expect(desk.row(3)).to_have_text("Not yet. Three is said last.")
    page.unroute("**/web/call/review/save_segments*")
    asked.clear()
    desk.expect_saved()
    assert desk.saved() == ["One is said", "here.", "Two is said there.", "Not yet. Three is said last."]
    page.reload()
    desk.expect_open()
    desk.expect_saved()
    assert asked == [], "nobody asks once all is saved"


def test_what_was_typed_when_somebody_else_published_is_not_lost(desk: Desk, visitor: Visitor) -> None:
    page = desk.page
    page.route("**/web/call/review/save_segments*", lambda route: route.abort())
    desk.type(1, "Too late. ")
    desk.expect_state("unreachable")
    assert desk.client.post("review/approve", job_id=desk.job, kind="correction").status_code == 200
    page.unroute("**/web/call/review/save_segments*")
    desk.expect_state("ended")
    expect(desk.row(1)).to_have_text("Too late. Two is said there.")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    left = page.get_by_role("region", name="What you typed here was not saved")
    expect(left.get_by_role("listitem")).to_have_text("Too late. Two is said there.")
    visitor.shoot("editor-left")
    visitor.check_accessible()
    page.get_by_role("button", name="Start correcting").click()
    expect(desk.row(1)).to_have_text("Too late. Two is said there.")
    desk.expect_saved()
    assert desk.saved() == ["One is said here.", "Too late. Two is said there.", "Three is said last."]


def test_signing_out_erases_what_was_kept(desk: Desk) -> None:
    page = desk.page
    page.route("**/web/call/review/save_segments*", lambda route: route.abort())
    desk.type(0, "Secret words. ")
    desk.expect_state("unreachable")
    expect(page.get_by_text("is kept in this browser, too")).to_be_visible()
    kept = page.evaluate(
        """async () => {
          const open = indexedDB.open("scribedock-drafts");
          await new Promise((resolve) => open.addEventListener("success", resolve));
          const all = open.result.transaction("sealed").objectStore("sealed").getAll();
          await new Promise((resolve) => all.addEventListener("success", resolve));
          open.result.close();
          return all.result.map((each) => new TextDecoder().decode(each.sealed));
        }"""
    )
    assert kept and not any("Secret" in each for each in kept), "it is encrypted"
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/web/signed-out")
    assert page.evaluate("indexedDB.databases().then((all) => all.map((each) => each.name))") == []


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    with small_disk(tmp_path_factory.mktemp("fragile") / "disk", size=DISK_BYTES) as mounted:
        yield mounted


@pytest.fixture(scope="module")
def fragile(disk: Disk) -> Iterator[OwnServer]:
    """Provide a server that may be killed, which has the same address again, on a disk that may be full."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = OwnServer(
        disk.folder / "server",
        arguments=("--no-worker", "--port", str(port)),
        speech_engine="pocketsphinx",
        login_failures="1000",
    )
    with server:
        yield server


@contextmanager
def own_browser(
    browser: Browser, profile: Path, server: OwnServer, client: Client
) -> Iterator[BrowserContext]:
    """Provide a browser of its own with a profile on disk, in which somebody has signed in."""
    context = browser.browser_type.launch_persistent_context(
        profile, executable_path=shutil.which("chromium"), args=ALONE, base_url=server.base_url
    )
    page = context.pages[0]
    page.goto("/web/jobs")
    if not page.url.endswith("/web/jobs"):  # Chromium keeps the cookies of a browser that crashed
        page.fill("#username", name_of(client))
        page.fill("#password", FIRST)
        page.press("#password", "Enter")
        page.wait_for_url("**/web/jobs")
    yield context
    with suppress(Error):  # it may have been killed
        context.close()


def kill_browser(profile: Path) -> None:
    """Send SIGKILL to all processes of the browser with this profile."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str(profile).encode() in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)


def test_neither_the_end_of_the_server_nor_of_the_browser_nor_a_full_disk_loses_a_word(
    browser: Browser, fragile: OwnServer, disk: Disk, tmp_path: Path
) -> None:
    owner = child(Client(fragile).login(), "owner")
    with services_of(fragile) as services:
        job = finished_job(services, lecture(turns=TURNS), username=name_of(owner))
    owner.post("review/take", job_id=job, kind="correction")
    profile = tmp_path / "profile"
    with own_browser(browser, profile, fragile, owner) as context:
        desk = Desk(context.pages[0], owner, job)
        desk.open()
        with disk.filled(leaving=0):
            desk.type(0, "No room. ")
            desk.expect_state("failing")
            expect(desk.page.get_by_text("The server has no room for this now")).to_be_visible()
        desk.expect_saved()
        assert desk.saved()[0] == "No room. One is said here."

        desk.type(1, "Killed ")
        fragile.kill()
        desk.page.keyboard.type("meanwhile. ")
        desk.expect_state("unreachable")
        fragile.start()
        desk.expect_saved()
        assert desk.saved()[1] == "Killed meanwhile. Two is said there."

        # The browser is killed with what it could not save.
        fragile.kill()
        desk.type(2, "Browser killed. ")
        desk.expect_state("unreachable")
        expect(desk.page.get_by_text("is kept in this browser, too")).to_be_visible()
        kill_browser(profile)
    fragile.start()
    assert desk.saved()[2] == "Three is said last."
    with own_browser(browser, profile, fragile, owner) as context:
        desk = Desk(context.pages[0], owner, job)
        desk.open()
        expect(desk.row(2)).to_have_text("Browser killed. Three is said last.")
        desk.expect_saved()
        assert desk.saved() == desk.texts()
