"""Several servers on one database, as an operator gives them their keys."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from scribedock.demo.server import OwnServer
from tests.support.client import Client

PASSWORD = "one for both"


def scribedock(*arguments: str, text: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scribedock", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **{f"SCRIBEDOCK_{name.upper()}": value for name, value in settings.items()}},
        input=text,
        timeout=120,
        check=False,
    )


@pytest.fixture
def shared(tmp_path: Path, database: dict[str, str]) -> dict[str, str]:
    """Return the settings of one database that several data folders use."""
    return database or {"database_url": f"sqlite:///{tmp_path / 'shared.sqlite'}"}


def serving(folder: Path, **settings: str) -> OwnServer:
    return OwnServer(folder, password=PASSWORD, arguments=("--no-worker",), **settings)


def readiness(server: OwnServer) -> httpx2.Response:
    return httpx2.get(f"{server.base_url}/readyz", trust_env=False)


def test_a_server_with_other_keys_starts_only_once_they_are_accepted(
    tmp_path: Path, shared: dict[str, str]
) -> None:
    with serving(tmp_path / "first", **shared) as first:
        client = Client(first).login()
        key = client.get("account/generate_api_key").json()["ApiKey"]
        other = {"data_dir": str(tmp_path / "second" / "data"), **shared}
        refused = scribedock("serve", "--port", "0", **other)
        assert refused.returncode == 2
        for name in ("SCRIBEDOCK_ENCRYPTION_KEY", "SCRIBEDOCK_UPLOAD_KEYS"):
            assert f"{name}: the database was used with other keys" in refused.stderr
        assert "scribedock keys accept" in refused.stderr and "Traceback" not in refused.stderr

        asked = scribedock("keys", "accept", text="n\n", **other)
        assert asked.returncode == 1
        for loss in ("1 of 1 API keys", "callback, media and transcript URLs", "Upload URLs"):
            assert loss in asked.stdout
        assert readiness(first).json() == {"status": "ready"}  # nothing was done

        assert scribedock("keys", "accept", "--yes", **other).returncode == 0
        assert "keys accept" in scribedock("audit", **other).stdout
        answer = readiness(first)
        assert (answer.status_code, answer.json()["problems"]) == (503, {"keys": "KeysDiffer"})
    with serving(tmp_path / "second", **shared) as second:
        assert readiness(second).json() == {"status": "ready"}
        client = Client(second)
        client.token = client.get("account/login", username="admin", securekey=key).json()["ApiToken"]
        anew = client.get("account/generate_api_key", force_new="true")
        assert anew.status_code == 200 and anew.json()["ApiKey"] != key


def test_the_keys_of_a_server_are_copied_to_another(tmp_path: Path) -> None:
    """On the way, `show` shows no secret, a rotation is known to the database, and strangers are told off."""
    folder = {"data_dir": str(tmp_path / "first")}
    none = scribedock("keys", "show", **folder)
    assert none.returncode == 2 and "no server has used" in none.stderr
    assert not (tmp_path / "first" / "secrets").exists()
    shared = {"database_url": f"sqlite:///{tmp_path / 'shared.sqlite'}", "upload_lifetime_s": "1"}
    assert "nothing to accept" in scribedock("keys", "accept", **folder, **shared).stdout
    assert stat.S_IMODE((tmp_path / "shared.sqlite").stat().st_mode) == 0o600
    assert scribedock("keys", "rotate", **folder, **shared).returncode == 0

    shown = scribedock("keys", "show", **folder, **shared).stdout
    assert shown.count(" yes") == len(shown.splitlines()) - 1 == 3
    secrets = scribedock("keys", "show", "--secrets", **folder, **shared).stdout
    given = dict(line.removeprefix("SCRIBEDOCK_").split("=", 1) for line in secrets.splitlines())
    assert not any(part in shown for value in given.values() for part in value.split(":")[-1:])

    second = {"data_dir": str(tmp_path / "second"), **shared}
    stranger = scribedock("worker", **second)
    assert stranger.returncode == 2 and "used with other keys" in stranger.stderr
    told = scribedock("doctor", **second)
    assert told.returncode == 1 and "used with other keys" in told.stdout
    same = scribedock("doctor", **second, **{name.lower(): value for name, value in given.items()})
    assert "those that the database was used with" in same.stdout


def test_generated_keys_are_settings_that_work(tmp_path: Path) -> None:
    done = scribedock("keys", "generate")
    pairs = dict(line.removeprefix("SCRIBEDOCK_").split("=", 1) for line in done.stdout.splitlines())
    assert set(pairs) == {"ENCRYPTION_KEY", "UPLOAD_KEYS"}
    given = {name.lower(): value for name, value in pairs.items()}
    done = scribedock("keys", "accept", data_dir=str(tmp_path), **given)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "secrets").exists()
