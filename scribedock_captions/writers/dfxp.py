"""DFXP: TTML1 with styling, a region, and a head that the caller may replace."""

from __future__ import annotations

from scribedock_captions.document import CaptionDocument
from scribedock_captions.writers.ttml import body as ttml
from scribedock_captions.writers.ttml.header import CustomHead


def write(document: CaptionDocument) -> str:
    """Write a DFXP file.  Raises UnusableOption for a dfxp_header that cannot be used."""
    metadata, options = document.metadata, document.options
    if options.dfxp_header.strip():
        custom = CustomHead(options.dfxp_header, metadata.custom)
        return ttml.document(
            metadata, head=custom.element, body=ttml.body(document, attributes=custom.body_attributes)
        )
    head = ttml.head(
        metadata if options.include_dfxp_metadata else None, ttml.STYLING, ttml.layout(document.captions)
    )
    body = ttml.body(document, attributes=' style="caption" region="bottom"', placed=True)
    return ttml.document(metadata, head=head, body=body)
