"""`scribedock storage check`, on a store that works, and on ones that do not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scribedock.storage.cloud.bucket import Bucket
from tests.s3 import signing
from tests.s3.conftest import BUCKET, THEIRS
from tests.s3.gateway import USER, Gateway
from tests.s3.stored import paths

pytestmark = pytest.mark.s3

NOWHERE = "http://127.0.0.1:9"
GOOD, BAD = 0, 1


def check(store_url: str, data_dir: Path, **environment: str | None) -> tuple[int, str]:
    """Exit status and output; nothing secret is ever in it."""
    settings = {
        **os.environ,
        "SCRIBEDOCK_STORAGE_URL": store_url,
        "SCRIBEDOCK_DATA_DIR": str(data_dir),
        "SCRIBEDOCK_STORAGE_DIRECT_UPLOADS": "true",
        **environment,
    }
    given = {name: value for name, value in settings.items() if value is not None}
    done = subprocess.run(
        [sys.executable, "-m", "scribedock", "storage", "check"], capture_output=True, text=True, env=given
    )
    said = done.stdout + done.stderr
    for secret in ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"):
        assert given.get(secret, "-") not in said
    assert "Signature=" not in said
    assert "Traceback" not in said
    return done.returncode, said


def test_a_working_store_passes(store_url: str, data_dir: Path, bucket: Bucket) -> None:
    status, said = check(store_url, data_dir)
    assert status == GOOD, said
    for title in (
        "clock",
        "writing",
        "reading",
        "listing",
        "writing once",
        "deleting",
        "recording",
        "signed URL",
    ):
        assert f"✓ {title}  " in said
    assert "forged (403) and expired (403)" in said
    assert paths(bucket) == []


def test_pages_are_distinguished_from_other_clients(gateway: Gateway, data_dir: Path, bucket: Bucket) -> None:
    signing.make_bucket("pages")
    signing.allow_origins("pages", "https://app.example.org")
    allowed = {"SCRIBEDOCK_PUBLIC_URL": "https://app.example.org/transcripts"}
    status, said = check("s3://pages", data_dir, **allowed)
    assert status == GOOD
    assert "✓ CORS  pages of https://app.example.org may upload" in said
    status, said = check("s3://pages", data_dir, SCRIBEDOCK_PUBLIC_URL="https://other.example.org")
    assert status == GOOD
    assert "! CORS  pages in a browser cannot upload" in said
    assert "method PUT" in said


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "wrong secret"}, "the secret does not belong to the key (403 "),
        ({"AWS_ACCESS_KEY_ID": "WRONGKEY"}, "the store does not know the key (403 "),
        (
            {"AWS_ENDPOINT_URL": NOWHERE, "AWS_ALLOW_HTTP": "true"},
            "no answer from 127.0.0.1:9; check AWS_ENDPOINT_URL",
        ),
        ({"AWS_ENDPOINT_URL": NOWHERE, "AWS_ALLOW_HTTP": None}, "set AWS_ALLOW_HTTP=true"),
        ({"AWS_ACCESS_KEY_ID": None}, "Missing AccessKeyId"),
        (
            {
                "AWS_ACCESS_KEY_ID": None,
                "AWS_SECRET_ACCESS_KEY": None,
                "AWS_METADATA_ENDPOINT": NOWHERE,
            },
            "there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ),
    ],
    ids=["secret", "key", "endpoint", "plain http", "half the credentials", "no credentials"],
)
def test_errors_are_reported(
    store_url: str, data_dir: Path, environment: dict[str, str | None], said: str
) -> None:
    status, output = check(store_url, data_dir, **environment)
    assert status == BAD
    assert said in output
    assert "✗" in output


def test_a_missing_bucket_is_named(running: Gateway | None, data_dir: Path) -> None:
    status, said = check("s3://scribedock-no-such-bucket/here", data_dir)
    assert status == BAD
    assert "there is no bucket scribedock-no-such-bucket" in said or THEIRS


def test_a_bucket_without_permission_is_reported(gateway: Gateway, data_dir: Path) -> None:
    gateway.admin("user", "create", "--uid=other", "--display-name=other", "--access-key=OTHER",
                  "--secret-key=another secret")  # fmt: skip
    other = {"AWS_ACCESS_KEY_ID": "OTHER", "AWS_SECRET_ACCESS_KEY": "another secret"}
    status, said = check(f"s3://{BUCKET}/here", data_dir, **other)
    assert status == BAD
    assert f"the credentials lack permission in {BUCKET} (403 AccessDenied); allow s3:PutObject" in said


def test_a_full_store_is_reported(gateway: Gateway, data_dir: Path, bucket: Bucket, store_url: str) -> None:
    gateway.admin("quota", "set", "--quota-scope=user", f"--uid={USER}", "--max-size=1048576")
    gateway.admin("quota", "enable", "--quota-scope=user", f"--uid={USER}")
    try:
        status, said = check(store_url, data_dir)
    finally:
        gateway.admin("quota", "disable", "--quota-scope=user", f"--uid={USER}")
    assert status == BAD
    assert "the store is full (403 QuotaExceeded)" in said
