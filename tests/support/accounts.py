"""Accounts as an operator makes them on the command line, and as their parents make them over the API."""

from __future__ import annotations

import subprocess
import sys
import uuid
from dataclasses import dataclass

from scribedock.demo.server import OwnServer
from tests.support.client import Client

FIRST = "first"  # the password of a new account


@dataclass(frozen=True, kw_only=True)
class Family:
    parent: Client
    child: Client  # below the parent
    stranger: Client  # beside the parent


def account(server: OwnServer, *arguments: str, password: str) -> str:
    """`scribedock account …` beside the server; what it prints."""
    done = command(server, "account", *arguments, text=f"{password}\n")
    assert done.returncode == 0, done.stderr
    return done.stdout


def command(server: OwnServer, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """`scribedock …` beside the server, with `text` as its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "scribedock", *arguments],
        env=server.environment(),
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


def child(client: Client, name: str = "child", **parameters: str) -> Client:
    """Return a new account below the client's, made over the API and logged in; `name` begins its name."""
    username = f"{name}-{uuid.uuid4().hex[:8]}"
    answer = client.get("account/create", new_username=username, new_password=FIRST, **parameters)
    assert answer.status_code == 204, answer.text
    return Client(client.server).login(username, FIRST)


def name_of(client: Client) -> str:
    return str(client.get("account/verify_key").json()["name"])
