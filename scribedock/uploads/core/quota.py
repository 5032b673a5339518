"""An account's quotas: bytes in flight, bytes of unfinished uploads, bytes of recordings."""

from __future__ import annotations

from scribedock.budgets.budgets import Budgets
from scribedock.errors import SystemFault
from scribedock.jobs.job import Job
from scribedock.settings import Settings
from scribedock.uploads.core.active import ActiveUploads
from scribedock.uploads.core.intake import Ceiling
from scribedock.uploads.core.states import UploadStates


class QuotaExceeded(SystemFault):
    status = 507


class Quotas:
    """The quotas of accounts. In `Settings`, 0 stands for no limit; then nothing is counted."""

    def __init__(
        self, settings: Settings, states: UploadStates, active: ActiveUploads, budgets: Budgets
    ) -> None:
        self._settings = settings
        self._budgets = budgets
        self._states = states
        self._active = active

    def admit(self, job: Job, *, length: int, kept: int) -> tuple[Ceiling, ...]:
        """Check an upload of `length` bytes (0: unknown), `kept` of which are stored already.

        Return the ceilings that apply while its bytes arrive. Raises QuotaExceeded; BudgetExceeded where none
        are stored yet: an upload that began may be resumed.
        """
        if not kept and not job.sandbox:
            self._budgets.check_upload(job.account_id, length)
        settings = self._settings
        ceilings = []
        if settings.account_in_flight_bytes:
            under_way = self._active.bytes_in_flight(job.account_id)
            self._check(
                "being uploaded at once",
                "SCRIBEDOCK_ACCOUNT_IN_FLIGHT_BYTES",
                settings.account_in_flight_bytes,
                under_way + max(length - kept, 1),
            )
        if settings.account_partial_bytes:
            others = self._states.kept_bytes(job.account_id) - kept
            self._check(
                "of uploads that broke off",
                "SCRIBEDOCK_ACCOUNT_PARTIAL_BYTES",
                settings.account_partial_bytes,
                others + 1,
            )
        left = self.check_stored(job, max(length, 1))
        if left is not None:
            ceilings.append(Ceiling(bytes=left, refusal=lambda _: self._too_much_stored()))
        return tuple(ceilings)

    def check_stored(self, job: Job, size: int) -> int | None:
        """Check a recording of `size` bytes against what the account has stored for other jobs.

        Return how large it may become (None: without limit). Raises QuotaExceeded.
        """
        limit = self._settings.account_stored_bytes
        if not limit:
            return None
        left = limit - self._states.stored_bytes(job.account_id, but_job=job.id)
        if size > left:
            raise self._too_much_stored()
        return left

    def _too_much_stored(self) -> QuotaExceeded:
        return self._refusal(
            "of recordings", "SCRIBEDOCK_ACCOUNT_STORED_BYTES", self._settings.account_stored_bytes
        )

    def _check(self, what: str, name: str, limit: int, wanted: int) -> None:
        if wanted > limit:
            raise self._refusal(what, name, limit)

    @staticmethod
    def _refusal(what: str, name: str, limit: int) -> QuotaExceeded:
        return QuotaExceeded(
            f"The account may have {limit:,} bytes {what} ({name}), and this upload would be more; "
            "wait, or delete jobs that are done"
        )
