"""Whether a bucket does what we rely on, and what to change where it does not.

Nothing that is shown contains a secret: no URL with a signature, no text of the store's own.
"""

from __future__ import annotations

import email.utils
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import httpx2

from scribedock.clock import utc_now
from scribedock.host.findings import CheckResult, good, missing, warning
from scribedock.settings import Settings, SettingsError
from scribedock.storage.cloud.advice import advice
from scribedock.storage.cloud.bucket import Bucket, ObjectChanged
from scribedock.storage.cloud.connect import CloudKind, connect
from scribedock.storage.cloud.store import CloudStore
from scribedock.storage.store import Store

CHECK_FOLDER = "check"
CONTENT = b"written by scribedock storage check"
MAX_SKEW_S = 10
EXPIRED_AFTER_S = 1
PAGE_ORIGIN = "https://a-page-of-yours.example"
TIMEOUT_S = 30
# Azure takes a PUT only with this header; the others do not mind it.
BLOB_HEADERS = {"x-ms-blob-type": "BlockBlob"}


def check(
    settings: Settings, url: str, kind: CloudKind, recording: Callable[[Store], Iterator[CheckResult]]
) -> Iterator[CheckResult]:
    """Check a bucket; `recording` writes, reads and deletes a recording through the store."""
    try:
        bucket = connect(url, kind, retries={"max_retries": 1})
    except SettingsError as error:
        yield missing("address", str(error))
        return
    path = f"{CHECK_FOLDER}/{uuid.uuid4().hex}"
    try:
        yield from _clock(bucket, path)
        for step in (_credentials, _reading, _listing, _conditions, _deleting):
            yield from step(bucket, path)
        yield from recording(CloudStore(bucket, settings.data_dir))
        yield from _signed_urls(bucket, path, direct=settings.storage_direct_uploads)
        if settings.storage_direct_uploads:
            yield from _pages(bucket, path, settings.public_url)
    except (OSError, ObjectChanged) as error:
        yield missing("storage", advice(error, kind, url))
    finally:
        with suppress(OSError):
            bucket.delete([path])


def _clock(bucket: Bucket, path: str) -> Iterator[CheckResult]:
    """Check the clock first: a store refuses what was signed at another time than its own."""
    with suppress(OSError, httpx2.HTTPError):
        before = utc_now()
        answer = httpx2.head(bucket.sign_put(path, 60), timeout=TIMEOUT_S)
        after = utc_now()
        theirs = email.utils.parsedate_to_datetime(answer.headers["date"])
        middle = before + (after - before) / 2
        off = (theirs - middle).total_seconds()
        if abs(off) > MAX_SKEW_S:
            how = "behind" if off > 0 else "ahead of"
            yield missing(
                "clock", f"this machine's is {abs(off):.0f} s {how} the store's; synchronize it by NTP"
            )
        else:
            yield good("clock", f"agrees with the store's to {max(abs(off), 1):.0f} s")


def _credentials(bucket: Bucket, path: str) -> Iterator[CheckResult]:
    bucket.put(path, CONTENT)
    yield good("writing", "the credentials are valid and may write")


def _reading(bucket: Bucket, path: str) -> Iterator[CheckResult]:
    if bucket.get(path) != CONTENT:
        yield missing("reading", "what was read back differs from what was written")
        return
    etag = bucket.head(path).etag
    try:
        bucket.read(path, 0, len(CONTENT), etag='"another"')
    except ObjectChanged:
        bucket.read(path, 0, len(CONTENT), etag=etag)
        yield good("reading", "an object is read, and refused when it is not the intended one")
    else:
        yield missing(
            "reading", "the store ignores If-Match: a recording that was overwritten would be read unnoticed"
        )


def _listing(bucket: Bucket, path: str) -> Iterator[CheckResult]:
    if path in (found.path for found in bucket.list(CHECK_FOLDER)):
        yield good("listing", "written objects are listed at once")
    else:
        yield missing("listing", "written objects are not listed at once; use another kind of store")


def _conditions(bucket: Bucket, path: str) -> Iterator[CheckResult]:
    if not bucket.create(path, b"overwritten") and bucket.get(path) == CONTENT:
        yield good("writing once", "an existing object is not overwritten where that is forbidden")
    else:
        yield missing(
            "writing once",
            "the store ignores If-None-Match: *, by which servers agree on who may finish an upload",
        )


def _deleting(bucket: Bucket, path: str) -> Iterator[CheckResult]:
    bucket.delete([path, f"{path}-never-there"])
    if bucket.exists(path):
        yield missing("deleting", "a deleted object is still there")
    else:
        yield good("deleting", "a deleted object is gone at once")


def _signed_urls(bucket: Bucket, path: str, *, direct: bool) -> Iterator[CheckResult]:
    bad = missing if direct else warning
    use = "" if direct else "; not needed while upload URLs are our own"
    signed = bucket.sign_put(path, 3600)
    expired = bucket.sign_put(path, EXPIRED_AFTER_S)
    try:
        accepted = _put(signed).status_code
        forged = _put(_with_another_signature(signed)).status_code
        time.sleep(EXPIRED_AFTER_S + 1.5)
        late = _put(expired).status_code
    except httpx2.HTTPError as error:
        yield bad("signed URL", f"the store did not answer a PUT ({type(error).__name__}){use}")
        return
    if not 200 <= accepted < 300 or bucket.get(path) != CONTENT:
        yield bad("signed URL", f"a PUT to a URL of the store's own was answered with {accepted}{use}")
    elif forged < 400 or late < 400:
        which = "forged" if forged < 400 else "expired"
        yield bad("signed URL", f"the store accepted a PUT to a URL that was {which}: it checks nothing{use}")
    elif "X-Amz-Security-Token" in signed and direct:
        yield warning(
            "signed URL",
            "works, but the credentials are temporary, and upload URLs expire with them; use permanent ones",
        )
    else:
        yield good("signed URL", f"a PUT is accepted; forged ({forged}) and expired ({late}) it is refused")


def _pages(bucket: Bucket, path: str, public_url: str | None) -> Iterator[CheckResult]:
    origin = PAGE_ORIGIN
    if public_url:
        parts = urlsplit(public_url)
        origin = f"{parts.scheme}://{parts.netloc}"
    headers = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
    answer = httpx2.options(bucket.sign_put(path, 60), headers=headers, timeout=TIMEOUT_S)
    allowed = answer.headers.get("access-control-allow-origin", "")
    if answer.is_success and allowed in ("*", origin):
        yield good("CORS", f"pages of {origin} may upload")
    else:
        yield warning(
            "CORS",
            f"pages in a browser cannot upload: the bucket does not let {origin} PUT. Give it a CORS rule: "
            "allowed origins (yours, or *), method PUT, headers *, exposed header ETag",
        )


def _put(url: str) -> httpx2.Response:
    return httpx2.put(url, content=CONTENT, headers=BLOB_HEADERS if "sig=" in url else {}, timeout=TIMEOUT_S)


def _with_another_signature(url: str) -> str:
    """Return the URL with one character of its signature changed."""
    for name in ("X-Amz-Signature=", "X-Goog-Signature=", "sig="):
        before, found, rest = url.partition(name)
        if found:
            return f"{before}{found}{'1' if rest[0] != '1' else '2'}{rest[1:]}"
    raise ValueError("the URL has no signature")
