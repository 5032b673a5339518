"""What an API key is good for, and what a call takes."""

from __future__ import annotations

from enum import StrEnum


class KeyScope(StrEnum):
    """What the sessions of an API key may do; those of a password may do everything."""

    ALL = "all"
    UPLOAD = "upload"
    READ = "read"


class Right(StrEnum):
    """What whoever makes a call must be allowed to do."""

    ANY = "any"  # is no more than to have a session: to end it, to see how a task is getting on
    READ = "read"  # sees jobs, results, recordings; changes nothing
    UPLOAD = "upload"  # opens jobs, gives them recordings and what belongs to these, orders
    CHANGE = "change"  # changes, authorizes and deletes jobs, hands out lasting URLs of their results
    REVIEW = "review"  # takes passes of review, corrects and approves what they are about
    ADMINISTER = "administer"  # makes accounts, changes their settings
    CREDENTIALS = "credentials"  # hands out and ends what opens the account to others: passwords, API keys


RIGHTS = {
    KeyScope.ALL: frozenset(Right),
    KeyScope.UPLOAD: frozenset({Right.ANY, Right.UPLOAD}),
    KeyScope.READ: frozenset({Right.ANY, Right.READ}),
}
"""What the sessions of a key may do, contents of jobs included where they may read."""


def grants(scope: KeyScope, right: Right) -> bool:
    """Return whether a session of this scope has the right."""
    return right in RIGHTS[scope]
