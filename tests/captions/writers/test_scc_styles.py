"""Italics and underline in SCC: written where CEA-608 can say them, and read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock_captions import CaptionFormat, CaptionOptions, CueFile, check, lay_out, read, render
from scribedock_captions.caption import Caption
from scribedock_captions.document import CaptionDocument
from scribedock_captions.presets import Preset
from scribedock_captions.style import PLAIN, Style, StyledSpan, spans_by_word, spans_of
from scribedock_captions.writers.scc import scc
from tests.captions.writers.decoder import COLUMNS, Shown, decode

ITALIC, UNDERLINED, BOTH = Style(italic=True), Style(underline=True), Style(italic=True, underline=True)


def file(data: bytes) -> CueFile:
    found = read(data)
    assert isinstance(found, CueFile)
    return found


def srt(text: str) -> CueFile:
    return file(f"1\n00:00:02,000 --> 00:00:06,000\n{text}\n".encode())


def converted(source: CueFile, format: CaptionFormat, options: CaptionOptions | None = None) -> str:
    document = lay_out(source, options, format=format, anew=options is not None)
    return render(document, format).body.decode()


def shown(text: str) -> Shown:
    [found] = decode(converted(srt(text), CaptionFormat.SCC))
    return found


@pytest.mark.parametrize(
    ("text", "rows", "styles"),
    [
        ("<i>Far away</i>", ["Far away"], ["iiiiiiii"]),
        ("<u>Far away</u>", ["Far away"], ["uuuuuuuu"]),
        ("<i><u>Far</u></i>", ["Far"], ["bbb"]),
        ("He read <i>Emma</i> twice.", ["He read Emma twice."], ["........iiiii......"]),
        ("He read <u>Emma</u> <i>twice</i>.", ["He read Emma twice."], ["........uuuuuiiiiii"]),
        ("Plain\n<i>slanted</i>", ["Plain", "slanted"], [".....", "iiiiiii"]),
        ("<i>Ça alors</i> — no", ["Ça alors — no"], ["iiiiiiiii...."]),
        ("♪ <i>La la</i> ♪", ["♪ La la ♪"], ["..iiiiii."]),
    ],
)
def test_styles_are_sent_without_changing_the_text(text: str, rows: list[str], styles: list[str]) -> None:
    found = shown(text)
    assert (found.text.split("\n"), list(found.styles)) == (rows, styles)


def test_a_row_in_italics_has_all_32_columns() -> None:
    wide = "x" * 15 + " " + "y" * 16
    found = shown(f"<i>{wide}</i>\nplain")
    assert found.rows == {14: wide, 15: "plain"}
    assert found.styles == ("i" * COLUMNS, "." * 5)
    several = shown(f"{'x' * 15} <i>{'y' * 16}</i>")
    assert several.rows == {15: wide}


def test_rows_with_and_without_italics_begin_in_the_same_column() -> None:
    """The code that begins italics takes a column, so a plain row is moved by one."""
    scc_text = converted(srt("<i>A ship</i>\nhas come."), CaptionFormat.SCC)
    assert "9454 9454 91ae 91ae c120 7368 e970 94f4 94f4 97a1 97a1 6861 7320" in scc_text


def test_a_style_that_changes_within_a_word_covers_what_most_letters_have_and_that_is_reported() -> None:
    assert shown("un<i>believable</i> luck").styles == ("iiiiiiiiiiiii....",)
    losses = lay_out(srt("un<i>believable</i> luck"), format=CaptionFormat.SCC, anew=False).losses
    assert losses == ("SCC changes styles between words alone: 1 caption is shown with one style a word",)
    marks = lay_out(srt("“<i>Emma</i>,” he said."), format=CaptionFormat.SCC, anew=False).losses
    assert marks == ()


def test_bold_is_reported_and_what_else_a_text_has_is_kept() -> None:
    laid_out = lay_out(srt("<b><i>Both</i></b> <b>bold</b>"), format=CaptionFormat.SCC, anew=False)
    assert laid_out.losses == ("SCC has no bold: 1 caption is shown without",)
    assert decode(render(laid_out, CaptionFormat.SCC).body.decode())[0].styles == ("iiiii....",)


STYLED = "<i>Far away</i> and <u>long ago</u>\na <i>small</i> <i><u>house</u></i>"


@pytest.mark.parametrize("source", [CaptionFormat.SRT, CaptionFormat.WEB_VTT, CaptionFormat.DFXP])
def test_styles_of_other_formats_come_through_scc_and_back(source: CaptionFormat) -> None:
    first = file(converted(srt(STYLED), source).encode())
    again = file(converted(first, CaptionFormat.SCC).encode())
    twice = file(converted(again, CaptionFormat.SCC).encode())
    assert again.cues[0].lines == first.cues[0].lines == srt(STYLED).cues[0].lines == twice.cues[0].lines
    assert STYLED in converted(again, CaptionFormat.SRT)


def test_captions_laid_out_anew_keep_their_styles() -> None:
    text = f"{STYLED} stood by the <i>water</i> that never rose."
    scc_text = converted(srt(text), CaptionFormat.SCC, CaptionOptions(characters_per_caption_line=32))
    lines = [line for cue in file(scc_text.encode()).cues for line in cue.lines]
    slanted = [line.text[span.start : span.end] for line in lines for span in line.spans if span.style.italic]
    assert " ".join(slanted).split() == ["Far", "away", "small", "house", "water"]


WORDS = st.lists(
    st.tuples(
        st.text("abÀé♪—,.x", min_size=1, max_size=9),
        st.sampled_from([PLAIN, PLAIN, ITALIC, UNDERLINED, BOTH]),
    ),
    min_size=1,
    max_size=12,
)


@given(st.lists(WORDS, min_size=1, max_size=3))
def test_any_styled_words_are_read_back_with_their_styles(lines: list[list[tuple[str, Style]]]) -> None:
    texts = tuple(" ".join(text for text, _ in line) for line in lines)
    spans = tuple(_spans(line) for line in lines)
    captions = [Caption(lines=texts, start=5000, end=30_000, spans=spans)]
    made = scc.write(CaptionDocument(captions=captions))
    wanted = [word for line in lines for word in line]
    screens = decode(made)
    assert all(len(row) <= COLUMNS for screen in screens for row in screen.rows.values())
    found = [
        word
        for cue in file(made.encode()).cues
        for line in cue.lines
        for word in _words(line.text, line.spans)
    ]
    assert found == wanted


def _spans(line: list[tuple[str, Style]]) -> tuple[StyledSpan, ...]:
    styles: list[Style] = []
    for text, style in line:
        styles += [PLAIN] * bool(styles) + [style] * len(text)
    return spans_of(styles)


def _words(text: str, spans: tuple[StyledSpan, ...]) -> list[tuple[str, Style]]:
    found, place = [], 0
    for word in text.split(" "):
        style = next((span.style for span in spans if span.start <= place < span.end), PLAIN)
        found.append((word, style))
        place += len(word) + 1
    return found


def test_a_style_covers_whole_words_and_the_spaces_between_them() -> None:
    spans = (StyledSpan(start=1, end=5, style=ITALIC), StyledSpan(start=8, end=9, style=UNDERLINED))
    assert spans_by_word("abc de fghi", spans) == (StyledSpan(start=0, end=6, style=ITALIC),)


def test_the_check_counts_what_styles_add_to_a_load() -> None:
    """Each caption is loaded within the second before it, but not with a code before each of its words."""
    letters = "a b c d e f g h i j k l m n o p".split()
    plain = "\n\n".join(_quick(number, " ".join(letters)) for number in range(1, 6))
    styled = "\n\n".join(
        _quick(number, " ".join(f"<i>{letter}</i>" if letter in "acegikmo" else letter for letter in letters))
        for number in range(1, 6)
    )
    assert "bandwidth" not in check(file(plain.encode()), Preset.SCC).counts()
    assert "bandwidth" in check(file(styled.encode()), Preset.SCC).counts()


def _quick(number: int, text: str) -> str:
    return f"{number}\n00:00:0{number},000 --> 00:00:0{number + 1},000\n{text}\n"
