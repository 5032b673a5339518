"""SCC: two third-party readers, and a decoder of ours that counts frames, read back every word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycaption import SCCReader
from pycaption.base import CaptionNode
from ttconv.model import Br, P, Text
from ttconv.scc.reader import to_model
from ttconv.style_properties import FontStyleType, StyleProperties

from scribedock_captions import lay_out, render
from scribedock_captions.readers import srt
from scribedock_captions.writers import CaptionFormat
from scribedock_captions.writers.scc import scc
from scribedock_captions.writers.scc.transliteration import transliterated
from tests.captions.writers.decoder import decode, milliseconds
from tests.captions.writers.documents import document
from tests.captions.writers.timed_texts import timed_texts
from tests.judges.cases import CASES, chosen, expected, named, written

pytestmark = pytest.mark.judges

Read = list[tuple[float, float | None, str]]
"""Start and end in ms, and the words, for each caption."""

SAME = str.maketrans(
    {"’": "'", "━": "—", "ʌ": "^", "┃": "|", "¦": "|", "┏": "┌", "┓": "┐", "┗": "└", "┛": "┘", "\u00a0": " "}
)
"""Characters of CEA-608 that Unicode has several of; the readers choose differently."""
DRIFT_MS = 200
"""pycaption takes drop-frame numbers for thirtieths of seconds, and leaves out none within a line."""


def plain(text: str) -> str:
    return " ".join(text.translate(SAME).split())


def by_pycaption(text: str) -> Read:
    if text.count("\n") < 3:  # it refuses a file without captions
        return []
    captions = SCCReader().read(text).get_captions("en-US")
    return [(each.start / 1000, each.end / 1000, plain(each.get_text())) for each in captions]


def by_ttconv(text: str) -> Read:
    found: Read = []
    body = to_model(text).get_body()
    for paragraph in body.dfs_iterator() if body is not None else ():
        if isinstance(paragraph, P):
            pieces = [
                " " if isinstance(each, Br) else each.get_text() if isinstance(each, Text) else ""
                for each in paragraph.dfs_iterator()
            ]
            begin, end = paragraph.get_begin(), paragraph.get_end()
            found.append(
                (float(begin or 0) * 1000, None if end is None else float(end) * 1000, plain("".join(pieces)))
            )
    return found


def by_us(text: str) -> Read:
    return [
        (milliseconds(each.start), None if each.end is None else milliseconds(each.end), plain(each.text))
        for each in decode(text)
    ]


READERS = {"pycaption": (by_pycaption, DRIFT_MS), "ttconv": (by_ttconv, 1)}


def agrees(found: Read, wanted: Read, tolerance: float) -> None:
    assert [text for _, _, text in found] == [text for _, _, text in wanted]
    for (start, end, text), (begin, stop, _) in zip(found, wanted, strict=True):
        assert abs(start - begin) <= tolerance, text
        assert stop is None or end is None or abs(end - stop) <= tolerance, text


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("name", "options"), CASES)
def test_every_word_is_read_back_at_its_time(name: str, options: dict[str, Any], reader: str) -> None:
    source, given = named(name), chosen(options)
    text = written(source, CaptionFormat.SCC, given).decode("ascii").replace("\r\n", "\n")
    wanted = [plain(transliterated(each)) for _, _, each in expected(source, CaptionFormat.SCC, given)]
    assert " ".join(each for _, _, each in by_us(text)).split() == " ".join(wanted).split()
    read, tolerance = READERS[reader]
    agrees(read(text), by_us(text), tolerance)


@settings(max_examples=300, deadline=None)
@given(timed_texts())
def test_any_text_at_any_time_is_read_back(captions: list[tuple[str, int, int]]) -> None:
    text = scc.write(document(*captions))
    for read, tolerance in READERS.values():
        agrees(read(text), by_us(text), tolerance)


STYLED = """1
00:00:10,000 --> 00:00:14,000
<i>Far away,</i>
in a <i>small</i> house

2
00:00:14,000 --> 00:00:18,000
he read <i>Emma</i> and <u>more</u> to
<i>all of the people, and to Noël.</i>
"""


def test_italics_are_read_back_by_others() -> None:
    source = srt.read(STYLED)
    text = render(lay_out(source, format=CaptionFormat.SCC, anew=False), CaptionFormat.SCC).body.decode()
    wanted = ["Far away,", "small", "Emma", "all of the people, and to Noël."]
    assert list(_italics_by_pycaption(text)) == list(_italics_by_ttconv(text)) == wanted


def _italics_by_pycaption(text: str) -> Iterator[str]:
    for caption in SCCReader().read(text).get_captions("en-US"):
        slanted = False
        for node in caption.nodes:
            if node.type_ == CaptionNode.STYLE:
                slanted = bool(node.start)
            elif node.type_ == CaptionNode.TEXT and slanted:
                yield plain(node.content)


def _italics_by_ttconv(text: str) -> Iterator[str]:
    body = to_model(text).get_body()
    for each in body.dfs_iterator() if body is not None else ():
        if isinstance(each, Text):
            span = each.parent()
            if span is not None and span.get_style(StyleProperties.FontStyle) is FontStyleType.italic:
                yield plain(each.get_text())


LETTERS = st.text(
    alphabet="aeiou ñÑáÁàÀâÂäÄãÃåÅçÇéÉèÈêÊëËíÍìÌîÎïÏóÓòÒôÔöÖõÕøØúÚùÙûÛüÜß¿¡«»“”‘♪—", min_size=1, max_size=32
)


@settings(max_examples=300, deadline=None)
@given(st.lists(LETTERS.filter(str.strip), min_size=1, max_size=4))
def test_every_accent_is_read_back(lines: list[str]) -> None:
    text = scc.write(document(("|".join(lines), 10_000, 20_000)))
    for read, _ in READERS.values():
        assert [each for _, _, each in read(text)] == [plain(" ".join(lines))]


def test_the_readers_notice_a_word_that_is_lost() -> None:
    text = scc.write(document(("One two", 10_000, 20_000)))
    broken = text.replace("f4f7", "8080")
    assert broken != text
    for read, _ in READERS.values():
        assert [each for _, _, each in read(broken)] != ["One two"]
