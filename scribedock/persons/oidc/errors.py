"""What can go wrong with a provider."""

from __future__ import annotations

from scribedock.errors import ErrorType, InvalidQuery, ScribedockError


class ProviderAway(ScribedockError):
    """The provider cannot be reached, or answers what it must not."""

    error_type = ErrorType.SYSTEM_ERROR
    status = 502


class ProviderRefused(InvalidQuery):
    """The provider did not sign the person in, or what it says about that is not to be believed."""

    status = 403


class UnknownPerson(InvalidQuery):
    """The provider knows somebody whom this server does not know, and who is not to be made a person."""

    status = 403
