"""A time in milliseconds as hours, minutes, seconds and milliseconds."""

from __future__ import annotations


def parts(milliseconds: int) -> tuple[int, int, int, int]:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return hour, minute, second, rest


# A % pattern takes two thirds of the time of an f-string, and every writer comes by here twice a caption.


def clock(milliseconds: int) -> str:
    """HH:MM:SS.mmm; the hours have two digits at least."""
    return "%02d:%02d:%02d.%03d" % parts(milliseconds)  # noqa: UP031


def short_clock(milliseconds: int) -> str:
    """H:MM:SS.mmm."""
    return "%d:%02d:%02d.%03d" % parts(milliseconds)  # noqa: UP031
