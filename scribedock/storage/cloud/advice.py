"""What to do where a store refuses us, by its error codes."""

from __future__ import annotations

import errno
import os
from urllib.parse import urlsplit

from scribedock.storage.cloud.bucket import NO_BUCKET_CODES, NO_CREDENTIALS_CODE, StoreFault
from scribedock.storage.cloud.connect import CloudKind

WRONG_SECRET = ("SignatureDoesNotMatch", "AuthenticationFailed", "AuthorizationFailure")
WRONG_KEY = ("InvalidAccessKeyId",)
WRONG_REGION = ("AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException")
WRONG_TIME = ("RequestTimeTooSkewed",)


def advice(error: Exception, kind: CloudKind, url: str) -> str:
    """Return what to do about an error of the store at the URL."""
    bucket = urlsplit(url).netloc
    if not isinstance(error, StoreFault):
        return f"the store did not do what it reported ({type(error).__name__}: {error})"
    code = error.code
    said = f"{error.status} {code}".strip()
    if code == NO_CREDENTIALS_CODE:
        return f"there are no credentials; set {kind.credentials} (docs/storage.md)"
    if code in NO_BUCKET_CODES or error.errno == errno.ENXIO:
        return f"there is no bucket {bucket}; create it, or correct SCRIBEDOCK_STORAGE_URL"
    if code in WRONG_SECRET:
        return f"the secret does not belong to the key ({said}); check {kind.credentials}"
    if code in WRONG_KEY:
        return f"the store does not know the key ({said}); check {kind.credentials}, and the endpoint"
    if code in WRONG_TIME:
        return f"this machine's clock is wrong ({said}); synchronize it by NTP"
    if code in WRONG_REGION or error.status in (301, 307):
        return f"the bucket is in another region ({said}); set AWS_REGION"
    if error.errno == errno.EDQUOT:
        return f"the store is full ({said}); raise the quota, or make room"
    if error.errno == errno.EACCES:
        return f"the credentials lack permission in {bucket} ({said}); allow {kind.permissions}"
    if not error.status:
        return _unreachable(kind)
    return f"{error.strerror}; ask the operator of the store"


def _unreachable(kind: CloudKind) -> str:
    name, allow_http = kind.endpoint, kind.allow_http
    endpoint = os.environ.get(name, "")
    where = urlsplit(endpoint).netloc.rpartition("@")[2] or "its usual address"
    if endpoint.startswith("http://") and not os.environ.get(allow_http):
        return f"{name} is plain http; set {allow_http}=true if that is intended"
    return f"no answer from {where}; check {name}, and whether this machine may connect there"
