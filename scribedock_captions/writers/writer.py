"""What a format is: how it is written, and what it cannot show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scribedock_captions.document import CaptionDocument
from scribedock_captions.layout.costs import SHORT_CAPTION_MS
from scribedock_captions.options import CaptionOptions
from scribedock_captions.style import PLAIN, Style
from scribedock_captions.text.words import Word


@dataclass(frozen=True, kw_only=True)
class Writer:
    """A format: `write` returns the text of the whole file, with line feeds."""

    write: Callable[[CaptionDocument], str]
    media_type: str
    extension: str
    byte_mark: bool = True  # utf8_mark has an effect
    seamless: bool = False  # qt_seamless has an effect
    overlaps: bool = False  # two captions may be shown at once
    styles: Style = PLAIN  # those of italics, bold and underline that it has
    styles_words: bool = False  # it changes styles between words alone
    places: bool = False  # it says where a caption stands
    voices: bool = False  # it says who speaks apart from the text
    short_ms: int = SHORT_CAPTION_MS
    """Captions that are shown for less are avoided by the layout."""
    limit_options: Callable[[CaptionOptions], CaptionOptions] = lambda options: options
    """The options of the layout, where the format cannot show what they ask for."""
    convert_words: Callable[[Sequence[Word]], Sequence[Word]] = lambda words: words
    """The words in characters that the format has."""
