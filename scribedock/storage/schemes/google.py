"""`gs://bucket/prefix`: Google Cloud Storage."""

from __future__ import annotations

from obstore.store import GCSStore

from scribedock.storage.cloud.connect import CloudKind
from scribedock.storage.schemes.cloud import cloud_scheme

KIND = CloudKind(
    client=GCSStore,
    endpoint="GOOGLE_BASE_URL",
    allow_http="GOOGLE_ALLOW_HTTP",
    credentials="GOOGLE_APPLICATION_CREDENTIALS (the file of a service account)",
    permissions="the role Storage Object Admin on it",
)
SCHEME = cloud_scheme(KIND, "gs://bucket/prefix")
