from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scribedock_captions.conversion.captions import captions_of_cues, separated
from scribedock_captions.conversion.elementlist import elementlist_of
from scribedock_captions.elementlist.model import ElementList, Tag, TokenType
from scribedock_captions.elementlist.rules import problems
from scribedock_captions.options import CaptionOptions
from scribedock_captions.readers import Cue, CueFile, Line, read
from scribedock_captions.rendering import CaptionFormat, render_captions
from tests.captions.sample import SAMPLE

KEEP: dict[str, Any] = {"remove_sound_references": False, "remove_disfluencies": False}


def file(*cues: tuple[str, int | None, int | None], speaker: str = "") -> CueFile:
    """The lines of a cue are divided by |."""
    return CueFile(
        cues=tuple(
            Cue(
                lines=tuple(Line(text=line, speaker=speaker) for line in text.split("|")),
                start=start,
                end=end,
            )
            for text, start, end in cues
        )
    )


def sentences(elementlist: ElementList) -> list[str]:
    return [
        " ".join("".join(token.display_as for token in each.tokens) for each in segment.sequences)
        for segment in elementlist.segments
    ]


def names(elementlist: ElementList) -> list[str]:
    known = {speaker.id: speaker.name for speaker in elementlist.speakers}
    return [known.get(segment.speaker_id or 0, "") for segment in elementlist.segments]


def shown(source: CueFile, **options: Any) -> list[tuple[tuple[str, ...], int, int]]:
    return [(each.lines, each.start, each.end) for each in captions_of_cues(source, **options)]


def test_captions_stay_as_they_are() -> None:
    source = file(("Hello|there.", 1000, 2000), ("You.", 4000, 4500))
    assert shown(source) == [(("Hello", "there."), 1000, 2000), (("You.",), 4000, 4500)]


def test_captions_that_overlap_keep_their_times() -> None:
    source = file(("B.", 2000, 9000), ("A.", 1000, 9000), ("C.", 2000, 3000))
    assert shown(source) == [(("A.",), 1000, 9000), (("B.",), 2000, 9000), (("C.",), 2000, 3000)]


def test_a_caption_without_an_end_is_shown_as_long_as_it_takes_to_say_it() -> None:
    assert shown(file(("x" * 29, 1000, None), ("y" * 29, 9000, 8000), ("z", 9500, None))) == [
        (("x" * 29,), 1000, 3000),
        (("y" * 29,), 9000, 9500),
        (("z",), 9500, 10_000),
    ]


def test_a_text_without_times_is_spread_over_the_recording() -> None:
    text = file(("x" * 14, None, None), ("y" * 29, None, None))
    assert shown(text) == [(("x" * 14,), 0, 1000), (("y" * 29,), 1000, 3000)]
    assert [start for _, start, _ in shown(text, duration=30_000)] == [0, 10_000]


def test_a_name_precedes_what_another_speaker_says() -> None:
    lines = (Line(text="Hi.", speaker="Ada"), Line(text="Hm."), Line(text="Oh.", speaker="Ben"))
    [caption] = captions_of_cues(CueFile(cues=(Cue(lines=lines, start=0, end=1),)))
    assert caption.lines == (">> Ada: Hi.", "Hm.", ">> Ben: Oh.")


def test_a_word_has_the_share_of_its_caption_that_its_length_has() -> None:
    elementlist = elementlist_of(file(("One three.", 1000, 2100)))
    [segment] = elementlist.segments
    assert [(each.start_time, each.end_time) for each in segment.sequences] == [(1000, 1400), (1400, 2100)]
    assert all(token.interpolated for each in segment.sequences for token in each.tokens)


def test_a_sentence_continues_in_the_next_caption() -> None:
    source = file(("This is one|sentence", 0, 1000), ("of two. And", 1000, 2000), ("the other", 2000, 3000))
    elementlist = elementlist_of(source)
    assert sentences(elementlist) == ["This is one sentence of two.", "And the other"]
    first, second = (segment.sequences[-1].tokens[-1] for segment in elementlist.segments)
    assert first.tags == {Tag.ENDS_SENTENCE}
    assert not second.tags


def test_a_sentence_ends_with_a_long_silence_and_with_a_paragraph() -> None:
    assert sentences(elementlist_of(file(("One", 0, 500), ("two", 2501, 3000)))) == ["One", "two"]
    assert sentences(elementlist_of(file(("One", 0, 500), ("two", 2500, 3000)))) == ["One two"]
    assert sentences(elementlist_of(file(("One", None, None), ("two", None, None)))) == ["One", "two"]


def test_titles_and_initials_do_not_end_a_sentence() -> None:
    assert sentences(elementlist_of(file(("Dr. J. Smith is in. He said “No.” Ok.", 0, 9000)))) == [
        *("Dr. J. Smith is in.", "He said “No.”", "Ok."),
    ]


def test_what_belongs_to_an_abbreviation_or_an_ordinal_number_is_of_its_sentence() -> None:
    said = (
        "Es war am 5. Mai, bzw. Mo. im 18. Jahrhundert. In Vol. IV vom Mon. Dec. 5 steht ca. Acht. Inc. Ja."
    )
    assert sentences(elementlist_of(file((said, 0, 9000)))) == [
        "Es war am 5. Mai, bzw. Mo. im 18. Jahrhundert.",
        "In Vol. IV vom Mon. Dec. 5 steht ca. Acht.",
        *("Inc.", "Ja."),
    ]


