"""What each role may do, derived from what the calls need."""

from __future__ import annotations

import pytest

from scribedock.accounts.scopes import KeyScope, Right
from scribedock.api.application import CALL_MODULES
from scribedock.api.registry import CALLS, ConditionalRight
from scribedock.persons.roles import ROLES, Role, permissions

assert CALL_MODULES  # importing them has registered the calls
# The calls whose rights the roles differ by; every other call needs no more than a session.
EXPECTED = {
    Role.OWNER: {
        *("account/create", "account/generate_api_key", "account/get_settings", "account/remove_api_key"),
        *("account/update_password", "account/update_setting", "job/delete", "job/info", "job/new"),
        *("job/get_transcript", "job/transcoded_media", "review/approve", "review/take"),
    },
    Role.ADMINISTRATOR: {"account/create", "account/get_settings", "account/update_setting", "job/info"},
    Role.REQUESTER: {
        *("account/get_settings", "job/delete", "job/get_transcript", "job/info", "job/new"),
        "job/transcoded_media",
    },
    Role.REVIEWER: {
        *("account/get_settings", "job/get_transcript", "job/info", "job/transcoded_media"),
        *("review/approve", "review/take"),
    },
}


def may(role: Role, path: str, *, granted: bool = False, special: bool = False) -> bool:
    call = CALLS[path]
    right = call.needs
    if isinstance(right, ConditionalRight):
        right = right.special if special else right.usual
    return permissions(role, contents_granted=granted).permit(right, contents=call.gives_contents)


@pytest.mark.parametrize("role", Role)
def test_each_role_may_make_the_calls_that_are_its_work(role: Role) -> None:
    compared = set().union(*EXPECTED.values())
    assert {path for path in compared if may(role, path)} == EXPECTED[role]


def test_an_owner_may_make_every_call() -> None:
    assert [path for path in CALLS if not may(Role.OWNER, path)] == []


@pytest.mark.parametrize("path", sorted({call.path for call in CALLS.values() if call.gives_contents}))
def test_an_administrator_reads_no_contents_unless_it_was_granted(path: str) -> None:
    assert not may(Role.ADMINISTRATOR, path)
    changes = CALLS[path].needs is Right.CHANGE  # which no grant of contents allows
    assert may(Role.ADMINISTRATOR, path, granted=True) is not changes


# What an administrator may do without a grant; a new call that reads is put here only if it shows nothing
# of transcripts, captions and recordings, and otherwise says `reads_content` or `shows_content`.
WITHOUT_CONTENTS = {
    *("account/budget", "account/get_settings", "account/logout", "account/verify_key"),
    *("job/aggregate_statistics", "job/events", "job/info", "job/list", "job/list_callbacks"),
    *("job/list_elementlists", "job/list_shares"),
    *("job/list_related", "job/task_status", "review/list", "upload/list"),
    *("webhook/events", "webhook/list"),
}


def test_every_call_that_reads_is_known_to_give_contents_or_none() -> None:
    reading = {
        call.path
        for call in CALLS.values()
        if call.needs in (Right.ANY, Right.READ) and call.needs_token and not call.gives_contents
    }
    assert reading == WITHOUT_CONTENTS


def test_a_grant_of_contents_gives_no_other_right() -> None:
    for path in CALLS:
        if not CALLS[path].gives_contents:
            for role in Role:
                assert may(role, path) == may(role, path, granted=True), path


def test_the_customer_approves_and_a_reviewer_reviews() -> None:
    assert may(Role.REQUESTER, "review/approve", special=True) and not may(Role.REQUESTER, "review/approve")
    assert may(Role.REVIEWER, "review/approve") and not may(Role.REVIEWER, "review/approve", special=True)
    assert not may(Role.REVIEWER, "job/get_caption", special=True), "a lasting URL is no reading"


def test_no_key_may_do_more_than_the_person_who_makes_it() -> None:
    scopes = {role: set(permissions(role).key_scopes()) for role in Role}
    assert scopes == {
        Role.OWNER: set(KeyScope),
        Role.ADMINISTRATOR: set(),
        Role.REQUESTER: {KeyScope.UPLOAD, KeyScope.READ},
        Role.REVIEWER: {KeyScope.READ},
    }
    granted = permissions(Role.ADMINISTRATOR, contents_granted=True)
    assert granted.key_scopes() == (KeyScope.READ,)


def test_every_role_is_described() -> None:
    assert set(ROLES) == set(Role)
    assert all(each.summary for each in ROLES.values())
