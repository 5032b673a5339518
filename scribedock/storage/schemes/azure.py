"""`az://container/prefix`: Azure Blob Storage."""

from __future__ import annotations

from obstore.store import AzureStore

from scribedock.storage.cloud.connect import CloudKind
from scribedock.storage.schemes.cloud import cloud_scheme

KIND = CloudKind(
    client=AzureStore,
    endpoint="AZURE_STORAGE_ENDPOINT",
    allow_http="AZURE_ALLOW_HTTP",
    credentials="AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
    permissions="the role Storage Blob Data Contributor on it",
)
SCHEME = cloud_scheme(
    KIND,
    "az://container/prefix",
    no_direct_uploads="Azure takes a PUT only with a header that clients of this API do not send",
)
