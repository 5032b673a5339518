"""A time in milliseconds as hours, minutes, seconds and milliseconds."""

from __future__ import annotations


def parts(milliseconds: int) -> tuple[int, int, int, int]:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return hour, minute, second, rest


def clock(milliseconds: int, point: str = ".") -> str:
    """HH:MM:SS.mmm; the hours have two digits at least."""
    hour, minute, second, rest = parts(milliseconds)
    return f"{hour:02}:{minute:02}:{second:02}{point}{rest:03}"
