from __future__ import annotations

import pytest

from scribedock.orders.notes import joined


@pytest.mark.parametrize(
    ("default", "own", "together"),
    [
        ("", "", ""),
        ("names", "", "names"),
        ("", "quiet", "quiet"),
        (" a < b \n", "c &lt; d", "a &lt; b\nc &lt; d"),
    ],
)
def test_the_notes_of_the_account_are_escaped_and_stand_before_the_jobs_own(
    default: str, own: str, together: str
) -> None:
    assert joined(default, own) == together
