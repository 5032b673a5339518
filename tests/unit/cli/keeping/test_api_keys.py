"""`scribedock api-keys`."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from scribedock.clock import utc_now
from tests.support.core import Core

Run = Callable[..., Result]


def test_keys_are_made_listed_without_their_secrets_and_ended(core: Core, run: Run) -> None:
    done = run("api-keys", "create", "admin", "--name", "encoder", "--scope", "upload", "--days", "30")
    assert done.exit_code == 0, done.output
    key = done.stdout.strip()
    assert core.services.api_keys.owner(key) is not None
    listed = run("api-keys", "list")
    assert "encoder" in listed.stdout and "never" in listed.stdout and key not in listed.stdout
    [said] = json.loads(run("api-keys", "list", "admin", "--json").stdout)["api_keys"]
    assert (said["name"], said["scope"], said["last_used"]) == ("encoder", "upload", None)
    assert said["ends"] > said["created"]
    assert key not in str(said)
    core.clock.advance((utc_now() - core.clock.now()).total_seconds())
    assert core.services.api_keys.owner(key) is not None
    ended = run("api-keys", "end", said["id"][:12])
    assert ended.exit_code == 0 and "encoder" in ended.stdout
    core.clock.advance(60)
    assert core.services.api_keys.owner(key) is None
    assert "ended" in run("api-keys", "list").stdout
    told = [(each.call, each.about) for each in core.services.audit.entries()]
    assert told == [("api-keys create", "upload encoder"), ("api-keys end", f"{said['id']} encoder")]


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "nobody"),
        ("create", "admin", "--days", "0"),
        ("create", "admin", "--days", "99999"),
        ("create", "admin", "--scope", "everything"),
        ("create", "admin", "--name", "two\nlines"),
        ("list", "nobody"),
        ("end", "0" * 32),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_refused_and_makes_no_key(
    core: Core, run: Run, arguments: tuple[str, ...]
) -> None:
    assert run("api-keys", *arguments).exit_code == 2
    assert core.services.api_keys.list_keys() == []
