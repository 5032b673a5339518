"""Whether the provider of the settings can sign anybody in, for an operator who has just set it up."""

from __future__ import annotations

from collections.abc import Iterator

from scribedock.clock import SYSTEM_CLOCK
from scribedock.host.findings import CheckResult, good, warning
from scribedock.media.fetching.fetch import GuardedClient
from scribedock.persons.oidc.errors import ProviderAway
from scribedock.persons.oidc.guarded_session import GuardedSession
from scribedock.persons.oidc.provider import Provider
from scribedock.persons.oidc.vouched import CALLBACK
from scribedock.settings import Settings

TITLE = "sign-in provider"


def check_provider(settings: Settings, fetcher: GuardedClient | None = None) -> Iterator[CheckResult]:
    """Ask the provider for its metadata and keys; nothing is found where there is none."""
    if settings.oidc_issuer is None:
        return
    used = fetcher or GuardedClient(settings.fetch_allow)
    provider = Provider(settings.oidc_issuer, GuardedSession(used), SYSTEM_CLOCK)
    try:
        keys = provider.keys()
    except ProviderAway as error:
        yield warning(TITLE, f"{settings.oidc_issuer}: {error.comment}")
        return
    if not keys:
        yield warning(TITLE, f"{settings.oidc_issuer} publishes no key that an ID token can be signed with")
    elif settings.public_url is None:
        yield warning(TITLE, "SCRIBEDOCK_PUBLIC_URL is not set: people come back to whatever host they named")
    else:
        yield good(
            TITLE, f"{settings.oidc_issuer} answers; people come back to {settings.public_url}{CALLBACK}"
        )
