"""Why there is no backup, or no restoration from it."""

from __future__ import annotations


class BackupError(Exception):
    """The backup or the restoration cannot be done; the text says why, and what to do."""
