"""ElementLists made in code: `talk` from texts, and `SAMPLE`, which has everything that is hard."""

from __future__ import annotations

from dataclasses import replace

from scribedock_captions.elementlist.model import (
    Annotation,
    ElementList,
    Gender,
    Segment,
    Sequence,
    Speaker,
    Tag,
    TimeRange,
    Token,
    TokenType,
)

WORD_MS = 300
"""How long each word of a sentence lasts; words follow each other without a gap."""
MARKS = ".,?!;:…。？！、"
ENDS = ".?!…。？！"


def token(text: str, start: int, end: int) -> Token:
    """A word, or `[NAME]` as the sound of that tag (UNKNOWN where there is no such tag)."""
    if text.startswith("[") and text.endswith("]"):
        name = text[1:-1].upper().replace(" ", "_")
        tag = Tag(name) if name in Tag.__members__ else Tag.UNKNOWN
        return Token(
            type=TokenType.SOUND,
            value=text[1:-1].lower(),
            display_as=text,
            start_time=start,
            end_time=end,
            tags=frozenset({tag}),
        )
    return Token(type=TokenType.WORD, value=text.lower(), display_as=text, start_time=start, end_time=end)


def mark(text: str, at: int) -> Token:
    """A punctuation mark of no duration."""
    return Token(type=TokenType.PUNCTUATION, value=text, display_as=text, start_time=at, end_time=at)


def sequence(text: str, start: int, end: int) -> Sequence:
    """A word with the punctuation that ends it."""
    word = text.rstrip(MARKS)
    tokens = [token(word, start, end)] if word else []
    tokens += [mark(each, end) for each in text[len(word) :]]
    return Sequence(start_time=start, end_time=end, tokens=tuple(tokens), confidence_score=0.9)


def sentence(
    text: str, start: int = 0, *, speaker: int | None = None, change: bool = False, word_ms: int = WORD_MS
) -> Segment:
    """One segment; what no space divides in the text is a sequence of `word_ms`."""
    sequences = [
        sequence(each, start + number * word_ms, start + (number + 1) * word_ms)
        for number, each in enumerate(text.split(" "))
    ]
    last = sequences[-1]
    if last.tokens[-1].display_as in ENDS:
        closing = replace(last.tokens[-1], tags=frozenset({Tag.ENDS_SENTENCE}))
        sequences[-1] = replace(last, tokens=(*last.tokens[:-1], closing))
    return Segment(
        start_time=start,
        end_time=sequences[-1].end_time,
        sequences=tuple(sequences),
        speaker_change=change,
        speaker_id=speaker,
    )


def talk(*segments: Segment, speakers: tuple[Speaker, ...] = (), language: str = "en") -> ElementList:
    return ElementList(
        start_time=0,
        end_time=max((segment.end_time for segment in segments), default=0),
        language=language,
        segments=segments,
        speakers=speakers,
    )


def say(*texts: str, gap: int = 0, language: str = "en", word_ms: int = WORD_MS) -> ElementList:
    """Sentences one after the other, `gap` ms between them, of one speaker whom nobody knows."""
    segments: list[Segment] = []
    for text in texts:
        start = segments[-1].end_time + gap if segments else 0
        segments.append(sentence(text, start, word_ms=word_ms))
    return talk(*segments, language=language)


ADA, BEN, NOBODY = 1, 2, 3
EFFECTS = 0
SPEAKERS = (
    Speaker(id=EFFECTS, name="Effects"),
    Speaker(id=ADA, name="Ada Lovelace", gender=Gender.FEMALE),
    Speaker(id=BEN, name="Ben", gender=Gender.MALE),
    Speaker(id=NOBODY, name=""),
)
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"

SAMPLE = replace(
    talk(
        sentence("[MUSIC]", 0, speaker=EFFECTS, change=True, word_ms=2500),
        sentence("Um, good evening and welcome to the harbour.", 3000, speaker=ADA, change=True),
        sentence(
            "Tonight we talk about the ships, uh, that carry grain over the sea, and about the people who "
            "load them when it is dark and cold.",
            6000,
            speaker=ADA,
        ),
        sentence("Thank you, er.", 20_000, speaker=BEN, change=True),
        sentence("They call it the " + LONG_WORD + " here!", 21_000, speaker=BEN),
        sentence("[LAUGH] Do they?", 23_500, speaker=NOBODY, change=True),
        sentence(
            "Tom & Jerry said 1 < 2 --> true, <b>bold</b> 👩‍👩‍👧 cafe\u0301 שלום עולם.",
            24_500,
            speaker=ADA,
            change=True,
        ),
        sentence("[BLANK_AUDIO]", 29_000, word_ms=6000),
        sentence("[door_slams] Mm-hmm.", 35_500, speaker=BEN, change=True),
        sentence("Good night.", 37_000, speaker=BEN),
        sentence(
            "Well, I'm gonna tell the damn class from Scunthorpe: {wait} 100% of 00:00:01.000,0:00:02.000!",
            40_000,
            speaker=ADA,
            change=True,
        ),
        sentence("♪ À la claire fontaine, où ñandúes, Łódź “et” çÉÈÀÂ ♪♪ chantent… ♪", 46_000, word_ms=350),
        sentence(
            "Привет, مرحبا 今日は [00:00:59.000] or [Chorus: la-la] *** \\ ^ _ | ~ `.", 51_000, speaker=BEN
        ),
        sentence("Yes.", 55_300, speaker=NOBODY, change=True, word_ms=120),
        sentence("No.", 55_420, speaker=BEN, change=True, word_ms=120),
        sentence("Oh!", 55_540, speaker=NOBODY, change=True, word_ms=120),
        sentence("That is all we have, for the tide will not wait.", 70_000, speaker=ADA, change=True),
    ),
    end_time=75_000,
    speakers=SPEAKERS,
    keywords=(
        Annotation(
            key="harbour",
            display_name="Harbour",
            url="https://example.org/harbour",
            time_ranges=(TimeRange(start_time=4800, end_time=5100),),
        ),
    ),
    topics=(Annotation(key="trade"),),
)
