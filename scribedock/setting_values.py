"""The types of settings whose text has a form of its own; each refuses what it cannot use, and says why."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

PRIORITIES = ("ECONOMY", "STANDARD", "HIGH", "PRIORITY", "CRITICAL")
PUBLIC_URL = re.compile(r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[^\s?#]*)?", re.ASCII)
LISTENING = re.compile(r"(([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):)?(?P<port>[0-9]{1,5})", re.ASCII)
MAX_PORT = 65535
RATE = re.compile(r"[1-9][0-9]{0,8} ?/ ?([1-9][0-9]{0,4} ?)?(second|minute|hour|day)s?", re.ASCII)


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _split_seconds(value: Any) -> Any:
    return tuple(float(part) for part in _split(value)) if isinstance(value, str) else value


def _not_negative(value: tuple[float, ...]) -> tuple[float, ...]:
    if any(wait < 0 for wait in value):
        raise ValueError("waits must not be negative")
    return value


def _known_priorities(value: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in value if name.upper() not in PRIORITIES]
    if unknown:
        raise ValueError(f"there is no priority {unknown[0]}; there are {', '.join(PRIORITIES)}")
    return tuple(name.upper() for name in value)


def _networks(value: tuple[str, ...]) -> tuple[str, ...]:
    for part in value:
        ipaddress.ip_network(part, strict=False)
    return value


def _listening(value: str) -> str:
    found = LISTENING.fullmatch(value)
    if found is None or int(found["port"]) > MAX_PORT:
        raise ValueError("must be like 127.0.0.1:9124, [::1]:9124 or 9124")
    return value


def _absolute(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    if PUBLIC_URL.fullmatch(value) is None:
        raise ValueError("must be https://host, https://host:port or https://host/path, and nothing else")
    return value.rstrip("/")


def _storage_address(value: str) -> str:
    if value.startswith("file:///"):
        return value
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if not parts.scheme or not parts.netloc:
        raise ValueError("must be like s3://bucket/prefix or file:///folder (docs/storage.md)")
    if set("@:?#") & set(value.partition("://")[2]):
        raise ValueError(
            f"must be {parts.scheme}://bucket/prefix and nothing else; "
            "credentials, endpoint and region come from the environment (docs/storage.md)"
        )
    return value


def _mail_server(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("must be smtp://user:password@host:port or smtps://user:password@host:port")
    return value


def _sender(value: str) -> str:
    if "@" not in value or not value.isprintable():
        raise ValueError("must be an address, as captions@example.org")
    return value


def _supported_database(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise ValueError("must start with postgresql:// or sqlite:///")
    return value


def _rate(value: str) -> str:
    if RATE.fullmatch(value) is None:
        raise ValueError("must be like 60/minute, or 10/5 seconds")
    return value


CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Waits = Annotated[tuple[float, ...], NoDecode, BeforeValidator(_split_seconds), AfterValidator(_not_negative)]
Priorities = Annotated[CommaSeparated, AfterValidator(_known_priorities)]
Networks = Annotated[CommaSeparated, AfterValidator(_networks)]
ListeningAddress = Annotated[str, AfterValidator(_listening)]
PublicUrl = Annotated[str, AfterValidator(_absolute)]
StorageUrl = Annotated[str, AfterValidator(_storage_address)]
MailServerUrl = Annotated[SecretStr, AfterValidator(_mail_server)]
Rate = Annotated[str, AfterValidator(_rate)]
Sender = Annotated[str, AfterValidator(_sender)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_supported_database)]
