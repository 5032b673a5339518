from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock.sandbox.faults import MAX_SLOW_S, SLOW_S, WORK_S, SimulatedFault, simulated_faults


@pytest.mark.parametrize(
    ("name", "wishes"),
    [
        ("", set()),
        ("Lecture 4", set()),
        ("fail-media", {SimulatedFault.FAIL_MEDIA}),
        ("Lecture 4 (FAIL-Media, silent).mp4", {SimulatedFault.FAIL_MEDIA, SimulatedFault.SILENT}),
        ("callback-500 by-hand", {SimulatedFault.CALLBACK_500, SimulatedFault.BY_HAND}),
        ("Webhook-500, webhook-twice", {SimulatedFault.WEBHOOK_500, SimulatedFault.WEBHOOK_TWICE}),
        ("webhook-5000", set()),
        ("slow", {SimulatedFault.SLOW}),
        ("slow-7", {SimulatedFault.SLOW}),
        ("slowly", set()),
        ("unfail-media", set()),
        ("re-fail-media", set()),
        ("fail-media-2", set()),
        ("callback-5000", set()),
        ("silent_film", set()),
        ("slow-٣", set()),
    ],
)
def test_only_whole_words_of_a_name_cause_faults(name: str, wishes: set[SimulatedFault]) -> None:
    assert simulated_faults(name).wishes == wishes


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("x", WORK_S), ("slow", SLOW_S), ("a slow-7 one", 7), ("slow-0", 0), ("slow-999999", MAX_SLOW_S)],
)
def test_a_slow_job_takes_as_long_as_its_name_says(name: str, seconds: float) -> None:
    assert simulated_faults(name).work_s == seconds


@given(st.text())
def test_any_name_can_be_read(name: str) -> None:
    assert 0 <= simulated_faults(name).work_s <= MAX_SLOW_S
