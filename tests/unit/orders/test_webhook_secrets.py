"""Secrets that callbacks are signed with; the signatures are judged by the library of Standard Webhooks."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook, WebhookVerificationError

from scribedock.clock import utc_now
from scribedock.webhooks.signing import signed_headers
from tests.support.core import Core

DAY = timedelta(days=1)
TARGET = "/done?job=1&name=caf%C3%A9"


@pytest.fixture
def child(core: Core) -> str:
    """Return the id of an account two levels below the root."""
    core.services.accounts.create("maria", "a password", parent="admin")
    return core.services.accounts.create("pedro", "a password", parent="maria").id


def test_a_new_secret_signs_beside_the_one_before_it_for_a_while(core: Core) -> None:
    secrets = core.services.webhook_secrets
    first = secrets.make(core.admin.id, overlap=DAY)
    core.clock.advance(1)
    second = secrets.make(core.admin.id, overlap=DAY)
    assert secrets.signing(core.admin.id) == [second, first]
    core.clock.advance(DAY.total_seconds() - 1)
    assert secrets.signing(core.admin.id) == [second, first]
    core.clock.advance(1)
    assert secrets.signing(core.admin.id) == [second]


def test_a_third_secret_does_not_prolong_the_first(core: Core) -> None:
    secrets = core.services.webhook_secrets
    for _ in range(3):
        secrets.make(core.admin.id, overlap=DAY)
        core.clock.advance(DAY.total_seconds() / 2)
    assert len(secrets.signing(core.admin.id)) == 2


def test_without_an_overlap_the_old_secret_ends_at_once(core: Core) -> None:
    secrets = core.services.webhook_secrets
    secrets.make(core.admin.id, overlap=DAY)
    second = secrets.make(core.admin.id, overlap=timedelta(0))
    assert secrets.signing(core.admin.id) == [second]


def test_an_account_without_a_secret_has_that_of_its_nearest_ancestor(core: Core, child: str) -> None:
    secrets = core.services.webhook_secrets
    maria = core.services.accounts.by_username("maria")
    assert maria is not None
    assert secrets.signing(child) == []
    of_root = secrets.make(core.admin.id, overlap=DAY)
    assert secrets.signing(child) == [of_root]
    of_maria = secrets.make(maria.id, overlap=DAY)
    assert secrets.signing(child) == [of_maria]
    own = secrets.make(child, overlap=DAY)
    assert secrets.signing(child) == [own]
    secrets.remove(child)
    assert secrets.signing(child) == [of_maria]
    assert [each.secret for each in secrets.secrets_of(child)] == []


def test_the_database_holds_no_secret_in_plain(core: Core) -> None:
    secret = core.services.webhook_secrets.make(core.admin.id, overlap=DAY)
    with core.services.database.read() as connection:
        stored = connection.execute(sa.text("SELECT secret FROM webhook_secrets")).scalar_one()
    assert secret.removeprefix("whsec_") not in stored


def test_each_secret_verifies_the_call_and_no_other_one(core: Core) -> None:
    secrets = core.services.webhook_secrets
    made = [secrets.make(core.admin.id, overlap=DAY) for _ in range(2)]
    headers = dict(signed_headers(secrets.signing(core.admin.id), "call", utc_now(), TARGET))
    for secret in made:
        Webhook(secret).verify(TARGET, headers, json_parse=False)
    changed = (
        (TARGET + "1", headers),
        (TARGET, {**headers, "Webhook-Id": "another"}),
        (TARGET, dict(signed_headers(made, "call", utc_now() - timedelta(minutes=6), TARGET))),
    )
    for target, sent in changed:
        with pytest.raises(WebhookVerificationError):
            Webhook(made[0]).verify(target, sent, json_parse=False)


def test_without_a_secret_a_call_has_its_id_alone() -> None:
    assert signed_headers([], "call", utc_now(), TARGET) == {"Webhook-Id": "call"}
