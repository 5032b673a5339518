"""Roles: what a person may do in an account and in all accounts below it.

A role has the same rights that calls need and API keys have (`accounts.scopes`). Whether its holder may also
read contents, which are transcripts, captions and recordings, is a matter of its own: an administrator sees
jobs, and their contents only where that was granted to this person.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scribedock.accounts.scopes import RIGHTS, KeyScope, Right


class Role(StrEnum):
    OWNER = "owner"
    ADMINISTRATOR = "administrator"
    REQUESTER = "requester"
    REVIEWER = "reviewer"


@dataclass(frozen=True, kw_only=True)
class RoleRights:
    """What a role may do."""

    rights: frozenset[Right]
    reads_contents: bool
    summary: str  # for those who choose a role


ROLES = {
    Role.OWNER: RoleRights(
        rights=frozenset(Right), reads_contents=True, summary="everything that the account may do"
    ),
    Role.ADMINISTRATOR: RoleRights(
        rights=frozenset({Right.ANY, Right.READ, Right.ADMINISTER}),
        reads_contents=False,
        summary="makes accounts and changes settings, sees jobs; contents only where that is granted",
    ),
    Role.REQUESTER: RoleRights(
        rights=frozenset({Right.ANY, Right.READ, Right.UPLOAD, Right.CHANGE}),
        reads_contents=True,
        summary="uploads, orders, reads, approves, changes and deletes jobs",
    ),
    Role.REVIEWER: RoleRights(
        rights=frozenset({Right.ANY, Right.READ, Right.REVIEW}),
        reads_contents=True,
        summary="reads jobs, and reviews those that wait for it",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Permissions:
    """What one person may do."""

    rights: frozenset[Right]
    reads_contents: bool

    def permit(self, right: Right, *, contents: bool) -> bool:
        """Return whether the person may do what takes this right. contents: and gives contents away."""
        return right in self.rights and (self.reads_contents or not contents)

    def key_scopes(self) -> tuple[KeyScope, ...]:
        """Return the scopes that an API key may have which this person makes: none that may do more."""
        return tuple(
            scope
            for scope, rights in RIGHTS.items()
            if rights <= self.rights and (self.reads_contents or Right.READ not in rights)
        )


def permissions(role: Role, *, contents_granted: bool = False) -> Permissions:
    """Return what somebody in this role may do."""
    of_role = ROLES[role]
    return Permissions(rights=of_role.rights, reads_contents=of_role.reads_contents or contents_granted)
