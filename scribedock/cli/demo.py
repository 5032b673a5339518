"""`scribedock demo` and `scribedock walk`: the main job, and every call of the API."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scribedock.cli.common import PasswordStdin, read_password


def demo(
    media: Annotated[Path | None, typer.Option(help="Your own recording instead of the shipped one.")] = None,
) -> None:
    """Run the main job from upload to captions over HTTP, on a temporary server of its own."""
    from scribedock.demo import main_job

    raise typer.Exit(main_job.run(media))


def walk(
    url: Annotated[
        str | None, typer.Option(help="A running server, as https://…; default: a temporary one.")
    ] = None,
    username: Annotated[
        str, typer.Option(help="An account there; the calls are made by a new account below it.")
    ] = "admin",
    password_stdin: PasswordStdin = False,
) -> None:
    """Make every call of the API once and report whether each answers as it should."""
    from scribedock.demo import every_call

    password = read_password(password_stdin, twice=False) if url else ""
    raise typer.Exit(every_call.run(url, username, password))
