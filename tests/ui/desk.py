"""An editor in a browser, and the list that it saves."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.support.client import Client
from tests.support.waiting import wait_until
from tests.ui.visitor import Visitor


class Desk:
    def __init__(self, page: Page, client: Client, job: str) -> None:
        self.page = page
        self.client = client  # the same account over the API
        self.job = job

    @classmethod
    def of(cls, visitor: Visitor, job: str) -> Desk:
        """Return the editor of a correction that has begun, opened by the visitor."""
        visitor.go(f"/web/jobs/{job}/edit")
        desk = cls(visitor.page, visitor.client, job)
        desk.expect_open()
        return desk

    def open(self) -> None:
        self.page.goto(f"/web/jobs/{self.job}/edit")
        self.expect_open()

    def expect_open(self) -> None:
        expect(self.page.locator(".row").first).to_be_visible()

    def row(self, number: int) -> Locator:
        return self.page.locator(".row-text").nth(number)

    def texts(self) -> list[str]:
        return [each.strip() for each in self.page.locator(".row-text").all_inner_texts()]

    def expect_texts(self, *texts: str, first: int = 0) -> None:
        """Wait until the rows from this one on begin with these: a row is drawn a moment after it changed."""

        def found() -> list[str]:
            return self.texts()[first : first + len(texts)]

        with suppress(AssertionError):
            wait_until(lambda: found() == list(texts), within_s=10)
        assert found() == list(texts)

    def caret(self, number: int, offset: int, to: int | None = None) -> None:
        """Put the caret into a row, or select a part of it."""
        self.row(number).evaluate(
            """(field, [from, to]) => { field.focus();
            getSelection().setBaseAndExtent(field.firstChild, from, field.firstChild, to) }""",
            [offset, offset if to is None else to],
        )

    def press(self, *keys: str) -> int:
        """Press keys; return how many they were."""
        for key in keys:
            self.page.keyboard.press(key)
        return len(keys)

    def type(self, number: int, text: str) -> None:
        """Type a text at the beginning of a row."""
        self.caret(number, 0)
        self.page.keyboard.type(text)

    def expect_state(self, state: str) -> None:
        expect(self.page.locator(".save-state")).to_have_attribute("data-state", state)

    def expect_saved(self) -> None:
        self.expect_state("saved")

    def segments(self) -> list[dict[str, Any]]:
        """Return the list that is worked on, as the server has it."""
        answer = self.client.get("review/elementlist", job_id=self.job, kind="correction")
        return list(answer.json()["elementlist"]["segments"])

    def saved(self) -> list[str]:
        return [
            " ".join(
                "".join(token["display_as"] for token in each["tokens"]) for each in segment["sequences"]
            )
            for segment in self.segments()
        ]
