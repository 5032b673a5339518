"""The answers of the calls about links to jobs."""

from __future__ import annotations

from typing_extensions import TypedDict

from scribedock.api.schema.answers import Date, Id
from scribedock.results.shares import SharePurpose


class ListedShare(TypedDict):
    """A link to a job. `Username`: of the account that made it; empty where this server mailed it."""

    ShareId: Id
    JobId: Id
    Purpose: SharePurpose
    Label: str
    Username: str
    Created: Date
    Ends: Date
    LastUsed: Date | None
    Revoked: Date | None


class MadeShareLink(ListedShare):
    """A link with its URL, which nobody is told again."""

    ShareUrl: str
