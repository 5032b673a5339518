"""How fast the editor is with a long transcript, beside plain rows in the same browser.

python -m benchmarks.web.editor_page [rows]

Plain rows are as many editable elements with the same words and no editor behind them: what the browser
itself takes. Printed are times in milliseconds, and the ratios, which say more on another machine.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.finished import finished_job, services_of
from tests.ui.conftest import ALONE
from tests.ui.lecture import lecture

ROWS = 10_000
KEYS = 30
TURN = ((1, "Today we look"), (2, "at the sea again."))
PLAIN = """<!DOCTYPE html><meta charset="utf-8"><style>
li { display: grid; grid-template-columns: 5.5rem 9rem 1fr; content-visibility: auto;
  contain-intrinsic-size: auto 3rem }
</style><ol></ol>"""
FILL = """(texts) => {
  const began = performance.now();
  const list = document.querySelector("ol");
  for (const text of texts) {
    const row = document.createElement("li");
    for (const name of ["button", "button", "div"]) row.append(document.createElement(name));
    row.lastChild.contentEditable = "plaintext-only";
    row.lastChild.className = "row-text";
    row.lastChild.textContent = text;
    list.append(row);
  }
  return new Promise((resolve) =>
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began))));
}"""
# From the key until the browser has painted what it changed.
KEY = """() => {
  window.took = new Promise((resolve) => addEventListener("keydown", () => {
    const began = performance.now();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
  }, { once: true, capture: true }));
}"""
MIDDLE = """() => {
  const rows = document.querySelectorAll(".row-text");
  rows[Math.floor(rows.length / 2)].focus();
}"""
TEXTS = "() => [...document.querySelectorAll('.row-text')].map((each) => each.textContent)"
SCROLL = """() => new Promise((resolve) => {
  const began = performance.now();
  scrollTo(0, document.body.scrollHeight / 2);
  requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
})"""


def key_ms(page: Page) -> float:
    """Return the median time of a key in the row in the middle."""
    page.evaluate(MIDDLE)
    found = []
    for _ in range(KEYS):
        page.evaluate(KEY)
        page.keyboard.press("x")
        found.append(float(page.evaluate("window.took")))
    return statistics.median(found)


def measure(page: Page, server: OwnServer, client: Client, count: int) -> dict[str, tuple[float, float]]:
    """Return the times of the editor and of plain rows, in ms, by what is done."""
    with services_of(server) as services:
        job = finished_job(services, lecture(repeats=count // len(TURN), turns=TURN, in_doubt=("sea",)))
    client.post("review/take", job_id=job, kind="correction")
    page.goto(f"{server.base_url}/web/sign-in")
    page.fill("#username", server.username)
    page.fill("#password", server.password)
    page.press("#password", "Enter")
    page.wait_for_url("**/web/jobs")
    page.goto(f"{server.base_url}/web/jobs/{job}/edit")
    page.wait_for_selector(".row-text", timeout=120_000)
    load = float(page.evaluate("performance.now()"))
    editor = {"load": load, "key": key_ms(page), "scroll": float(page.evaluate(SCROLL))}
    texts = page.evaluate(TEXTS)
    plain_page = page.context.new_page()
    plain_page.set_content(PLAIN)
    filled = float(plain_page.evaluate(FILL, texts))
    plain = {"load": filled, "key": key_ms(plain_page), "scroll": float(plain_page.evaluate(SCROLL))}
    return {name: (editor[name], plain[name]) for name in editor}


def main(count: int) -> None:
    found = shutil.which("chromium")
    if not found:
        sys.exit("this needs Chromium (on Debian: apt-get install chromium)")
    with (
        tempfile.TemporaryDirectory() as folder,
        OwnServer(Path(folder), arguments=("--no-worker",), speech_engine="pocketsphinx") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=found, args=ALONE)
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        times = measure(page, server, Client(server).login(), count)
        browser.close()
    print(f"{count:,} rows            editor    plain rows    ratio")
    for name, (editor, plain) in times.items():
        print(f"{name:<10} {editor:>14.1f} ms {plain:>10.1f} ms {editor / plain:>8.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
