from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scribedock_captions.cea608.characters import CHARACTERS, EXTENDED, FALLBACKS, STANDARD, encoded
from scribedock_captions.cea608.timecode import frame_of, time_code
from scribedock_captions.errors import UnwritableCaptions
from scribedock_captions.options import CaptionOptions
from scribedock_captions.rendering import CaptionFormat, captions_of, render_captions
from scribedock_captions.writers.scc import scc
from scribedock_captions.writers.scc.transliteration import transliterated
from tests.captions.sample import LONG_WORD, SAMPLE, say
from tests.captions.writers.decoder import COLUMNS, decode, frames, milliseconds
from tests.captions.writers.documents import document
from tests.captions.writers.timed_texts import timed_texts

HALF_A_FRAME = 17


def shown(*captions: tuple[str, int, int]) -> list[tuple[str, int, int | None]]:
    return [(each.text, each.start, each.end) for each in decode(scc.write(document(*captions)))]


def plain(text: str) -> str:
    """The typographic apostrophe has the place of the plain one."""
    return " ".join(text.replace("’", "'").split())


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (0, "00:00:00;00"),
        (29, "00:00:00;29"),
        (1799, "00:00:59;29"),
        (1800, "00:01:00;02"),
        (17981, "00:09:59;29"),
        (17982, "00:10:00;00"),
        (107892, "01:00:00;00"),
        (2_589_408, "24:00:00;00"),
    ],
)
def test_time_codes_leave_out_two_numbers_each_minute_but_not_each_tenth(frame: int, expected: str) -> None:
    assert time_code(frame) == expected


@given(st.integers(0, 10_000_000))
def test_a_time_code_is_never_off_the_clock_by_more_than_two_frames(frame: int) -> None:
    hours, minutes, rest = time_code(frame).split(":")
    seconds, number = rest.split(";")
    clock = (int(hours) * 60 + int(minutes)) * 60 + int(seconds) + int(number) / 30
    assert abs(clock - milliseconds(frame) / 1000) < 0.1 + 0.01 * int(hours)
    assert abs(milliseconds(frame_of(round(milliseconds(frame)))) - milliseconds(frame)) < 1


def test_a_caption_appears_and_goes_at_its_frames() -> None:
    assert shown(("Hello there.", 2000, 4000), ("General.", 6000, 7000)) == [
        ("Hello there.", 60, 120),
        ("General.", 180, 210),
    ]


def test_captions_that_follow_each_other_are_flipped_not_cleared() -> None:
    assert shown(("One.", 2000, 4000), ("Two.", 4000, 6000)) == [("One.", 60, 120), ("Two.", 120, 180)]


def test_the_rows_stand_at_the_bottom_in_the_middle() -> None:
    [caption] = decode(scc.write(document(("A line|and a longer one below", 2000, 3000))))
    assert caption.rows == {14: "A line", 15: "and a longer one below"}
    assert scc.write(document(("x" * 32, 2000, 3000))).count("9470 9470") == 1


def test_a_gap_is_cleared_in_time_even_while_the_next_caption_is_loaded() -> None:
    """The load of 32 columns on 4 rows takes longer than the gap, and than what is shown before it."""
    long = "|".join(["0123456789 abcdefghi 0123456789a"] * 4)
    [first, second, third] = shown(("Hi.", 1000, 2500), (long, 4000, 6000), ("Bye.", 6500, 7000))
    assert first == ("Hi.", 30, 75)
    assert second == (long.replace("|", "\n"), 120, 180)
    assert third == ("Bye.", 195, 210)


def test_what_cannot_be_loaded_in_time_is_late_and_whole() -> None:
    long = "|".join(["0123456789 abcdefghi 0123456789a"] * 4)
    found = shown((long, 0, 500), (long, 500, 1000), ("Oh.", 1000, 1200))
    assert [text for text, _, _ in found] == [long.replace("|", "\n")] * 2 + ["Oh."]
    starts = [start for _, start, _ in found]
    assert starts[0] == 76  # two commands, four rows of two and sixteen frames
    assert all(after - before >= 10 for before, after in pairwise(starts))
    last = found[-1]
    assert last[2] is not None and last[2] - last[1] >= 6


