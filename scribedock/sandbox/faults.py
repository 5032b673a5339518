"""Faults on demand: words in a sandbox job's name, as `Lecture 4 fail-media`, ask for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

WORK_S = 1.0  # from the start of an order to its list, and from one pass to the next
SLOW_S = 60
MAX_SLOW_S = 3600
RETRIES_S = (1.0, 2.0, 4.0)  # between the tries of a callback or an event


class SimulatedFault(StrEnum):
    FAIL_MEDIA = "fail-media"  # the order ends as Media Failure
    FAIL_FETCH = "fail-fetch"  # media that is named by a URL cannot be fetched
    SILENT = "silent"  # the recording has no speech
    SLOW = "slow"  # slow or slow-5: the order takes this many seconds
    BY_HAND = "by-hand"  # the passes wait until they are approved
    CALLBACK_500 = "callback-500"  # the first try of each callback counts as answered with 500
    CALLBACK_LOST = "callback-lost"  # no callback arrives
    WEBHOOK_500 = "webhook-500"  # the first try of each event counts as answered with 500
    WEBHOOK_LOST = "webhook-lost"  # no event arrives
    WEBHOOK_TWICE = "webhook-twice"  # each event arrives twice


FAULT_PATTERN = re.compile(
    rf"(?<![\w-])(?:(?P<wish>{'|'.join(SimulatedFault)})|slow-(?P<seconds>[0-9]{{1,6}}))(?![\w-])",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, kw_only=True)
class SimulatedFaults:
    wishes: frozenset[SimulatedFault]
    work_s: float  # the duration of the order

    def __contains__(self, wish: SimulatedFault) -> bool:
        return wish in self.wishes


def simulated_faults(job_name: str) -> SimulatedFaults:
    """Return the faults that words of the job's name ask for, in any case; parts of words do not count."""
    found: set[SimulatedFault] = set()
    work_s = WORK_S
    for match in FAULT_PATTERN.finditer(job_name):
        wish = SimulatedFault(match["wish"].lower()) if match["wish"] else SimulatedFault.SLOW
        found.add(wish)
        if wish is SimulatedFault.SLOW:
            work_s = min(int(match["seconds"] or SLOW_S), MAX_SLOW_S)
    return SimulatedFaults(wishes=frozenset(found), work_s=work_s)
