"""Time expressions of TTML, in milliseconds.

Source: W3C, Timed Text Markup Language 1 (TTML1), §10.3.1 time value expressions, §6.2 parameters.  Files
have others, too: an hour of one digit, no hour, a comma for the point, seconds without a unit, units in
capitals or spelled out.  What they mean is plain, so that they are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

COLON = r"\s?[:：]\s?"
CLOCK = re.compile(
    rf"([-−+])?(?:(\d{{1,9}}){COLON})?(\d{{1,9}}){COLON}(\d{{1,9}})"
    r"(?:[.,](\d{0,30})s?|[:;](\d{1,9})(?:\.(\d{1,9}))?)?"
)
DOTTED = re.compile(r"(\d{1,3})\.(\d{1,2})\.(\d{1,2})(?=[.,]\d)")
OFFSET = re.compile(r"([-−+])?(\d{1,18}(?:[.,]\d{0,30})?|[.,]\d{1,30})\s?([A-Za-z]{0,12})")
UNITS = {
    spelled: unit
    for unit, spellings in {
        "h": "h hr hrs hour hours",
        "m": "m min mins minute minutes",
        "s": "s sec secs second seconds",
        "ms": "ms msec msecs millisecond milliseconds",
        "f": "f frame frames",
        "t": "t tick ticks",
    }.items()
    for spelled in spellings.split()
}
MILLISECOND_DIGITS = 3  # after a colon; no number of a frame has so many
MULTIPLIER = re.compile(r"(\d{1,9})[\s:](\d{1,9})")
MAX_RATE = 10**12  # of any rate
NO_FRAME_RATE = "times have frames, and there is no frameRate: 30 a second are assumed"
DROPPED_FRAMES = {"dropNTSC": 2, "dropPAL": 4}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """The parameters of a document that its times depend on."""

    frame: Fraction = Fraction(30)  # frames a second
    nominal: int = 30  # frames that are counted in a second
    sub_frame: int = 1
    tick: Fraction = Fraction(1)
    smpte: bool = False  # a clock counts frames, so that it runs slow where they take longer
    dropped: int = 0  # frame numbers that are left out each minute
    counts_frames: bool = False  # the document says how many frames a second has
    counts_ticks: bool = False  # it says how many ticks a second has, or how many frames

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str]) -> Rates:
        """Read the attributes of tt in the namespace of parameters; unreadable ones have their defaults."""
        nominal = _number(parameters.get("frameRate"), 30)
        multiplier = MULTIPLIER.fullmatch(parameters.get("frameRateMultiplier", "").strip())
        frame = Fraction(nominal)
        if multiplier and int(multiplier[1]) and int(multiplier[2]):
            frame *= Fraction(int(multiplier[1]), int(multiplier[2]))
        sub_frame = _number(parameters.get("subFrameRate"), 1)
        implied = frame * sub_frame if "frameRate" in parameters else Fraction(1)
        tick = _number(parameters.get("tickRate"), 0)
        smpte = parameters.get("timeBase") == "smpte"
        return cls(
            frame=frame,
            nominal=nominal,
            sub_frame=sub_frame,
            tick=Fraction(tick) if tick else implied,
            smpte=smpte,
            dropped=DROPPED_FRAMES.get(parameters.get("dropMode", ""), 0) if smpte else 0,
            counts_frames="frameRate" in parameters,
            counts_ticks=bool(tick) or "frameRate" in parameters,
        )

    def milliseconds(self, expression: str | None) -> int | None:
        """Convert a time expression to ms; return None for what is not one."""
        text = DOTTED.sub(r"\1:\2:\3", (expression or "").strip())
        if clock := CLOCK.fullmatch(text):
            return self._clock(clock)
        if (offset := OFFSET.fullmatch(text)) and (unit := UNITS.get(offset[3].lower() or "s")):
            value = Fraction("0" + offset[2].replace(",", "."))
            seconds = {
                "h": value * 3600,
                "m": value * 60,
                "s": value,
                "ms": value / 1000,
                "f": value / self.frame,
                "t": value / self.tick,
            }[unit]
            return round(seconds * 1000) * (-1 if _is_negative(offset[1]) else 1)
        return None

    def doubt(self, expression: str) -> str:
        """Return what had to be assumed to read a time expression; empty if nothing."""
        text = expression.strip()
        if offset := OFFSET.fullmatch(text):
            unit = UNITS.get(offset[3].lower())
            if not offset[3] and offset[2].isdecimal() and int(offset[2]):
                return "times have no unit, and are read as seconds"
            if unit == "t" and not self.counts_ticks:
                return "times are in ticks, and there is no tickRate: a tick is read as a second"
            if unit == "f" and not self.counts_frames:
                return NO_FRAME_RATE
        elif (clock := CLOCK.fullmatch(text)) and clock[6]:
            if len(clock[6]) >= MILLISECOND_DIGITS:
                return "three digits after the last colon of a time are read as milliseconds"
            if not self.counts_frames:
                return NO_FRAME_RATE
            if int(clock[6]) >= self.nominal:
                return f"a time has frame {clock[6]}, and a second has {self.nominal}"
        return ""

    def _clock(self, clock: re.Match[str]) -> int:
        sign, hours, minutes, seconds, fraction, frames, parts = clock.groups()
        minute = int(hours or 0) * 60 + int(minutes)
        whole = minute * 60 + int(seconds)
        if frames is None or len(frames) >= MILLISECOND_DIGITS:
            found = round((whole + Fraction(f"0.{fraction or frames or 0}")) * 1000)
        else:
            count = int(frames) + (Fraction(int(parts), self.sub_frame) if parts else 0)
            if self.smpte:
                numbered = whole * self.nominal + count - self.dropped * (minute - minute // 10)
                found = round(numbered / self.frame * 1000)
            else:
                found = round((whole + count / self.frame) * 1000)
        return -found if _is_negative(sign) else found


def _is_negative(sign: str | None) -> bool:
    return sign in ("-", "−")


def _number(text: str | None, default: int) -> int:
    if text is None or not re.fullmatch(r"\s*[0-9]{1,15}\s*", text):
        return default
    return min(int(text), MAX_RATE) or default
