"""What somebody meant who wrote a name that there is not."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

MIN_SIMILARITY = 0.75
"""Of 1, by difflib's ratio. `langauge` is 0.88 like `language`; `priority` is 0.35 like `external_id`."""
MIN_PART = 3  # characters, without which nearly every name has the other one in it
MAX_LENGTH = 100  # characters, beyond which nothing was merely misspelt


def near_miss(given: str, known: Iterable[str], *, parts: bool = False) -> str | None:
    """Return the known name that `given` is a misspelling of; None where there is none, or several.

    Case and separators do not count. parts: a name is also meant by a part of it, as WEB_VTT is by VTT.
    """
    names = {_bare(name): name for name in known}
    bare = _bare(given[: MAX_LENGTH + 1])
    if not bare or len(given) > MAX_LENGTH:
        return None
    if bare in names:
        return names[bare]
    if parts and len(bare) >= MIN_PART:
        holding = [
            name for each, name in names.items() if bare in each or (len(each) >= MIN_PART and each in bare)
        ]
        if len(holding) == 1:
            return holding[0]
    similar = difflib.get_close_matches(bare, names, n=1, cutoff=MIN_SIMILARITY)
    return names[similar[0]] if similar else None


def did_you_mean(meant: str | None) -> str:
    """Return the question that follows a complaint, empty where nothing was meant."""
    return f"did you mean {meant}?" if meant else ""


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()
