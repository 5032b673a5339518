"""Words and options for the tests of the layout, as hypothesis makes them up."""

from __future__ import annotations

from hypothesis import strategies as st

from scribedock_captions.options import CaptionOptions
from scribedock_captions.text.words import Word
from tests.captions.sample import LONG_WORD

TEXTS = st.one_of(
    st.sampled_from(["a", "the", "of", "whale", "harbour", "Tom", "Jones", "yes,", "no;", "to", "and", "42"]),
    st.sampled_from(["x" * 20, "👩‍👩‍👧", "cafe\u0301", "שלום", LONG_WORD]),
)
LABELS = st.sampled_from(["", "", "", ">>", ">> Ada:", ">> Professor Augusta Ada King:"])


@st.composite
def word_lists(draw: st.DrawFn) -> list[Word]:
    """Words with any times: of no length, overlapping, running backwards, with silences."""
    words: list[Word] = []
    at = draw(st.integers(0, 5000))
    for number in range(draw(st.integers(1, 40))):
        start = max(0, at + draw(st.sampled_from([0, 0, 0, 50, 700, 2500, -400])))
        at = start + draw(st.sampled_from([0, 90, 300, 300, 1500]))
        new_speaker = draw(st.integers(0, 9)) == 0
        continues = bool(words) and not new_speaker and draw(st.integers(0, 14)) == 0
        words.append(
            Word(
                text=draw(TEXTS),
                start=words[-1].start if continues else start,
                end=words[-1].end if continues else at,
                segment=number // 8,
                value="word",
                spaced=draw(st.integers(0, 5)) > 0,
                continues=continues,
                ends_sentence=draw(st.integers(0, 6)) == 0,
                new_speaker=new_speaker,
                label=draw(LABELS) if new_speaker else "",
            )
        )
    return words


@st.composite
def option_sets(draw: st.DrawFn) -> CaptionOptions:
    return CaptionOptions(
        characters_per_caption_line=draw(st.sampled_from([1, 6, 12, 26, 42, 80])),
        lines_per_caption=draw(st.integers(1, 4)),
        caption_by_sentence=draw(st.booleans()),
        line_break_on_sentence=draw(st.booleans()),
        disallow_dangling=draw(st.booleans()),
        single_speaker_per_caption=draw(st.booleans()),
        speaker_on_new_line=draw(st.booleans()),
        caption_words_min=draw(st.sampled_from([1, 3])),
        maximum_caption_duration=draw(st.sampled_from([None, 400, 3000])),
        silence_max_ms=draw(st.sampled_from([0, 500, 2000])),
        layout_target_caption_length_ms=draw(st.sampled_from([500, 5000])),
    )
