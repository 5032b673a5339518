"""The three kinds of bucket, as far as possible without their servers."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from scribedock.settings import SettingsError
from scribedock.storage.cloud.connect import connect
from scribedock.storage.schemes import google, s3
from scribedock.storage.stores import scheme_of


@pytest.fixture
def service_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of Google's, with a key made here."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "account.json"
    account = {
        "type": "service_account",
        "client_email": "transcripts@example.iam.gserviceaccount.com",
        "private_key": key.decode(),
        "private_key_id": "1",
    }
    path.write_text(json.dumps(account))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))


def test_a_google_bucket_signs_urls_that_need_only_the_host_header(service_account: None) -> None:
    bucket = connect("gs://recordings/of%20ours", google.KIND)
    url = urlsplit(bucket.sign_put("direct/a", 43_200))
    assert (url.netloc, url.path) == ("storage.googleapis.com", "/recordings/of%20ours/direct/a")
    query = parse_qs(url.query)
    assert query["X-Goog-SignedHeaders"] == ["host"]
    assert query["X-Goog-Expires"] == ["43200"]


def test_an_s3_bucket_signs_urls_that_need_only_the_host_header(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"KEY_ID": "key", "KEY": "secret"}.items():
        monkeypatch.setenv(f"AWS_{'ACCESS' if name == 'KEY_ID' else 'SECRET_ACCESS'}_{name}", value)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    bucket = connect("s3://recordings/prefix/", s3.KIND)
    url = urlsplit(bucket.sign_put("direct/a", 43_200))
    assert url.scheme == "https"
    assert url.path == "/recordings/prefix/direct/a"
    assert parse_qs(url.query)["X-Amz-SignedHeaders"] == ["host"]


@pytest.mark.parametrize(
    ("url", "environment", "said"),
    [
        ("gs://b", {"GOOGLE_APPLICATION_CREDENTIALS": "/nowhere"}, "Unable to open service account file"),
        ("s3://b", {"AWS_ACCESS_KEY_ID": "key"}, "Missing SecretAccessKey"),
        ("az://b", {}, "Account must be specified"),
    ],
)
def test_missing_files_are_named(
    url: str,
    environment: dict[str, str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=said) as raised:
        scheme_of(url).opens(url, tmp_path)
    assert str(raised.value).startswith("SCRIBEDOCK_STORAGE_URL: ")
