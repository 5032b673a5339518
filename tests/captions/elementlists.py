"""Random ElementLists, as hypothesis draws them: good ones, and such as break every rule of time."""

from __future__ import annotations

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
from scribedock_captions.options import CaptionOptions, Case, SpeakerDisplay, Spelling

WORDS = st.one_of(
    st.sampled_from(
        """a the of and to in that it is was whale harbour color organise gonna um uh shit Tom Jones Dr. 42
        [oops] don't café --> & "Come New\tYork""".split(" ")
    ),
    st.sampled_from(
        ["x" * 20, "👩‍👩‍👧", "cafe\u0301", "שלום", "Donaudampfschifffahrtsgesellschaft" * 2, "\u200b"]
    ),
)
MARKS = st.sampled_from(["", "", "", ",", ".", "?", ";", "…", "。"])
SOUNDS = [tag for tag in Tag if tag is not Tag.ENDS_SENTENCE]
SPEAKERS = (Speaker(id=0, name="Effects"), Speaker(id=1, name="Ada Lovelace"), Speaker(id=2, name=""))


@st.composite
def elementlists(draw: st.DrawFn) -> ElementList:
    segments = []
    at = draw(st.integers(0, 3000))
    for _ in range(draw(st.integers(0, 6))):
        sequences = []
        for _ in range(draw(st.integers(1, 14))):
            start = max(0, at + draw(st.sampled_from([0, 0, 0, 40, 600, 2600, -300])))
            at = start + draw(st.sampled_from([0, 80, 300, 300, 300, 1200, 9000]))
            sequences.append(draw(_sequences(start, at)))
        segments.append(
            Segment(
                start_time=sequences[0].start_time,
                end_time=at,
                sequences=tuple(sequences),
                speaker_change=draw(st.booleans()),
                speaker_id=draw(st.sampled_from([None, 0, 1, 2, 7])),
            )
        )
    language = draw(st.sampled_from(["en", "en-us", "de", "fr", "ja", "fi", "tr"]))
    return ElementList(
        start_time=0, end_time=at, language=language, segments=tuple(segments), speakers=SPEAKERS
    )


@st.composite
def _sequences(draw: st.DrawFn, start: int, end: int) -> Sequence:
    if draw(st.integers(0, 9)) == 0:
        tags = frozenset(draw(st.lists(st.sampled_from(SOUNDS), max_size=1)))
        tokens = [_token(TokenType.SOUND, "[noise]", start, end, tags)]
    else:
        tokens = [_token(TokenType.WORD, draw(WORDS), start, end)]
        if draw(st.integers(0, 11)) == 0:
            tokens.append(_token(TokenType.WORD, draw(WORDS), start, end))
    mark = draw(MARKS)
    if mark:
        ends = frozenset({Tag.ENDS_SENTENCE}) if mark in ".?…。" and draw(st.booleans()) else frozenset[Tag]()
        tokens.append(_token(TokenType.PUNCTUATION, mark, end, end, ends))
    return Sequence(start_time=start, end_time=end, tokens=tuple(tokens))


def _token(kind: TokenType, text: str, start: int, end: int, tags: frozenset[Tag] = frozenset()) -> Token:
    return Token(type=kind, value=text.lower(), display_as=text, start_time=start, end_time=end, tags=tags)


@st.composite
def caption_options(draw: st.DrawFn) -> CaptionOptions:
    """Every option of layout, time, sounds, speakers and text, at contrasting values."""
    flags = {
        name: draw(st.booleans())
        for name in """caption_by_sentence single_speaker_per_caption speaker_on_new_line disallow_dangling
        line_break_on_sentence remove_sound_references sound_tokens_by_caption sound_tokens_by_line
        strip_square_brackets mask_profanity remove_disfluencies replace_slang qt_seamless""".split()
    }
    shortest, longest = draw(st.sampled_from([(None, None), (900, None), (None, 700), (800, 3000)]))
    listed = st.lists(st.sampled_from([tag.value for tag in SOUNDS]), max_size=3).map(tuple)
    return CaptionOptions(
        **flags,
        caption_words_min=draw(st.sampled_from([1, 3, 50])),
        layout_target_caption_length_ms=draw(st.sampled_from([1, 500, 5000, 60_000])),
        maximum_caption_duration=longest,
        minimum_caption_length_ms=shortest,
        silence_max_ms=draw(st.sampled_from([0, 500, 2000])),
        characters_per_caption_line=draw(st.sampled_from([1, 6, 12, 32, 42, 80, 1000])),
        lines_per_caption=draw(st.sampled_from([1, 2, 3, 4, 100])),
        merge_gap_interval=draw(st.sampled_from([0, 1000, 10_000])),
        minimum_gap_between_captions_ms=draw(st.sampled_from([None, 0, 80, 3000])),
        display_speaker_id=draw(st.sampled_from(list(SpeakerDisplay))),
        emit_speaker_change_tokens_as=draw(st.sampled_from([">>", "", "- ", "[>>]"])),
        sound_threshold=draw(st.sampled_from([None, 0, 500])),
        remove_sounds_list=draw(listed),
        sound_tokens_by_caption_list=draw(listed),
        sound_tokens_by_line_list=draw(listed),
        sound_boundaries=draw(st.sampled_from([("[", "]"), ("", ""), ("♪ ", " ♪")])),
        force_case=draw(st.sampled_from(list(Case))),
        replace_english_spelling=draw(st.sampled_from([None, *Spelling])),
    )
