"""What happens to the bytes when a body has ended, well or not.

A whole recording is made durable, then the job's media, then announced: fsync of the
file, rename, fsync of the folder, commit of the row, and only then the answer.
"""

from __future__ import annotations

from contextlib import suppress

from scribedock.db.engine import Database
from scribedock.errors import ScribedockError
from scribedock.jobs.media import Attached, JobMedia, MediaSource
from scribedock.storage.leftovers import remove_object
from scribedock.storage.store import PartialMissing, Store, StoreUnavailable
from scribedock.uploads.core.active import ActiveUploads
from scribedock.uploads.core.admission import Admission
from scribedock.uploads.core.concatenation import Concatenation
from scribedock.uploads.core.digests import Digester, DigestMismatch, named
from scribedock.uploads.core.errors import (
    ConnectionLost,
    EmptyRecording,
    InconsistentLength,
    LongerThanAnnounced,
    NoRoom,
    StorageFault,
    Superseded,
    TooSlow,
    TranscriptionOrdered,
    UploadReplaced,
    WrongBytes,
    storage_fault,
)
from scribedock.uploads.core.intake import Ended, Intake
from scribedock.uploads.core.partials import Partials
from scribedock.uploads.core.records import Received
from scribedock.uploads.core.request import Protocol
from scribedock.uploads.core.states import UploadStates

RESUMABLE_ERRORS = (ConnectionLost, TooSlow, Superseded, StorageFault)
"""After these, the bytes that came are as good as any, and are kept so that the upload can be resumed."""


class Completion:
    def __init__(
        self,
        *,
        database: Database,
        media: JobMedia,
        store: Store,
        states: UploadStates,
        active: ActiveUploads,
        partials: Partials,
        concatenation: Concatenation,
        admission: Admission,
    ) -> None:
        self._database = database
        self._media = media
        self._store = store
        self._states = states
        self._active = active
        self._partials = partials
        self._concatenation = concatenation
        self._admission = admission

    def finish(self, intake: Intake, error: Exception | None) -> Ended:
        """End the body: keep, discard or complete its bytes.

        Raises `error`, where there is one, once the bytes are kept or discarded. Otherwise raises
        UploadRefused where the bytes are wrong, or the job changed meanwhile, and StorageFault, NoRoom.
        """
        if intake.final is not None:
            if error is not None:
                raise error
            return intake.final
        try:
            with intake.lock:
                intake.ended = True
            with intake.partial:
                try:
                    if error is not None:
                        self._leave(intake, error)
                        raise error
                    return self._received(intake)
                except StoreUnavailable as failure:
                    self._leave_as_it_is(intake, failure)
                    raise
        except OSError as failure:
            raise storage_fault(failure) from failure
        except PartialMissing:
            self._admission.check_still_open(intake.grant)
            raise UploadReplaced from None
        finally:
            self._active.remove(intake)

    def _received(self, intake: Intake) -> Ended:
        if intake.parts:
            self._concatenation.join(intake)
        try:
            is_whole = _check(intake)
        except WrongBytes as error:
            self._leave(intake, error)
            raise
        if is_whole and not intake.grant.is_part:
            return self._complete(intake)
        if is_whole:
            self._check_whole(intake)
        self._suspend(intake)
        return Ended(size=intake.partial.bytes)

    def _leave(self, intake: Intake, error: Exception) -> None:
        """Keep what can be resumed; what is left of the partial is discarded by its `with` block."""
        if isinstance(error, LongerThanAnnounced) and intake.protocol is not Protocol.PLAIN:
            self._partials.invalidate(intake.grant)
            return
        good = isinstance(error, RESUMABLE_ERRORS) and not intake.content
        if not good and not intake.appends:
            return
        if not good:
            intake.partial.truncate(intake.start)
        if intake.partial.bytes or intake.recorded:
            if not intake.recorded:
                self._partials.record(intake)
            self._suspend(intake)

    def _leave_as_it_is(self, intake: Intake, failure: StoreUnavailable) -> None:
        """Do as if the server had died now: what the store has can be resumed when it works again."""
        if intake.parts or (isinstance(storage_fault(failure), NoRoom) and not intake.appends):
            return
        if not intake.recorded:
            self._partials.record(intake)
        with suppress(OSError):
            intake.partial.suspend()

    def _suspend(self, intake: Intake) -> None:
        size = intake.partial.sync()
        state = self._states.find_upload(intake.grant.upload_id)
        if state is None or state.partial != intake.partial.name:
            return  # a later one is kept; this one goes with its `with` block
        intake.partial.suspend()
        self._states.keep(intake.grant.upload_id, intake.partial.name, size=size)

    def _complete(self, intake: Intake) -> Ended:
        size = intake.partial.bytes
        sha256 = self._check_whole(intake)
        key = intake.partial.commit()
        try:
            attached, kept = self._attach(intake, key, size, sha256)
        except ScribedockError:
            remove_object(self._store, key)
            raise
        if attached.replaced_key:
            remove_object(self._store, attached.replaced_key)
        for partial in kept:
            if partial != intake.partial.name:
                self._partials.discard_idle(partial)
        return Ended(size=size, etag=key, sha256=sha256, task_id=attached.task_id)

    def _attach(
        self, intake: Intake, key: str, size: int, sha256: bytes | None
    ) -> tuple[Attached, list[str]]:
        """Make the object the job's media; return also the names of partials that nobody needs any more."""
        received = Received(
            size=size,
            protocol=intake.protocol,
            etag=key,
            sha256=sha256,
            unverified=named(intake.unverified),
            parts=tuple(part.id for part in intake.parts),
        )
        with self._database.write() as connection:
            job, _ = self._admission.current(connection, intake.grant)
            if job.order_task_id is not None:
                raise TranscriptionOrdered
            attached = self._media.attach(
                connection, job, MediaSource.UPLOAD, storage_key=key, size=size, etag=key, replace=True
            )
            kept = self._states.receive(connection, intake.grant, received)
            joined = self._states.join(connection, received.parts)
        return attached, joined if kept is None else [kept, *joined]

    def _check_whole(self, intake: Intake) -> bytes | None:
        """Check the digests of the recording; return its sha-256 where one is wanted."""
        if not intake.whole and not intake.wants_digest:
            return None
        digester = intake.digester
        algorithms = [each.algorithm for each in intake.whole] + ["sha256"] * intake.wants_digest
        if intake.start or not intake.body.completes or not digester.knows(algorithms):
            digester = Digester(algorithms)
            for part in intake.partial.read():
                digester.update(part)
        try:
            digester.check(intake.whole)
        except DigestMismatch:
            # Which bytes are wrong is unknown: the recording starts over.
            intake.partial.discard()
            self._states.forget_partial(intake.grant.upload_id, intake.partial.name)
            raise
        return digester.digest("sha256") if intake.wants_digest else None


def _check(intake: Intake) -> bool:
    """Return whether the recording is whole. Raises WrongBytes where the body is not what it had to be."""
    size, length, completes = intake.partial.bytes, intake.body.length, intake.body.completes
    intake.digester.check(intake.content)
    if completes and length not in (None, size):
        raise InconsistentLength(f"{size} bytes came, {length} were announced; send the recording again")
    is_whole = size == length if completes is None else bool(completes)
    if is_whole and size == 0 and not intake.grant.is_part:
        raise EmptyRecording
    return is_whole
