"""Why an upload is refused, or breaks off: a class for each case, with its answer.

UploadRefused (InvalidQuery)
├── UrlClosed            TranscriptionOrdered, UrlCancelled, UploadInvalid, UrlExpired, JobDeleted,
│                        AccountDisabled
├── WrongBytes           EmptyRecording, InconsistentLength, MismatchingOffset, TooLarge, LongerThanAnnounced
├── PartRefused          TooManyParts, PartUnfinished, PartGone
├── UploadComplete       its recording is whole; UploadConcatenated: from parts
├── UploadBusy           another request writes
├── UploadReplaced       its bytes were replaced meanwhile
├── MediaPresent         a precondition does not hold
├── TooSlow, Superseded  the request ends; its bytes are kept
SystemFault
├── StorageFault         the store did not take bytes; those that it has are kept
└── NoRoom               the disk is full
ConnectionLost           no client is left to answer
"""

from __future__ import annotations

import errno
from datetime import datetime

from scribedock import metrics
from scribedock.clock import format_time, from_timestamp
from scribedock.errors import InvalidQuery, SystemFault

PROBLEMS = "https://iana.org/assignments/http-problem-types#"
INCONSISTENT_LENGTH = f"{PROBLEMS}inconsistent-upload-length"
MISMATCHING_OFFSET = f"{PROBLEMS}mismatching-upload-offset"


class ConnectionLost(Exception):
    """The client disconnected in the middle of the body: no one is left to answer."""


class StorageFault(SystemFault):
    """The store did not take bytes; those that it has are kept."""

    status = 503

    def __init__(self) -> None:
        super().__init__("The server could not store the recording; try again later")


class NoRoom(SystemFault):
    """The disk is full: the bytes received are discarded, to free it."""

    status = 507

    def __init__(self) -> None:
        super().__init__("The server has no room for this recording now; try again later")


class UploadRefused(InvalidQuery):
    """The request cannot have what it asks for."""


class TooSlow(UploadRefused):
    """The client sent nothing for too long, or too little; what was received is kept."""

    status = 408


class Superseded(UploadRefused):
    """Another request took the upload over; what was received is kept."""

    status = 409

    def __init__(self) -> None:
        super().__init__("Another request continues this upload")


class UrlClosed(UploadRefused):
    """The upload URL is no longer valid."""

    status = 410


class TranscriptionOrdered(UrlClosed):
    """The job's transcription is ordered, so its media is fixed."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            "The transcription of this job is ordered already; its media cannot be replaced. Open another job"
        )


class UrlCancelled(UrlClosed):
    """The owner has cancelled the URL."""

    def __init__(self) -> None:
        super().__init__("This upload URL was cancelled; get a new one with request_upload_url")


class UploadInvalid(UrlClosed):
    """More bytes came than the client had announced, so none of them can be trusted.

    Source: draft-ietf-httpbis-resumable-upload, "Upload Append", server behaviour.
    """

    def __init__(self) -> None:
        super().__init__(
            "More bytes came to this upload than it was announced with, so it is not valid any more; "
            "get a new URL with request_upload_url"
        )


class UrlExpired(UrlClosed):
    """The URL's time is over."""

    def __init__(self, expires: int, now: datetime) -> None:
        super().__init__(
            f"This upload URL expired at {format_time(from_timestamp(expires))} UTC; the server's time is "
            f"{format_time(now)}. Get a new one with request_upload_url"
        )


class JobDeleted(UrlClosed):
    """The job of the URL is deleted."""

    def __init__(self) -> None:
        super().__init__("The job of this upload URL was deleted")


class AccountDisabled(UrlClosed):
    """The account of the URL is disabled; the URL works again once the account is enabled."""

    status = 403

    def __init__(self) -> None:
        super().__init__("The account of this upload URL is disabled")


class MediaPresent(UploadRefused):
    """The client wanted to put the recording only where there is none."""

    status = 412

    def __init__(self) -> None:
        super().__init__("The job has media already (If-None-Match: *)")


class UploadComplete(UploadRefused):
    """The recording is whole: there is nothing left to give up, and nothing to add."""

    status = 409

    def __init__(self, size: int) -> None:
        super().__init__(
            "The recording is complete and is the job's media; upload another in its place, "
            "or delete the job",
            headers={"Upload-Offset": str(size), "Upload-Complete": "?1"},
        )


class UploadConcatenated(UploadRefused):
    """The recording was put together from parts, so nothing is appended to it (tus, concatenation)."""

    status = 403

    def __init__(self) -> None:
        super().__init__("The recording was put together from parts; nothing can be appended to it")


class PartRefused(UploadRefused):
    """A part of a recording is not as it has to be."""


class TooManyParts(PartRefused):
    """More parts than one upload URL may have."""

    status = 409

    def __init__(self, limit: int) -> None:
        super().__init__(f"An upload URL may have {limit} parts; get another one with request_upload_url")


class PartUnfinished(PartRefused):
    """A part to be put together has not all of its bytes yet."""

    status = 409

    def __init__(self, number: int, size: int, length: int | None) -> None:
        whole = "an unknown number of" if length is None else length
        super().__init__(
            f"Part {number} of Upload-Concat has {size} of {whole} bytes; finish it, then concatenate"
        )


class PartGone(PartRefused):
    """A part to be put together is not there any more."""

    status = 410

    def __init__(self, number: int) -> None:
        super().__init__(f"Part {number} of Upload-Concat is not there any more; upload it again")


class UploadBusy(UploadRefused):
    """Another request writes to this upload."""

    status = 423

    def __init__(self) -> None:
        super().__init__(
            "Another request is sending bytes to this upload; wait for its end, or try again soon",
            headers={"Retry-After": "1"},
        )


class UploadReplaced(UploadRefused):
    """The bytes of this upload were replaced by those of another request."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            "Another request to this URL replaced the bytes of this upload; HEAD the URL says where it stands"
        )


class WrongBytes(UploadRefused):
    """The bytes are not what they had to be."""


class EmptyRecording(WrongBytes):
    """A recording of no bytes."""

    def __init__(self) -> None:
        super().__init__("The body is empty; send the bytes of the recording")


class TooLarge(WrongBytes):
    """More bytes than a recording may have."""

    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The recording is larger than the limit of {limit} bytes",
            headers={"Upload-Limit": f"max-size={limit}"},
        )


class LongerThanAnnounced(WrongBytes):
    """More bytes than the client has announced."""

    status = 413

    def __init__(self, length: int) -> None:
        super().__init__(f"More bytes came than the {length} that the recording was to have")


class InconsistentLength(WrongBytes):
    """Two lengths of one recording were given."""

    def __init__(self, comment: str) -> None:
        super().__init__(
            comment, problem={"type": INCONSISTENT_LENGTH, "title": "Inconsistent Upload Length Values"}
        )


class MismatchingOffset(WrongBytes):
    """The bytes do not begin at the upload's offset."""

    status = 409

    def __init__(self, expected: int, provided: int) -> None:
        super().__init__(
            f"The recording continues at byte {expected}, not at {provided}; send it from there",
            headers={"Upload-Offset": str(expected)},
            problem={
                "type": MISMATCHING_OFFSET,
                "title": "Mismatching Upload Offset",
                "expected-offset": expected,
                "provided-offset": provided,
            },
        )


def storage_fault(error: OSError) -> SystemFault:
    """Return the error for a store that did not accept bytes: NoRoom or StorageFault."""
    metrics.STORAGE_ERRORS.inc()
    return NoRoom() if error.errno in (errno.ENOSPC, errno.EDQUOT) else StorageFault()
