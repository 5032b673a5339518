"""How far each kind of child lets the other processes of the machine go first.

What somebody waits for at once comes before what takes long, so that a flood of recordings slows no answer,
and a short step of one job does not wait for the long one of another.
"""

from __future__ import annotations

import os
from enum import IntEnum


class Niceness(IntEnum):
    ANSWERS = 5  # renderings and parsing: a call waits for them
    MEDIA = 10
    SPARE_RECOGNITION = 12  # for a customer who has no other recognizer
    RECOGNITION = 15


def yield_to_others(niceness: Niceness) -> None:
    """Lower this process's priority below its parent's."""
    os.nice(niceness)
