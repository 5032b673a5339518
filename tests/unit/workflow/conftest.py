from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.core import Core
from tests.support.core_workflows import Workflows


@pytest.fixture
def workflows(core: Core) -> Iterator[Workflows]:
    """The workflows of a server with the default settings."""
    built = Workflows(core)
    yield built
    built.close()
