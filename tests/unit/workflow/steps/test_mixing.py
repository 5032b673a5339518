from __future__ import annotations

from collections.abc import Mapping

import pytest

from scribedock.media.audio import Levels
from scribedock.workflow.steps.mixing import (
    ChosenChannel,
    candidate_channels,
    choose_channel,
    gain,
    gain_notice,
)


def levels(*energy: float, alike: float = 1.0, peak: float = 0.5, centre: int | None = None) -> Levels:
    """Of channels that are all as much alike as this."""
    count = len(energy)
    rows = tuple(tuple(1.0 if a == b else alike for b in range(count)) for a in range(count))
    return Levels(peak=peak, energy=energy, correlation=rows, centre=centre)


@pytest.mark.parametrize(
    ("peak", "amplified"),
    [
        (0.5, 1.0),
        (0.1, 1.0),
        (0.01, 40.0),
        (1e-5, 40_000.0),  # nothing of it is left in 16 bits
        (1e-9, 1e5),
        (0.0, 1.0),  # silence
        (4.0, 0.25),  # louder than full scale, which floating point can hold
    ],
)
def test_only_what_is_quiet_is_amplified(peak: float, amplified: float) -> None:
    assert gain(levels(peak=peak)) == pytest.approx(amplified)


def test_much_lost_speech_is_mentioned_and_little_is_not() -> None:
    assert gain_notice(1.0) == gain_notice(4.0) == gain_notice(0.25) == ""
    assert gain_notice(40.0).startswith("The recording is quiet: it was amplified by 32 dB")


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (levels(), []),  # one channel
        (levels(1, 1), []),
        (levels(1, 1, alike=-1), [0, 1]),
        (levels(1, 1, alike=0), [0, 1]),  # a voice in each, or music in one
        (levels(1, 1e-6, alike=0), []),  # one is dead
        (levels(0, 0, alike=1), []),
        (levels(1, 1, 1, alike=0), []),
        (levels(1, 1, 1, alike=0, centre=2), [2]),
        (levels(1, 1, 1e-6, alike=0, centre=2), []),
        (levels(1, 1, 1, 1, alike=-0.9), [0, 1, 2, 3]),
    ],
)
def test_channels_are_examined_where_their_mix_may_be_wrong(found: Levels, wanted: list[int]) -> None:
    assert candidate_channels(found) == wanted


@pytest.mark.parametrize(
    ("speech_ms", "channel"),
    [
        ({None: 9000, 0: 4500, 1: 5000}, None),  # two people with a microphone each
        ({None: 9000, 0: 9000, 1: 0}, 0),  # music in the other
        ({None: 0, 0: 9000, 1: 9000}, 1),  # they cancel each other out: the louder one
        ({None: 5000, 0: 9000, 1: 8000}, 0),
        ({None: 9000, 0: 4000, 1: 100}, None),  # the mix has more than either
        ({None: 0, 0: 0, 1: 0}, None),
        ({None: 100}, None),
        ({}, None),
    ],
)
def test_the_channel_with_speech_is_chosen(speech_ms: Mapping[int | None, int], channel: int | None) -> None:
    assert choose_channel(levels(1, 2, alike=0), speech_ms).channel == channel


def test_the_choice_is_reported() -> None:
    assert choose_channel(levels(1, 2, alike=-1), {None: 0, 0: 9000, 1: 9000}).notice == (
        "The channels of the recording cancel each other out: the right one was transcribed alone."
    )
    assert choose_channel(levels(1, 2, alike=0), {None: 900, 0: 900, 1: 0}).notice == (
        "Nobody speaks in the right channel: the left one was transcribed alone."
    )


def test_the_centre_of_several_channels_is_chosen_where_people_speak_there() -> None:
    surround = levels(1, 1, 1, 1, 1, 1, alike=0, centre=2)
    assert choose_channel(surround, {None: 9000, 2: 8800}).channel == 2
    assert choose_channel(surround, {None: 9000, 2: 2000}) == ChosenChannel()
