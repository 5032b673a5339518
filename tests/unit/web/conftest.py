from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scribedock.accounts.accounts import Account
from scribedock.persons.person import NewPerson, Person
from scribedock.persons.roles import Role
from tests.support.browser import Browser, application_of
from tests.support.core import Core

PASSWORD = "correct horse battery"


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as running:
        yield running


@pytest.fixture
def browsers(core: Core, runner: asyncio.Runner) -> Callable[..., Browser]:
    """Return what opens browsers on the core's pages."""
    return opened(core, runner)


@pytest.fixture
def browser(browsers: Callable[..., Browser]) -> Browser:
    return browsers()


@pytest.fixture
def build_browser(build_core: Callable[..., Core], runner: asyncio.Runner) -> Callable[..., Browser]:
    """Return what opens a browser on the pages of a server with the given settings."""

    def build(settings: dict[str, object], **given: Any) -> Browser:
        return opened(build_core(**settings), runner)(**given)

    return build


def opened(core: Core, runner: asyncio.Runner) -> Callable[..., Browser]:
    application = application_of(core)
    return lambda **given: Browser(application, runner, **given)


@pytest.fixture
def uni(core: Core) -> Account:
    return core.services.accounts.create("uni", PASSWORD, parent="admin", email="office@uni.example")


@pytest.fixture
def maria(core: Core, uni: Account) -> Person:
    wanted = NewPerson(name="Maria", email="maria@uni.example", role=Role.REQUESTER)
    return core.services.persons.create(uni, wanted, password=PASSWORD)