@pytest.mark.parametrize(
    ("source", "expected", "said"),
    [
        (file((">> Ada L: Hi.|>> Ben: Oh.", 0, 9)), ["Ada L", "Ben"], ["Hi.", "Oh."]),
        (file((">> Hi.|>> Oh.", 0, 9)), ["", ""], ["Hi.", "Oh."]),
        (file(("ADA: Hi.|BEN: Oh.|ADA: No. Yes.|BEN: So.", 0, 9)), ["ADA", "BEN", "ADA", "ADA", "BEN"], None),
        (file(("WARNING: Hi.", 0, 9)), [""], ["WARNING: Hi."]),
        (file(("Note: Hi.|Note: Oh.", 0, 9)), ["", ""], ["Note: Hi.", "Note: Oh."]),
        (file(("Hi.", 0, 9), ("Oh.", 9, 20), speaker="Ada"), ["Ada", "Ada"], ["Hi.", "Oh."]),
        (file(("At >> 5: no.", 0, 9)), [""], ["At >> 5: no."]),
        (
            file(("ADA (V.O.): Hi.|BEN [aside]: Oh.|ADA (V.O.): So.", 0, 9)),
            ["ADA (V.O.)", "BEN [aside]", "ADA (V.O.)"],
            ["Hi.", "Oh.", "So."],
        ),
        (file(("Ada B.: Hi.", 0, 9), ("Ben: Oh.|Ada B.: So.", 9, 20)), ["Ada B.", "Ben", "Ada B."], None),
        (file(("Ada：你好。", 0, 9), ("Ben：好。|Ada：再见。", 9, 20)), ["Ada", "Ben", "Ada"], None),
        (file(("Oh.|Rule: Hi.|Rule: Oh.", 0, 9), ("Note: No.", 9, 20)), [""] * 4, None),
    ],
)
def test_speakers_are_recognized_by_their_marks(
    source: CueFile, expected: list[str], said: list[str] | None
) -> None:
    elementlist = elementlist_of(source)
    assert names(elementlist) == expected
    assert said is None or sentences(elementlist) == said


def test_a_change_of_speaker_is_noted_once() -> None:
    source = file((">> Ada: Hi. You.", 0, 900), ("All.", 900, 1800), (">> Ada: Oh.", 1800, 2000))
    assert [segment.speaker_change for segment in elementlist_of(source).segments] == [
        True,
        False,
        False,
        True,
    ]


def test_text_in_brackets_is_a_sound() -> None:
    elementlist = elementlist_of(file(("[MUSIC] Well [door slams], I [laugh] see [", 0, 9000)))
    tokens = [token for each in elementlist.segments[0].sequences for token in each.tokens]
    sounds = [(token.display_as, *token.tags) for token in tokens if token.type is TokenType.SOUND]
    assert sounds == [("[MUSIC]", Tag.MUSIC), ("[door slams]", Tag.UNKNOWN), ("[laugh]", Tag.LAUGH)]
    assert sentences(elementlist) == ["[MUSIC] Well [door slams], I [laugh] see ["]


def test_the_language_is_the_callers_else_the_files_else_unknown() -> None:
    source = CueFile(cues=(), language="fr-CA")
    assert elementlist_of(source).language == "fr-ca"
    assert elementlist_of(source, language="DE").language == "de"
    assert elementlist_of(CueFile(cues=())).language == "und"


@pytest.mark.parametrize("format", ["WEB_VTT", "DFXP", "ECHO", "TPM", "TWX", "TRANSCRIPT"])
def test_written_captions_are_read_back_as_the_same_words_of_the_same_speakers(format: str) -> None:
    options = CaptionOptions(**KEEP)
    first = render_captions(SAMPLE, CaptionFormat(format), options).body
    again = elementlist_of(read(first))
    assert problems(again) == []
    texts = [
        render_captions(each, CaptionFormat.TRANSCRIPT, options).body.decode().split()
        for each in (SAMPLE, again)
    ]
    assert texts[1] == texts[0]


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="|"),
    min_size=1,
    max_size=8,
).filter(lambda word: word.split() == [word])
TIMES = st.none() | st.integers(0, 100_000)
CUES = st.builds(
    lambda words, start, end: (" ".join(words), start, end),
    st.lists(WORDS, min_size=1, max_size=6),
    TIMES,
    TIMES,
)


@settings(max_examples=300)
@given(st.lists(CUES, max_size=6), st.none() | st.integers(1, 10**6))
def test_no_word_is_lost_or_moved_whatever_the_times(
    cues: list[tuple[str, int | None, int | None]], duration: int | None
) -> None:
    source = file(*cues)
    elementlist = elementlist_of(source, duration=duration)
    assert problems(elementlist) == []
    captions = captions_of_cues(source, duration=duration)
    assert all(0 <= each.start < each.end for each in captions)
    lines = [line for each in captions for line in each.lines]
    assert sorted(lines) == sorted(text for text, _, _ in cues)
    apart = separated(captions)
    assert all(0 <= each.start < each.end for each in apart)
    assert all(before.end <= after.start for before, after in pairwise(apart))
    assert {line for each in apart for line in each.lines} == set(lines)
    if not any(">>" in line or ":" in line for line in lines):
        assert "".join("".join(sentences(elementlist)).split()) == "".join("".join(lines).split())


def test_a_name_on_a_line_of_its_own_changes_the_speaker() -> None:
    found = elementlist_of(file(("ADA:|Hi.", 0, 9), ("BEN:|Oh.", 9, 20), ("ADA:|So.", 20, 30)))
    assert [(each.speaker_id, each.speaker_change) for each in found.segments] == [
        (1, True),
        (2, True),
        (1, True),
    ]
