"""The ElementList: a transcript in which every word has a time.

All times are whole milliseconds from the start of the media, ascending, and
contained in their parent's.  The wire form is the vendor's ElementList, which
`codec` reads and writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TokenType(StrEnum):
    WORD = "word"
    PUNCTUATION = "punctuation"
    SOUND = "sound"


class Gender(StrEnum):
    MALE = "MALE"
    FEMALE = "FEMALE"
    UNKNOWN = "UNKNOWN"


class Tag(StrEnum):
    """What a token may be tagged with: the sounds, and the end of a sentence."""

    UNKNOWN = "UNKNOWN"
    INAUDIBLE = "INAUDIBLE"
    CROSSTALK = "CROSSTALK"
    MUSIC = "MUSIC"
    NOISE = "NOISE"
    LAUGH = "LAUGH"
    COUGH = "COUGH"
    FOREIGN = "FOREIGN"
    BLANK_AUDIO = "BLANK_AUDIO"
    APPLAUSE = "APPLAUSE"
    BLEEP = "BLEEP"
    SOUND = "SOUND"
    ENDS_SENTENCE = "ENDS_SENTENCE"


UNRECOGNIZED = "unrecognized"
"""The style of a sound INAUDIBLE where somebody speaks and the recognizer failed. The wire has no tag for it,
and its styles are free texts; an INAUDIBLE that somebody wrote has none."""

UNNAMED_SOUND = "[sound]"
"""What a sound is called until somebody says what it is; its tag is UNKNOWN."""
CANDIDATE = "candidate"
"""The style of a sound that was found by its loudness, and that nobody has named yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A word, a punctuation mark or a sound."""

    type: TokenType
    value: str  # lower case
    display_as: str  # as it is shown
    start_time: int
    end_time: int
    interpolated: bool = False  # the time is estimated, not heard
    tags: frozenset[Tag] = frozenset()
    style: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sequence:
    """What no space divides: a word and its punctuation."""

    start_time: int
    end_time: int
    tokens: tuple[Token, ...]
    confidence_score: float | None = None  # 0..1
    interpolated: bool = False
    style: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """One sentence of one speaker."""

    start_time: int
    end_time: int
    sequences: tuple[Sequence, ...]
    speaker_change: bool = False
    speaker_id: int | None = None
    interpolated: bool = False
    style: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Speaker:
    """Somebody who speaks in the recording."""

    id: int  # from 1; the vendor's example has 0 for "Effects"
    name: str
    gender: Gender = Gender.UNKNOWN


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeRange:
    """When something is said, in ms."""

    start_time: int
    end_time: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Annotation:
    """A keyword, topic or entity, and where it is said."""

    key: str  # lower case
    display_name: str = ""
    url: str | None = None
    time_ranges: tuple[TimeRange, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ElementList:
    """A transcript in which every word has a time, in ms from the beginning of the recording."""

    start_time: int
    end_time: int
    language: str  # as "en" or "en-us"
    segments: tuple[Segment, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    keywords: tuple[Annotation, ...] = ()
    topics: tuple[Annotation, ...] = ()
    entities: tuple[Annotation, ...] = ()
