"""No writer and no option fails on a character, however odd."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scribedock_captions.elementlist.model import (
    ElementList,
    Segment,
    Sequence,
    Speaker,
    Tag,
    Token,
    TokenType,
)
from scribedock_captions.elementlist.normalisation import normalised
from scribedock_captions.options import CaptionOptions, Case, SpeakerDisplay, Spelling
from scribedock_captions.readers import read
from scribedock_captions.rendering import CaptionFormat, render_captions

ODD = (
    *(
        "",
        " ",
        "\t",
        "\n",
        "\u00a0",
        "\u00ad",
        "\u0301",
        "\u034f",
        "\u061c",
        "\u0600",
        "\u094d",
        "\u0e31",
        "\u115f",
    ),
    *(
        "\u180e",
        "\u200b",
        "\u200d",
        "\u2028",
        "\u202e",
        "\u2060",
        "\u20dd",
        "\u3000",
        "\u3164",
        "\ufe0f",
        "\ufeff",
    ),
    *(
        "\ufffe",
        "\U000e0001",
        "\U000e0100",
        "\U0010ffff",
        "\x00",
        "\x7f",
        "İ",
        "ß",
        "🇩",
        "👨‍👩‍👧",
        "字",
        "[]",
        "-->",
        "{",
    ),
)
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"characters_per_caption_line": 1, "disallow_dangling": True},
    {"force_case": Case.UPPER, "strip_square_brackets": True, "remove_sound_references": False},
    {"mask_profanity": True, "replace_slang": True, "replace_english_spelling": Spelling.BRITISH},
    {"remove_sound_references": False, "sound_boundaries": ("\u200b", ""), "sound_tokens_by_line": True},
    {"caption_by_sentence": False, "line_break_on_sentence": True, "speaker_on_new_line": False},
    {"display_speaker_id": SpeakerDisplay.NUMBER, "emit_speaker_change_tokens_as": "\u200b"},
    {"caption_words_min": 5, "minimum_caption_length_ms": 3000, "maximum_caption_duration": 4000},
)


def said(texts: list[str], type: TokenType = TokenType.WORD, language: str = "en") -> ElementList:
    tags = frozenset({Tag.LAUGH}) if type is TokenType.SOUND else frozenset[Tag]()
    tokens = [
        Token(
            type=type,
            value=text.lower(),
            display_as=text,
            start_time=at * 500,
            end_time=at * 500 + 400,
            tags=tags,
        )
        for at, text in enumerate(texts)
    ]
    sequences = tuple(
        Sequence(start_time=each.start_time, end_time=each.end_time, tokens=(each,)) for each in tokens
    )
    segment = Segment(
        start_time=0, end_time=len(texts) * 500, sequences=sequences, speaker_change=True, speaker_id=1
    )
    return normalised(
        ElementList(
            start_time=0,
            end_time=len(texts) * 500,
            language=language,
            segments=(segment,),
            speakers=(Speaker(id=1, name=texts[0]),),
        )
    )


@pytest.mark.parametrize("format", CaptionFormat)
def test_every_writer_takes_every_odd_word(format: CaptionFormat) -> None:
    for number, odd in enumerate(ODD):
        options = CaptionOptions(**OPTIONS[number % len(OPTIONS)])
        for texts in ([odd], ["a", odd, "b."], [odd, odd]):
            for type in TokenType:
                assert render_captions(said(texts, type), format, options).body is not None


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(ODD) | st.text(max_size=3), min_size=1, max_size=4),
    st.sampled_from(TokenType),
    st.sampled_from(CaptionFormat),
    st.sampled_from(OPTIONS),
    st.sampled_from(["en", "ja", "und"]),
)
def test_every_writer_takes_any_words_with_any_options(
    texts: list[str], type: TokenType, format: CaptionFormat, options: dict[str, Any], language: str
) -> None:
    assert render_captions(said(texts, type, language), format, CaptionOptions(**options)).body is not None


def test_what_cannot_be_seen_leaves_who_speaks_and_what_follows() -> None:
    body = render_captions(said(["\u200b", "hello", "\u0301"]), CaptionFormat.SCC, CaptionOptions()).body
    assert [line.text for cue in read(body).cues for line in cue.lines] == [">> : hello"]
