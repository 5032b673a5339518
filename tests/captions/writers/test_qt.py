from __future__ import annotations

from scribedock_captions.options import CaptionOptions
from scribedock_captions.rendering import CaptionFormat, render_captions
from scribedock_captions.writers import qt
from tests.captions.sample import say
from tests.captions.writers.documents import APART, document


def test_an_empty_sample_closes_a_gap_and_the_last_line_is_a_time() -> None:
    head, *lines = qt.write(APART).splitlines()
    assert head.startswith("{QTtext}") and head.endswith("{timeScale:1000}{timeStamps:absolute}")
    assert lines == [
        *("[00:00:00.000]", ""),
        *("[00:00:01.000]", "One."),
        *("[00:00:02.000]", "Two", "lines."),
        *("[00:00:03.000]", ""),
        *("[00:00:05.000]", "Three."),
        "[00:00:06.000]",
    ]


def test_a_film_that_begins_with_a_caption_has_no_empty_sample_before_it() -> None:
    assert qt.write(document(("Hi.", 0, 5))).splitlines()[1:] == ["[00:00:00.000]", "Hi.", "[00:00:00.005]"]


def test_text_is_written_neither_as_a_descriptor_nor_as_a_time() -> None:
    text = qt.write(document(("{font:Arial}|[00:00:09.000] [MUSIC] [12]", 0, 1)))
    assert text.splitlines()[2:4] == ["(font:Arial)", "(00:00:09.000) [MUSIC] (12)"]


def test_seamless_captions_have_no_gaps_in_qt_alone() -> None:
    apart = say("One.", "Two.", gap=3000)
    options = CaptionOptions(qt_seamless=True, minimum_gap_between_captions_ms=200)
    seamless = render_captions(apart, CaptionFormat.QT, options).body.decode()
    assert seamless.splitlines()[1:] == [
        *("[00:00:00.000]", "One."),
        *("[00:00:03.300]", "Two."),
        "[00:00:03.600]",
    ]
    assert "\n\n" in render_captions(apart, CaptionFormat.QT, CaptionOptions()).body.decode()
    srt = render_captions(apart, CaptionFormat.SRT, options).body.decode()
    assert "00:00:00,000 --> 00:00:00,300" in srt
