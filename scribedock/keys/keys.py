"""The server's own secrets: made at first start, kept in the data folder with mode 0600."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from cryptography.fernet import Fernet

from scribedock.keys.sealing import Sealing
from scribedock.settings import Settings, SettingsError

LOOK_INTERVAL_S = 1.0


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    id: str  # 1 to 8 characters of a-z and 0-9
    secret: bytes = field(repr=False)


class KeyPurpose(StrEnum):
    """What a key is for, as the database stores it."""

    ENCRYPTION = "encryption"
    SIGNING = "signing"


@dataclass(frozen=True, kw_only=True)
class Keys:
    encryption: Fernet  # for API keys, which must be shown again later
    encryption_fingerprint: str
    sealing: Sealing  # with the same key, for URLs
    upload: UploadKeys

    def fingerprints(self) -> Mapping[KeyPurpose, frozenset[str]]:
        """Return the fingerprints of the current keys."""
        return {
            KeyPurpose.ENCRYPTION: frozenset({self.encryption_fingerprint}),
            KeyPurpose.SIGNING: frozenset(signing_fingerprint(key) for key in self.upload.all()),
        }


def signing_fingerprint(key: SigningKey) -> str:
    """Return the fingerprint of a signing key and its id, because a URL names the key that signed it."""
    return _fingerprint(KeyPurpose.SIGNING, f"{key.id}:".encode() + key.secret)


def _fingerprint(purpose: KeyPurpose, secret: bytes) -> str:
    """Return 128 bits of the SHA-256 in hex, which tell keys apart and reveal nothing about 256-bit keys."""
    return hashlib.sha256(f"scribedock key fingerprint\0{purpose}\0".encode() + secret).hexdigest()[:32]


def keep_private(path: Path, text: str) -> str:
    """Write `text` to `path` with mode 0600 unless the file exists; return the file's text.

    Two processes that start at once end with the same content: the file appears whole, and once.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = _written(path, text)
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    else:
        _sync(path.parent)
    finally:
        fresh.unlink()
    return path.read_text().strip()


def replace_private(path: Path, text: str) -> None:
    """Replace `path` atomically by a file with `text` and mode 0600."""
    _written(path, text).replace(path)
    _sync(path.parent)


def _written(path: Path, text: str) -> Path:
    """Write the text durably to a file beside `path`; return that file."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return fresh


def _sync(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def load_keys(settings: Settings) -> Keys:
    """Return the keys from the settings, else from the data folder, else new ones.

    Raises SettingsError when a key in the settings has the wrong form.
    """
    encryption = (
        settings.encryption_key.get_secret_value()
        if settings.encryption_key
        else keep_private(key_file(settings, KeyPurpose.ENCRYPTION), Fernet.generate_key().decode())
    )
    upload = (
        UploadKeys.fixed(settings.upload_keys.get_secret_value())
        if settings.upload_keys
        else UploadKeys.in_file(key_file(settings, KeyPurpose.SIGNING))
    )
    try:
        fernet, sealing = Fernet(encryption), Sealing(encryption)
    except ValueError:
        raise SettingsError(
            "SCRIBEDOCK_ENCRYPTION_KEY: must be 32 bytes in base64url (44 characters)"
        ) from None
    return Keys(
        encryption=fernet,
        encryption_fingerprint=_fingerprint(KeyPurpose.ENCRYPTION, base64.urlsafe_b64decode(encryption)),
        sealing=sealing,
        upload=upload,
    )


def key_file(settings: Settings, purpose: KeyPurpose) -> Path:
    """Return the file for keys of this purpose that no setting gives."""
    names = {KeyPurpose.ENCRYPTION: "encryption-key", KeyPurpose.SIGNING: "upload-keys"}
    return settings.data_dir / "secrets" / names[purpose]


def keys_exist(settings: Settings) -> bool:
    """Return whether `load_keys` would find every key and make none."""
    given = {KeyPurpose.ENCRYPTION: settings.encryption_key, KeyPurpose.SIGNING: settings.upload_keys}
    return all(secret is not None or key_file(settings, each).exists() for each, secret in given.items())


def new_settings() -> Mapping[str, str]:
    """Return new keys by the name of their setting."""
    return {
        "SCRIBEDOCK_ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "SCRIBEDOCK_UPLOAD_KEYS": _new_key(),
    }


def as_settings(settings: Settings) -> Mapping[str, str]:
    """Return the existing keys by the name of their setting, for another server."""
    encryption = (
        settings.encryption_key.get_secret_value()
        if settings.encryption_key
        else key_file(settings, KeyPurpose.ENCRYPTION).read_text().strip()
    )
    upload = ",".join(f"{key.id}:{_encode(key.secret)}" for key in load_keys(settings).upload.all())
    return {"SCRIBEDOCK_ENCRYPTION_KEY": encryption, "SCRIBEDOCK_UPLOAD_KEYS": upload}


class UploadKeys:
    """The keys of upload URLs: the first signs, all verify.

    Those in a file are read again when it has changed, so that a rotation needs no restart.
    """

    def __init__(self, path: Path | None, keys: tuple[SigningKey, ...]) -> None:
        self._path = path
        self._keys = keys
        self._changed_ns = self._stamp()
        self._looked = time.monotonic()

    @classmethod
    def fixed(cls, text: str) -> UploadKeys:
        """Return the keys in `text` (`id:base64url,…`). Raises SettingsError for the wrong form."""
        return cls(None, _signing_keys(text))

    @classmethod
    def in_file(cls, path: Path) -> UploadKeys:
        """Return the keys in the file, which is made with a new key where it is missing."""
        return cls(path, _signing_keys(keep_private(path, _new_key())))

    def all(self) -> tuple[SigningKey, ...]:
        now = time.monotonic()
        if self._path is not None and now - self._looked > LOOK_INTERVAL_S:
            self._looked = now
            changed_ns = self._stamp()
            if changed_ns != self._changed_ns:
                self._keys, self._changed_ns = _signing_keys(self._path.read_text()), changed_ns
        return self._keys

    def rotate(self, *, lifetime_s: int) -> SigningKey:
        """Sign with a new key from now on and drop keys whose last URL has expired; return the new key.

        lifetime_s: how long URLs live. Raises SettingsError where the keys come from the settings.
        """
        if self._path is None:
            raise SettingsError(
                "SCRIBEDOCK_UPLOAD_KEYS is set: put a new key before the others there, "
                "and restart the servers"
            )
        kept = [self._keys[0]]
        for newer, older in pairwise(self._keys):
            if _made_at(newer) + lifetime_s > time.time():
                kept.append(older)
        text = ",".join([_new_key(than=self._keys[0]), *(f"{key.id}:{_encode(key.secret)}" for key in kept)])
        replace_private(self._path, text)
        self._keys = _signing_keys(text)
        return self._keys[0]

    def _stamp(self) -> int:
        return self._path.stat().st_mtime_ns if self._path is not None else 0


def _new_key(than: SigningKey | None = None) -> str:
    """Return `id:secret`; the id is the time in hexadecimal seconds, later than that of `than`."""
    made = max(int(time.time()), _made_at(than) + 1 if than is not None else 0)
    return f"{made:08x}:{_encode(secrets.token_bytes(32))}"


def _made_at(key: SigningKey) -> int:
    try:
        return int(key.id, 16)
    except ValueError:
        return 0


def _signing_keys(text: str) -> tuple[SigningKey, ...]:
    return tuple(_signing_key(part) for part in text.strip().split(","))


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
