"""A time in milliseconds as hours, minutes, seconds and milliseconds."""

from __future__ import annotations


def parts(milliseconds: int) -> tuple[int, int, int, int]:
    """Split a time in ms into hours, minutes, seconds and milliseconds."""
    seconds, rest = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return hour, minute, second, rest


# A % pattern takes two thirds of the time of an f-string, and every writer comes by here twice a caption.


def clock(milliseconds: int) -> str:
    """Format a time in ms as HH:MM:SS.mmm; the hours have at least two digits."""
    return "%02d:%02d:%02d.%03d" % parts(milliseconds)  # noqa: UP031


def short_clock(milliseconds: int) -> str:
    """Format a time in ms as H:MM:SS.mmm."""
    return "%d:%02d:%02d.%03d" % parts(milliseconds)  # noqa: UP031
