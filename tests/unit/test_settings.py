from __future__ import annotations

import os
import stat
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from scribedock.keys.keys import UploadKeys, keep_private, load_keys
from scribedock.settings import Settings, SettingsError, load

KEY = "A" * 43


@pytest.fixture(autouse=True)
def nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SCRIBEDOCK_")]:
        monkeypatch.delenv(name)


def test_the_environment_is_read_and_the_command_line_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIBEDOCK_DATA_DIR", "/srv/one")
    monkeypatch.setenv("SCRIBEDOCK_SESSION_IDLE_S", "7")
    assert load().data_dir == Path("/srv/one")
    assert load(data_dir=Path("/srv/two")).data_dir == Path("/srv/two")
    assert load().session_idle_s == 7


def test_a_variable_that_is_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIBEDOCK_SPEECH_MODEL", "")
    monkeypatch.setenv("SCRIBEDOCK_UPLOAD_MAX_BYTES", "")
    assert load().speech_model is None
    assert load().upload_max_bytes == 10 * 1024**3


@pytest.mark.parametrize(
    "url", ["https://captions.example.org", "http://[::1]:8024/", "https://a_b.example:8443/captioning/v1"]
)
def test_the_public_url_is_a_host_and_perhaps_a_port_and_a_path(url: str) -> None:
    assert load(public_url=url).public_url == url.rstrip("/")


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIBEDOCK_FETCH_ALLOW", " 10.0.0.0/8 , media.example.org,")
    monkeypatch.setenv("SCRIBEDOCK_CALLBACK_RETRIES_S", "1,2.5")
    assert load().fetch_allow == ("10.0.0.0/8", "media.example.org")
    assert load().callback_retries_s == (1.0, 2.5)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SESSION_IDLE_S", "0", "greater than or equal to 1"),
        ("UPLOAD_LIFETIME_S", "43201", "less than or equal to 43200"),
        ("CALLBACK_RETRIES_S", "1,-2", "waits must not be negative"),
        ("CALLBACK_RETRIES_S", "soon", "could not convert"),
        ("TRUSTED_PROXIES", "nobody", "does not appear to be an IPv4 or IPv6 network"),
        ("PUBLIC_URL", "captions.example.org", "must start with http:// or https://"),
        ("PUBLIC_URL", "https://", "must be https://host"),
        ("PUBLIC_URL", "https://u:hunter2@captions.example.org", "must be https://host"),
        ("PUBLIC_URL", "https://captions.example.org/a b", "must be https://host"),
        ("PUBLIC_URL", "https://captions.example.org?x=1", "must be https://host"),
        ("PUBLIC_URL", "https://captions.example.org/#x", "must be https://host"),
        ("DATABASE_URL", "mysql://root:hunter2@db/x", "must start with postgresql:// or sqlite:///"),
    ],
)
def test_a_wrong_value_is_named_and_its_secrets_are_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(f"SCRIBEDOCK_{name}", value)
    with pytest.raises(SettingsError) as refused:
        load()
    assert str(refused.value).startswith(f"SCRIBEDOCK_{name}: ")
    assert message in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIBEDOCK_LEASE_S", "x")
    monkeypatch.setenv("SCRIBEDOCK_WORKER_JOBS", "0")
    with pytest.raises(SettingsError) as refused:
        load()
    assert len(str(refused.value).splitlines()) == 2


def test_printed_settings_hide_their_secrets() -> None:
    settings = Settings(database_url="postgresql://u:hunter2@h/d", encryption_key="s3cret")  # type: ignore[arg-type]
    printed = "\n".join(f"{name}={value} {meaning}" for name, value, meaning in settings.printable())
    assert "SCRIBEDOCK_DATABASE_URL=(hidden)" in printed
    assert "hunter2" not in printed
    assert "s3cret" not in printed
    assert "s3cret" not in repr(settings)


def test_every_setting_has_a_meaning() -> None:
    assert all(meaning for _, _, meaning in Settings().printable())


def test_keys_are_made_once_and_kept_for_their_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    first = load_keys(settings)
    again = load_keys(settings)
    assert again.upload.all() == first.upload.all()
    assert again.encryption.decrypt(first.encryption.encrypt(b"x")) == b"x"
    for path in (tmp_path / "new" / "secrets").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {path.name for path in (tmp_path / "new" / "secrets").iterdir()} == {
        "encryption-key",
        "upload-keys",
    }


def write(path: Path, text: str) -> str:
    return keep_private(path, text)


def test_processes_that_start_at_once_end_with_the_same_secret(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    with ProcessPoolExecutor(4) as pool:
        found = list(pool.map(write, [path] * 40, [f"text {number}" for number in range(40)]))
    assert set(found) == {path.read_text()}
    assert [left.name for left in tmp_path.iterdir()] == ["secret"]


def test_a_rotation_keeps_keys_until_their_last_url_has_expired(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = UploadKeys.in_file(tmp_path / "keys")
    now, lifetime_s = time.time(), 43_200
    ids = [keys.all()[0].id]
    for later in (100, 200, lifetime_s, lifetime_s + 250):
        monkeypatch.setattr("scribedock.keys.keys.time.time", lambda later=later: now + later)
        ids.append(keys.rotate(lifetime_s=lifetime_s).id)
    # The key that the one of 200 s followed was last used then, so its URLs are over; the others' are not.
    assert [key.id for key in keys.all()] == [ids[4], ids[3], ids[2]]
    assert [key.id for key in UploadKeys.in_file(tmp_path / "keys").all()] == [ids[4], ids[3], ids[2]]


def test_keys_made_in_the_same_second_have_different_ids(tmp_path: Path) -> None:
    keys = UploadKeys.in_file(tmp_path / "keys")
    for _ in range(3):
        keys.rotate(lifetime_s=43_200)
    assert len({key.id for key in keys.all()}) == 4


def test_keys_may_be_set_and_the_first_signs(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, upload_keys=f"new:{KEY},old:{'B' * 43}")  # type: ignore[arg-type]
    assert [key.id for key in load_keys(settings).upload.all()] == ["new", "old"]
    assert len(load_keys(settings).upload.all()[0].secret) == 32


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"encryption_key": "short"}, "SCRIBEDOCK_ENCRYPTION_KEY: must be 32 bytes in base64url"),
        ({"upload_keys": "k1"}, "SCRIBEDOCK_UPLOAD_KEYS: a key is at least 32 bytes"),
        ({"upload_keys": f"k1:{'A' * 10}"}, "SCRIBEDOCK_UPLOAD_KEYS: a key is at least 32 bytes"),
        ({"upload_keys": f"K1:{KEY}"}, "SCRIBEDOCK_UPLOAD_KEYS: an id is 1 to 8 characters"),
        ({"upload_keys": f"much-too-long:{KEY}"}, "SCRIBEDOCK_UPLOAD_KEYS: an id is 1 to 8 characters"),
        ({"upload_keys": f":{KEY}"}, "SCRIBEDOCK_UPLOAD_KEYS: an id is 1 to 8 characters"),
    ],
)
def test_a_key_of_the_wrong_form_is_refused(tmp_path: Path, settings: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_keys(Settings(data_dir=tmp_path, **settings))  # type: ignore[arg-type]
