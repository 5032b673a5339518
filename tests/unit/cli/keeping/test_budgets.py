"""`scribedock budgets`, on a database of either kind."""

from __future__ import annotations

import pytest

from scribedock import app
from tests.support.commands import document, done, refusal
from tests.support.operated import ordered


def test_a_budget_is_set_shown_and_cleared(services: app.Services) -> None:
    services.accounts.create("maria", "a password", parent="admin")
    assert done("budgets", "show") == "No account has a budget\n"
    ordered(services)
    assert done("budgets", "set", "admin", "--minutes", "6,000") == (
        "The budget of admin a month: minutes 6,000\n"
    )
    (shown,) = document("budgets", "show")["budgets"]
    assert shown["minutes"] == {"used": 1, "budget": 6000, "left": 5999}
    assert shown["upload_bytes"] == {"used": 1000, "budget": None, "left": None}
    assert "5,999" in done("budgets", "show")
    (marias,) = document("budgets", "show", "maria")["budgets"]
    assert marias["minutes"] == {"used": 0, "budget": None, "left": None}
    document("budgets", "set", "admin", "--minutes", "unlimited", "--upload-bytes", "1_000_000")
    assert document("budgets", "clear", "admin")["upload_bytes"]["budget"] is None
    assert document("budgets", "show") == {"budgets": []}
    entries = [(entry.call, entry.about) for entry in services.audit.entries()]
    assert entries == [
        ("budgets set", "minutes 6,000"),
        ("budgets set", "minutes unlimited, upload_bytes 1_000_000"),
        ("budgets clear", ""),
    ]


@pytest.mark.parametrize("limit", ["", "-1", "1.5", "many", "٣", "9" * 30])
def test_what_is_no_limit_is_refused(services: app.Services, limit: str) -> None:
    assert "--minutes" in refusal("budgets", "set", "admin", f"--minutes={limit}")


def test_it_is_said_what_to_set(services: app.Services) -> None:
    assert "--minutes or --upload-bytes" in refusal("budgets", "set", "admin")
