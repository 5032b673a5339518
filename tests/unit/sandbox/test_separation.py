"""Sandboxes and real servers never share a data folder or a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from scribedock import app
from scribedock.sandbox.separation import check_database, check_folder
from scribedock.settings import Settings, SettingsError


def test_a_new_folder_is_marked_as_a_sandboxs(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    for _ in range(2):
        check_folder(folder, sandbox=True)
    with pytest.raises(SettingsError, match="--sandbox"):
        check_folder(folder, sandbox=False)


def test_a_real_servers_folder_is_no_sandboxs(tmp_path: Path) -> None:
    check_folder(tmp_path, sandbox=False)
    app.load_keys(Settings(data_dir=tmp_path))
    check_folder(tmp_path, sandbox=False)
    with pytest.raises(SettingsError, match="folder of its own"):
        check_folder(tmp_path, sandbox=True)
    assert not (tmp_path / "sandbox").exists()


@pytest.mark.parametrize("sandbox", [True, False])
def test_a_database_belongs_to_the_kind_of_server_that_made_it(
    tmp_path: Path, database: dict[str, str], sandbox: bool
) -> None:
    settings = Settings(data_dir=tmp_path, **database)  # type: ignore[arg-type]
    app.prepare_database(settings)
    services = app.build_services(settings)
    check_database(services.accounts.root(), sandbox=not sandbox)  # nobody's so far
    for kind in (sandbox, not sandbox):  # the second time, there is an account
        app.ensure_first_account(services, sandbox=kind)
    check_database(services.accounts.root(), sandbox=sandbox)
    with pytest.raises(SettingsError, match="SCRIBEDOCK_DATABASE_URL"):
        check_database(services.accounts.root(), sandbox=not sandbox)
    services.close()