def test_every_character_of_the_standard_comes_back() -> None:
    letters = sorted(CHARACTERS - {" ", "\u00a0", "’", "|"})
    for start in range(0, len(letters), COLUMNS):
        text = "".join(letters[start : start + COLUMNS])
        assert shown((text, 5000, 9000)) == [(text, 150, 270)]


@pytest.mark.parametrize(
    "text", ["♪♪", "♪♪♪ la ♪♪", "ÀÀÀ", "ààà", "*****", "éÉéÉ", "a♪", "ab♪", "aÀb", "abÀ"]
)
def test_repeated_characters_are_not_taken_for_repetitions_of_one(text: str) -> None:
    assert shown((text, 2000, 3000), (text, 2600, 9000))[0][0] == text


def test_each_extended_character_follows_what_an_older_decoder_shows() -> None:
    assert set(FALLBACKS) == set(EXTENDED)
    assert set(FALLBACKS.values()) <= set(STANDARD)
    assert encoded("xÀ").hex(" ", 2) == "f8c1 92b0 92b0"
    assert encoded("À").hex(" ", 2) == "c180 92b0 92b0"


def test_lines_keep_to_the_32_columns_and_words_stay_whole() -> None:
    wide = CaptionOptions(characters_per_caption_line=80, lines_per_caption=9)
    text = "The quick brown fox jumps over the lazy dog and then it runs away from it again, over the hills."
    captions = decode(render_captions(say(text), CaptionFormat.SCC, wide).body.decode())
    assert all(len(row) <= COLUMNS for each in captions for row in each.rows.values())
    assert all(len(each.rows) <= 4 for each in captions)
    assert " ".join(each.text for each in captions).split() == text.split()


def test_a_narrower_line_is_kept() -> None:
    narrow = CaptionOptions(characters_per_caption_line=12)
    captions = decode(
        render_captions(say("Come to the harbour now."), CaptionFormat.SCC, narrow).body.decode()
    )
    assert max(len(row) for each in captions for row in each.rows.values()) <= 12


def test_a_word_wider_than_the_screen_is_divided() -> None:
    captions = decode(
        render_captions(say(f"A {LONG_WORD}!"), CaptionFormat.SCC, CaptionOptions()).body.decode()
    )
    assert "".join("".join(each.text.split()) for each in captions) == f"A{LONG_WORD}!"


def test_the_word_before_the_last_comes_down_with_it_where_the_line_would_be_too_long() -> None:
    options = CaptionOptions(disallow_dangling=True)
    text = "These extraordinarily incomprehensible words"
    [caption] = decode(render_captions(say(text + "."), CaptionFormat.SCC, options).body.decode())
    assert list(caption.rows.values())[-1] == "incomprehensible words."
    [fits] = shown(("These extraordinarily|incomprehensible words and more.", 0, 9000))
    assert fits[0].splitlines() == ["These extraordinarily", "incomprehensible words and more."]


def test_a_caption_with_more_than_four_rows_is_divided_in_time() -> None:
    rows = [f"row {number}" for number in range(10)]
    screens = shown(("|".join(rows), 60_000, 90_000))
    assert "\n".join(screen[0] for screen in screens).splitlines() == rows
    assert [len(screen[0].splitlines()) for screen in screens] == [3, 3, 4]
    assert [screen[1] for screen in screens] == [frame_of(60_000), frame_of(70_000), frame_of(80_000)]


def test_captions_after_24_hours_are_refused() -> None:
    day = 24 * 3600 * 1000
    with pytest.raises(UnwritableCaptions, match=r"^SCC: a caption ends after 24\.0 hours"):
        shown(("Late.", day - 2000, day))
    assert shown(("Late.", day - 3000, day - 1))
    assert "24:00" not in scc.write(document(("Late.", day - 3000, day - 1)))
    with pytest.raises(UnwritableCaptions, match=r"^SCC: a caption is shown after 24 hours"):
        shown(("A long one that comes too late.", day - 20, day - 10), ("Late.", day - 10, day - 1))


