"""SMPTE time code at 30000/1001 frames a second."""

from __future__ import annotations

FRAMES_PER_MINUTE = 1798  # of drop-frame numbering, but each tenth minute has two more
FRAMES_PER_TEN_MINUTES = 17982
DAY_FRAMES = 144 * FRAMES_PER_TEN_MINUTES
DAY_MS = 24 * 3600 * 1000  # time code restarts after 24 hours


def frame_of(milliseconds: int) -> int:
    """Return the nearest frame to a time in ms, at 30000/1001 frames a second."""
    return (milliseconds * 60 + 1001) // 2002


def time_code(frame: int) -> str:
    """Format a frame as SMPTE drop-frame: two numbers are left out each minute, except each tenth."""
    tens, rest = divmod(frame, FRAMES_PER_TEN_MINUTES)
    number = frame + 18 * tens + 2 * (max(rest - 2, 0) // FRAMES_PER_MINUTE)
    seconds, frames = divmod(number, 30)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return "%02d:%02d:%02d;%02d" % (hour, minute, second, frames)  # noqa: UP031


def frame_at(hour: int, minute: int, second: int, frame: int, *, drop: bool) -> int:
    """Return the number of a frame by its time code, from 0; `drop`: numbers are left out."""
    minutes = hour * 60 + minute
    number = (minutes * 60 + second) * 30 + frame
    return number - 2 * (minutes - minutes // 10) if drop else number


def milliseconds_of(frame: int) -> int:
    """Return when a frame begins, in ms."""
    return (frame * 1001 + 15) // 30
