"""A job without any database."""

from __future__ import annotations

from dataclasses import MISSING, fields
from datetime import UTC, datetime
from typing import Any

from scribedock.jobs.job import Difficulty, Fidelity, Job, JobStatus, Priority
from scribedock.jobs.order_options import NO_OPTIONS

ORDERED: dict[str, Any] = {
    "id": "1",
    "account_id": "a",
    "username": "a",
    "branch_id": "a",
    "name": "",
    "external_id": "",
    "language": "en",
    "target_language": "",
    "status": JobStatus.IN_PROCESS,
    "fidelity": Fidelity.MECHANICAL,
    "priority": Priority.STANDARD,
    "difficulty": Difficulty.UNKNOWN,
    "created": datetime(2026, 1, 1, tzinfo=UTC),
    "progress": 0.0,
    "upload_epoch": 0,
    "order_task_id": "t",
    "options": NO_OPTIONS,
}


def a_job(**changes: Any) -> Job:
    """Return a job that was ordered, with these changes; what neither names is None or its default."""
    values = ORDERED | changes
    bare = [
        each.name
        for each in fields(Job)
        if each.name not in values and each.default is MISSING and each.default_factory is MISSING
    ]
    return Job(**dict.fromkeys(bare), **values)
