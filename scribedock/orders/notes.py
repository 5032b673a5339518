"""The notes of a job: those of its account, and its own."""

from __future__ import annotations

import html


def joined(default: str, own: str) -> str:
    """Prepend the account's default_job_notes (plain text) to the job's own, which are HTML already."""
    return "\n".join(part for part in (html.escape(default.strip()), own) if part)