def test_nothing_is_left_of_a_caption_without_anything_to_see() -> None:
    assert shown(("\u200b", 0, 1000), ("Hi.", 2000, 3000)) == [("Hi.", 60, 90)]


def test_the_whole_sample_is_read_back() -> None:
    for options in (CaptionOptions(), CaptionOptions(remove_sound_references=False, lines_per_caption=1)):
        source = captions_of(SAMPLE, CaptionFormat.SCC, options)
        captions = decode(scc.write(source))
        assert [plain(each.text) for each in captions] == [
            plain(" ".join(each.lines)) for each in source.captions
        ]


@settings(max_examples=500)
@given(timed_texts())
def test_every_word_is_shown_in_order_within_the_bandwidth_and_never_early(
    captions: list[tuple[str, int, int]],
) -> None:
    text = scc.write(document(*captions))
    found = decode(text)
    written = [plain(transliterated(each.replace("|", " "))) for each, _, _ in captions]
    read = [plain(each.text) for each in found]
    assert "".join(" ".join(read).split()) == "".join(" ".join(written).split())
    assert len(read) == len(written)
    for caption, (_, start, end) in zip(found, captions, strict=True):
        assert milliseconds(caption.start) >= start - HALF_A_FRAME
        assert caption.end is not None
        assert caption.end - caption.start >= 2
        if abs(milliseconds(caption.start) - start) <= HALF_A_FRAME and caption is found[-1]:
            assert milliseconds(caption.end) >= end - HALF_A_FRAME


@settings(max_examples=200)
@given(timed_texts())
def test_a_caption_is_late_only_while_the_channel_is_busy(captions: list[tuple[str, int, int]]) -> None:
    text = scc.write(document(*captions))
    busy = frames(text)
    for caption, (_, start, _) in zip(decode(text), captions, strict=True):
        wanted = frame_of(start)
        if caption.start > wanted:
            assert all(frame in busy for frame in range(wanted, caption.start))


@given(st.text(max_size=40))
def test_any_text_becomes_characters_of_the_standard(text: str) -> None:
    found = transliterated(text)
    assert set(found) <= CHARACTERS
    assert transliterated(found) == found
    seen = [letter for letter in text if unicodedata.category(letter)[0] in "LN"]
    assert not seen or found.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cafe\u0301 Ñandú", "café Ñandú"),
        ("Łódź Đorđe Þór Æsir œuvre", "Lódz Dorde Thór AEsir oeuvre"),
        ("Tiếng Việt", "Tieng Viet"),
        ("Привет, мир", "Privet, mir"),
        ("Γειά σου Κόσμε", "Geia soy Kosme"),
        ("שלום", "shlvm"),
        ("مرحبا؟", "mrhba?"),
        ("नमस्ते", "namaste"),
        ("안녕하세요", "annyeonghaseyo"),
        ("カラオケ", "karaoke"),
        ("สวัสดี ประเทศ", "swasdi praeths"),
        ("१२३ ٤٥", "123 45"),
        ("„Ja“ – “no” … 3×4 ≤ 12 €", '"Ja“ - “no” ... 3x4 <= 12 EUR'),
        ("👩‍👧 ☂", "[woman][girl] [umbrella]"),
        ("გამარჯობა, Բարեւ", "gamarjoba, Barew"),
        ("北京, こんにちは", "BeiJing, konnichiha"),
        ("今日█", "JinRi#"),
        ("\ue000", "?"),
        ("ﬁne Ａ", "fine A"),
        ("a\u200bb\u2066c", "abc"),
        ("ß ẞ İ ı", "ß SS I i"),
    ],
)
def test_what_the_standard_lacks_is_transliterated(text: str, expected: str) -> None:
    assert transliterated(text) == expected
