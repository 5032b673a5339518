"""Who acts: the person in whose name a thread or task works, beside the account that it works for.

What is done by the API is done by an account alone. Most of what knows the account need not know the person;
what records it asks here, as the log asks `tracing` for the request.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_person_id: ContextVar[str | None] = ContextVar("person_id", default=None)


@contextmanager
def acting_as(person_id: str | None) -> Iterator[None]:
    """Record what is done in the block under this person; None: under the account alone."""
    token = _person_id.set(person_id)
    try:
        yield
    finally:
        _person_id.reset(token)


def acting_person() -> str | None:
    """Return the id of the person who acts; None where an account does."""
    return _person_id.get()
