"""ECHO. The vendor's layout is published nowhere; ours is TTML1 with a plain body."""

from __future__ import annotations

from scribedock_captions.document import CaptionDocument
from scribedock_captions.writers.ttml import body as ttml


def write(document: CaptionDocument) -> str:
    """Write an ECHO file."""
    return ttml.document(document.metadata, head=ttml.head(document.metadata), body=ttml.body(document))
