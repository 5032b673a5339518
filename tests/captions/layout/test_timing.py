from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scribedock_captions.caption import Caption
from scribedock_captions.layout.timing import assign_times
from scribedock_captions.options import CaptionOptions


def timed(
    *spans: tuple[int, int], media_end: int = 100_000, seamless: bool = False, **options: Any
) -> list[tuple[int, int]]:
    captions = [Caption(lines=("x",), start=start, end=end) for start, end in spans]
    chosen = CaptionOptions(**options)
    return [
        (each.start, each.end)
        for each in assign_times(captions, chosen, media_end=media_end, seamless=seamless)
    ]


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[tuple[int, int]], int, dict[str, Any], bool]:
    """Ordered spans that may touch, overlap or be empty; a media end that may lie before them."""
    spans: list[tuple[int, int]] = []
    start = end = 0
    for _ in range(draw(st.integers(1, 25))):
        start = max(start, end + draw(st.sampled_from([-200, 0, 0, 0, 60, 900, 5000])))
        end = max(end, start + draw(st.sampled_from([0, 1, 40, 700, 4000])))
        spans.append((start, end))
    shortest, longest = draw(
        st.sampled_from([(None, None), (1000, None), (None, 800), (800, 3000), (5000, 5000)])
    )
    options = {
        "minimum_caption_length_ms": shortest,
        "maximum_caption_duration": longest,
        "merge_gap_interval": draw(st.sampled_from([0, 1000, 10_000])),
        "minimum_gap_between_captions_ms": draw(st.sampled_from([None, 0, 80, 3000])),
    }
    return spans, draw(st.sampled_from([0, 10, end, end + 1, end + 60_000])), options, draw(st.booleans())


@settings(max_examples=500)
@given(cases())
def test_captions_are_visible_apart_and_inside_the_media(
    case: tuple[list[tuple[int, int]], int, dict[str, Any], bool],
) -> None:
    spans, media_end, options, seamless = case
    result = timed(*spans, media_end=media_end, seamless=seamless, **options)
    assert len(result) == len(spans)
    assert all(start < end for start, end in result)
    assert all(before[1] <= after[0] for before, after in pairwise(result))
    assert result[0][0] >= 0
    assert result[-1][1] <= max(media_end, len(spans))  # each of them needs its millisecond
    longest = options["maximum_caption_duration"]
    if longest is not None and not seamless:
        assert all(end - start <= longest for start, end in result)


def test_seamless_captions_have_no_gap() -> None:
    assert timed((0, 100), (9000, 9100), seamless=True) == [(0, 9000), (9000, 9100)]


def test_an_empty_list_of_captions_stays_empty() -> None:
    assert timed() == []


@pytest.mark.parametrize(
    ("spans", "options", "expected"),
    [
        ([(0, 500), (600, 900)], {}, [(0, 600), (600, 900)]),
        ([(0, 500), (600, 900)], {"merge_gap_interval": 100}, [(0, 500), (600, 900)]),
        ([(0, 500), (600, 900)], {"merge_gap_interval": 101}, [(0, 600), (600, 900)]),
        # lengthened first, so that the gap which is left is below the interval and closed
        (
            [(0, 500), (2000, 2500)],
            {"minimum_caption_length_ms": 1200},
            [(0, 2000), (2000, 3200)],
        ),
        # closed first, then trimmed: the maximum wins over the merged gap
        ([(0, 500), (1400, 1900)], {"maximum_caption_duration": 700}, [(0, 700), (1400, 1900)]),
        # trimmed first, so that the minimum gap has nothing to open
        (
            [(0, 900), (900, 1800)],
            {"maximum_caption_duration": 500, "minimum_gap_between_captions_ms": 300},
            [(0, 500), (900, 1400)],
        ),
        # the cost of a minimum length goes on to the captions after the next
        (
            [(0, 100), (100, 200), (200, 300), (5000, 5600)],
            {"minimum_caption_length_ms": 1000, "merge_gap_interval": 0},
            [(0, 1000), (1000, 2000), (2000, 3000), (5000, 6000)],
        ),
    ],
)
def test_the_passes_run_in_their_order(
    spans: list[tuple[int, int]], options: dict[str, Any], expected: list[tuple[int, int]]
) -> None:
    assert timed(*spans, **options) == expected


def test_captions_of_no_time_at_the_very_end_get_a_millisecond_each() -> None:
    assert timed((1000, 1000), (1000, 1000), (1000, 1000), media_end=1000) == [
        (997, 998),
        (998, 999),
        (999, 1000),
    ]
