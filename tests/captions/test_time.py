"""The time that hostile files take grows with their size, and no faster."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import pytest

from scribedock_captions.conversion.captions import captions_of_cues, separated
from scribedock_captions.conversion.elementlist import elementlist_of
from scribedock_captions.errors import UnreadableFile
from scribedock_captions.readers import read
from scribedock_captions.text.intelligence import annotated
from tests.captions.sample import say

DFXP = '<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s" end="2s">{}</p></div></body></tt>'
VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\n{}"
TEXTS: Mapping[str, Callable[[int], str]] = {
    "entities in DFXP": lambda size: DFXP.format("&amp;" * (size // 5)),
    "spans in DFXP": lambda size: DFXP.format("<span>a</span>" * (size // 20)),
    "breaks in DFXP": lambda size: DFXP.format("<br/>" * (size // 10)),
    "tags in VTT": lambda size: VTT.format("a<b>" * (size // 4)),
    "voices in VTT": lambda size: VTT.format("<v a>b" * (size // 6)),
    "overlapping captions": lambda size: "".join(
        f"00:{n // 60 % 60:02}:{n % 60:02},0 --> 09:00:00,0\nA b.\n\n" for n in range(size // 35)
    ),
    "writing without spaces": lambda size: "これは字幕です。" * (size // 64),
    "open brackets": lambda size: "[" * (size // 16),
    "speakers": lambda size: "\n\n".join(f">> N{number}: x." for number in range(size // 64)),
}


def processor_time(work: Callable[[], object]) -> float:
    """The lesser of two, in seconds."""
    found = []
    for _ in range(2):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


def imported(text: str) -> None:
    try:
        file = read(text.encode())
        elementlist_of(file)
        separated(captions_of_cues(file))
    except UnreadableFile:
        return


@pytest.mark.parametrize("name", TEXTS)
def test_a_transcript_four_times_as_long_takes_about_four_times_as_long(name: str) -> None:
    small, large = (TEXTS[name](size) for size in (40_000, 160_000))
    assert processor_time(lambda: imported(large)) < 10 * processor_time(lambda: imported(small))


def test_keywords_of_one_word_said_again_and_again_take_as_long_as_others() -> None:
    small, large = (say(*[" ".join(["word"] * 20) + "."] * count) for count in (100, 400))
    assert processor_time(lambda: annotated(large)) < 10 * processor_time(lambda: annotated(small))
