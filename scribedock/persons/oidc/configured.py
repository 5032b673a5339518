"""The provider of the settings, whose libraries are loaded only where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scribedock.clock import Clock
from scribedock.media.fetching.fetch import GuardedClient
from scribedock.settings import Settings

if TYPE_CHECKING:
    from scribedock.persons.oidc.sign_in import ProviderSignIn


def provider_sign_in(settings: Settings, fetcher: GuardedClient, clock: Clock) -> ProviderSignIn | None:
    """Return what signs persons in through the provider of the settings; None where they name none."""
    if settings.oidc_issuer is None:
        return None
    # A tenth of the time that everything takes to load, which every command would need.
    from scribedock.persons.oidc.sign_in import ProviderSignIn

    return ProviderSignIn(settings.oidc_issuer, settings, fetcher, clock)
