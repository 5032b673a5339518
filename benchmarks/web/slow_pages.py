"""How fast the pages are on a slow machine behind a slow line, beside a page without scripts.

python -m benchmarks.web.slow_pages [--rounds 5] [--pictures FOLDER]

Chromium computes at a quarter of its speed, and gets 1.6 Mbit/s, 150 ms after it asked. Each page is opened
with an empty cache, then used: keys, clicks, choices. Printed are, with the least and the most of all
rounds: LCP, when the largest part of the page was painted; INP, the longest of all times from a key or a
click until the browser had painted what came of it; and by how much the contents were moved while loading.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.finished import finished_job, services_of
from tests.ui.conftest import ALONE
from tests.ui.lecture import lecture

SLOWDOWN = 4
LATENCY_MS = 150
DOWN_BYTES_PER_S = 1_600_000 / 8
UP_BYTES_PER_S = 750_000 / 8
JOBS = 50  # as many as a page of the list has
LECTURE_REPEATS = 40  # 240 rows
WATCH = """
window.found = { lcp: 0, shift: 0, inp: 0 };
const watch = (type, take, more = {}) =>
  new PerformanceObserver((list) => list.getEntries().forEach(take))
    .observe({ type, buffered: true, ...more });
watch("largest-contentful-paint", (each) => (found.lcp = each.startTime));
watch("layout-shift", (each) => (found.shift += each.hadRecentInput ? 0 : each.value));
watch("event", (each) => each.interactionId && (found.inp = Math.max(found.inp, each.duration)),
  { durationThreshold: 16 });
"""


@dataclass(frozen=True, kw_only=True)
class Measured:
    lcp_ms: float
    inp_ms: float
    shift: float


@dataclass(frozen=True, kw_only=True)
class Visit:
    path: str
    shown: str  # a selector of what the page is opened for
    use: Callable[[Page], None]


def use_sign_in(page: Page) -> None:
    page.get_by_label("Password").focus()
    page.keyboard.type("not the password", delay=50)


def use_jobs(page: Page) -> None:
    page.get_by_label("Select all jobs on this page").check()
    page.get_by_label("State", exact=True).select_option(label="Complete")
    expect(page.locator(".job-name").first).to_be_visible()
    page.get_by_label("Search").focus()
    page.keyboard.type("Lecture 17", delay=80)
    expect(page.locator(".job-name")).to_have_count(1)


def use_new(page: Page) -> None:
    page.get_by_label("Spoken language").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Choose files").focus()
    page.keyboard.press("Tab")


def use_job(page: Page) -> None:
    page.get_by_label("Search the transcript").focus()
    page.keyboard.type("pyruvate", delay=80)
    page.keyboard.press("Enter")
    page.locator(".passage").nth(30).scroll_into_view_if_needed()
    page.locator(".passage").nth(30).click()


def use_editor(page: Page) -> None:
    page.locator(".row-text").nth(60).click()
    page.keyboard.type("as we saw, ", delay=60)
    page.keyboard.press("Control+z")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+z")


@contextmanager
def slow_page(browser: Browser, state: Path | None, base_url: str) -> Iterator[Page]:
    """Yield a page of a slow machine with an empty cache, signed in as the state says."""
    context = browser.new_context(
        base_url=base_url, storage_state=state, viewport={"width": 1280, "height": 800}
    )
    context.set_default_timeout(120_000)
    context.add_init_script(WATCH)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": DOWN_BYTES_PER_S,
            "uploadThroughput": UP_BYTES_PER_S,
        },
    )
    yield page
    context.close()


def measure(page: Page, visit: Visit) -> Measured:
    page.goto(visit.path)
    expect(page.locator(visit.shown).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1000)
    loaded = page.evaluate("({ ...window.found })")
    visit.use(page)
    page.wait_for_timeout(1000)
    return Measured(lcp_ms=loaded["lcp"], shift=loaded["shift"], inp_ms=page.evaluate("window.found.inp"))


def fill(server: OwnServer, client: Client) -> str:
    """Make jobs that are finished; return the last one, whose transcript is being corrected."""
    with services_of(server) as services:
        for number in range(JOBS):
            spoken = lecture(repeats=LECTURE_REPEATS if number == JOBS - 1 else 1)
            job = finished_job(services, spoken, name=f"Lecture {number}")
    client.post("review/take", job_id=job, kind="correction")
    return job


def sign_in(browser: Browser, server: OwnServer, state: Path) -> None:
    context = browser.new_context(base_url=server.base_url)
    page = context.new_page()
    page.goto("/web/sign-in")
    page.fill("#username", server.username)
    page.fill("#password", server.password)
    page.press("#password", "Enter")
    page.wait_for_url("**/web/jobs")
    context.storage_state(path=state)
    context.close()


def main(rounds: int, pictures: Path | None) -> None:
    found = shutil.which("chromium")
    if not found:
        sys.exit("this needs Chromium (on Debian: apt-get install chromium)")
    with (
        tempfile.TemporaryDirectory() as name,
        OwnServer(Path(name) / "server", arguments=("--no-worker",), speech_engine="pocketsphinx") as server,
        sync_playwright() as playwright,
    ):
        job = fill(server, Client(server).login())
        browser = playwright.chromium.launch(executable_path=found, args=ALONE)
        state = Path(name) / "state.json"
        sign_in(browser, server, state)
        visits = {
            "sign in, no scripts": Visit(path="/web/sign-in", shown="#username", use=use_sign_in),
            "jobs": Visit(path="/web/jobs", shown=".job-name", use=use_jobs),
            "new": Visit(path="/web/new", shown="form", use=use_new),
            "a job": Visit(path=f"/web/jobs/{job}", shown=".passage", use=use_job),
            "editor": Visit(path=f"/web/jobs/{job}/edit", shown=".row-text", use=use_editor),
        }
        times: dict[str, list[Measured]] = {title: [] for title in visits}
        for number in range(rounds):
            for title, visit in visits.items():
                signed_in = None if visit.path.endswith("sign-in") else state
                with slow_page(browser, signed_in, server.base_url) as page:
                    times[title].append(measure(page, visit))
                    if pictures is not None and number == 0:
                        page.screenshot(path=pictures / f"{title}.png")
        browser.close()
    plain = statistics.median(each.lcp_ms for each in times["sign in, no scripts"])
    print(f"{'':20} {'LCP, ms':>20} {'ratio':>6} {'INP, ms':>18} {'moved':>7}")
    for title, each in times.items():
        lcp, inp = [one.lcp_ms for one in each], [one.inp_ms for one in each]
        print(
            f"{title:20} {_spread(lcp):>20} {statistics.median(lcp) / plain:>6.2f} {_spread(inp):>18} "
            f"{max(one.shift for one in each):>7.3f}"
        )


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.0f} ({min(values):.0f} to {max(values):.0f})"


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--pictures", type=Path, help="a folder for a picture of each page after its use")
    given = arguments.parse_args()
    main(given.rounds, given.pictures)
