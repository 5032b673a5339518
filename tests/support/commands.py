"""Commands of the command line, run in this process."""

from __future__ import annotations

import functools
import json
from typing import Any

from typer import testing
from typer.testing import CliRunner, Result

from scribedock.cli.main import cli

RUNNER = CliRunner()
# Putting the command line together takes longer than most commands do.
testing._get_command = functools.cache(testing._get_command)


def run(
    *arguments: str, text: str | bytes | None = None, columns: int | None = None, **environment: str
) -> Result:
    return RUNNER.invoke(cli, list(arguments), input=text, env=environment, terminal_width=columns)


def done(*arguments: str, text: str | None = None) -> str:
    """Return what a command that succeeds prints."""
    result = run(*arguments, text=text)
    assert result.exit_code == 0, result.output
    return result.output


def document(*arguments: str, status: int = 0) -> dict[str, Any]:
    """Return the JSON document of a command that ends with this status."""
    result = run(*arguments, "--json")
    assert result.exit_code == status, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def refusal(*arguments: str) -> str:
    """Return what a command that is refused says on standard error."""
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    return result.stderr
