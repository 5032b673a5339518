"""Rules about when captions are shown."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise

from scribedock_captions.caption import Caption
from scribedock_captions.quality.finding import Finding, Material, Severity
from scribedock_captions.text.graphemes import width
from scribedock_captions.writers.scc.scc import loading_bytes

MIN_VISIBLE_MS = 500
SHOT_MARGIN_S = 0.5  # a caption that begins or ends nearer to a shot change should begin or end on it
FRAMES_BEFORE_SHOT = 2


def speed(caption: Caption) -> float:
    """Return the characters that are to be read in a second; spaces count, the ends of lines do not."""
    return sum(width(line) for line in caption.lines) * 1000 / max(caption.end - caption.start, 1)


def check(material: Material) -> Iterator[Finding]:
    """Find captions that are too short, too long, too fast, too close, or off a shot change."""
    for index, caption in enumerate(material.captions):
        yield from _alone(material, index, caption)
    for index, (before, after) in enumerate(pairwise(material.captions), start=1):
        yield from _between(material, index, before, after)
    if material.shots:
        yield from _shots(material)
    if material.standard.narrow_channel:
        yield from _bandwidth(material)


def _alone(material: Material, index: int, caption: Caption) -> Iterator[Finding]:
    standard = material.standard
    shown = caption.end - caption.start
    if shown < MIN_VISIBLE_MS:
        yield material.finding(
            "flash", index, f"is visible for {shown} ms only; {MIN_VISIBLE_MS} ms at the least"
        )
    elif shown < standard.shortest:
        message = f"lasts {shown} ms; at least {standard.shortest} ms"
        yield material.finding("too-short", index, message)
    if shown > standard.longest:
        yield material.finding("too-long", index, f"lasts {shown} ms; at most {standard.longest} ms")
    found = speed(caption)
    if found > standard.speed:
        message = f"needs {found:.1f} characters a second; at most {standard.speed:g}"
        yield material.finding("reading-speed", index, message)


def _between(material: Material, index: int, before: Caption, after: Caption) -> Iterator[Finding]:
    standard = material.standard
    gap = after.start - before.end
    if after.start < before.start:
        yield material.finding("order", index, f"begins {before.start - after.start} ms before the last one")
    elif gap < 0:
        yield material.finding("overlap", index, f"begins {-gap} ms before the last one has ended")
    elif gap < standard.gap:
        message = f"begins {gap} ms after the last one; leave {standard.gap} ms"
        yield material.finding("gap", index, message)
    elif standard.gap + standard.frames(0.5) < gap < standard.bridge:
        message = (
            f"a gap of {gap} ms comes before it; close it to {standard.gap} ms, or leave {standard.bridge} ms"
        )
        yield material.finding("bridge", index, message, severity=Severity.ADVICE)


def _shots(material: Material) -> Iterator[Finding]:
    standard, shots = material.standard, material.shots
    half, frame = SHOT_MARGIN_S * 1000, standard.frames(1)
    for index, caption in enumerate(material.captions):
        nearest = _nearest(shots, caption.start)
        off = caption.start - nearest
        if frame / 2 < abs(off) < half - frame / 2:
            side = "after" if off > 0 else "before"
            message = f"begins {abs(off)} ms {side} the shot change at {nearest} ms; begin on it"
            yield material.finding("shot-start", index, message, severity=Severity.ADVICE)
        nearest = _nearest(shots, caption.end)
        right = nearest - standard.frames(FRAMES_BEFORE_SHOT)
        if abs(caption.end - nearest) < half - frame / 2 and abs(caption.end - right) > frame / 2:
            message = (
                f"ends near the shot change at {nearest} ms; end two frames before it, at {right:.0f} ms"
            )
            yield material.finding("shot-end", index, message, severity=Severity.ADVICE)


def _nearest(times: tuple[int, ...], time: int) -> int:
    place = bisect_left(times, time)
    return min(times[max(place - 1, 0) : place + 1], key=lambda each: abs(each - time))


def _bandwidth(material: Material) -> Iterator[Finding]:
    """Find captions that CEA-608 shows late: it sends two bytes a frame, and loads before it shows."""
    standard = material.standard
    free = 0.0  # ms, when the channel is free
    for index, caption in enumerate(material.captions):
        size = loading_bytes(caption)
        shown = max(float(caption.start), free + standard.frames(size / 2))
        late = shown - caption.start
        if late > standard.frames(1):
            message = (
                f"takes {size} bytes, and is shown {late:.0f} ms late; make it shorter, or those before it"
            )
            yield material.finding("bandwidth", index, message)
        free = shown
