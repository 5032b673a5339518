"""Sizes, ages and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from scribedock.host.human import age, duration, moment, short_age, size


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 KiB"),
        (1024, "1.0 KiB"),
        (102_400, "100 KiB"),
        (1_047_552, "1.0 MiB"),
        (10 * 1024**3, "10.0 GiB"),
        (5000 * 1024**5, "5000 PiB"),
    ],
)
def test_a_size_has_three_digits_and_a_unit(count: int, shown: str) -> None:
    assert size(count) == shown


@pytest.mark.parametrize(
    ("seconds", "shown", "shortly"),
    [
        (-5, "0 s", "0 s"),
        (0.9, "0 s", "0 s"),
        (59, "59 s", "59 s"),
        (60, "1 min", "1 min"),
        (61, "1 min 1 s", "1 min"),
        (3599, "59 min 59 s", "59 min"),
        (3600, "1 h", "1 h"),
        (86_400, "1 d", "1 d"),
        (183_600, "2 d 3 h", "2 d"),
    ],
)
def test_an_age_has_its_two_largest_units(seconds: float, shown: str, shortly: str) -> None:
    assert age(timedelta(seconds=seconds)) == shown
    assert short_age(timedelta(seconds=seconds)) == shortly


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [(0, "0:00"), (59_600, "1:00"), (3_723_000, "1:02:03"), (360_000_000, "100:00:00")],
)
def test_the_length_of_a_recording_is_shown_as_players_do(milliseconds: int, shown: str) -> None:
    assert duration(milliseconds) == shown


def test_a_moment_names_its_zone() -> None:
    assert moment(datetime(2026, 1, 31, 12, tzinfo=UTC)) == "2026-01-31 12:00:00 UTC"
    assert moment(datetime(2026, 1, 31, 12, tzinfo=timezone(timedelta(hours=2)))) == (
        "2026-01-31 12:00:00 UTC+02:00"
    )
