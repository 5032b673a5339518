"""Captions for the tests of writers: their text, and when they are shown in ms."""

from __future__ import annotations

from typing import Any

from scribedock.captions.caption import Caption
from scribedock.captions.document import CaptionDocument, Metadata
from scribedock.captions.options import CaptionOptions


def document(
    *captions: tuple[str, int, int], metadata: Metadata | None = None, **options: Any
) -> CaptionDocument:
    """The lines of a caption are divided by |."""
    return CaptionDocument(
        captions=[
            Caption(lines=tuple(text.split("|")), start=start, end=end) for text, start, end in captions
        ],
        metadata=metadata or Metadata(),
        options=CaptionOptions(**options),
    )


APART = document(("One.", 1000, 2000), ("Two|lines.", 2000, 3000), ("Three.", 5000, 6000))
