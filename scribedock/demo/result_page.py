"""The end of the demonstration: the page of the web application where its result can be seen."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console

from scribedock.demo.server import OwnServer
from scribedock.host.terminal import escape_markup

SERVE = "`make serve` starts a server that goes on running; its pages are at http://127.0.0.1:8024/"


def show_page(
    console: Console, server: OwnServer, job_id: str, *, is_interactive: bool, wait: Callable[[], str] = input
) -> None:
    """Name the page; the server goes on running while somebody at a terminal looks at it."""
    if not is_interactive:
        console.print(f"\n{SERVE}", soft_wrap=True)
        return
    console.print(
        f"\n[bold]See the result[/] at [cyan]{server.base_url}/web/jobs/{job_id}[/]: sign in as "
        f"[bold]{server.username}[/] with the password [bold]{escape_markup(server.password)}[/]",
        soft_wrap=True,
    )
    console.print("Press Enter to end the demonstration and its server.")
    try:
        wait()
    except (EOFError, KeyboardInterrupt):
        console.print()
