"""Captions for the tests of writers: their text, and when they are shown in ms."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from scribedock_captions.caption import Caption
from scribedock_captions.document import CaptionDocument, Metadata
from scribedock_captions.options import CaptionOptions


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


LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=50).filter(
    str.strip
)


@st.composite
def documents(draw: st.DrawFn) -> CaptionDocument:
    """Captions with any text, at any ascending times."""
    at = 0
    captions = []
    for _ in range(draw(st.integers(0, 4))):
        start = at + draw(st.integers(0, 5000))
        at = start + draw(st.integers(1, 9000))
        lines = tuple(" ".join(line.split()) for line in draw(st.lists(LINES, min_size=1, max_size=3)))
        captions.append(Caption(lines=lines, start=start, end=at))
    return CaptionDocument(captions=captions)
