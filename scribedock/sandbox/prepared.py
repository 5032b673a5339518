"""The prepared results of a sandbox: the same text, times and bytes for every job.

They have what clients stumble over: several speakers, one of them with an accent in his name, sounds inside
and outside of sentences, a question, a number, slang, a mild curse, a pause, words of one letter. In a
language other than English each sentence begins with that language's code in parentheses, so that a test can
tell a translation from its source, and how it was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from scribedock_captions.elementlist.model import (
    ElementList,
    Gender,
    Segment,
    Sequence,
    Speaker,
    Tag,
    Token,
    TokenType,
)
from scribedock_captions.elementlist.punctuation import split_punctuation
from scribedock_captions.text.translation import sentences, translated

ENGINE = "sandbox"
NOTICE = "This is a sandbox: nothing was transcribed, the result is prepared."
LANGUAGE = "en"
LENGTH_MS = 30_000
CONFIDENCE = 0.95
SPEAKERS = (
    Speaker(id=1, name="Ada", gender=Gender.FEMALE),
    Speaker(id=2, name="Tomás", gender=Gender.MALE),
    Speaker(id=3, name="Visitor", gender=Gender.UNKNOWN),
)


@dataclass(frozen=True, kw_only=True)
class PreparedLine:
    """A sentence, with sounds as [APPLAUSE], and when it is said, in milliseconds."""

    start: int
    end: int
    text: str
    speaker: int | None = None


LINES = (
    PreparedLine(start=0, end=1500, text="[MUSIC]"),
    PreparedLine(speaker=1, start=1600, end=4400, text="Good morning, and welcome to the lighthouse!"),
    PreparedLine(speaker=1, start=4600, end=8900, text="It was built in 1887, um, after a damn cold winter."),
    PreparedLine(speaker=2, start=9100, end=11_900, text="Two hundred and twelve steps lead to the lamp."),
    PreparedLine(speaker=2, start=12_000, end=13_800, text="Are you gonna climb them?"),
    PreparedLine(speaker=3, start=14_000, end=16_200, text="[LAUGH] I think so."),
    PreparedLine(
        speaker=1, start=18_600, end=22_400, text="From the top, you can see the harbor and “the café”."
    ),
    PreparedLine(speaker=1, start=22_500, end=26_300, text="Please hold the rail: the wind is strong today."),
    PreparedLine(speaker=2, start=26_500, end=27_400, text="Follow me."),
    PreparedLine(start=27_600, end=30_000, text="[APPLAUSE]"),
)
DESCRIPTION = (
    PreparedLine(start=0, end=1500, text="A white lighthouse on a rock."),
    PreparedLine(start=16_300, end=18_500, text="The visitors climb a narrow stair."),
)
TEXT = "\n".join(line.text for line in LINES if line.speaker is not None and "[" not in line.text) + "\n"
"""The content of every URL from which a transcript or a guideline would be fetched."""


@cache
def prepared_elementlist(language: str = LANGUAGE) -> ElementList:
    """Return the list that every order gets. language is an ISO 639-1 code."""
    return marked_as_sandbox(_elementlist(LINES, SPEAKERS), language)


@cache
def described_elementlist(language: str = LANGUAGE) -> ElementList:
    """Return the audio description for an order that asks for one."""
    return marked_as_sandbox(_elementlist(DESCRIPTION, ()), language)


def silent_elementlist(language: str = LANGUAGE) -> ElementList:
    """Return the list of a recording without speech."""
    blank = PreparedLine(start=0, end=LENGTH_MS, text=f"[{Tag.BLANK_AUDIO}]")
    return replace(_elementlist((blank,), ()), language=language)


def marked_as_sandbox(elementlist: ElementList, language: str) -> ElementList:
    """Return the list marked as a translation, unless `language` is its own language."""
    if language == elementlist.language:
        return elementlist
    texts = [f"({language}) {text}" if text else "" for text in sentences(elementlist)]
    return translated(elementlist, texts, language)


def _elementlist(lines: tuple[PreparedLine, ...], speakers: tuple[Speaker, ...]) -> ElementList:
    segments, before = [], None
    for line in lines:
        changes = line.speaker is not None and line.speaker != before
        segments.append(_segment(line, changes=changes))
        before = line.speaker or before
    return ElementList(
        start_time=0,
        end_time=LENGTH_MS,
        language=LANGUAGE,
        segments=tuple(segments),
        speakers=speakers,
    )


def _segment(line: PreparedLine, *, changes: bool) -> Segment:
    sequences = list(_sequences(line))
    tokens = sequences[-1].tokens
    if split_punctuation(line.text.split()[-1]).ends_sentence:
        tokens = (*tokens[:-1], replace(tokens[-1], tags=frozenset({Tag.ENDS_SENTENCE})))
        sequences[-1] = replace(sequences[-1], tokens=tokens)
    return Segment(
        start_time=line.start,
        end_time=line.end,
        sequences=tuple(sequences),
        speaker_change=changes,
        speaker_id=line.speaker,
    )


def _sequences(line: PreparedLine) -> Iterator[Sequence]:
    """Yield sequences, divided at spaces, each with a share of the line's time by its length."""
    parts = line.text.split()
    letters = sum(len(part) + 1 for part in parts)
    done = 0
    for part in parts:
        start = line.start + (line.end - line.start) * done // letters
        done += len(part) + 1
        end = line.start + (line.end - line.start) * done // letters
        is_sound = part.startswith("[")
        tokens = (_sound(part, start, end),) if is_sound else tuple(_tokens(part, start, end))
        score = None if is_sound else CONFIDENCE
        yield Sequence(start_time=start, end_time=end, tokens=tokens, confidence_score=score)


def _tokens(text: str, start: int, end: int) -> Iterator[Token]:
    parts = split_punctuation(text)
    for mark in parts.before:
        yield _token(TokenType.PUNCTUATION, mark, start, start)
    yield _token(TokenType.WORD, parts.word, start, end)
    for mark in parts.after:
        yield _token(TokenType.PUNCTUATION, mark, end, end)


def _sound(text: str, start: int, end: int) -> Token:
    return replace(_token(TokenType.SOUND, text, start, end), tags=frozenset({Tag(text.strip("[]"))}))


def _token(kind: TokenType, text: str, start: int, end: int) -> Token:
    return Token(type=kind, value=text.lower(), display_as=text, start_time=start, end_time=end)
