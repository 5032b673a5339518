from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.support.accounts import child
from tests.support.client import Client
from tests.support.machine.bundle import built_bundle
from tests.ui.pictures import Pictures
from tests.ui.visitor import Visitor

ALONE = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
]


expect.set_options(timeout=30_000)  # milliseconds: a machine may have much else to do


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium")
    assert found, "this test needs Chromium (on Debian: apt-get install chromium)"
    built_bundle()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=ALONE)
        yield started
        started.close()


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the pictures: UI_SCREENSHOTS, or one that the tests' end leaves for a while."""
    wanted = os.environ.get("UI_SCREENSHOTS")
    folder = Path(wanted) if wanted else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def pictures() -> Pictures:
    """Return what takes the pictures of docs/ if DOCS_PICTURES says where."""
    return Pictures.wanted()


@pytest.fixture
def visit(browser: Browser, client: Client, screenshots: Path) -> Iterator[Callable[..., Visitor]]:
    """Return what opens a window for a new account, or for the given one, and signs in there."""
    opened: list[Visitor] = []

    def open_window(of: Client | None = None, *, signs_in: bool = True, **options: Any) -> Visitor:
        visitor = Visitor.open(browser, of or child(client, "visitor"), screenshots, **options)
        opened.append(visitor)
        if signs_in:
            visitor.sign_in()
        return visitor

    yield open_window
    for visitor in opened:
        visitor.close()


@pytest.fixture
def visitor(visit: Callable[..., Visitor]) -> Visitor:
    return visit()
