from __future__ import annotations

from scribedock_captions.caption import Caption
from scribedock_captions.elementlist.model import ElementList, Segment, Sequence, Tag, Token, TokenType
from scribedock_captions.quality.check import check
from scribedock_captions.quality.finding import Severity
from scribedock_captions.quality.standard import STANDARDS


def listed(*names: str) -> ElementList:
    segments = []
    for number, name in enumerate(names):
        start, end = number * 2000, number * 2000 + 1500
        token = Token(
            type=TokenType.SOUND,
            value=name.lower(),
            display_as=name,
            start_time=start,
            end_time=end,
            tags=frozenset({Tag.UNKNOWN}),
        )
        sequence = Sequence(start_time=start, end_time=end, tokens=(token,))
        segments.append(Segment(start_time=start, end_time=end, sequences=(sequence,)))
    return ElementList(start_time=0, end_time=60_000, language="en", segments=tuple(segments))


def caption(*lines: str) -> Caption:
    return Caption(start=0, end=2000, lines=lines)


def unnamed(captions: list[Caption], elementlist: ElementList | None = None) -> list[tuple[int, int, int]]:
    report = check(captions, STANDARDS["netflix"], elementlist=elementlist)
    found = [each for each in report.findings if each.rule == "unnamed-sound"]
    assert {each.severity for each in found} <= {Severity.ADVICE}
    return [(each.caption, each.start, each.end) for each in found]


def test_sounds_of_the_list_that_nobody_has_named_are_listed() -> None:
    assert unnamed([], listed("[sound]", "[door slams]", "[Sound]")) == [(0, 0, 1500), (0, 4000, 5500)]


def test_without_a_list_those_that_captions_show_are() -> None:
    assert unnamed([caption("[door slams]"), caption("Listen.", "[sound]")]) == [(2, 0, 2000)]


def test_a_word_is_no_sound() -> None:
    assert unnamed([caption("the sound of music")]) == []
