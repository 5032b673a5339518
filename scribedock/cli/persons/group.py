"""The commands below `scribedock persons`."""

from __future__ import annotations

import typer

from scribedock.cli.help import CommandGroup
from scribedock.cli.persons.changes import (
    change_role,
    disable,
    enable,
    remove,
    require_second_factor,
    reset_second_factor,
    sign_out,
)
from scribedock.cli.persons.lists import list_persons, list_roles
from scribedock.cli.persons.new import create, invite, withdraw

persons = typer.Typer(cls=CommandGroup, help="Persons, who sign in to the web pages.", no_args_is_help=True)
for name, command in (
    ("list", list_persons),
    ("roles", list_roles),
    ("invite", invite),
    ("withdraw", withdraw),
    ("create", create),
    ("role", change_role),
    ("disable", disable),
    ("enable", enable),
    ("remove", remove),
    ("sign-out", sign_out),
    ("reset-second-factor", reset_second_factor),
    ("require-second-factor", require_second_factor),
):
    persons.command(name)(command)
