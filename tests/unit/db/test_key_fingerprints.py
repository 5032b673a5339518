"""Which keys work on a database, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from scribedock import app
from scribedock.clock import utc_now
from scribedock.db.engine import Database
from scribedock.db.key_fingerprints import RETENTION, KeyFingerprints, KeysDiffer
from scribedock.db.tables import key_fingerprints
from scribedock.keys.keys import KeyPurpose, Keys, load_keys, new_settings
from scribedock.settings import Settings

A, B, C = (new_settings()["SCRIBEDOCK_UPLOAD_KEYS"].replace(":", f"{each}:")[1:] for each in "abc")
ENCRYPTION, OTHER = (new_settings()["SCRIBEDOCK_ENCRYPTION_KEY"] for _ in range(2))


@pytest.fixture
def opened(tmp_path: Path, database: dict[str, str]) -> Iterator[Database]:
    settings = Settings(data_dir=tmp_path, **database)  # type: ignore[arg-type]
    app.prepare_database(settings)
    found = Database(app.database_url(settings))
    yield found
    found.close()


def keys(*signing: str, encryption: str = ENCRYPTION) -> Keys:
    return load_keys(Settings(encryption_key=encryption, upload_keys=",".join(signing)))  # type: ignore[arg-type]


def test_a_database_takes_the_first_keys_and_no_others(opened: Database) -> None:
    KeyFingerprints(opened, keys(A)).learn()
    KeyFingerprints(opened, keys(A)).learn()
    for other, names in (
        (keys(A, encryption=OTHER), ["ENCRYPTION_KEY"]),
        (keys(B), ["UPLOAD_KEYS"]),
        (keys(B, encryption=OTHER), ["ENCRYPTION_KEY", "UPLOAD_KEYS"]),
    ):
        with pytest.raises(KeysDiffer) as refused:
            KeyFingerprints(opened, other).learn()
        lines = str(refused.value).splitlines()
        assert [line.partition(":")[0].removeprefix("SCRIBEDOCK_") for line in lines] == names
    assert KeyFingerprints(opened, keys(A)).known() == keys(A).fingerprints()


def test_signing_keys_are_rotated_one_server_after_the_other(opened: Database) -> None:
    for rotation in ((A,), (B, A), (A,), (C, B), (A,)):
        KeyFingerprints(opened, keys(*rotation)).learn()
    assert len(KeyFingerprints(opened, keys(A)).known()[KeyPurpose.SIGNING]) == 3


def test_the_same_secret_under_another_id_is_another_key(opened: Database) -> None:
    KeyFingerprints(opened, keys(f"k1:{A.partition(':')[2]}")).learn()
    with pytest.raises(KeysDiffer):
        KeyFingerprints(opened, keys(f"k2:{A.partition(':')[2]}")).check()


def test_a_retired_key_is_forgotten_but_never_a_current_one(opened: Database) -> None:
    KeyFingerprints(opened, keys(B, A)).learn()
    with opened.write() as connection:
        long_ago = utc_now() - RETENTION - timedelta(minutes=1)
        connection.execute(key_fingerprints.update().values(seen=long_ago))
    KeyFingerprints(opened, keys(C, B)).learn()
    KeyFingerprints(opened, keys(B)).check()
    with pytest.raises(KeysDiffer):
        KeyFingerprints(opened, keys(A)).check()


def test_accepted_keys_replace_the_others(opened: Database) -> None:
    KeyFingerprints(opened, keys(A)).learn()
    accepted = KeyFingerprints(opened, keys(B, encryption=OTHER))
    assert accepted.differing() == [KeyPurpose.ENCRYPTION, KeyPurpose.SIGNING]
    accepted.accept()
    assert accepted.differing() == []
    with pytest.raises(KeysDiffer):
        KeyFingerprints(opened, keys(A)).check()


def test_a_message_shows_no_secret(opened: Database) -> None:
    KeyFingerprints(opened, keys(A)).learn()
    other = keys(B, encryption=OTHER)
    with pytest.raises(KeysDiffer) as refused:
        KeyFingerprints(opened, other).check()
    shown = f"{refused.value} {other!r}"
    for secret in (A, B, ENCRYPTION, OTHER):
        assert secret.rpartition(":")[2] not in shown
