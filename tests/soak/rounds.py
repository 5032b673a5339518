"""How often and when the server is killed, and how far that is."""

from __future__ import annotations

import os
import random
import sys

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "5"))
SEED = int(os.environ.get("SOAK_SEED", random.SystemRandom().randrange(10**6)))


def show(text: str) -> None:
    """Print with the seed; on a terminal, over what was printed before."""
    before, after = ("\r", "") if sys.stdout.isatty() else ("", "\n")
    print(f"{before}seed {SEED}: {text}", end=after, flush=True)


def show_killed(number: int) -> None:
    show(f"killed {number} of {ROUNDS} times")
