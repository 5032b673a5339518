"""TPM. The vendor's layout is published nowhere; ours is TTML1 with a style and no region."""

from __future__ import annotations

from scribedock_captions.document import CaptionDocument
from scribedock_captions.writers.ttml import body as ttml


def write(document: CaptionDocument) -> str:
    """Write a TPM file."""
    return ttml.document(
        document.metadata,
        head=ttml.head(document.metadata, ttml.STYLING),
        body=ttml.body(document, attributes=' style="caption"'),
    )
