"""Somebody who uses the web application in a browser, and what must hold whatever they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Page, expect

from tests.support.accounts import FIRST, name_of
from tests.support.client import Client
from tests.support.machine.bundle import ROOT

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Counts what the page's policy forbids, and by how much its contents were moved.
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
window.shift = 0;
try {
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
} catch {}
"""
EXPECTED_NOISE = ("Failed to load resource",)  # of calls that a test has refused or cut off


@cache
def axe() -> str:
    return AXE.read_text()


@dataclass(kw_only=True)
class Visitor:
    """A browser window, signed in as the owner of an account of its own."""

    client: Client  # the same account over the API
    context: BrowserContext
    page: Page
    screenshots: Path
    problems: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, browser: Browser, client: Client, screenshots: Path, **options: Any) -> Visitor:
        """Open a window that nobody is signed in in."""
        given = {"base_url": client.server.base_url, "viewport": {"width": 1280, "height": 800}, **options}
        context = browser.new_context(accept_downloads=True, **given)
        context.set_default_timeout(60_000)
        page = context.new_page()
        context.add_init_script(WATCH)
        visitor = cls(client=client, context=context, page=page, screenshots=screenshots)
        page.on("pageerror", lambda error: visitor.problems.append(str(error)))
        page.on("console", visitor._listen)
        return visitor

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED_NOISE):
            self.problems.append(message.text)

    def sign_in(self) -> None:
        self.page.goto("/web/")
        self.page.fill("#username", name_of(self.client))
        self.page.fill("#password", FIRST)
        self.page.press("#password", "Enter")
        self.page.wait_for_url("**/web/jobs")

    @cached_property
    def network(self) -> CDPSession:
        """Return what sets how fast the network is."""
        session = self.context.new_cdp_session(self.page)
        session.send("Network.enable")
        return session

    def go(self, path: str) -> Page:
        """Load a page, and wait until its scripts have rendered it."""
        self.check()
        self.page.goto(path)
        expect(self.page.locator(".waiting")).to_have_count(0)
        assert self.page.evaluate("window.shift") < 0.01, "its contents jumped while it was loaded"
        return self.page

    def row(self, name: str) -> Any:
        return self.page.get_by_role("row").filter(has_text=name)

    def drop(self, files: Mapping[str, bytes]) -> None:
        """Drop files on the page New, which browsers let no test do from outside."""
        transfer = self.page.evaluate_handle(
            """files => {
                const transfer = new DataTransfer();
                for (const [name, bytes] of files)
                    transfer.items.add(new File([new Uint8Array(bytes)], name));
                return transfer;
            }""",
            [[name, list(content)] for name, content in files.items()],
        )
        self.page.dispatch_event("scribedock-file-drop", "drop", {"dataTransfer": transfer, "bubbles": True})

    def played_s(self) -> float:
        """Return where the page's player is, in seconds."""
        seconds: float = self.page.evaluate("document.querySelector('video').currentTime")
        return seconds

    def shoot(self, name: str) -> None:
        """Keep a picture of the page for whoever looks at them."""
        self.page.screenshot(path=self.screenshots / f"{name}.png", full_page=True)

    def check(self) -> None:
        """Fail for an error of the page, and for whatever its policy forbade."""
        assert self.problems == []
        if self.page.url.startswith("http"):
            assert self.page.evaluate("window.violations") == []

    def check_accessible(self) -> None:
        """Fail for whatever axe finds wrong, and for a page that is wider than the window."""
        self.page.evaluate(axe())
        found = self.page.evaluate(
            "rules => axe.run(document, { runOnly: rules }).then((found) => found.violations)", RULES
        )
        shown = [
            (each["id"], [(node["html"], node["failureSummary"]) for node in each["nodes"]]) for each in found
        ]
        assert shown == [], shown
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    def close(self) -> None:
        self.check()
        self.context.close()
