"""How calls and answers are shown."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping

import httpx2
from rich.console import Console

from scribedock.host.terminal import escape_markup

BLOCK_WIDTH = 76
BLOCK_LINES = 6
SHOWN_ENTRIES = 2
SECRETS = frozenset({"api_token", "ApiToken", "ApiKey", "password", "new_password", "api_securekey"})


class DemoScreen:
    def __init__(self, console: Console) -> None:
        self._console = console

    def call(self, title: str, method: str, path: str, parameters: Mapping[str, str]) -> None:
        """Show the call about to be made, without secrets."""
        given = {"v": "1", **parameters}
        query = "&".join(f"{name}={_shown(name, value)}" for name, value in given.items())
        self._console.print(f"[bold]{escape_markup(title)}[/]", soft_wrap=True)
        gap = "?" if method == "GET" else "  "  # the fields of a POST are in its body
        self._console.print(f"  [dim]{method} /api/{path}{gap}{escape_markup(query)}[/]", soft_wrap=True)

    def values(self, shown: Mapping[str, object]) -> None:
        for name, value in shown.items():
            self._console.print(
                f"  [cyan]{escape_markup(name)}[/] {escape_markup(_shown(name, value))}", soft_wrap=True
            )
        self._console.print()

    def block(self, text: str) -> None:
        for line in text.strip().splitlines():
            for part in textwrap.wrap(line, BLOCK_WIDTH) or [""]:
                self._console.print(f"  [green]│[/] {escape_markup(part)}", soft_wrap=True)
        self._console.print()

    def note(self, text: str) -> None:
        self._console.print(f"  [yellow]{escape_markup(text)}[/]\n", soft_wrap=True)

    def answer(self, response: httpx2.Response) -> None:
        """Show an abridged answer."""
        kind = response.headers.get("content-type", "").partition(";")[0]
        if not response.content:
            self.values({str(response.status_code): "no body"})
        elif kind == "application/json":
            self._json(response.json())
        elif kind.startswith("text/"):
            lines = response.text.strip().splitlines()
            self.block("\n".join([*lines[:BLOCK_LINES], *(["…"] if len(lines) > BLOCK_LINES else [])]))
        else:
            self.values({kind: f"{len(response.content):,} bytes"})

    def _json(self, document: object) -> None:
        if isinstance(document, dict):
            self.values({name: value for name, value in document.items() if value not in ("", {}, [])})
        elif isinstance(document, list):
            first = {str(number): each for number, each in enumerate(document[:SHOWN_ENTRIES], 1)}
            self.values({"entries": len(document), **first})


def _shown(name: str, value: object) -> str:
    if name in SECRETS:
        return "…"
    return short(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def short(text: str) -> str:
    return text if len(text) <= 72 else f"{text[:56]}…{text[-12:]}"
