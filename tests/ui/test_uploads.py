"""Uploads that are interrupted: by the network, by a reload, by a person, by a proxy that is too strict."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.machine.breaking import BreakingProxy
from tests.support.media.sound import silence
from tests.support.stored import stored
from tests.ui.visitor import Visitor

pytestmark = pytest.mark.ui

MIB = 1024 * 1024
SECONDS = 180  # 5.8 MB
CUT = 2_000_000  # bytes of a connection
ORDERED = "1 recording is ordered."


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return silence(tmp_path_factory.mktemp("long") / "long lecture.wav", seconds=SECONDS)


@pytest.fixture
def breaking(server: OwnServer) -> Iterator[BreakingProxy]:
    """Provide the way to the server on which two uploads break."""
    with BreakingProxy(server.base_url, after=CUT, times=2) as proxy:
        yield proxy


def begin(page: Page, recording: Path) -> None:
    page.set_input_files("#files", recording)
    page.get_by_role("button", name="Upload and transcribe").click()


def offsets(page: Page) -> list[int]:
    """Return the list of offsets from which the page will send bytes."""
    found: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PATCH":
            found.append(int(request.headers["upload-offset"]))

    page.on("request", note)
    return found


def assert_uploaded(client: Client, recording: Path) -> None:
    """There is one job, its media is the recording to the byte, and it is ordered."""
    [job] = client.get("job/list").json()["ActiveJobs"]
    assert job["DueDate"]
    with stored(client.server) as store:
        assert store.recording(job["JobId"]) == recording.read_bytes()


def test_an_upload_survives_a_network_that_is_lost_twice(
    visit: Callable[..., Visitor], breaking: BreakingProxy, server: OwnServer, recording: Path
) -> None:
    visitor = visit(base_url=breaking.url(server.base_url))
    page = visitor.go("/web/new")
    sent_from = offsets(page)
    begin(page, recording)
    expect(page.get_by_text(ORDERED)).to_be_visible()
    assert breaking.broken == 2
    # A request on a connection that was used before is one that the browser itself makes again.
    assert len(sent_from) > 1 and sent_from == sorted(set(sent_from)) and sent_from[0] == 0
    assert_uploaded(visitor.client, recording)


def slow(visitor: Visitor, bytes_per_s: int) -> None:
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_s}
    visitor.network.send("Network.emulateNetworkConditions", limits)


def test_an_upload_continues_after_a_reload_when_the_same_file_is_chosen(
    visitor: Visitor, recording: Path
) -> None:
    page = visitor.go("/web/new")
    slow(visitor, MIB)
    begin(page, recording)
    expect(page.get_by_text(re.compile(r"^[1-9][.,\d]* MB of "))).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    slow(visitor, -1)
    expect(page.get_by_text("1 upload was interrupted")).to_be_visible()
    expect(page.locator("bdi", has_text="long lecture")).to_be_visible()
    visitor.shoot("new-interrupted")
    visitor.check_accessible()
    sent_from = offsets(page)
    page.set_input_files("#files", recording)
    expect(page.get_by_text("was interrupted: the upload continues where it stopped")).to_be_visible()
    page.get_by_role("button", name="Upload and transcribe").click()
    expect(page.get_by_text(ORDERED)).to_be_visible()
    assert sent_from[0] > 0
    assert_uploaded(visitor.client, recording)


# Copies a file to the page's own folder, whose files have handles, and makes a drop of it as browsers do.
HANDED = """
async input => {
  const [given] = input.files;
  const folder = await navigator.storage.getDirectory();
  const handle = await folder.getFileHandle(given.name, { create: true });
  const writable = await handle.createWritable();
  await writable.write(given);
  await writable.close();
  DataTransferItem.prototype.getAsFileSystemHandle = async () => handle;
  const transfer = new DataTransfer();
  transfer.items.add(await handle.getFile());
  return transfer;
}
"""
CHOOSER = (
    "document.body.append(Object.assign(document.createElement('input'), { type: 'file', id: 'given' }))"
)


def test_an_upload_continues_after_a_reload_with_the_handle_of_the_dropped_file(
    visitor: Visitor, recording: Path
) -> None:
    page = visitor.go("/web/new")
    page.evaluate(CHOOSER)
    page.set_input_files("#given", recording)
    transfer = page.locator("#given").evaluate_handle(HANDED)
    slow(visitor, MIB)
    page.dispatch_event("scribedock-file-drop", "drop", {"dataTransfer": transfer, "bubbles": True})
    page.get_by_role("button", name="Upload and transcribe").click()
    expect(page.get_by_text(re.compile(r"^[1-9][.,\d]* MB of "))).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    slow(visitor, -1)
    expect(page.get_by_text("1 upload was interrupted")).to_be_visible()
    visitor.check_accessible()
    sent_from = offsets(page)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("was interrupted: the upload continues where it stopped")).to_be_visible()
    page.get_by_role("button", name="Upload and transcribe").click()
    expect(page.get_by_text(ORDERED)).to_be_visible()
    assert sent_from[0] > 0
    assert_uploaded(visitor.client, recording)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/web/signed-out")
    assert page.evaluate("indexedDB.databases().then((found) => found.map((each) => each.name))") == []


def test_another_file_of_the_same_name_begins_anew(visitor: Visitor, recording: Path, tmp_path: Path) -> None:
    page = visitor.go("/web/new")
    slow(visitor, MIB)
    begin(page, recording)
    expect(page.get_by_text(re.compile(r"^[1-9][.,\d]* MB of "))).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    slow(visitor, -1)
    other = tmp_path / recording.name
    content = bytearray(recording.read_bytes())
    content[500_000] ^= 1
    other.write_bytes(content)
    page.set_input_files("#files", other)
    expect(page.get_by_text("5.8 MB", exact=True)).to_be_visible()
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("1 upload was interrupted")).to_have_count(0)
    page.get_by_role("button", name="Upload and transcribe").click()
    expect(page.get_by_text(ORDERED)).to_be_visible()
    assert_uploaded(visitor.client, other)


def test_a_person_pauses_an_upload_and_continues_it(visitor: Visitor, recording: Path) -> None:
    page = visitor.go("/web/new")
    slow(visitor, MIB)
    begin(page, recording)
    expect(
        page.get_by_text(re.compile(r"^[2-9][.,\d]* MB of 5.8 MB · .*B/s · \d:\d\d left$"))
    ).to_be_visible()
    visitor.shoot("new-uploading")
    visitor.check_accessible()
    page.get_by_role("button", name="Pause the upload of long lecture").click()
    expect(page.get_by_text(re.compile("^Paused · "))).to_be_visible()
    slow(visitor, -1)
    sent_from = offsets(page)
    page.get_by_role("button", name="Continue the upload of long lecture").click()
    expect(page.get_by_text(ORDERED)).to_be_visible()
    assert sent_from[-1] > 0
    assert_uploaded(visitor.client, recording)


def test_an_upload_that_is_taken_off_the_list_leaves_nothing(visitor: Visitor, recording: Path) -> None:
    page = visitor.go("/web/new")
    slow(visitor, MIB)
    begin(page, recording)
    expect(page.get_by_text(re.compile("MB/s"))).to_be_visible()
    page.get_by_role("button", name="Remove long lecture").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Drop recordings here")).to_be_visible()
    slow(visitor, -1)
    page = visitor.go("/web/jobs")
    expect(page.get_by_text("No jobs yet")).to_be_visible()


def test_where_a_proxy_takes_no_more_than_so_much_smaller_parts_are_sent_from_then_on(
    visitor: Visitor, recording: Path
) -> None:
    page = visitor.go("/web/new")
    sizes: list[int] = []

    def refuse(route: Route) -> None:
        size = int(route.request.headers.get("content-length", 0)) or len(
            route.request.post_data_buffer or b""
        )
        sizes.append(size)
        if size > MIB:
            route.fulfill(status=413, body="<h1>413 Request Entity Too Large</h1>")
        else:
            route.continue_()

    page.route(
        "**/upload/**", lambda route: refuse(route) if route.request.method == "PATCH" else route.continue_()
    )
    begin(page, recording)
    expect(page.get_by_text(ORDERED)).to_be_visible()
    assert max(sizes) > MIB and min(sizes[:2]) > 0
    page = visitor.go("/web/new")
    remembered = page.evaluate(
        "Object.entries(localStorage).find(([key]) => key.endsWith(':upload-parts'))[1]"
    )
    assert remembered != "0", "the next upload begins with smaller parts"
    assert_uploaded(visitor.client, recording)


def test_what_the_server_refuses_is_said_and_can_be_tried_again(visitor: Visitor, recording: Path) -> None:
    page = visitor.go("/web/new")
    page.route("**/web/call/job/perform_transcription", lambda route: route.abort(), times=1)
    begin(page, recording)
    expect(page.get_by_text("The server cannot be reached. Check your connection.")).to_be_visible()
    visitor.shoot("new-failed")
    visitor.check_accessible()
    sent_from = offsets(page)
    page.get_by_role("button", name="Try long lecture again").click()
    expect(page.get_by_text(ORDERED)).to_be_visible()
    assert sent_from == [], "what has arrived is not sent again"
    assert_uploaded(visitor.client, recording)


def test_a_recording_is_fetched_from_an_address(visitor: Visitor) -> None:
    page = visitor.go("/web/new")
    page.get_by_role("button", name="From a URL").click()
    address = page.get_by_label("URL of a recording, or of a page with one")
    address.fill("lecture.mp4")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Enter a complete URL that begins with http:// or https://.")).to_be_visible()
    assert address.get_attribute("aria-invalid") == "true"
    visitor.check_accessible()
    address.fill(f"{visitor.client.server.base_url}/web/static/nothing.mp4")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("The server fetches 1 recording.")).to_be_visible()
    page.get_by_role("button", name="Upload and transcribe").click()
    expect(page.get_by_text(ORDERED)).to_be_visible()
    page = visitor.go("/web/jobs")
    row = visitor.row("nothing.mp4")
    expect(row.get_by_text("Failed")).to_be_visible()
    expect(row.locator(".job-reason")).not_to_be_empty()
