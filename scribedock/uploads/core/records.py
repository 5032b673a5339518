"""What is known of an upload: its row, and what changes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scribedock.uploads.core.request import Protocol


class UploadStatus(StrEnum):
    RECEIVING = "RECEIVING"
    RECEIVED = "RECEIVED"
    CANCELLED = "CANCELLED"
    INVALID = "INVALID"  # more bytes came than were announced
    CLOSED = "CLOSED"  # expired, or its job was ordered or deleted


@dataclass(frozen=True, kw_only=True)
class UploadState:
    id: str
    job_id: str
    task_id: str
    protocol: Protocol
    status: UploadStatus
    created: datetime
    started: datetime  # when the partial was begun
    expires: int  # s since 1970
    length: int | None  # of the recording; None: not known yet
    partial: str | None  # name in the store; None: no bytes are kept
    bytes: int  # that survive a crash of the machine
    boot: str
    digests: str  # that the whole recording must have; once it is received, its own
    wants_digest: bool
    parent_id: str | None  # the upload of whose recording this is a part
    parts: str | None  # ids of the parts that it was put together from
    etag: str | None  # that the client was told once the recording was whole

    @property
    def is_part(self) -> bool:
        return self.parent_id is not None

    @property
    def lacks_only_its_end(self) -> bool:
        """Whether all bytes arrived, but their receiver died before they became the job's media.

        A client of tus considers such an upload finished. One of the IETF's protocol says itself when
        its upload is complete.
        """
        return (
            self.status is UploadStatus.RECEIVING
            and self.partial is not None
            and self.bytes == self.length
            and self.protocol is not Protocol.IETF
            and not self.is_part
        )


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """A partial that may have to be resumed."""

    partial: str
    started: datetime
    length: int | None
    protocol: Protocol
    digests: str = ""
    wants_digest: bool = False


@dataclass(frozen=True, kw_only=True)
class Received:
    """A recording that is whole."""

    size: int  # bytes
    protocol: Protocol
    etag: str
    sha256: bytes | None  # where it was wanted
    unverified: tuple[str, ...]  # names of digests that could not be checked
    parts: tuple[str, ...]  # ids of those that it was put together from


@dataclass(frozen=True, kw_only=True)
class Progress:
    upload_id: str
    partial: str  # which may not be the one that is noted: two may come to one URL
    bytes: int  # that came
    synced: int | None  # that survive a crash; None: not looked at this time
