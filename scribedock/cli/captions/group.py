"""The commands of `scribedock captions`."""

from __future__ import annotations

import typer

from scribedock.cli.captions.check import check
from scribedock.cli.captions.convert import convert, with_caption_options
from scribedock.cli.captions.describe import describe
from scribedock.cli.help import CommandGroup

captions = typer.Typer(cls=CommandGroup, help="Captions in files, without a server.", no_args_is_help=True)
captions.command("convert")(with_caption_options(convert))
captions.command("check")(check)
captions.command("describe")(describe)
