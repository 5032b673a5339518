"""What a writer is given: captions with their times, and what is known about the recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scribedock_captions.caption import Caption
from scribedock_captions.options import CaptionOptions
from scribedock_captions.text.words import Word

UNKNOWN_LANGUAGE = "und"  # BCP 47: no list of words belongs to it


@dataclass(frozen=True, kw_only=True, slots=True)
class Metadata:
    """What the head of a file may say about the recording."""

    title: str = ""
    identifier: str = ""
    language: str = "en"  # BCP 47, in lower case
    language_header: bool = False  # WebVTT names the language in its header, as YouTube's files do
    custom: Mapping[str, str] = field(default_factory=dict)  # for the {key} of dfxp_header


@dataclass(frozen=True, kw_only=True, slots=True)
class CaptionDocument:
    """Captions in the order of their times; they overlap only where those of a file did."""

    captions: Sequence[Caption]
    words: Sequence[Word] = ()  # the words of the captions, for a format that times each word
    metadata: Metadata = field(default_factory=Metadata)
    options: CaptionOptions = field(default_factory=CaptionOptions)
    losses: tuple[str, ...] = ()  # what the format cannot show of the file that they come from
