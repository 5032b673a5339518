from __future__ import annotations

from scribedock_captions.writers import sbv
from tests.captions.writers.documents import APART, document


def test_a_caption_consists_of_its_times_its_lines_and_an_empty_line() -> None:
    assert sbv.write(APART) == (
        "0:00:01.000,0:00:02.000\nOne.\n\n"
        "0:00:02.000,0:00:03.000\nTwo\nlines.\n\n"
        "0:00:05.000,0:00:06.000\nThree.\n\n"
    )


def test_a_line_of_text_that_looks_like_times_is_written_so_that_it_stays_text() -> None:
    hostile = document(("At|0:00:01.000,0:00:02.000|he said", 0, 900), ("0:00:01.000,0:00:02.000", 900, 999))
    assert sbv.write(hostile) == (
        "0:00:00.000,0:00:00.900\nAt\n0:00:01.000, 0:00:02.000\nhe said\n\n"
        "0:00:00.900,0:00:00.999\n0:00:01.000, 0:00:02.000\n\n"
    )


def test_times_inside_a_line_stay_as_they_are() -> None:
    assert "from 0:00:01.000,0:00:02.000 on\n" in sbv.write(
        document(("from 0:00:01.000,0:00:02.000 on", 0, 1))
    )
