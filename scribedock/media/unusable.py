"""The answer to media that cannot be transcribed."""

from __future__ import annotations


class MediaUnusable(Exception):
    """The recording itself is at fault; `reason` is a sentence for the customer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
