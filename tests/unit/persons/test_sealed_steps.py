"""What a browser keeps of a sign-in that waits for a provider."""

from __future__ import annotations

import pytest

from scribedock.persons.sign_in_steps import StepOver
from tests.support.core import Core


def test_a_departure_is_sealed_and_nothing_else_opens_as_one(core: Core) -> None:
    steps = core.services.sealed_steps
    sealed = steps.seal({"state": "a", "target": "/web/"})
    assert steps.open(sealed) == {"state": "a", "target": "/web/"}
    other = core.services.keys.encryption.encrypt_at_time(b'"a key"', 0).decode()
    for wrong in ("", "x", "ä", sealed[:-4] + "AAAA", sealed + "x", other):
        with pytest.raises(StepOver):
            steps.open(wrong)
    core.clock.advance(601)
    with pytest.raises(StepOver):
        steps.open(sealed)
