from tests.fixtures import database, postgresql  # noqa: F401
