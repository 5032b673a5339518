"""The server's own secrets: made at first start, kept in the data folder with mode 0600."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from scribedock.settings import Settings, SettingsError


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    id: str  # 1 to 8 characters of a-z and 0-9
    secret: bytes


@dataclass(frozen=True, kw_only=True)
class Keys:
    encryption: Fernet  # for API keys, which must be shown again
    upload: tuple[SigningKey, ...]  # the first signs, all verify


def keep_private(path: Path, text: str) -> str:
    """Writes `text` to `path` with mode 0600 unless the file exists; returns what the file says.

    Two processes that start at once end with the same content: the file appears whole, and once.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        else:
            folder = os.open(path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
    finally:
        fresh.unlink()
    return path.read_text().strip()


def load_keys(settings: Settings) -> Keys:
    """The keys from the settings, else from the data folder, else new ones.

    Raises SettingsError when a key that was set has the wrong form.
    """
    folder = settings.data_dir / "secrets"
    encryption = (
        settings.encryption_key.get_secret_value()
        if settings.encryption_key
        else keep_private(folder / "encryption-key", Fernet.generate_key().decode())
    )
    upload = (
        settings.upload_keys.get_secret_value()
        if settings.upload_keys
        else keep_private(folder / "upload-keys", f"k1:{_encode(secrets.token_bytes(32))}")
    )
    try:
        fernet = Fernet(encryption)
    except ValueError:
        raise SettingsError(
            "SCRIBEDOCK_ENCRYPTION_KEY: must be 32 bytes in base64url (44 characters)"
        ) from None
    return Keys(encryption=fernet, upload=tuple(_signing_key(part) for part in upload.split(",")))


def _signing_key(text: str) -> SigningKey:
    key_id, _, encoded = text.strip().partition(":")
    try:
        secret = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError):
        secret = b""
    if not (0 < len(key_id) <= 8 and key_id.isascii() and key_id.isalnum() and key_id.islower()):
        raise SettingsError("SCRIBEDOCK_UPLOAD_KEYS: an id is 1 to 8 characters of a-z and 0-9")
    if len(secret) < 32:
        raise SettingsError("SCRIBEDOCK_UPLOAD_KEYS: a key is at least 32 bytes in base64url")
    return SigningKey(id=key_id, secret=secret)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
