"""What a sandbox job gives back that was never ordered: the prepared list, as if it had been.

So did the vendor's sandbox: an integration that only reads results can be tried without an order.
"""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta

from scribedock.errors import ItemNotFound
from scribedock.jobs.elementlists import ElementLists, ElementListVersion, choose_version
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Job, JobStatus
from scribedock.jobs.languages import iso_code
from scribedock.sandbox.faults import SimulatedFault, simulated_faults
from scribedock.sandbox.prepared import described_elementlist, prepared_elementlist, silent_elementlist
from scribedock_captions.elementlist.codec import to_json

NOT_ORDERED = (JobStatus.PENDING, JobStatus.AUTHORIZING)
SPOKEN = (Iwp.MECHANICAL, Iwp.FINAL)
STEP = timedelta(microseconds=1)


class SampleElementLists:
    """The lists of one job, read as those of `ElementLists` are; its versions follow from its opening."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._spoken = [
            ElementListVersion(iwp_name=name, created=job.created + step * STEP)
            for step, name in enumerate(SPOKEN)
        ]
        self._description = ElementListVersion(iwp_name=Iwp.FINAL, created=job.created + len(SPOKEN) * STEP)

    def versions(self, job_id: str, *, audio_description: bool = False) -> list[ElementListVersion]:
        """Return all versions of what is said, or of what describes the picture; oldest first."""
        return [self._description] if audio_description else self._spoken

    def choose(
        self,
        job: Job,
        *,
        iwp_name: Iwp | None = None,
        version: datetime | None = None,
        audio_description: bool = False,
    ) -> ElementListVersion:
        """Return the version that a caller means, with the errors of `ElementLists.choose`."""
        existing = self.versions(job.id, audio_description=audio_description)
        return choose_version(
            job, existing, iwp_name=iwp_name, version=version, audio_description=audio_description
        )

    def body(self, job_id: str, version: datetime) -> bytes:
        """Return the wire's JSON of a version. Raises ItemNotFound."""
        language = iso_code(self._job.language)
        if version == self._description.created:
            return to_json(described_elementlist(language))
        if version not in [each.created for each in self._spoken]:
            raise ItemNotFound("There is no such ElementList")
        if SimulatedFault.SILENT in simulated_faults(self._job.name):
            return to_json(silent_elementlist(language))
        return to_json(prepared_elementlist(language))

    def compressed(self, job_id: str, version: datetime) -> bytes:
        """Return the same as `ElementLists` keeps it: by zlib. Raises ItemNotFound."""
        return zlib.compress(self.body(job_id, version))


def readable_elementlists(elementlists: ElementLists, job: Job) -> ElementLists | SampleElementLists:
    """Return the lists that callers may read: samples for a sandbox job that was never ordered."""
    ordered = job.order_task_id is not None or job.status not in NOT_ORDERED
    if not job.sandbox or ordered or elementlists.versions(job.id):
        return elementlists
    return SampleElementLists(job)
