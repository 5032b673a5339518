"""Peers that name other clients and are not trusted to: few are remembered, and not for ever."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scribedock import app
from scribedock.accounts import untrusted_proxies
from scribedock.accounts.untrusted_proxies import UntrustedProxies
from scribedock.clock import utc_now
from scribedock.db import tables
from scribedock.settings import Settings


@pytest.fixture
def services(tmp_path: Path, database: dict[str, str]) -> Iterator[app.Services]:
    settings = Settings(data_dir=tmp_path, **database)  # type: ignore[arg-type]
    app.prepare_database(settings)
    started = app.build_services(settings)
    yield started
    started.close()


def test_many_peers_fill_neither_the_table_nor_the_memory(
    services: app.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(untrusted_proxies, "MAX_PROXIES", 3)
    for process in (services.proxies, UntrustedProxies(services.database)):
        for number in range(10):
            process.note(f"192.0.2.{number}")
    assert {each.address for each in services.proxies.all()} == {f"192.0.2.{number}" for number in range(3)}


def test_a_peer_that_has_stopped_is_forgotten(services: app.Services) -> None:
    services.proxies.note("192.0.2.1")
    services.proxies.note("192.0.2.2")
    old = utc_now() - 2 * untrusted_proxies.RETENTION
    with services.database.write() as connection:
        peer = tables.untrusted_proxies
        connection.execute(peer.update().where(peer.c.address == "192.0.2.1").values(seen=old))
    assert services.proxies.sweep() == 1
    assert [each.address for each in services.proxies.all()] == ["192.0.2.2"]
