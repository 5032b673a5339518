"""Several servers on one database, as an operator gives them their keys."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from scribedock.demo.server import OwnServer
from tests.client import Client

PASSWORD = "one for both"


@pytest.fixture
def shared(tmp_path: Path, database: dict[str, str]) -> dict[str, str]:
    """The settings of one database that several data folders use."""
    return database or {"database_url": f"sqlite:///{tmp_path / 'shared.sqlite'}"}


def scribedock(*arguments: str, text: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scribedock", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **{f"SCRIBEDOCK_{name.upper()}": value for name, value in settings.items()}},
        input=text,
        timeout=60,
        check=False,
    )


def generated() -> dict[str, str]:
    """New keys, as settings."""
    done = scribedock("keys", "generate")
    assert done.returncode == 0, done.stderr
    pairs = [line.split("=", 1) for line in done.stdout.splitlines()]
    assert [name for name, _ in pairs] == ["SCRIBEDOCK_ENCRYPTION_KEY", "SCRIBEDOCK_UPLOAD_KEYS"]
    return {name.removeprefix("SCRIBEDOCK_").lower(): value for name, value in pairs}


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[OwnServer]:
    with OwnServer(folder, password=PASSWORD, arguments=("--no-worker",), **settings) as server:
        yield server


def readiness(server: OwnServer) -> httpx.Response:
    return httpx.get(f"{server.base_url}/readyz", trust_env=False)


def test_a_server_or_worker_with_other_keys_does_not_start(tmp_path: Path, shared: dict[str, str]) -> None:
    with serving(tmp_path / "first", **shared) as first:
        assert readiness(first).status_code == 200
    refused = {"data_dir": str(tmp_path / "second"), **shared}
    for command in (("serve", "--port", "0"), ("worker",)):
        done = scribedock(*command, **refused)
        assert done.returncode == 2
        assert "SCRIBEDOCK_ENCRYPTION_KEY: the database was used with other keys" in done.stderr
        assert "SCRIBEDOCK_UPLOAD_KEYS: the database was used with other keys" in done.stderr
        assert "scribedock keys accept" in done.stderr and "Traceback" not in done.stderr
    told = scribedock("doctor", **refused)
    assert told.returncode == 1 and "used with other keys" in told.stdout

    # With the first one's keys it is the same server at another place.
    secrets = scribedock("keys", "show", "--secrets", data_dir=str(first.data_dir), **shared).stdout
    given = dict(line.removeprefix("SCRIBEDOCK_").split("=", 1) for line in secrets.splitlines())
    with serving(tmp_path / "third", **shared, **{k.lower(): v for k, v in given.items()}) as third:
        assert readiness(third).status_code == 200
        assert "those that the database" in scribedock("doctor", **_settings(third)).stdout


def _settings(server: OwnServer) -> dict[str, str]:
    return {
        name.removeprefix("SCRIBEDOCK_").lower(): value
        for name, value in server.environment().items()
        if name.startswith("SCRIBEDOCK_")
    }


def test_each_key_that_differs_is_named_alone(tmp_path: Path, shared: dict[str, str]) -> None:
    ours, others = generated(), generated()
    with serving(tmp_path / "first", **shared, **ours):
        pass
    for name, kept in (("encryption_key", "upload_keys"), ("upload_keys", "encryption_key")):
        mixed = {name: others[name], kept: ours[kept], "data_dir": str(tmp_path / "x"), **shared}
        done = scribedock("serve", "--port", "0", **mixed)
        assert done.returncode == 2
        assert f"SCRIBEDOCK_{name.upper()}: the" in done.stderr
        assert f"SCRIBEDOCK_{kept.upper()}: the" not in done.stderr
        for secret in (others[name], ours[name]):
            assert secret not in done.stderr


def test_signing_keys_are_rotated_one_server_after_the_other(tmp_path: Path, shared: dict[str, str]) -> None:
    first, second, third = ({**generated(), "encryption_key": KEY} for _ in range(3))
    old = {**first, **shared}
    both = {**first, "upload_keys": f"{second['upload_keys']},{first['upload_keys']}", **shared}
    with serving(tmp_path / "a", **old) as waiting:
        url = Client(waiting).login().upload_url(Client(waiting).login().new_job())
        with serving(tmp_path / "b", **both) as rotated:
            assert [readiness(each).status_code for each in (waiting, rotated)] == [200, 200]
    # The one that has never met the first key is known by the second.
    newest = {**third, "upload_keys": f"{third['upload_keys']},{second['upload_keys']}", **shared}
    with serving(tmp_path / "a", **newest) as rotated:
        assert httpx.put(rotated.base_url + url[url.index("/upload/") :], content=b"x").status_code == 403
        assert readiness(rotated).status_code == 200
    assert scribedock("serve", "--port", "0", data_dir=str(tmp_path / "c"), **_strange(shared)).returncode == 2


KEY = "A" * 43 + "="


def _strange(shared: dict[str, str]) -> dict[str, str]:
    return {**generated(), "encryption_key": KEY, **shared}


def test_rotated_keys_are_known_though_no_server_starts_in_between(
    tmp_path: Path, shared: dict[str, str]
) -> None:
    with serving(tmp_path / "a", **shared) as server:
        pass
    settings = {"data_dir": str(server.data_dir), "upload_lifetime_s": "1", **shared}
    for _ in range(3):
        assert scribedock("keys", "rotate", **settings).returncode == 0
    shown = scribedock("keys", "show", **settings)
    assert shown.stdout.count(" yes") == len(shown.stdout.splitlines()) - 1 >= 3
    with serving(tmp_path / "a", **shared) as again:
        assert readiness(again).status_code == 200


def test_other_keys_are_accepted_by_who_knows_what_is_lost(tmp_path: Path, shared: dict[str, str]) -> None:
    with serving(tmp_path / "first", **shared) as first:
        client = Client(first).login()
        key = client.get("account/generate_api_key").json()["ApiKey"]
        other = {"data_dir": str(tmp_path / "second" / "data"), **shared}
        accepted = ("keys", "accept")
        asked = scribedock(*accepted, text="n\n", **other)
        assert asked.returncode == 1
        for loss in ("1 of 1 API keys", "addresses of callbacks, media and transcripts", "Upload URLs"):
            assert loss in asked.stdout
        assert readiness(first).status_code == 200  # nothing was done

        assert scribedock(*accepted, "--yes", **other).returncode == 0
        answer = readiness(first)
        assert (answer.status_code, answer.json()["problems"]) == (503, {"keys": "KeysDiffer"})
    with serving(tmp_path / "second", **shared) as second:
        assert readiness(second).status_code == 200
        client = Client(second)
        client.token = client.get("account/login", username="admin", securekey=key).json()["ApiToken"]
        anew = client.get("account/generate_api_key", force_new="true")
        assert anew.status_code == 200 and anew.json()["ApiKey"] != key
    again = scribedock(*accepted, **other)
    assert again.returncode == 0 and "nothing to accept" in again.stdout


def test_keys_are_shown_by_their_fingerprints(tmp_path: Path) -> None:
    settings = {"data_dir": str(tmp_path / "data")}
    none = scribedock("keys", "show", **settings)
    assert none.returncode == 2 and "no keys yet" in none.stderr
    assert not (tmp_path / "data" / "secrets").exists()
    scribedock("keys", "accept", **settings)
    shown = scribedock("keys", "show", **settings).stdout
    secrets = scribedock("keys", "show", "--secrets", **settings).stdout
    assert "encryption" in shown and "signing" in shown and "upload-keys" in shown
    for line in secrets.splitlines():
        name, _, value = line.partition("=")
        assert name.startswith("SCRIBEDOCK_")
        assert value.rpartition(":")[2] not in shown
