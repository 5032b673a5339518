"""Text that no space divides."""

from __future__ import annotations

from scribedock_captions.elementlist.model import ElementList, Segment, Sequence
from tests.captions.sample import mark, talk, token


def unspaced(*texts: str, language: str) -> ElementList:
    """One sequence whose tokens no space divides."""
    tokens = tuple(
        mark(each, (at + 1) * 300) if each in "、。" else token(each, at * 300, (at + 1) * 300)
        for at, each in enumerate(texts)
    )
    end = len(texts) * 300
    return talk(
        Segment(start_time=0, end_time=end, sequences=(Sequence(start_time=0, end_time=end, tokens=tokens),)),
        language=language,
    )


JAPANESE = unspaced("今日", "は", "、", "いい", "天気", "です", "。", language="ja")
