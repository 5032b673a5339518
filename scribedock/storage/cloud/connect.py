"""From `s3://bucket/prefix`, `gs://…`, `az://container/…` to a bucket.

Credentials, region and endpoint come from the environment variables that the stores' own tools
read (docs/storage.md lists them), never from the URL.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, S3Store

from scribedock.settings import SettingsError
from scribedock.storage.cloud.bucket import Bucket

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig


@dataclass(frozen=True, kw_only=True)
class CloudKind:
    """What differs between the object stores: their client, and the words of their own."""

    client: type[S3Store] | type[GCSStore] | type[AzureStore]
    endpoint: str  # the environment variable with the address of a store that is not the vendor's
    allow_http: str  # the environment variable that allows plain HTTP to it
    credentials: str  # the environment variables with the credentials, for people
    permissions: str  # that the credentials need on the bucket, for people


# Long enough for a store that restarts its front end, short enough for a client to learn of one that is down.
RETRIES: RetryConfig = {
    "max_retries": 5,
    "retry_timeout": timedelta(seconds=30),
    "backoff": {
        "init_backoff": timedelta(milliseconds=200),
        "max_backoff": timedelta(seconds=4),
        "base": 2,
    },
}


def connect(url: str, kind: CloudKind, *, retries: RetryConfig = RETRIES) -> Bucket:
    """Return the bucket, or what is below the prefix in it, without a request. Raises SettingsError."""
    parts = urlsplit(url)
    prefix = unquote(parts.path).strip("/")
    client: ClientConfig = {
        "allow_http": os.environ.get(kind.allow_http, "").lower() in ("true", "1", "yes"),
        "connect_timeout": timedelta(seconds=5),
        "timeout": timedelta(seconds=60),
        "user_agent": f"scribedock/{version('scribedock')}",
    }
    try:
        store = kind.client(parts.netloc, prefix=prefix or None, client_options=client, retry_config=retries)
    except (BaseError, ValueError) as error:
        problem = str(error).partition("\n")[0].removeprefix("Generic ")
        raise SettingsError(
            f"SCRIBEDOCK_STORAGE_URL: {parts.scheme}://{parts.netloc} cannot be used: {problem}"
        ) from None
    return Bucket(store)
