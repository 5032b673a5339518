"""A page of another origin uploads the file that its user has chosen, in Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.clients.node_js import bundle
from tests.clients.sent import HALF, Sent, offset
from tests.support.client import Client
from tests.support.machine.breaking import BreakingProxy
from tests.support.webserver import WebServer

pytestmark = pytest.mark.clients

CHUNK = 300_000
ALONE = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
]
TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
IETF = {"Content-Type": "application/partial-upload", "Upload-Complete": "?1"}
HTML = b'<!doctype html><title>page</title><input type="file"><script src="/page.js"></script>'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium")
    assert found, "this test needs Chromium (on Debian: apt-get install chromium)"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=ALONE)
        yield started
        started.close()


@pytest.fixture(scope="module")
def website() -> Iterator[WebServer]:
    files = {"/": HTML, "/page.js": bundle("page.mjs")}
    with WebServer(files=files) as started:
        yield started


@pytest.fixture
def page(browser: Browser, website: WebServer, sent: Sent) -> Iterator[Page]:
    """With the recording chosen."""
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(f"{website.base_url}/")
    opened.set_input_files("input", str(sent.recording))
    yield opened
    context.close()


def do(page: Page, what: str, *arguments: object) -> Any:
    """Raise Error where the page's promise is rejected."""
    return page.evaluate("([what, arguments]) => window.uploads[what](...arguments)", [what, list(arguments)])


def test_fetch_uploads_from_another_origin(page: Page, sent: Sent, url: str) -> None:
    answer = do(page, "viaFetch", url)
    assert answer["status"] == 200
    assert answer["etag"].startswith('"'), "the page may read it"
    sent.assert_is_media()


def test_xmlhttprequest_uploads_from_another_origin_and_shows_progress(
    page: Page, sent: Sent, url: str
) -> None:
    answer = do(page, "viaXhr", url)
    assert answer["status"] == 200
    assert answer["etag"].startswith('"')
    assert answer["shown"] == sent.size
    sent.assert_is_media()


@pytest.mark.parametrize("name", ["viaFetch", "viaXhr"])
@pytest.mark.parametrize("protocol", [TUS, IETF], ids=["tus", "IETF"])
def test_a_page_resumes_after_a_lost_connection(
    page: Page, sent: Sent, url: str, name: str, protocol: dict[str, str]
) -> None:
    # A browser tries by itself again where the connection was one that it had used before.
    with BreakingProxy(sent.client.server.base_url, after=HALF, times=9) as breaking:
        with pytest.raises(Error):
            do(page, name, breaking.url(url))
        assert breaking.broken
    kept = offset(url)
    answer = do(page, "goOn", url, protocol)
    assert answer == {"offset": kept, "length": sent.size, "status": answer["status"]}
    assert answer["status"] in (200, 204)
    assert 0 < kept < HALF
    sent.assert_is_media()


def issue(client: Client, job: str, origin: str) -> str:
    answer = client.get("job/request_upload_url", job_id=job, cors_origin=origin)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["upload_url"])


@pytest.mark.parametrize("name", ["viaFetch", "viaXhr"])
def test_a_page_of_the_origin_that_the_url_is_for_may_upload(
    page: Page, sent: Sent, website: WebServer, name: str
) -> None:
    assert do(page, name, issue(sent.client, sent.job, website.base_url))["status"] == 200
    sent.assert_is_media()


@pytest.mark.parametrize("name", ["viaFetch", "viaXhr", "viaTusOnce"])
def test_a_page_of_another_origin_than_the_url_is_for_may_not_upload(
    page: Page, sent: Sent, website: WebServer, name: str
) -> None:
    other = website.base_url.replace("127.0.0.1", "localhost")
    with pytest.raises(Error):
        do(page, name, issue(sent.client, sent.job, other))
    sent.assert_is_not_media()


def test_a_page_can_read_why_it_was_refused(page: Page, sent: Sent, url: str) -> None:
    answer = do(page, "viaFetch", url[:-1] + ("A" if url[-1] != "A" else "B"))
    assert answer["status"] == 403
    assert "letter by letter" in answer["text"]


# tus-js-client


@pytest.mark.parametrize("chunk", [None, CHUNK], ids=["whole", "in chunks"])
def test_tus_js_client_uploads(page: Page, sent: Sent, url: str, chunk: int | None) -> None:
    assert do(page, "viaTus", url, chunk) == {"url": url}
    sent.assert_is_media()


def test_tus_js_client_retries_by_itself(page: Page, sent: Sent, url: str, breaking: BreakingProxy) -> None:
    do(page, "viaTus", breaking.url(url))
    assert breaking.broken
    sent.assert_is_media()


def test_tus_js_client_resumes_after_a_reload(page: Page, sent: Sent, url: str) -> None:
    # A browser tries by itself again where the connection was one that it had used before.
    with BreakingProxy(sent.client.server.base_url, after=HALF, times=9) as breaking:
        with pytest.raises(Error):
            do(page, "viaTusOnce", breaking.url(url))
        assert breaking.broken
        breaking.mend()
        kept = offset(url)
        page.reload()
        page.set_input_files("input", str(sent.recording))
        assert do(page, "viaTusAfterReload", breaking.url(url))["first"] >= kept
    sent.assert_is_media()


# Uppy


@pytest.mark.parametrize("chunk", [None, CHUNK], ids=["whole", "in chunks"])
def test_uppy_uploads(page: Page, sent: Sent, url: str, chunk: int | None) -> None:
    assert do(page, "viaUppy", url, chunk) == {"successful": 1, "failed": []}
    sent.assert_is_media()


def test_uppy_uploads_parts_side_by_side(page: Page, sent: Sent, url: str) -> None:
    assert do(page, "viaUppy", url, None, 3) == {"successful": 1, "failed": []}
    sent.assert_is_media()
    listed = sent.client.get("upload/list", job_id=sent.job).json()["Uploads"]
    assert ["PartOf" in upload for upload in listed] == [True] * 3 + [False]


def test_uppy_resumes_after_a_lost_connection(
    page: Page, sent: Sent, url: str, breaking: BreakingProxy
) -> None:
    assert do(page, "viaUppy", breaking.url(url)) == {"successful": 1, "failed": []}
    assert breaking.broken
    sent.assert_is_media()
