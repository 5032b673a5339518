"""Which channels of a recording are transcribed, and how much they are amplified.

Source: our own rules. Most recordings are left as they are: FFmpeg's mix of all channels, at the level that
they have.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from scribedock.media.audio import Levels

QUIET_PEAK = 0.1
"""Below this peak (-20 dB) speech loses words: the voice activity detector expects louder speech."""
WANTED_PEAK = 0.4
"""The peak of amplified sound (-8 dB), so that what is louder for a moment is not clipped."""
MAX_GAIN = 1e5  # 100 dB: more than 16 bits can hold
NOTICED_GAIN_DB = 20

MIN_AUDIBLE_PEAK = 1e-3
"""The share of the energy of the loudest channel below which (-30 dB) a channel is dead, and does not harm
the mix."""
MIN_CORRELATION = 0.6
"""From this correlation on, two channels have the same sound; their mix has all of it."""
MAX_OPPOSITE_CORRELATION = -0.5
"""Below this correlation, channels cancel much of each other when they are mixed."""
MAX_CHANNELS = 8

MAX_SPEECHLESS_SHARE = 0.05
"""A channel with a smaller share of the most speech in any channel has no speaker."""
MIN_SPEECH_SHARE = 0.8
"""The mix, or a cleaner channel, is taken if it has this share of the most speech in any."""

STEREO = ("left", "right")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


@dataclass(frozen=True, kw_only=True)
class ChosenChannel:
    """The channel to transcribe."""

    # The number of the only channel to take; None: all are mixed.
    channel: int | None = None
    # The notice about it for `info`.
    notice: str = ""


def gain(levels: Levels) -> float:
    """Return the factor of amplification, one for the whole recording."""
    if 0 < levels.peak < QUIET_PEAK:
        return min(WANTED_PEAK / levels.peak, MAX_GAIN)
    return 1 / levels.peak if levels.peak > 1 else 1.0


def gain_notice(factor: float) -> str:
    decibels = 20 * math.log10(factor)
    if decibels < NOTICED_GAIN_DB:
        return ""
    return f"The recording is quiet: it was amplified by {decibels:.0f} dB before it was transcribed."


def candidate_channels(levels: Levels) -> list[int]:
    """Return the channels to examine beside their mix; none where the mix is surely right."""
    loudest = max(levels.energy, default=0)
    audible = [
        number
        for number, energy in enumerate(levels.energy[:MAX_CHANNELS])
        if energy > MIN_AUDIBLE_PEAK * loudest
    ]
    if len(audible) < 2:
        return []
    if len(levels.energy) == 2:
        return audible if levels.correlation[0][1] < MIN_CORRELATION else []
    opposed = [
        number
        for number in audible
        if any(levels.correlation[number][other] < MAX_OPPOSITE_CORRELATION for other in audible)
    ]
    centre = [levels.centre] if levels.centre in audible else []
    return sorted({*centre, *opposed})


def choose_channel(levels: Levels, speech_ms: Mapping[int | None, int]) -> ChosenChannel:
    """Return what to transcribe, by the milliseconds of speech in each candidate; None is the mix."""
    channels = {number: speech for number, speech in speech_ms.items() if number is not None}
    most = max(speech_ms.values(), default=0)
    if not most or not channels:
        return ChosenChannel()
    best = max(channels, key=lambda number: (channels[number], levels.energy[number]))
    mixed = speech_ms.get(None, 0)
    if len(levels.energy) == 2 and len(channels) == 2:
        other = 1 - best
        if channels[other] < MAX_SPEECHLESS_SHARE * most and channels[best] >= MIN_SPEECH_SHARE * most:
            notice = (
                f"Nobody speaks in the {STEREO[other]} channel: the {STEREO[best]} one was transcribed alone."
            )
            return ChosenChannel(channel=best, notice=notice)
    elif levels.centre in channels and channels[levels.centre] >= MIN_SPEECH_SHARE * most:
        return ChosenChannel(
            channel=levels.centre, notice="The centre channel, in which people speak, was transcribed alone."
        )
    if mixed >= MIN_SPEECH_SHARE * most:
        return ChosenChannel()
    name = STEREO[best] if len(levels.energy) == 2 else ORDINALS[best]
    return ChosenChannel(
        channel=best,
        notice=f"The channels of the recording cancel each other out: the {name} one was transcribed alone.",
    )
