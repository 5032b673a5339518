"""The pictures of docs/, which are made by the tests that go the way that the pages describe."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page


@dataclass(frozen=True, kw_only=True)
class Pictures:
    folder: Path | None

    @classmethod
    def wanted(cls) -> Pictures:
        """Return what takes pictures where DOCS_PICTURES names a folder, and nothing where it does not."""
        named = os.environ.get("DOCS_PICTURES")
        return cls(folder=Path(named) if named else None)

    def take(self, page: Page, name: str) -> None:
        """Keep a picture of the window."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=self.folder / f"{name}.png", animations="disabled", caret="hide")
