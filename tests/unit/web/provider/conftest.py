"""An application that trusts a provider, and that provider."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scribedock.accounts.accounts import Account
from tests.support.core import Core
from tests.support.provider import FakeProvider
from tests.support.signing_in import (
    PUBLIC_URL,
    SETTINGS,
    Browsers,
)


@pytest.fixture
def core(build_core: Callable[..., Core]) -> Core:
    return build_core(**SETTINGS)


@pytest.fixture
def provider(core: Core, uni: Account) -> FakeProvider:
    return FakeProvider(core)


@pytest.fixture
def browsers(browsers: Browsers) -> Browsers:
    return lambda **given: browsers(base_url=PUBLIC_URL, **given)
