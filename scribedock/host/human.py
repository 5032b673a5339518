"""Sizes, ages and times as people read them."""

from __future__ import annotations

from datetime import datetime, timedelta

UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
MINUTE, HOUR, DAY = 60, 3600, 86_400
AGES = ((DAY, "d", HOUR, "h"), (HOUR, "h", MINUTE, "min"), (MINUTE, "min", 1, "s"))


def size(count: int) -> str:
    """Return a number of bytes with three digits at the most, as `1.2 GiB`."""
    value = float(count)
    for unit in UNITS:
        if value < 999.5 or unit == UNITS[-1]:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 99.95 else f"{value:.1f} {unit}"
        value /= 1024
    raise AssertionError("the last unit takes any size")


def age(length: timedelta) -> str:
    """Return a length of time in its two largest units, as `2 d 3 h`; never less than nothing."""
    seconds = max(0, int(length.total_seconds()))
    for unit, name, below, name_below in AGES:
        if seconds >= unit:
            rest = seconds % unit // below
            return f"{seconds // unit} {name}" + (f" {rest} {name_below}" if rest else "")
    return f"{seconds} s"


def short_age(length: timedelta) -> str:
    """Return a length of time in its largest unit, as `2 d`."""
    words = age(length).split()
    return " ".join(words[:2])


def duration(milliseconds: int) -> str:
    """Return the length of a recording, as `1:02:03`."""
    seconds = round(milliseconds / 1000)
    hours, rest = divmod(seconds, HOUR)
    return (
        f"{hours}:{rest // MINUTE:02}:{rest % MINUTE:02}" if hours else f"{rest // MINUTE}:{rest % MINUTE:02}"
    )


def moment(at: datetime) -> str:
    """Return a time to the second with its zone, as `2026-01-31 12:00:00 UTC`."""
    return f"{at:%Y-%m-%d %H:%M:%S %Z}"
