from tests.fixtures import (  # noqa: F401
    alice,
    callbacks,
    client,
    database,
    postgresql,
    pytest_generate_tests,
    server,
    servers,
    speech,
)
