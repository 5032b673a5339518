"""Misspelt names of settings, which nothing reads."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scribedock.host.near_misses import near_miss
from scribedock.settings import Settings

PREFIX = "SCRIBEDOCK_"
KNOWN_VARIABLES = tuple(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)
# Variables that Kubernetes sets for a service of our name, and those of the tests.
FOREIGN_VARIABLES = re.compile(
    rf"{PREFIX}(.*_)?SERVICE_HOST|{PREFIX}(.*_)?SERVICE_PORT.*|{PREFIX}(.*_)?PORT(_.*)?"
    rf"|{PREFIX}JUDGES|{PREFIX}TEST_.*"
)


def misspelt(environment: Mapping[str, str]) -> list[str]:
    """Return a line for each environment variable that looks like a setting but is none.

    A variable with an empty value counts as unset.
    """
    return [
        f"{name}: there is no such setting; {_advice(name.upper())}"
        for name, value in sorted(environment.items())
        if value
        and name.upper().startswith(PREFIX)
        and name.upper() not in KNOWN_VARIABLES
        and FOREIGN_VARIABLES.fullmatch(name.upper()) is None
    ]


def _advice(name: str) -> str:
    # Without the common prefix, which would make all names similar.
    bare = {known.removeprefix(PREFIX): known for known in KNOWN_VARIABLES}
    meant = near_miss(name.removeprefix(PREFIX), bare)
    return f"did you mean {bare[meant]}?" if meant else "scribedock settings lists them all"
