"""Parameters that a call does not know: it ignores them, and says so.

The reference's own example of `request_upload_url` carries one, so none is refused. A misspelt one would
vanish without a trace, though: each is named in a header of the answer, and in the `Notice` of what was
ordered, with the parameter that was probably meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from scribedock.api.registry import Call, parameter_names
from scribedock.api.schema.parameters import Raw
from scribedock.errors import MissingParameter, ScribedockError
from scribedock.host.near_misses import did_you_mean, near_miss

HEADER = "X-Unknown-Parameters"
MAX_NAMED = 10
MAX_CHARACTERS = 40  # of a name
# A name that may be kept with the job: one that somebody may have made up, and no token sent in its place.
WORD = re.compile(r"(?!.*[0-9a-fA-F]{16})[A-Za-z][A-Za-z0-9_.-]*\Z")


@dataclass(frozen=True, kw_only=True)
class UnknownParameter:
    name: str
    meant: str | None
    """The parameter of the call that the name is a misspelling of."""

    def __str__(self) -> str:
        name = quote(self.name[:MAX_CHARACTERS], safe="[]") + (
            "..." if len(self.name) > MAX_CHARACTERS else ""
        )
        return f"{name} ({did_you_mean(self.meant)})" if self.meant else name


@dataclass(frozen=True, kw_only=True)
class UnknownParameters:
    named: Sequence[UnknownParameter] = ()
    others: int = 0
    """How many there are beyond those that are named."""

    def header(self) -> dict[str, str]:
        """Return the header of the answer; empty where every parameter is known."""
        if not self.named:
            return {}
        return {HEADER: _listed(self.named, self.others)}

    def remark(self, *, misspelt_only: bool = False) -> str:
        """Return what `Notice` says of them; empty where there is nothing to say."""
        kept = [
            each
            for each in self.named
            if each.meant is not None or (not misspelt_only and WORD.match(each.name))
        ]
        others = 0 if misspelt_only else self.others + len(self.named) - len(kept)
        if not kept and not others:
            return ""
        return f"Unknown parameters were ignored: {_listed(kept, others)}."

    def explain(self, error: ScribedockError) -> None:
        """Have an error about a missing parameter name the one that was probably sent in its place."""
        meant = [f"{each.name}: {did_you_mean(each.meant)}" for each in self.named if each.meant]
        if isinstance(error, MissingParameter) and meant:
            error.comment += f"; unknown {', '.join(meant)}"


def find_unknown(call: Call[Any], raw: Raw) -> UnknownParameters:
    """Return which of the parameters that were sent the call does not know."""
    known = parameter_names(call.path)
    unknown = [name for name in raw if name and name not in known]
    missing = known - raw.keys()
    named = [UnknownParameter(name=name, meant=near_miss(name, missing)) for name in unknown[:MAX_NAMED]]
    return UnknownParameters(named=named, others=max(len(unknown) - MAX_NAMED, 0))


def _listed(named: Sequence[UnknownParameter], others: int) -> str:
    more = f"{others} {'more' if named else 'with unusual names'}" if others else ""
    return ", ".join([*map(str, named), *([more] if more else [])])
