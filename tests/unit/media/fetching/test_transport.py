from __future__ import annotations

import ssl
from pathlib import Path
from types import SimpleNamespace

import pytest

from scribedock.media.fetching import transport


def test_a_system_without_certificates_of_authorities_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "certs"
    empty = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    monkeypatch.setattr(transport.httpx2, "create_ssl_context", lambda **_: empty)
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: SimpleNamespace(openssl_capath=str(folder)))
    assert not transport.has_authorities()
    folder.mkdir()
    assert not transport.has_authorities()
    (folder / "5ed36f99.0").touch()
    assert transport.has_authorities()
