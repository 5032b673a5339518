"""`s3://bucket/prefix`: Amazon S3, and every store that speaks its API."""

from __future__ import annotations

from obstore.store import S3Store

from scribedock.storage.cloud.connect import CloudKind
from scribedock.storage.schemes.cloud import cloud_scheme

KIND = CloudKind(
    client=S3Store,
    endpoint="AWS_ENDPOINT_URL",
    allow_http="AWS_ALLOW_HTTP",
    credentials="AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    permissions="s3:PutObject, s3:GetObject, s3:DeleteObject on its objects and s3:ListBucket on itself",
)
SCHEME = cloud_scheme(KIND, "s3://bucket/prefix")
