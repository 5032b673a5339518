from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock_captions.errors import UnusableOption
from scribedock_captions.srt_template import DEFAULT_SRT_FORMAT, FIELDS, SrtTemplate

VALUES = (7, 1, 2, 3, 4, 11, 22, 33, 444)
"""The number of the caption; hours, minutes, seconds and milliseconds of its start, and of its end."""


def filled(template: str, text: str = "Hello") -> str:
    return SrtTemplate(template).fill((*VALUES, text))


def test_the_default_is_an_srt_block() -> None:
    assert filled(DEFAULT_SRT_FORMAT) == "7\n01:02:03,004 --> 11:22:33,444\nHello\n\n"


def test_the_arrow_of_the_documented_default_gets_its_space() -> None:
    documented = DEFAULT_SRT_FORMAT.replace("--> {", "-->{")
    assert documented != DEFAULT_SRT_FORMAT
    assert filled(documented) == filled(DEFAULT_SRT_FORMAT)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{caption_number}", "7"),
        ("{caption_number:d}", "7"),
        ("{caption_number:03d}", "007"),
        ("{start_hour:09d}", "000000001"),
        ("{end_millisecond:02d}", "444"),
        ("{caption_text}\\n|\n", "Hello\n|\n"),
        ("100% of $1 %s %(caption_text)s %%", "100% of $1 %s %(caption_text)s %%"),
        ("{start_minute:02d}%{caption_text}%d", "02%Hello%d"),
        ("", ""),
    ],
)
def test_fields_are_filled_in(template: str, expected: str) -> None:
    assert filled(template) == expected


def test_text_that_looks_like_a_field_stays_text() -> None:
    assert filled("{caption_text}", "{caption_number} %s %(x)s") == "{caption_number} %s %(x)s"


@pytest.mark.parametrize(
    "template",
    [
        "{caption_text.__class__}",
        "{caption_text.__class__.__init__.__globals__}",
        "{caption_number:0200000000d}",
        "{caption_number:>99999999}",
        "{caption_number!r}",
        "{0}",
        "{}",
        "{{caption_number}}",
        "{caption_number",
        "caption_number}",
        "{start_hour:00d}",
        "{start_hour:010d}",
        "{start_hour:2d}",
        "{ caption_number }",
        "{caption_number}{",
    ],
)
def test_a_template_of_any_other_form_is_refused(template: str) -> None:
    with pytest.raises(UnusableOption, match=r"^srt_format: cannot read '.*'; a field is \{name\}"):
        SrtTemplate(template)


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnusableOption) as refused:
        SrtTemplate("{caption_numbr}")
    assert "{caption_numbr} is unknown" in str(refused.value)
    assert all(name in str(refused.value) for name in FIELDS)


@given(st.text(alphabet="{}:0d9_acdehiklmnoprstu.\\n!", max_size=40))
def test_no_template_makes_more_than_its_fields_allow(template: str) -> None:
    try:
        result = filled(template)
    except UnusableOption:
        return
    assert len(result) <= 10 * len(template) + 10
