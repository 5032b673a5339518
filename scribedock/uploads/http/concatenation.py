"""The list of parts that a client of tus has put together: `Upload-Concat: final;URL URL …`."""

from __future__ import annotations

from scribedock.errors import InvalidQuery
from scribedock.keys.keys import UploadKeys
from scribedock.uploads.grant import PATH, Forged, Grant, sign, verify
from scribedock.uploads.http.head import RequestHead

FINAL = "final;"
MAX_LISTED = 200  # parts; one may stand several times


def concatenation_of(head: RequestHead, grant: Grant, keys: UploadKeys) -> tuple[Grant, ...]:
    """Return the grants of the parts, in the order of the recording.

    `grant` is that of the upload URL. Only parts that were created through it are taken. Their URLs may be
    absolute or relative, and what stands before `/upload/` does not matter: the signature tells whose they
    are. Raises InvalidQuery.
    """
    values = head.headers.get("upload-concat", ())
    if len(values) != 1 or not values[0].strip().startswith(FINAL):
        raise InvalidQuery("Upload-Concat must be partial, or final; and the URLs of the parts")
    if "upload-length" in head.headers or "upload-defer-length" in head.headers:
        raise InvalidQuery("Leave out Upload-Length: it is the sum of the parts'")
    if head.headers.get("content-length", ("0",)) != ("0",) or "transfer-encoding" in head.headers:
        raise InvalidQuery("Parts are put together by a request without a body")
    urls = values[0].strip().removeprefix(FINAL).split()
    if not urls or len(urls) > MAX_LISTED:
        raise InvalidQuery(f"Upload-Concat must list 1 to {MAX_LISTED} parts, not {len(urls)}")
    return tuple(_part(url, number, grant, keys) for number, url in enumerate(urls, 1))


def listed(parts: tuple[Grant, ...], keys: UploadKeys) -> str:
    """Return the value of Upload-Concat for a recording that was put together, its URLs relative."""
    return FINAL + " ".join(f"{PATH}{sign(part, keys.all()[0])}" for part in parts)


def _part(url: str, number: int, grant: Grant, keys: UploadKeys) -> Grant:
    try:
        part = verify(url.rpartition(PATH)[2], keys.all())
    except Forged:
        part = None
    if part is None or part.parent_id != grant.upload_id:
        raise InvalidQuery(
            f"URL {number} of Upload-Concat is not that of a part of this upload; use it as Location gave it"
        )
    return part
