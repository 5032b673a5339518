"""What we ask of S3, Google Cloud Storage and Azure Blob Storage, and nothing more.

Seven requests, which all three have: put, put if nothing is there, get, head, list,
delete, and a signed URL.  What goes wrong comes out as OSError: FileNotFoundError where
there is no such object, else StoreFault.  No text of the store's answer is passed on but its
error code, for the rest may hold credentials' ids and signatures.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, PreconditionError
from obstore.store import AzureStore, GCSStore, S3Store

from scribedock.storage.store import StoreUnavailable

LIST_PAGE = 1000
NO_BUCKET_CODES = ("NoSuchBucket", "ContainerNotFound")
NO_CREDENTIALS_CODE = "NoCredentials"  # our own code: the machine's metadata service did not help
METADATA_SERVICES = ("169.254.169.254", "/latest/api/token", "metadata.google.internal")
PASSING_STATUSES = (408, 425, 429)
NO_ROOM_CODES = ("QuotaExceeded", "XMinioStorageFull", "InsufficientStorage")


class StoreFault(StoreUnavailable):
    """The store refused a request, or did not answer.

    code: the store's own error code ("SignatureDoesNotMatch"), or empty; status: that of HTTP, or 0.
    """

    def __init__(self, number: int, text: str, *, code: str = "", status: int = 0) -> None:
        super().__init__(number, text)
        self.code = code
        self.status = status

    @property
    def refused(self) -> bool:
        return self.errno == errno.EDQUOT or (
            400 <= self.status < 500 and self.status not in PASSING_STATUSES
        )


class ObjectChanged(Exception):
    """The object is not the one that was meant (its ETag differs)."""


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    path: str
    bytes: int
    modified: datetime  # by the store's clock
    etag: str  # quoted, as in If-Match
    version: str  # empty where the store keeps none


class Bucket:
    """A bucket, or what is below a prefix in it. Every method may be called from any thread."""

    def __init__(self, store: S3Store | GCSStore | AzureStore) -> None:
        self._store = store

    def put(self, path: str, data: bytes | bytearray | memoryview) -> str:
        """Write the object, replacing what was there; return its ETag."""
        with faults("PUT"):
            result = obstore.put(self._store, path, data, use_multipart=False)
        return quoted(result["e_tag"])

    def create(self, path: str, data: bytes) -> bool:
        """Write the object if there is none; return whether it was written.

        False may also mean that our own request arrived twice: the caller reads what is there.
        """
        try:
            with faults("PUT"):
                obstore.put(self._store, path, data, mode="create")
        except ObjectChanged:
            return False
        return True

    def get(self, path: str) -> bytes:
        with faults("GET"):
            return obstore.get(self._store, path).bytes().to_bytes()

    def read(self, path: str, start: int, end: int, *, etag: str, version: str = "") -> memoryview:
        """Return bytes [start, end) of the object with this ETag.

        Raises ObjectChanged where it has another.
        """
        options: obstore.GetOptions = {"range": (start, end), "if_match": etag or None}
        if version:
            options["version"] = version
        with faults("GET"):
            data = memoryview(obstore.get(self._store, path, options=options).bytes())
        if len(data) != end - start:
            raise ObjectChanged(path)
        return data

    def head(self, path: str) -> StoredObject:
        with faults("HEAD"):
            return _found(obstore.head(self._store, path))

    def exists(self, path: str) -> bool:
        try:
            self.head(path)
        except FileNotFoundError:
            return False
        return True

    def list(self, folder: str) -> Iterator[StoredObject]:
        """Yield everything below the folder."""
        with faults("LIST"):
            for page in obstore.list(self._store, folder, chunk_size=LIST_PAGE):
                yield from map(_found, page)

    def folders(self, folder: str) -> set[str]:
        """Return the names of the folders directly below."""
        with faults("LIST"):
            result = obstore.list_with_delimiter(self._store, folder)
        return {path.rstrip("/").rpartition("/")[2] for path in result["common_prefixes"]}

    def delete(self, paths: Iterable[str]) -> None:
        """Remove those of the objects that exist."""
        wanted = list(paths)
        try:
            if wanted:
                with faults("DELETE"):
                    obstore.delete(self._store, wanted)
        except FileNotFoundError:
            # Google and Azure report the first one that is gone, and may have left the others.
            if len(wanted) > 1:
                for path in wanted:
                    self.delete([path])

    def sign_put(self, path: str, expires_s: float) -> str:
        """Return a URL that takes a PUT until it expires; only the host is signed, no other header."""
        with faults("SIGN"):
            return obstore.sign(self._store, "PUT", path, timedelta(seconds=expires_s))


def quoted(etag: str | None) -> str:
    """Return the ETag as If-Match has it; Azure's listing omits the quotes."""
    if not etag or etag.startswith(('"', 'W/"')):
        return etag or ""
    return f'"{etag}"'


@contextmanager
def faults(request: str) -> Iterator[None]:
    """Turn obstore's errors into ours."""
    try:
        yield
    except (AlreadyExistsError, PreconditionError):
        raise ObjectChanged(request) from None
    except FileNotFoundError as error:
        code = _code(str(error))
        if request == "PUT" or code in NO_BUCKET_CODES:
            raise StoreFault(errno.ENXIO, "there is no such bucket", code=code, status=404) from None
        raise FileNotFoundError(errno.ENOENT, "no such object") from None
    except BaseError as error:
        raise _fault(request, error) from None


def _fault(request: str, error: BaseError) -> StoreFault:
    text = str(error)
    if any(service in text for service in METADATA_SERVICES):
        return StoreFault(errno.EACCES, "there are no credentials for the store", code=NO_CREDENTIALS_CODE)
    code = _code(text)
    found = re.search(r"status code: (\d{3})", text)
    status = int(found[1]) if found else 0
    if code in NO_ROOM_CODES or status == 507:
        number = errno.EDQUOT
    elif isinstance(error, PermissionDeniedError) or status in (401, 403):
        number = errno.EACCES
    elif status:
        number = errno.EIO
    else:
        number = errno.EHOSTUNREACH
    said = " ".join(part for part in (str(status or ""), code) if part) or "no answer"
    return StoreFault(number, f"the store answered {request} with: {said}", code=code, status=status)


def _code(text: str) -> str:
    found = re.search(r"<Code>(\w{1,64})</Code>", text)
    return found[1] if found else ""


def _found(meta: obstore.ObjectMeta) -> StoredObject:
    return StoredObject(
        path=meta["path"],
        bytes=meta["size"],
        modified=meta["last_modified"],
        etag=quoted(meta["e_tag"]),
        version=meta["version"] or "",
    )
